export function WebSocketTestPage() {
  return <p>WebSocketTestPage</p>;
}
