// Every page: its address, its place in the navigation, and its picture there.
import ActorsIcon from "@mui/icons-material/AccountTreeOutlined";
import AnalyticsIcon from "@mui/icons-material/QueryStatsOutlined";
import AudioIcon from "@mui/icons-material/GraphicEqOutlined";
import BotsIcon from "@mui/icons-material/SmartToyOutlined";
import CallsIcon from "@mui/icons-material/CallOutlined";
import ConnectionsIcon from "@mui/icons-material/CableOutlined";
import LogsIcon from "@mui/icons-material/ArticleOutlined";
import OverviewIcon from "@mui/icons-material/SpaceDashboardOutlined";
import RoomsIcon from "@mui/icons-material/RecordVoiceOverOutlined";
import ServicesIcon from "@mui/icons-material/HubOutlined";
import SettingsIcon from "@mui/icons-material/TuneOutlined";
import TestIcon from "@mui/icons-material/TerminalOutlined";
import type { SvgIconComponent } from "@mui/icons-material";

/** Pages whose place is there and whose content is not yet. */
export const COMING = ["bots", "services", "connections", "actors", "audio", "settings", "logs", "analytics"] as const;

export type ComingPage = (typeof COMING)[number];
export type PageName = "overview" | "rooms" | "calls" | "websocketTest" | ComingPage;

export const PAGES: Record<PageName, { path: string; icon: SvgIconComponent }> = {
  overview: { path: "/", icon: OverviewIcon },
  rooms: { path: "/rooms", icon: RoomsIcon },
  calls: { path: "/calls", icon: CallsIcon },
  bots: { path: "/bots", icon: BotsIcon },
  services: { path: "/services", icon: ServicesIcon },
  connections: { path: "/connections", icon: ConnectionsIcon },
  actors: { path: "/actors", icon: ActorsIcon },
  audio: { path: "/audio", icon: AudioIcon },
  settings: { path: "/settings", icon: SettingsIcon },
  logs: { path: "/logs", icon: LogsIcon },
  analytics: { path: "/analytics", icon: AnalyticsIcon },
  websocketTest: { path: "/websocket-test", icon: TestIcon },
};

/** In the order of the navigation. */
export const GROUPS = [
  { name: "talk", pages: ["overview", "rooms"] },
  { name: "operate", pages: ["calls", "bots", "services", "connections"] },
  { name: "look", pages: ["actors", "audio", "logs", "analytics"] },
  { name: "tools", pages: ["websocketTest", "settings"] },
] as const satisfies readonly { name: string; pages: readonly PageName[] }[];

export function isComing(page: PageName): page is ComingPage {
  return (COMING as readonly PageName[]).includes(page);
}

/** Which page an address belongs to; undefined when there is none. */
export function pageAt(path: string): PageName | undefined {
  if (path === "/") return "overview";
  const found = Object.entries(PAGES).find(
    ([, page]) => page.path !== "/" && (path === page.path || path.startsWith(`${page.path}/`)),
  );
  return found?.[0] as PageName | undefined;
}
