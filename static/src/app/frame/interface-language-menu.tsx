// The language of buttons and texts, which is not the language that a person speaks in a room.
import LanguageIcon from "@mui/icons-material/LanguageOutlined";
import { useTranslation } from "react-i18next";
import {
  INTERFACE_LANGUAGES,
  isInterfaceLanguage,
  preferredInterfaceLanguage,
  speakInterface,
} from "../../i18n/i18n.ts";
import type { InterfaceLanguage } from "../../i18n/i18n.ts";
import { ChoiceMenu } from "../../parts/choice-menu.tsx";
import { prefer } from "../preferences.ts";
import { useAppDispatch } from "../store.ts";

const CHOICES = (Object.keys(INTERFACE_LANGUAGES) as InterfaceLanguage[]).map((code) => ({
  value: code,
  text: INTERFACE_LANGUAGES[code],
  lang: code,
}));

export function InterfaceLanguageMenu() {
  const { t, i18n } = useTranslation();
  const dispatch = useAppDispatch();
  return (
    <ChoiceMenu
      label={t("language")}
      icon={<LanguageIcon fontSize="small" />}
      choices={CHOICES}
      chosen={isInterfaceLanguage(i18n.language) ? i18n.language : preferredInterfaceLanguage()}
      onChoice={(language) => {
        dispatch(prefer({ interfaceLanguage: language }));
        void speakInterface(language);
      }}
    />
  );
}
