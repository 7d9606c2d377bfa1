// What is shown instead of a page that failed, so that one broken page does not take the others along.
import BrokenIcon from "@mui/icons-material/ReportOutlined";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../parts/empty-state.tsx";

export function BrokenPage() {
  const { t } = useTranslation();
  return (
    <Card role="alert">
      <EmptyState
        icon={BrokenIcon}
        title={t("problem.title")}
        action={
          <Button
            variant="contained"
            onClick={() => {
              location.reload();
            }}
          >
            {t("problem.reload")}
          </Button>
        }
      >
        {t("problem.text")}
      </EmptyState>
    </Card>
  );
}
