// The way into a room, as a person goes it.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { prefer } from "../../../app/preferences.ts";
import { makeStore } from "../../../app/store.ts";
import { LANGUAGES, RoomServer } from "../../../testing/room-server.tsx";

let server: RoomServer;
beforeEach(() => {
  server = new RoomServer();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const joinButton = () => screen.findByRole("button", { name: "Join the room" });

/** The languages are there to choose from. */
async function ready(): Promise<HTMLElement> {
  const button = await joinButton();
  await waitFor(() => {
    expect(button).toHaveProperty("disabled", false);
  });
  return button;
}

test("one fills in who one is and joins; the choice is remembered", async () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["es-MX", "fr"]);
  const { store } = await server.visit("/rooms");
  const button = await ready();
  expect(screen.getByRole("combobox", { name: "I speak" }).textContent).toBe("Spanish");
  await userEvent.type(screen.getByRole("textbox", { name: /Your name/u }), " Ada ");
  await userEvent.click(screen.getByRole("combobox", { name: "I speak" }));
  await userEvent.click(await screen.findByRole("option", { name: "English" }));
  await userEvent.click(button);
  await waitFor(() => {
    expect(server.wires).toHaveLength(1);
  });
  server.admits();
  expect(server.wire.last("create_session").config).toMatchObject({
    room_id: "lobby",
    name: "Ada",
    speaks: "en",
    hears: ["es"],
    speech: true,
    partials: true,
  });
  expect(await screen.findByRole("heading", { name: "lobby" })).toBeTruthy();
  expect(store.getState().preferences).toMatchObject({ name: "Ada", speaks: "en", hears: "es" });
});

test("what does not work here is shown with the reason and cannot be chosen", async () => {
  await server.visit("/rooms/lobby");
  await ready();
  await userEvent.click(screen.getByRole("combobox", { name: "I speak" }));
  const options = within(await screen.findByRole("listbox")).getAllByRole("option");
  expect(options.map(({ textContent }) => textContent)).toEqual([
    "English",
    "Spanish",
    "Catalantyping only",
    "Germanno German model is here",
  ]);
  expect(options[3]?.getAttribute("aria-disabled")).toBe("true");
  await userEvent.click(screen.getByRole("option", { name: /Catalan/u }));
  const field = screen.getByRole("combobox", { name: "I speak" });
  const note = document.getElementById(field.getAttribute("aria-describedby") ?? "");
  expect(note?.textContent).toBe("Catalan is not recognised here when spoken. Type it instead.");
});

test("a language that can only be read, or only be followed, is told so", async () => {
  server.answers.set("/api/languages", () =>
    Response.json({
      languages: [...LANGUAGES, { code: "it", name: "Italian", speak: true, hear: false, type: false, read: false }],
    }),
  );
  await server.visit("/rooms/lobby");
  await ready();
  const hear = screen.getByRole("combobox", { name: "I hear" });
  await userEvent.click(hear);
  await userEvent.click(await screen.findByRole("option", { name: /Catalan.*reading only/u }));
  expect(await screen.findByText("There is no voice for Catalan here. You can read it.")).toBeTruthy();
  await userEvent.click(hear);
  await userEvent.click(await screen.findByRole("option", { name: /Italian/u }));
  expect(await screen.findByText(/Nothing is translated into Italian here/u)).toBeTruthy();
});

test("the languages are swapped by the button between them, where that is possible", async () => {
  const store = makeStore();
  store.dispatch(prefer({ speaks: "en", hears: "es" }));
  await server.visit("/rooms/lobby", { store });
  await ready();
  await userEvent.click(screen.getByRole("button", { name: "Swap the languages" }));
  expect(screen.getByRole("combobox", { name: "I speak" }).textContent).toBe("Spanish");
  expect(screen.getByRole("combobox", { name: "I hear" }).textContent).toBe("English");
  await userEvent.click(screen.getByRole("combobox", { name: "I hear" }));
  await userEvent.click(await screen.findByRole("option", { name: "Spanish" }));
  expect(screen.getByRole("button", { name: "These two cannot be swapped here" })).toHaveProperty("disabled", true);
});

