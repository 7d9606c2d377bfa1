// What engines have cost today and in the last 30 days, by the server's ledger.
import MoreIcon from "@mui/icons-material/ExpandMoreOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableFooter from "@mui/material/TableFooter";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { UsageView } from "../../api/types.ts";
import { useFormats } from "../../parts/formats.ts";
import { useNow } from "../../parts/now.ts";
import { byDay, daysUntil } from "./ledger.ts";
import type { DayOfCost } from "./ledger.ts";
import { isGone } from "../../api/errors.ts";
import { useUsageQuery } from "./questions.ts";
import { Failed, Section } from "../../parts/section.tsx";

const DAYS = 30;
const COSTS_EVERY_MS = 15_000;
const MINUTE_MS = 60_000;

export function CostsCard() {
  const { t } = useTranslation("overview");
  const id = useId();
  const { money } = useFormats();
  const [more, setMore] = useState(false);
  const days = daysUntil(useNow(), more ? DAYS : 1);
  const { data, currentData, error, refetch } = useUsageQuery(days, {
    pollingInterval: COSTS_EVERY_MS,
    refetchOnMountOrArgChange: true,
  });
  const broken = currentData === undefined && error !== undefined && !isGone(error);
  return (
    <Section title={t("costs.title")}>
      {data === undefined ? (
        broken ? null : (
          <Skeleton variant="rounded" height={36} width={160} />
        )
      ) : (
        <Typography component="p" sx={{ display: "flex", flexWrap: "wrap", alignItems: "baseline", columnGap: 1 }}>
          <Box
            component="span"
            sx={{ fontSize: "1.75rem", fontWeight: 640, fontVariantNumeric: "tabular-nums", lineHeight: 1.2 }}
          >
            {money(byDay(data.usage).find(({ day }) => day === days.to)?.cost ?? 0)}
          </Box>
          <Typography component="span" variant="body2" color="textSecondary">
            {t("costs.today")}
          </Typography>
        </Typography>
      )}
      {broken ? <Failed retry={() => void refetch()}>{t("costs.failed")}</Failed> : null}
      <Button
        size="small"
        aria-expanded={more}
        aria-controls={id}
        endIcon={<MoreIcon sx={{ transform: more ? "rotate(180deg)" : "none", transition: "transform 0.2s" }} />}
        onClick={() => {
          setMore(!more);
        }}
        sx={{ ml: -0.625, mt: 1 }}
      >
        {t("costs.more")}
      </Button>
      <Box id={id} hidden={!more}>
        {more && currentData !== undefined ? <Month of={currentData} /> : null}
        {more && currentData === undefined && !broken ? <Skeleton variant="rounded" height={120} /> : null}
      </Box>
    </Section>
  );
}

function Month({ of: { cost_usd: cost, usage } }: { of: UsageView }) {
  const { t } = useTranslation("overview");
  return cost === 0 ? (
    <Box sx={{ pt: 1 }}>
      <Typography>{t("costs.nothing")}</Typography>
      <Typography variant="body2" color="textSecondary">
        {t("costs.nothingText")}
      </Typography>
    </Box>
  ) : (
    <>
      <Ledger days={byDay(usage)} cost={cost} />
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 1 }}>
        {t("costs.days")}
      </Typography>
    </>
  );
}

function Ledger({ days, cost }: { days: readonly DayOfCost[]; cost: number }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  const most = Math.max(...days.map((day) => day.cost));
  return (
    <TableContainer tabIndex={0} role="group" aria-label={t("costs.table")} sx={{ maxHeight: 340, mt: 0.5 }}>
      <Table
        size="small"
        stickyHeader
        aria-label={t("costs.table")}
        sx={{ "& th, & td": { px: { xs: 0.75, sm: 1.5 } } }}
      >
        <TableHead>
          <TableRow>
            <TableCell>{t("costs.day")}</TableCell>
            <TableCell>{t("costs.engines")}</TableCell>
            <TableCell align="right">{t("costs.audio")}</TableCell>
            <TableCell align="right">{t("costs.cost")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {days.map((day) => (
            <TableRow key={day.day}>
              <TableCell component="th" scope="row" sx={{ whiteSpace: "nowrap" }}>
                {format.day(day.day)}
              </TableCell>
              <TableCell sx={{ overflowWrap: "anywhere" }}>{day.engines.join(", ")}</TableCell>
              <TableCell align="right">{format.minutes(day.audioMs / MINUTE_MS)}</TableCell>
              <TableCell align="right" sx={{ minWidth: 96 }}>
                {format.money(day.cost)}
                <Box
                  aria-hidden
                  sx={{
                    height: 4,
                    mt: 0.5,
                    ml: "auto",
                    borderRadius: 2,
                    bgcolor: "primary.main",
                    width: `${(100 * day.cost) / most}%`,
                  }}
                />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
        <TableFooter>
          <TableRow>
            <TableCell component="th" scope="row" colSpan={3}>
              {t("costs.total")}
            </TableCell>
            <TableCell align="right" sx={{ fontWeight: 640, color: "text.primary", fontSize: "0.875rem" }}>
              {format.money(cost)}
            </TableCell>
          </TableRow>
        </TableFooter>
      </Table>
    </TableContainer>
  );
}
