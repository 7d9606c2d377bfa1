// Asks for a key where the server asks for one, and shows the page when it was taken.
import KeyIcon from "@mui/icons-material/KeyOutlined";
import HideIcon from "@mui/icons-material/VisibilityOffOutlined";
import ShowIcon from "@mui/icons-material/VisibilityOutlined";
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAccessQuery } from "../../api/api.ts";
import { Loading } from "../../parts/loading.tsx";
import { enterKey } from "../access.ts";
import { useAppDispatch, useAppSelector } from "../store.ts";

export function AccessGate({ children }: { children: ReactNode }) {
  const missing = useAppSelector((state) => state.access.missing);
  const { data, isLoading } = useAccessQuery();
  if (missing === undefined && isLoading) return <Loading />;
  const locked = missing !== undefined || (data?.authentication === "required" && data.role === null);
  return locked ? <KeyForm reason={missing} /> : children;
}

function KeyForm({ reason }: { reason: "required" | "refused" | "expired" | undefined }) {
  const { t } = useTranslation();
  const dispatch = useAppDispatch();
  const [key, setKey] = useState("");
  const [shown, setShown] = useState(false);
  return (
    <Card sx={{ maxWidth: 480, mx: "auto", mt: { xs: 2, md: 8 }, p: { xs: 2, sm: 4 } }}>
      <Stack
        component="form"
        sx={{ gap: 2 }}
        onSubmit={(event) => {
          event.preventDefault();
          dispatch(enterKey(key));
        }}
      >
        <KeyIcon aria-hidden color="primary" sx={{ fontSize: 40 }} />
        <Typography variant="h2">{t("access.title")}</Typography>
        <Typography sx={{ color: "text.secondary" }}>{t("access.text")}</Typography>
        {reason === "refused" || reason === "expired" ? <Alert severity="error">{t(`access.${reason}`)}</Alert> : null}
        <TextField
          label={t("access.key")}
          type={shown ? "text" : "password"}
          value={key}
          required
          fullWidth
          autoComplete="current-password"
          onChange={(event) => {
            setKey(event.target.value);
          }}
          slotProps={{
            htmlInput: { spellCheck: false, autoCapitalize: "none" },
            input: {
              endAdornment: (
                <InputAdornment position="end">
                  <IconButton
                    edge="end"
                    aria-label={shown ? t("access.hide") : t("access.show")}
                    onClick={() => {
                      setShown(!shown);
                    }}
                  >
                    {shown ? <HideIcon /> : <ShowIcon />}
                  </IconButton>
                </InputAdornment>
              ),
            },
          }}
        />
        <Button type="submit" variant="contained" size="large">
          {t("access.enter")}
        </Button>
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          {t("access.hint")}
        </Typography>
      </Stack>
    </Card>
  );
}
