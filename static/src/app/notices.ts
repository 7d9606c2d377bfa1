// Messages above the page that stay until they are dismissed or overtaken. Problems interrupt a screen reader, news waits.
import { createSlice } from "@reduxjs/toolkit";
import type { PayloadAction } from "@reduxjs/toolkit";

export interface Notice {
  /** A newer notice about the same topic takes the older one's place. */
  topic: string;
  kind: "problem" | "news";
  text: string;
}

/** Older ones give way: nobody reads more at once. */
const MOST = 4;

const notices = createSlice({
  name: "notices",
  initialState: [] as Notice[],
  reducers: {
    notify: (state, { payload }: PayloadAction<Notice>) =>
      [...state.filter(({ topic }) => topic !== payload.topic), payload].slice(-MOST),
    dismiss: (state, { payload: topic }: PayloadAction<string>) => state.filter((notice) => notice.topic !== topic),
  },
});

export const { notify, dismiss } = notices.actions;
export const noticesSlice = notices;
