// Where a screen reader reads what happens on the page. Always there: what is put into a region it knows is read.
import Box from "@mui/material/Box";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallView } from "../../api/types.ts";
import { UNSEEN } from "../../parts/unseen.tsx";
import { WaitingNews } from "./waiting-news.ts";
import type { News } from "./waiting-news.ts";

/** What became of the person's last order. */
export interface Done {
  /** One more with each order. */
  order: number;
  text: string;
}

/** What two orders in a row are told by may be the same words: another piece of text is put in, which is read again. */
export function Announcement({ waiting, done }: { waiting: readonly CallView[]; done: Done }) {
  const { t } = useTranslation("calls");
  const [news, setNews] = useState<News>();
  const teller = useRef<WaitingNews>(undefined);
  useEffect(() => {
    const telling = new WaitingNews(setNews);
    teller.current = telling;
    return () => {
      telling.stop();
    };
  }, []);
  useEffect(() => {
    teller.current?.see(waiting);
  }, [waiting]);
  return (
    <Box sx={UNSEEN}>
      <p role="status">
        {news === undefined ? "" : t("announced", { names: news.names.join(", "), count: news.count })}
      </p>
      <p role="status">
        <span key={done.order}>{done.text}</span>
      </p>
    </Box>
  );
}
