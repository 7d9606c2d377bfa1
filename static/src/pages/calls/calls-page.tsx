// Calls: who waits for somebody, who is interpreted, and what is over; with what operators may do about it.
import CallsIcon from "@mui/icons-material/CallOutlined";
import KeyIcon from "@mui/icons-material/KeyOutlined";
import PlaceIcon from "@mui/icons-material/AddIcCallOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAccessQuery } from "../../api/api.ts";
import { useCallsQuery } from "../../api/calls.ts";
import { isForbidden, isGone } from "../../api/errors.ts";
import type { CallsView } from "../../api/types.ts";
import { signOut } from "../../app/access.ts";
import { useAppDispatch } from "../../app/store.ts";
import type { WatchState } from "../../client/index.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Failed } from "../../parts/section.tsx";
import { useKeptFocus } from "../../parts/use-kept-focus.ts";
import { Announcement } from "./announcement.tsx";
import { AttachDialog } from "./attach-dialog.tsx";
import { sortCalls } from "./calls.ts";
import { CallsSection } from "./calls-section.tsx";
import { HangUpDialog } from "./hang-up-dialog.tsx";
import { NotSetUp } from "./not-set-up.tsx";
import { OverSection } from "./over-section.tsx";
import { PlaceDialog } from "./place-dialog.tsx";
import { useLiveCalls } from "./use-live-calls.ts";

/** Delay and cost are told by no event; without events, nothing is. */
const CALLS_EVERY_MS = 5_000;

export function CallsPage() {
  const { t } = useTranslation("calls");
  const { data: access, isLoading } = useAccessQuery();
  // Whoever may not is not to be refused again and again.
  const mayOperate = !isLoading && access?.role !== "client";
  const { data, error, refetch } = useCallsQuery(undefined, {
    skip: !mayOperate,
    pollingInterval: CALLS_EVERY_MS,
    refetchOnMountOrArgChange: true,
  });
  const operates = mayOperate && !isForbidden(error);
  const live = useLiveCalls(operates && data?.configured === true);
  if (isLoading) return <Loading />;
  if (!operates) return <NotForThisKey />;
  if (data === undefined) {
    if (error === undefined) return <Loading />;
    return <Failed retry={() => void refetch()}>{isGone(error) ? t("goneFirst") : t("failed")}</Failed>;
  }
  if (!data.configured) return <NotSetUp />;
  return (
    <Calls data={data} live={live} gone={isGone(error)} failed={error !== undefined} retry={() => void refetch()} />
  );
}

type Order = { kind: "attach" | "hangUp"; call: string } | { kind: "place" } | undefined;

function Calls(calls: { data: CallsView; live: WatchState; gone: boolean; failed: boolean; retry: () => void }) {
  const { t } = useTranslation("calls");
  const { data } = calls;
  const sorted = useMemo(() => sortCalls(data.calls), [data.calls]);
  const [order, setOrder] = useState<Order>();
  const [done, setDone] = useState({ order: 0, text: "" });
  const chosen =
    order === undefined || order.kind === "place"
      ? undefined
      : data.calls.find(({ call_id }) => call_id === order.call);
  // A call that moves to another list takes its buttons along.
  const focus = useKeptFocus(
    data.calls.map(({ call_id, state, waiting }) => `${call_id}${state}${String(waiting)}`).join(),
    order?.kind !== "place" && chosen === undefined,
  );
  const close = () => {
    setOrder(undefined);
  };
  const orders = {
    onAttach: ({ call_id }: { call_id: string }) => {
      setOrder({ kind: "attach", call: call_id });
    },
    onHangUp: ({ call_id }: { call_id: string }) => {
      setOrder({ kind: "hangUp", call: call_id });
    },
  };
  const doneWith = (text: string) => {
    setDone(({ order }) => ({ order: order + 1, text }));
    close();
  };
  return (
    <Box {...focus} sx={{ display: "grid", gap: { xs: 1.5, md: 2 }, maxWidth: 2200, mx: "auto" }}>
      <Announcement waiting={sorted.waiting} done={done} />
      <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1 }}>
        <Typography sx={{ flexGrow: 1, fontWeight: 600 }}>
          {t("summary", { count: data.active })}
          {sorted.waiting.length === 0 ? "" : ` · ${t("summaryWaiting", { count: sorted.waiting.length })}`}
        </Typography>
        <Chip size="small" variant="outlined" label={t(calls.live === "online" && !calls.gone ? "live" : "polled")} />
        <Button
          variant="outlined"
          startIcon={<PlaceIcon />}
          onClick={() => {
            setOrder({ kind: "place" });
          }}
        >
          {t("place.open")}
        </Button>
      </Box>
      {calls.failed ? <Failed retry={calls.retry}>{calls.gone ? t("gone") : t("failed")}</Failed> : null}
      <Box
        data-greyed={calls.gone}
        sx={{
          display: "grid",
          gap: { xs: 1.5, md: 2 },
          minWidth: 0,
          ...(calls.gone ? { filter: "grayscale(1)" } : {}),
        }}
      >
        {data.active === 0 ? (
          <Card>
            <EmptyState icon={CallsIcon} title={t("empty.title")}>
              {t("empty.text")}
            </EmptyState>
          </Card>
        ) : null}
        <CallsSection title={t("waiting.title")} hint={t("waiting.hint")} calls={sorted.waiting} waiting {...orders} />
        <CallsSection title={t("talking.title")} calls={sorted.live} waiting={false} {...orders} />
        <OverSection calls={sorted.over} />
      </Box>
      {order?.kind === "place" ? (
        <PlaceDialog
          onClose={close}
          onDone={(target) => {
            doneWith(t("done.placed", { target }));
          }}
        />
      ) : null}
      {order?.kind === "attach" && chosen !== undefined ? (
        <AttachDialog
          call={chosen}
          calls={data.calls}
          onClose={close}
          onDone={() => {
            doneWith(t("done.attached", { name: chosen.name }));
          }}
        />
      ) : null}
      {order?.kind === "hangUp" && chosen !== undefined ? (
        <HangUpDialog
          call={chosen}
          onClose={close}
          onDone={() => {
            doneWith(t("done.hungUp", { name: chosen.name }));
          }}
        />
      ) : null}
    </Box>
  );
}

function NotForThisKey() {
  const { t } = useTranslation("calls");
  const dispatch = useAppDispatch();
  return (
    <Card>
      <EmptyState
        icon={KeyIcon}
        title={t("forbidden.title")}
        action={
          <Button variant="contained" onClick={() => dispatch(signOut())}>
            {t("forbidden.another")}
          </Button>
        }
      >
        {t("forbidden.text")}
      </EmptyState>
    </Card>
  );
}
