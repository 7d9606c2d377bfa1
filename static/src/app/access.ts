// The key by which this tab is known to the server, where it asks for one. It lives in this tab only.
import { createSlice } from "@reduxjs/toolkit";
import type { PayloadAction } from "@reduxjs/toolkit";

export interface AccessState {
  /** Empty: none is needed, or none was entered yet. */
  key: string;
  /** Why a key is asked for; undefined while none is missing. */
  missing: "required" | "refused" | "expired" | undefined;
}

const PLACE = "interpres.key";

const access = createSlice({
  name: "access",
  initialState: (): AccessState => ({ key: sessionStorage.getItem(PLACE) ?? "", missing: undefined }),
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
    signOut(state) {
      state.key = "";
      state.missing = "required";
    },
  },
});

export const { enterKey, keyRefused, signOut } = access.actions;
export const accessSlice = access;

export function keepKey({ key }: AccessState): void {
  if (key === "") sessionStorage.removeItem(PLACE);
  else sessionStorage.setItem(PLACE, key);
}
