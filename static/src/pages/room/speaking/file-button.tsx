// Chooses a file to be spoken. On small screens its picture has to do.
import FileIcon from "@mui/icons-material/AudioFileOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Tooltip from "@mui/material/Tooltip";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

/** What a file dialogue offers: sound, and films for their sound. */
const ACCEPTED = "audio/*,.wav,.mp3,.ogg,.oga,.opus,.flac,.m4a,.aac,.webm,.mp4";

export function FileButton({ disabled, onFile }: { disabled: boolean; onFile: (file: File) => void }) {
  const { t } = useTranslation("room");
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tooltip title={t("speaking.file.chooseTip")} placement="top">
        <Box component="span" sx={{ flex: "none" }}>
          <Button
            color="inherit"
            disabled={disabled}
            aria-label={t("speaking.file.choose")}
            onClick={() => input.current?.click()}
            sx={{ gap: 1, minWidth: 40, height: 40, px: { xs: 1, sm: 1.5 } }}
          >
            <FileIcon aria-hidden />
            <Box component="span" sx={{ display: { xs: "none", sm: "inline" } }}>
              {t("speaking.file.choose")}
            </Box>
          </Button>
        </Box>
      </Tooltip>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) onFile(file);
          // The same file may be chosen once more.
          target.value = "";
        }}
      />
    </>
  );
}
