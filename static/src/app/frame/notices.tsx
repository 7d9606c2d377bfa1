// Notices below the bar. Both regions are always there: a screen reader reads what is put into one it already knows.
import Alert from "@mui/material/Alert";
import Stack from "@mui/material/Stack";
import { useTranslation } from "react-i18next";
import { dismiss } from "../notices.ts";
import type { Notice } from "../notices.ts";
import { useAppDispatch, useAppSelector } from "../store.ts";

const ROLES = { problem: "alert", news: "status" } as const;
const SEVERITIES = { problem: "error", news: "info" } as const;

export function Notices() {
  const notices = useAppSelector((state) => state.notices);
  return (
    <Stack sx={{ px: { xs: 1.5, sm: 2, md: 3 } }}>
      {(["problem", "news"] as const).map((kind) => (
        <Stack key={kind} role={ROLES[kind]}>
          {notices
            .filter((notice) => notice.kind === kind)
            .map((notice) => (
              <Shown key={notice.topic} notice={notice} />
            ))}
        </Stack>
      ))}
    </Stack>
  );
}

function Shown({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const dispatch = useAppDispatch();
  return (
    <Alert
      role="presentation"
      severity={SEVERITIES[notice.kind]}
      closeText={t("notices.dismiss")}
      onClose={() => {
        dispatch(dismiss(notice.topic));
      }}
      sx={{ mt: 1.5 }}
    >
      {notice.text}
    </Alert>
  );
}
