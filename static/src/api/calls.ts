// Calls over REST: those there are, and what operators order of them. The frame counts who waits, the page shows all.
import { api } from "./api.ts";
import type { Attachment, CallsView, CallView, NewCall } from "./types.ts";

/** An order for one call. */
interface AttachOrder {
  call: string;
  to: Attachment;
}

const calls = api.enhanceEndpoints({ addTagTypes: ["Calls"] }).injectEndpoints({
  endpoints: (build) => ({
    calls: build.query<CallsView, void>({ query: () => "api/calls", providesTags: ["Calls"] }),
    // What the rooms say of them is not asked for.
    callsAlone: build.query<CallsView, void>({
      query: () => "api/calls?interpretation=false",
      providesTags: ["Calls"],
    }),
    placeCall: build.mutation<CallView, NewCall>({
      query: (body) => ({ url: "api/calls", method: "POST", body }),
      invalidatesTags: ["Calls"],
    }),
    attachCall: build.mutation<CallView, AttachOrder>({
      query: ({ call, to }) => ({ url: `api/calls/${encodeURIComponent(call)}/attach`, method: "POST", body: to }),
      invalidatesTags: ["Calls", "Rooms"],
    }),
    hangUpCall: build.mutation<null, string>({
      query: (call) => ({ url: `api/calls/${encodeURIComponent(call)}/hangup`, method: "POST" }),
      invalidatesTags: ["Calls"],
    }),
  }),
});

export const { useCallsQuery, useCallsAloneQuery, usePlaceCallMutation, useAttachCallMutation, useHangUpCallMutation } =
  calls;

/** Has the calls asked for anew. */
export function askCallsAgain() {
  return calls.util.invalidateTags(["Calls"]);
}

/** Whether somebody on it waits for somebody to talk to: it is up, and nobody has come. */
export function isWaiting(call: CallView): boolean {
  return call.waiting && (call.state === "connected" || call.state === "media");
}
