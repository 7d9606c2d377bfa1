// A button with a picture that opens a menu in which one of several things is chosen.
import IconButton from "@mui/material/IconButton";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Tooltip from "@mui/material/Tooltip";
import { useId, useState } from "react";
import type { ReactNode } from "react";

export interface Choice<Value extends string> {
  value: Value;
  text: string;
  /** BCP 47, where the text is not in the language of the interface. */
  lang?: string;
}

export function ChoiceMenu<Value extends string>(menu: {
  label: string;
  icon: ReactNode;
  choices: readonly Choice<Value>[];
  chosen: Value;
  onChoice: (value: Value) => void;
}) {
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const open = anchor !== null;
  return (
    <>
      <Tooltip title={menu.label}>
        <IconButton
          aria-label={menu.label}
          aria-haspopup="menu"
          aria-expanded={open}
          {...(open ? { "aria-controls": id } : {})}
          onClick={(event) => {
            setAnchor(event.currentTarget);
          }}
        >
          {menu.icon}
        </IconButton>
      </Tooltip>
      <Menu
        id={id}
        open={open}
        anchorEl={anchor}
        onClose={() => {
          setAnchor(null);
        }}
        slotProps={{ list: { "aria-label": menu.label } }}
      >
        {menu.choices.map(({ value, text, lang }) => (
          <MenuItem
            key={value}
            role="menuitemradio"
            aria-checked={value === menu.chosen}
            selected={value === menu.chosen}
            {...(lang === undefined ? {} : { lang })}
            onClick={() => {
              setAnchor(null);
              menu.onChoice(value);
            }}
          >
            {text}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
