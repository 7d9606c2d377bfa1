// A field in which one language is chosen: those that work here first, the others below, not to be chosen, with the reason.
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../../parts/formats.ts";
import type { LanguageOption } from "../languages.ts";

export function LanguageSelect(field: {
  label: string;
  options: readonly LanguageOption[];
  value: string;
  onChange: (code: string) => void;
  /** Id of the text that says what of it does not work. */
  describedBy?: string | undefined;
  size?: "small" | "medium";
  disabled?: boolean;
}) {
  const { t } = useTranslation("room");
  const { languageAlone } = useFormats();
  const { options } = field;
  const chosen = options.find(({ code }) => code === field.value);
  const item = (option: LanguageOption) => (
    <MenuItem key={option.code} value={option.code} disabled={!option.possible} sx={{ display: "block", minWidth: 0 }}>
      <Typography component="span" sx={{ display: "block" }}>
        {languageAlone(option.code)}
      </Typography>
      {option.note === undefined ? null : (
        <Typography
          component="span"
          variant="body2"
          color="textSecondary"
          sx={{ display: "block", whiteSpace: "normal" }}
          {...(option.reason === undefined ? {} : { lang: "en" })}
        >
          {option.reason ?? t(`languages.${option.note}`)}
        </Typography>
      )}
    </MenuItem>
  );
  return (
    <TextField
      select
      fullWidth
      label={field.label}
      size={field.size ?? "medium"}
      // A choice that has become impossible is shown as none.
      value={chosen?.code ?? ""}
      disabled={field.disabled ?? options.length === 0}
      onChange={(event) => {
        field.onChange(event.target.value);
      }}
      slotProps={{
        select: {
          ...(field.describedBy === undefined ? {} : { SelectDisplayProps: { "aria-describedby": field.describedBy } }),
          renderValue: (code) => (typeof code === "string" ? languageAlone(code) : ""),
          // Keyboard and screen reader come to the impossible ones too, and learn the reason.
          MenuProps: { slotProps: { list: { disabledItemsFocusable: true }, paper: { sx: { maxHeight: 420 } } } },
        },
      }}
    >
      {options.map(item)}
    </TextField>
  );
}
