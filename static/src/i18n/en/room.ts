// English texts of the room page.
export const room = {
  shortcuts: {
    microphone: "In a room: microphone on or off",
    space: "Space",
    pushToTalk: "In a room: hold to talk",
    write: "In a room: write",
    swap: "In a room: swap the languages",
  },
};
