// PLACEHOLDER until the client library's own comes: a WebSocket to the server that served the page, or to `address`.

export function socketTo({ address, token }: { address?: string; token?: string } = {}): WebSocket {
  const url = new URL(address ?? "/ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (token !== undefined && token !== "") url.searchParams.set("token", token);
  return new WebSocket(url);
}
