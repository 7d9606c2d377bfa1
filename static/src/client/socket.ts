// Where the server's WebSocket is.

export interface SocketOptions {
  /** `http(s)://host` of the server; that of the page without one. */
  address?: string;
  /** A key or token, where the server asks for one. */
  token?: string;
}

/** Opens a socket to the server. A browser cannot send a header along, so the token goes into the address. */
export function socketTo({ address = location.origin, token }: SocketOptions = {}): WebSocket {
  const url = new URL("/ws", address);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (token !== undefined && token !== "") url.searchParams.set("token", token);
  return new WebSocket(url);
}
