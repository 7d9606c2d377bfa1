// An address at which there is nothing.
import LostIcon from "@mui/icons-material/ExploreOffOutlined";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PAGES } from "../../app/pages.ts";
import { EmptyState } from "../../parts/empty-state.tsx";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Card>
      <EmptyState
        icon={LostIcon}
        title={t("pages.notFound")}
        action={
          <Button component={Link} to={PAGES.overview.path} variant="contained">
            {t("notFound.back")}
          </Button>
        }
      >
        {t("notFound.text")}
      </EmptyState>
    </Card>
  );
}
