// Which microphone: the browser's choice or a certain one, remembered, following what is plugged in and out.
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { listMicrophones, watchMicrophones } from "../../../client/index.ts";
import type { MicrophoneDevice } from "../../../client/index.ts";

/** The microphones there are; asked for again when `opened` changes, as names are told only after permission. */
export function useMicrophones(opened: boolean): MicrophoneDevice[] {
  const [devices, setDevices] = useState<MicrophoneDevice[]>([]);
  useEffect(() => {
    let wanted = true;
    const look = (): void => {
      void listMicrophones().then((found) => {
        if (wanted) setDevices(found);
      });
    };
    look();
    const stop = watchMicrophones(look);
    return () => {
      wanted = false;
      stop();
    };
  }, [opened]);
  return devices;
}

/** Before permission browsers name no devices, so that none of them is known to be gone. */
export function isGone(devices: readonly MicrophoneDevice[], chosen: string): boolean {
  return chosen !== "" && devices.length > 0 && devices.every(({ deviceId }) => deviceId !== chosen);
}

export function DeviceChoice(choice: {
  devices: readonly MicrophoneDevice[];
  chosen: string;
  onChoice: (deviceId: string) => void;
}) {
  const { t } = useTranslation("room");
  const { devices, chosen } = choice;
  const gone = isGone(devices, chosen);
  const unknown = chosen !== "" && devices.every(({ deviceId }) => deviceId !== chosen);
  return (
    <TextField
      select
      size="small"
      label={t("speaking.device.label")}
      value={chosen}
      error={gone}
      {...(gone ? { helperText: t("speaking.device.goneAdvice") } : {})}
      onChange={(event) => {
        choice.onChoice(event.target.value);
      }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      fullWidth
    >
      <MenuItem value="">{t("speaking.device.standard")}</MenuItem>
      {unknown ? (
        <MenuItem value={chosen}>{t(gone ? "speaking.device.absent" : "speaking.device.last")}</MenuItem>
      ) : null}
      {devices.map(({ deviceId, label }, place) => (
        <MenuItem key={deviceId} value={deviceId}>
          {label === "" ? t("speaking.device.unnamed", { number: place + 1 }) : label}
        </MenuItem>
      ))}
    </TextField>
  );
}
