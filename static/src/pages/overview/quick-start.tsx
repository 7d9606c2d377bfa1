// What to do on a server where nobody talks yet.
import TalkIcon from "@mui/icons-material/RecordVoiceOverOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PAGES } from "../../app/pages.ts";
import { EmptyState } from "../../parts/empty-state.tsx";

/** `quiet`: it is known that nobody talks. */
export function QuickStart({ quiet }: { quiet: boolean }) {
  const { t } = useTranslation("overview");
  return (
    <Card>
      <EmptyState
        icon={TalkIcon}
        title={t(quiet ? "start.title" : "start.begin")}
        action={
          <Button component={Link} to={PAGES.rooms.path} variant="contained" size="large">
            {t("start.open")}
          </Button>
        }
      >
        {t("start.text")}
        <Box component="span" sx={{ display: "block", mt: 1 }}>
          {t("start.hint")}
        </Box>
      </EmptyState>
    </Card>
  );
}
