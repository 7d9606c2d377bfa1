// For people who are alone: the same room in a window of its own, as somebody who speaks another language.
import WindowIcon from "@mui/icons-material/OpenInNewOutlined";
import Button from "@mui/material/Button";
import { useTranslation } from "react-i18next";
import { Unseen } from "../../../parts/unseen.tsx";
import { useLanguageName } from "../languages.ts";
import { linkTo } from "./link.ts";

export function SecondWindow({ roomId, language }: { roomId: string; language: string }) {
  const { t } = useTranslation("room");
  const languageName = useLanguageName();
  return (
    <Button
      component="a"
      size="small"
      href={linkTo(roomId, { speaks: language, hears: language })}
      target="_blank"
      // Without its opener it is somebody else, not this session once more.
      rel="noopener"
      startIcon={<WindowIcon />}
    >
      {t("entrance.aloneLink", { language: languageName(language) })}
      <Unseen> {t("entrance.newWindow")}</Unseen>
    </Button>
  );
}
