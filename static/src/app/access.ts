// The key by which this tab is known to the server, where it asks for one. It lives in this tab only.
import { createSlice } from "@reduxjs/toolkit";
import type { PayloadAction } from "@reduxjs/toolkit";
import { forget, remember, remembered } from "./tab-memory.ts";

export interface AccessState {
  /** Empty: none is needed, or none was entered yet. */
  key: string;
  /** Why a key is asked for; undefined while none is missing. */
  missing: "required" | "refused" | "expired" | undefined;
}

const access = createSlice({
  name: "access",
  initialState: (): AccessState => ({ key: remembered("key"), missing: undefined }),
  reducers: {
    enterKey(state, { payload }: PayloadAction<string>) {
      state.key = payload.trim();
      state.missing = undefined;
    },
    /** The server did not take what it was shown. */
    keyRefused(state, { payload }: PayloadAction<NonNullable<AccessState["missing"]>>) {
      state.key = "";
      state.missing = payload;
    },
    /** The person goes, and the next one may be somebody else. */
    signOut(state) {
      state.key = "";
      state.missing = "required";
    },
  },
});

export const { enterKey, keyRefused, signOut } = access.actions;
export const accessSlice = access;

export function keepKey({ key }: AccessState): void {
  if (key === "") forget("key");
  else remember("key", key);
}
