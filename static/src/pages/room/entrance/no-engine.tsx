// No language works here: what is missing, as GET /api/engines says.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useTranslation } from "react-i18next";
import { useEnginesQuery } from "../../../api/questions.ts";
import type { EngineView } from "../../../api/types.ts";

export function NoEngine({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation("room");
  const { data, refetch } = useEnginesQuery();
  return (
    <Alert
      severity="warning"
      action={
        <Button
          color="inherit"
          size="small"
          onClick={() => {
            void refetch();
            onRetry();
          }}
        >
          {t("entrance.retry")}
        </Button>
      }
    >
      {t("entrance.noLanguages")}
      {data === undefined ? null : <Missing engines={data} />}
    </Alert>
  );
}

function Missing({ engines }: { engines: readonly EngineView[] }) {
  const { t } = useTranslation("room");
  const missing = engines.flatMap(({ name, available, parts }) => {
    const absent = parts.filter((part) => !part.available);
    if (absent.length === 0) return available ? [] : [t("entrance.missingEngine", { engine: name })];
    return absent.map((part) => t("entrance.missingPart", { engine: name, part: part.name, detail: part.detail }));
  });
  if (missing.length === 0) return <p>{t("entrance.missingUnknown")}</p>;
  return (
    <>
      <Box component="p" sx={{ mb: 0.5 }}>
        {t("entrance.missing")}
      </Box>
      <Box component="ul" sx={{ m: 0, pl: 2.5, overflowWrap: "anywhere" }}>
        {missing.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </Box>
    </>
  );
}
