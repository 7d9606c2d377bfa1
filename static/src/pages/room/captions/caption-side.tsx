// One side of a caption: grey while it may still change, firm when it will not. Becoming firm moves nothing.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { memo, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Unseen } from "../../../parts/unseen.tsx";
import { useLanguageName } from "../languages.ts";
import { TRANSLATION_PATIENCE_MS } from "../utterance.ts";
import type { Side } from "../utterance.ts";

export const CaptionSide = memo(function CaptionSide({
  kind,
  side,
  interrupted,
}: {
  kind: "source" | "translation";
  side: Side;
  interrupted: boolean;
}) {
  const { t } = useTranslation("room");
  const languageName = useLanguageName();
  const state = side.final ? "final" : interrupted ? "interrupted" : "partial";
  const means = t(kind === "source" ? "captions.said" : "captions.translated", {
    language: languageName(side.language),
  });
  return (
    <Ground kind={kind} state={state}>
      <Tag text={side.language} title={means} />
      <Box
        component="span"
        lang={side.language}
        dir="auto"
        sx={{
          minWidth: 0,
          overflowWrap: "anywhere",
          whiteSpace: "pre-line",
          color: state === "final" ? "text.primary" : "text.secondary",
          transition: "color 400ms",
          // Takes no room, so that nothing moves when it goes.
          ...(state === "partial"
            ? {
                "&::after": {
                  content: '""',
                  display: "inline-block",
                  width: "0.45em",
                  height: "0.45em",
                  ml: "0.3em",
                  mr: "-0.75em",
                  borderRadius: "50%",
                  bgcolor: "primary.main",
                  animation: "firming 1.2s ease-in-out infinite",
                },
                "@keyframes firming": { "50%": { opacity: 0.2 } },
              }
            : {}),
        }}
      >
        {side.text}
      </Box>
      {state === "partial" ? <Unseen>({t("captions.partial")})</Unseen> : null}
      {state === "interrupted" ? (
        <Typography component="span" variant="caption" color="textSecondary" sx={{ flex: "none" }}>
          {t("captions.interrupted")}
        </Typography>
      ) : null}
    </Ground>
  );
});

/** Where a translation will be, until `heardAt` is so long ago that none will come, or it is `over`: none comes any more. */
export function AwaitedSide({ heardAt, over }: { heardAt: number; over: boolean }) {
  const { t } = useTranslation("room");
  const [isLate, setLate] = useState(false);
  const late = isLate || over;
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setLate(true);
      },
      Math.max(0, heardAt + TRANSLATION_PATIENCE_MS - Date.now()),
    );
    return () => {
      clearTimeout(timer);
    };
  }, [heardAt]);
  return (
    <Ground kind="translation" state={late ? "missing" : "awaited"}>
      {late ? (
        <Typography component="span" variant="body2" color="textSecondary">
          {t("captions.untranslated")}
        </Typography>
      ) : (
        <>
          <Unseen>{t("captions.waiting")}</Unseen>
          <Box
            aria-hidden
            component="span"
            sx={{
              color: "text.secondary",
              letterSpacing: "0.2em",
              animation: "awaiting 1.4s ease-in-out infinite",
              "@keyframes awaiting": { "50%": { opacity: 0.25 } },
            }}
          >
            •••
          </Box>
        </>
      )}
    </Ground>
  );
}

function Ground(ground: { kind: "source" | "translation"; state: string; children: ReactNode }) {
  return (
    <Box
      component="p"
      data-side={ground.kind}
      data-state={ground.state}
      sx={(theme) => ({
        position: "relative",
        m: 0,
        px: 1.5,
        py: 0.875,
        minWidth: 0,
        borderRadius: 1,
        display: "flex",
        gap: 1.25,
        alignItems: "baseline",
        lineHeight: 1.5,
        fontSize: "1rem",
        backgroundColor: theme.alpha(theme.vars.palette.text.primary, 0.045),
        ...(ground.kind === "translation"
          ? { backgroundColor: theme.alpha(theme.vars.palette.primary.main, 0.1) }
          : {}),
      })}
    >
      {ground.children}
    </Box>
  );
}

function Tag({ text, title }: { text: string; title: string }) {
  return (
    <Box
      component="span"
      title={title}
      sx={{
        flex: "none",
        color: "text.secondary",
        fontSize: "0.6875rem",
        fontWeight: 650,
        letterSpacing: "0.04em",
        textTransform: "uppercase",
      }}
    >
      <span aria-hidden>{text}</span>
      <Unseen>{title}:</Unseen>
    </Box>
  );
}
