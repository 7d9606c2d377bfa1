export function RoomPage() {
  return <p>RoomPage</p>;
}
