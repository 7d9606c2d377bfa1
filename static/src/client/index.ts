// PLACEHOLDER until the client library's own index is merged: a thin one over what is there.
export { Player } from "./audio/player.ts";
export { Connection } from "./connection.ts";
export type { ConnectionEvents, ConnectionState, SessionHandle, Wire } from "./connection.ts";
export type * from "./protocol.ts";

export function socketTo({ address, token }: { address?: string; token?: string } = {}): WebSocket {
  const url = new URL(address ?? "/ws", location.href.replace(/^http/u, "ws"));
  if (token !== undefined && token !== "") url.searchParams.set("token", token);
  return new WebSocket(url);
}
