// A part of a page: a card with a heading by which a screen reader finds it, and what says that its answer failed.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export function Section(section: { title: string; aside?: ReactNode; children: ReactNode; bare?: boolean }) {
  const id = useId();
  const inner = (
    <>
      <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 1.5, rowGap: 0.5, mb: 1.5 }}>
        <Typography id={id} variant="h2" sx={{ flexGrow: 1 }}>
          {section.title}
        </Typography>
        {section.aside}
      </Box>
      {section.children}
    </>
  );
  return section.bare === true ? (
    <Box component="section" aria-labelledby={id} sx={{ minWidth: 0, mt: 1 }}>
      {inner}
    </Box>
  ) : (
    <Card component="section" aria-labelledby={id} sx={{ p: { xs: 1.75, sm: 2.5 }, minWidth: 0 }}>
      {inner}
    </Card>
  );
}

export function Failed({ children, retry }: { children: ReactNode; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      severity="warning"
      action={
        <Button color="inherit" size="small" onClick={retry}>
          {t("again")}
        </Button>
      }
    >
      {children}
    </Alert>
  );
}