test("a room's name that is not allowed is explained while it is typed, and leads nowhere", async () => {
  await server.visit("/rooms/mi%20sala");
  const button = await ready();
  const room = screen.getByRole("textbox", { name: /Room/u });
  expect(room).toHaveProperty("value", "mi sala");
  expect(screen.getByText(/This character cannot stand in a room's name: the space/u)).toBeTruthy();
  await userEvent.type(room, "ñ");
  expect(screen.getByText(/These characters cannot stand in a room's name: the space ñ/u)).toBeTruthy();
  await userEvent.type(screen.getByRole("textbox", { name: /Your name/u }), "Ada");
  await userEvent.click(button);
  await userEvent.clear(room);
  expect(screen.getByText(/Give the room a name/u)).toBeTruthy();
  await userEvent.click(room);
  await userEvent.paste("x".repeat(130));
  expect(screen.getByText("A room's name has at most 128 characters; this one has 130.")).toBeTruthy();
  expect(room.getAttribute("aria-invalid")).toBe("true");
  expect(server.wires).toHaveLength(0);
});

test("nobody joins without a name", async () => {
  await server.visit("/rooms/lobby");
  await userEvent.click(await ready());
  expect(screen.getByText("Tell the others who you are.")).toBeTruthy();
  expect(server.wires).toHaveLength(0);
});

test("a link may propose languages; who follows it keeps their own for the next time", async () => {
  const store = makeStore();
  store.dispatch(prefer({ name: "Ada", speaks: "en", hears: "en" }));
  await server.visit("/rooms/lobby?speaks=es&hears=es", { store });
  const button = await ready();
  expect(screen.getByRole("combobox", { name: "I speak" }).textContent).toBe("Spanish");
  await userEvent.click(button);
  await waitFor(() => {
    expect(server.wires).toHaveLength(1);
  });
  expect(store.getState().preferences).toMatchObject({ speaks: "en", hears: "en" });
});

test("while the server does not answer the page says so, and goes on when it does", async () => {
  const answer = server.answers.get("/api/languages");
  server.answers.delete("/api/languages");
  await server.visit("/rooms/lobby");
  expect((await screen.findByRole("alert")).textContent).toContain("The server does not answer");
  expect(await joinButton()).toHaveProperty("disabled", true);
  if (answer !== undefined) server.answers.set("/api/languages", answer);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await ready();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("where no language works the page says what is missing", async () => {
  const nothing = { speak: false, hear: false, type: false, read: false };
  server.answers.set("/api/languages", () =>
    Response.json({ languages: LANGUAGES.map((language) => ({ ...language, ...nothing })) }),
  );
  server.answers.set("/api/engines", () =>
    Response.json({
      engines: [
        {
          name: "local",
          available: false,
          parts: [
            { name: "apertium", role: "translator", available: false, detail: "install apertium-eng-spa" },
            { name: "espeak-ng", role: "synthesizer", available: true, detail: "/usr/bin/espeak-ng" },
          ],
        },
        { name: "azure", available: false, parts: [] },
        { name: "null", available: true, parts: [] },
      ],
    }),
  );
  await server.visit("/rooms/lobby");
  const alert = await screen.findByRole("alert");
  await waitFor(() => {
    expect(
      within(alert)
        .getAllByRole("listitem")
        .map(({ textContent }) => textContent),
    ).toEqual(["local, apertium: install apertium-eng-spa", "azure is not available."]);
  });
  server.answers.set("/api/engines", () => Response.json({ engines: [] }));
  await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/No engine is set up/u)).toBeTruthy();
});

test("who is alone is told how to try the room, in Spanish too", async () => {
  const store = makeStore();
  store.dispatch(prefer({ speaks: "en" }));
  await server.visit("/rooms/lobby", { language: "es", store });
  expect(await screen.findByText(/abra después la misma sala en una segunda ventana en español/u)).toBeTruthy();
});
