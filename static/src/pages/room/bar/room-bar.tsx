// The slim bar on top of a room: its name, the connection, which captions are shown, the way to the rest, and the way out.
import DetailsIcon from "@mui/icons-material/PeopleAltOutlined";
import LeaveIcon from "@mui/icons-material/LogoutOutlined";
import Badge from "@mui/material/Badge";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { VIEWS } from "../captions/views.ts";
import type { View } from "../captions/views.ts";
import { useStay } from "../stay-context.ts";
import { selectParticipantIds, selectRoomId } from "../stay-slice.ts";
import { ConnectionStatus } from "./connection-status.tsx";

export function RoomBar(bar: {
  /** The room's name. */
  title: RefObject<HTMLHeadingElement | null>;
  view: View;
  onView: (view: View) => void;
  /** Undefined where the details stand beside the captions. */
  onDetails: (() => void) | undefined;
  ended: boolean;
}) {
  const { t } = useTranslation("room");
  const stay = useStay();
  const roomId = useAppSelector(selectRoomId);
  const people = useAppSelector((state) => selectParticipantIds(state).length);
  const { title, view, onView, onDetails, ended } = bar;
  return (
    <Box
      sx={{
        display: "flex",
        flexWrap: "wrap",
        alignItems: "center",
        columnGap: 2,
        rowGap: 0.5,
        px: { xs: 1.5, sm: 2 },
        py: 0.75,
        borderBottom: 1,
        borderColor: "divider",
        flex: "none",
      }}
    >
      <Typography
        ref={title}
        tabIndex={-1}
        variant="h2"
        sx={{ outline: "none", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", minWidth: 0 }}
        title={roomId}
      >
        {roomId}
      </Typography>
      <ConnectionStatus />
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, ml: "auto" }}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={view}
          aria-label={t("captions.view")}
          onChange={(_, chosen: unknown) => {
            const view = VIEWS.find((one) => one === chosen);
            if (view !== undefined) onView(view);
          }}
        >
          {VIEWS.map((view) => (
            <ToggleButton
              key={view}
              value={view}
              title={t(`captions.${view}Hint`)}
              sx={{ px: 1.25, py: 0.375, textTransform: "none" }}
            >
              {t(`captions.${view}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {onDetails === undefined ? null : (
          <Tooltip title={t("details.open")}>
            <IconButton
              aria-label={`${t("details.open")}. ${t("people.count", { count: people })}`}
              aria-haspopup="dialog"
              onClick={onDetails}
            >
              <Badge badgeContent={people} color="primary" aria-hidden>
                <DetailsIcon />
              </Badge>
            </IconButton>
          </Tooltip>
        )}
        {ended ? null : (
          <Button
            color="inherit"
            size="small"
            startIcon={<LeaveIcon />}
            onClick={() => {
              stay.leave();
            }}
          >
            {t("leave.leave")}
          </Button>
        )}
      </Box>
    </Box>
  );
}
