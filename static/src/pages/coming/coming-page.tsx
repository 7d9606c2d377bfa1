// The place of a page that is not built yet: what will be here, and what to do meanwhile.
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PAGES } from "../../app/pages.ts";
import type { ComingPage as Name } from "../../app/pages.ts";
import { EmptyState } from "../../parts/empty-state.tsx";

export function ComingPage({ page }: { page: Name }) {
  const { t } = useTranslation();
  return (
    <Card>
      <EmptyState
        icon={PAGES[page].icon}
        title={t("coming.title")}
        action={
          <Button component={Link} to={PAGES.rooms.path} variant="contained">
            {t("coming.toRooms")}
          </Button>
        }
      >
        {t(`coming.${page}`)}
      </EmptyState>
    </Card>
  );
}
