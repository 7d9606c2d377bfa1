// Light, dark, or as the device is set.
import DarkIcon from "@mui/icons-material/DarkModeOutlined";
import LightIcon from "@mui/icons-material/LightModeOutlined";
import SystemIcon from "@mui/icons-material/ContrastOutlined";
import { useColorScheme } from "@mui/material/styles";
import { useTranslation } from "react-i18next";
import { ChoiceMenu } from "../../parts/choice-menu.tsx";

const ICONS = { light: LightIcon, dark: DarkIcon, system: SystemIcon };
const MODES = ["light", "dark", "system"] as const;

export function AppearanceMenu() {
  const { t } = useTranslation();
  const { mode = "system", setMode } = useColorScheme();
  const Icon = ICONS[mode];
  return (
    <ChoiceMenu
      label={t("theme.label")}
      icon={<Icon fontSize="small" />}
      choices={MODES.map((choice) => ({ value: choice, text: t(`theme.${choice}`) }))}
      chosen={mode}
      onChoice={setMode}
    />
  );
}
