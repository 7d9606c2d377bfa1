// The overview: one look tells whether all is well, who talks, and how much there is to do. First filled by REST, then by
// events; when the server is gone, its last picture stays, greyed.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAccessQuery } from "../../api/api.ts";
import { Loading } from "../../parts/loading.tsx";
import { AlertsCard } from "./alerts-card.tsx";
import { CostsCard } from "./costs-card.tsx";
import { EnginesCard } from "./engines-card.tsx";
import { Figures } from "./figures.tsx";
import { LanguagesCard } from "./languages-card.tsx";
import { isForbidden, isGone } from "../../api/errors.ts";
import { useDashboardQuery, useHealthQuery } from "./questions.ts";
import { QuickStart } from "./quick-start.tsx";
import { Rooms } from "./rooms-section.tsx";
import { StateCard } from "./state-card.tsx";
import { useLive } from "./use-live.ts";

const HEALTH_EVERY_MS = 5_000;
/** What engines do is told by no event; without events, nothing is. */
const FIGURES_EVERY_MS = 10_000;

export function OverviewPage() {
  const { data: access, isLoading } = useAccessQuery();
  const health = useHealthQuery(undefined, { pollingInterval: HEALTH_EVERY_MS, refetchOnMountOrArgChange: true });
  // Whoever may not is not to be refused again and again.
  const mayOperate = !isLoading && access?.role !== "client";
  const dashboard = useDashboardQuery(undefined, {
    skip: !mayOperate,
    pollingInterval: FIGURES_EVERY_MS,
    refetchOnMountOrArgChange: true,
  });
  const operates = mayOperate && !isForbidden(dashboard.error);
  const gone = isGone(health.error);
  const seesCaptions = access?.role !== "operator";
  useLive(operates, seesCaptions, !gone);
  if (isLoading) return <Loading />;
  return (
    <Box sx={{ display: "grid", gap: { xs: 1.5, md: 2 }, maxWidth: 2200, mx: "auto" }}>
      <Box
        sx={{
          display: "grid",
          gap: { xs: 1.5, md: 2 },
          gridTemplateColumns: {
            xs: "minmax(0, 1fr)",
            lg: operates ? "minmax(0, 3fr) minmax(0, 2fr)" : "minmax(0, 1fr)",
          },
        }}
      >
        <StateCard health={health} polled={!operates} />
        {operates ? <AlertsCard gone={gone} /> : null}
      </Box>
      <LastPicture greyed={gone}>
        {operates ? (
          <>
            <Rooms seesCaptions={seesCaptions} />
            <Figures failed={dashboard.error} retry={dashboard.refetch} peak={health.data?.connections.peak} />
          </>
        ) : (
          <QuickStart quiet={false} />
        )}
        <Box
          sx={{
            display: "grid",
            gap: { xs: 1.5, md: 2 },
            gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1fr)" },
            alignItems: "start",
          }}
        >
          <EnginesCard activities={operates ? (dashboard.data?.engines ?? []) : []} />
          <Box sx={{ display: "grid", gap: { xs: 1.5, md: 2 }, gridTemplateColumns: "minmax(0, 1fr)" }}>
            {operates ? <CostsCard /> : null}
            <LanguagesCard />
          </Box>
        </Box>
        {operates ? null : <ForOthers />}
      </LastPicture>
    </Box>
  );
}

function LastPicture({ greyed, children }: { greyed: boolean; children: ReactNode }) {
  return (
    <Box
      data-greyed={greyed}
      sx={{
        display: "grid",
        gap: { xs: 1.5, md: 2 },
        minWidth: 0,
        transition: "filter 0.6s",
        ...(greyed ? { filter: "grayscale(1) contrast(0.85)" } : {}),
      }}
    >
      {children}
    </Box>
  );
}

function ForOthers() {
  const { t } = useTranslation("overview");
  return (
    <Typography variant="body2" color="textSecondary">
      {t("client")}
    </Typography>
  );
}
