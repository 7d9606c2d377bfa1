// What stands where the server has no way to the telephone: what to set, in the order in which it is done.
import CallsIcon from "@mui/icons-material/CallOutlined";
import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../parts/empty-state.tsx";

/** As they are written in docs/calls.md. */
const SETTINGS = [
  { name: "PUBLIC_URL", text: "publicUrl" },
  { name: "ACS_CONNECTION_STRING", text: "connectionString" },
  { name: "acs.audience", text: "audience" },
  { name: "acs.events.secret", text: "secret" },
] as const;

export function NotSetUp() {
  const { t } = useTranslation("calls");
  return (
    <Card sx={{ pb: 3, px: { xs: 1, sm: 3 } }}>
      <EmptyState icon={CallsIcon} title={t("setUp.title")}>
        {t("setUp.text")}
      </EmptyState>
      <Box component="ol" sx={{ maxWidth: 640, mx: "auto", my: 0, display: "grid", gap: 1.5, pl: 3 }}>
        {SETTINGS.map(({ name, text }) => (
          <Typography component="li" key={name} sx={{ overflowWrap: "anywhere" }}>
            <Code>{name}</Code>
            <Box component="span" sx={{ display: "block", color: "text.secondary" }}>
              {t(`setUp.${text}`)}
            </Box>
          </Typography>
        ))}
      </Box>
      <Typography sx={{ mt: 2, mx: "auto", maxWidth: 640, pl: 3 }}>
        {t("setUp.more")} <Code>docs/calls.md</Code>. {t("setUp.emulator")} <Code>interpres emulate acs</Code>.
      </Typography>
    </Card>
  );
}

function Code({ children }: { children: string }) {
  return (
    <Box component="code" sx={{ bgcolor: "action.hover", borderRadius: 0.5, px: 0.75, py: 0.25, fontSize: "0.875em" }}>
      {children}
    </Box>
  );
}
