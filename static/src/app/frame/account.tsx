// Who this tab is to the server, where it asks for keys; with the way out.
import SignOutIcon from "@mui/icons-material/LogoutOutlined";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import { useTranslation } from "react-i18next";
import { useAccessQuery } from "../../api/api.ts";
import { signOut } from "../access.ts";
import { useAppDispatch, useAppSelector } from "../store.ts";

export function Account() {
  const { t } = useTranslation();
  const dispatch = useAppDispatch();
  const keyed = useAppSelector((state) => state.access.key !== "");
  const { data } = useAccessQuery();
  if (!keyed || data?.role == null) return null;
  const who = t("account.keyed", { subject: data.subject ?? "–", role: data.role });
  return (
    <Tooltip title={`${who}. ${t("account.signOut")}`}>
      <IconButton aria-label={`${t("account.signOut")}. ${who}`} onClick={() => dispatch(signOut())}>
        <SignOutIcon fontSize="small" />
      </IconButton>
    </Tooltip>
  );
}
