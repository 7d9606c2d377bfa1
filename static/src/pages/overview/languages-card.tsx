// What can be spoken, typed, read and heard here, language by language.
import NoIcon from "@mui/icons-material/RemoveOutlined";
import YesIcon from "@mui/icons-material/CheckCircleOutlined";
import Skeleton from "@mui/material/Skeleton";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useLanguagesQuery } from "../../api/questions.ts";
import { useFormats } from "../../parts/formats.ts";
import type { LanguageView } from "../../api/types.ts";
import { isGone } from "../../api/errors.ts";
import { Failed, Section } from "../../parts/section.tsx";

const USES = ["speak", "type", "read", "hear"] as const;
const LANGUAGES_EVERY_MS = 30_000;

export function LanguagesCard() {
  const { t } = useTranslation("overview");
  const { data, error, refetch } = useLanguagesQuery(undefined, { pollingInterval: LANGUAGES_EVERY_MS });
  const broken = data === undefined && error !== undefined && !isGone(error);
  return (
    <Section title={t("languages.title")}>
      {broken ? <Failed retry={() => void refetch()}>{t("languages.failed")}</Failed> : null}
      {data === undefined && !broken ? <Skeleton variant="rounded" height={120} /> : null}
      {data?.length === 0 ? <Typography color="textSecondary">{t("languages.none")}</Typography> : null}
      {data === undefined || data.length === 0 ? null : <Matrix languages={data} />}
    </Section>
  );
}

function Matrix({ languages }: { languages: readonly LanguageView[] }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  return (
    <TableContainer tabIndex={0} role="group" aria-label={t("languages.title")} sx={{ maxHeight: 460 }}>
      <Table
        size="small"
        stickyHeader
        aria-label={t("languages.title")}
        sx={{ "& th, & td": { px: { xs: 0.4, sm: 2 }, fontSize: { xs: "0.75rem", sm: "0.875rem" } } }}
      >
        <TableHead>
          <TableRow>
            <TableCell>{t("languages.language")}</TableCell>
            {USES.map((use) => (
              <TableCell key={use} align="center">
                {t(`languages.${use}`)}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {languages.map((language) => (
            <TableRow key={language.code}>
              <TableCell component="th" scope="row">
                {format.languageAlone(language.code)}{" "}
                <Typography component="span" variant="caption" color="textSecondary">
                  {language.code}
                </Typography>
              </TableCell>
              {USES.map((use) => (
                <TableCell key={use} align="center">
                  <Mark yes={language[use]} reason={language.reason} />
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function Mark({ yes, reason }: { yes: boolean; reason: string | null | undefined }) {
  const { t } = useTranslation("overview");
  if (yes)
    return (
      <YesIcon
        role="img"
        aria-hidden={false}
        aria-label={t("languages.yes")}
        sx={{ fontSize: 18, color: "success.main" }}
      />
    );
  const no = reason == null ? t("languages.no") : `${t("languages.no")}: ${reason}`;
  return (
    <Tooltip title={no}>
      <NoIcon role="img" aria-hidden={false} aria-label={no} sx={{ fontSize: 18, color: "text.secondary" }} />
    </Tooltip>
  );
}
