// Keys as they stand on a keyboard, pressed one after the other.
import Box from "@mui/material/Box";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

export function Keys({ keys }: { keys: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <>
      {keys.map((key, place) => (
        <Fragment key={key}>
          {place === 0 ? null : ` ${t("shortcuts.then")} `}
          <Box
            component="kbd"
            sx={{
              border: 1,
              borderColor: "divider",
              borderRadius: 1,
              px: 0.75,
              py: 0.25,
              fontFamily: "inherit",
              fontSize: "0.8125rem",
            }}
          >
            {key}
          </Box>
        </Fragment>
      ))}
    </>
  );
}
