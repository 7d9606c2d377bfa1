// English texts of the websocket test page.
export const websocketTest = { title: "" };
