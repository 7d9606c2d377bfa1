// A server in the test's hands: it hears what the room page says over its wire, says what the test wants, and answers what the page
// asks over HTTP.
import Box from "@mui/material/Box";
import { act, screen, waitFor } from "@testing-library/react";
import type { RouteObject } from "react-router";
import { expect } from "vitest";
import { makeStore } from "../app/store.ts";
import type { Store } from "../app/store.ts";
import { answer, UNREACHABLE } from "./answers.ts";
import type { Rendered, Rendering } from "./rendering.tsx";
import { renderRoutes } from "./rendering.tsx";
import { TestWire } from "./test-wire.ts";
import type { Sent } from "./test-wire.ts";
import { RoomPage } from "../pages/room/room-page.tsx";
import type { LanguageView } from "../api/types.ts";
import { keepStay } from "../pages/room/stay-record.ts";
import type { Open } from "../pages/room/stay.ts";

/** One socket, seen from the server. What it says is drawn before a test goes on. */
export class ServerWire extends TestWire {
  readonly #shown: () => void;

  /** `shown` has what was said drawn at once instead of with the next frame. */
  constructor(shown: () => void) {
    super();
    this.#shown = shown;
  }

  /** The newest message of this type, whatever was sent since; fails if there is none. */
  override last(type: string): Sent {
    const found = this.sent.findLast((message) => message.type === type);
    if (found === undefined) throw new Error(`the page has said no ${type}`);
    return found;
  }

  override says(...messages: object[]): void {
    act(() => {
      for (const message of messages) super.says(message);
      this.#shown();
    });
  }

  override breaks(code: number, reason = ""): void {
    act(() => {
      super.breaks(code, reason);
    });
  }
}

export const ADA = { session_id: "ada", name: "Ada", kind: "person", speaks: "en", hears: ["en"] };
export const LUCIA = { session_id: "lucia", name: "Lucía", kind: "person", speaks: "es", hears: ["es"] };

export const LANGUAGES: LanguageView[] = [
  { code: "ca", name: "Catalan", speak: false, hear: false, type: true, read: true },
  {
    code: "de",
    name: "German",
    speak: false,
    hear: false,
    type: false,
    read: false,
    reason: "no German model is here",
  },
  { code: "en", name: "English", speak: true, hear: true, type: true, read: true },
  { code: "es", name: "Spanish", speak: true, hear: true, type: true, read: true },
];

export class RoomServer {
  readonly wires: ServerWire[] = [];
  /** Answers by path; a missing one is a network that is down. */
  readonly answers = new Map<string, () => Response | Promise<Response>>([
    ["/api/languages", () => Response.json({ languages: LANGUAGES })],
  ]);
  readonly asked: readonly Request[];
  #store: Store | undefined;

  constructor() {
    this.asked = answer((path) => this.answers.get(path) ?? UNREACHABLE);
  }

  readonly open: Open = () => {
    const wire = new ServerWire(() => {
      this.#store?.dispatch({ type: "testing/shown" });
    });
    this.wires.push(wire);
    return wire;
  };

  get wire(): ServerWire {
    const wire = this.wires.at(-1);
    if (wire === undefined) throw new Error("the page has opened no socket");
    return wire;
  }

  async visit(address: string, rendering: Rendering = {}): Promise<Rendered> {
    this.#store = rendering.store ?? makeStore();
    return renderRoutes(this.routes(), { ...rendering, store: this.#store, address });
  }

  routes(): RouteObject[] {
    return [
      {
        path: "/rooms/:roomId?",
        // As high as a window, as the frame makes it.
        element: (
          <Box sx={{ height: 760, display: "flex", flexDirection: "column" }}>
            <RoomPage open={this.open} />
          </Box>
        ),
      },
    ];
  }

  /** Ada is in the room `lobby`, with whoever else. */
  async enter(others: object[] = [], rendering: Rendering = {}): Promise<Rendered> {
    keepStay({ roomId: "lobby", name: "Ada", speaks: "en", hears: "en" });
    const rendered = await this.visit("/rooms/lobby", rendering);
    await waitFor(() => {
      expect(this.wires).toHaveLength(1);
    });
    this.admits(others);
    await screen.findByRole("group", { name: /Captions|Subtítulos/u });
    return rendered;
  }

  /** Greets, and answers the wish for a session. */
  admits(others: object[] = [], extra: object = {}): void {
    this.wire.says({ type: "connected", connection_id: "c1", protocol: 1 });
    const { id } = this.wire.last("create_session");
    this.wire.says({
      type: "session_created",
      ref: id,
      session_id: "ada",
      room_id: "lobby",
      resume_token: "secret",
      seq: 1,
      participants: [ADA, ...others],
      ...extra,
    });
  }

  /** Greets, and answers the wish to go on with the session. */
  recovers({ missed = 0, gap = false, seq = 10 } = {}): void {
    this.wire.says({ type: "connected", connection_id: "c2", protocol: 1 });
    const { id } = this.wire.last("recover_session");
    this.wire.says({
      type: "session_recovered",
      ref: id,
      session_id: "ada",
      room_id: "lobby",
      resume_token: "secret",
      seq,
      missed,
      gap,
      participants: [ADA, LUCIA],
    });
  }
}

let utterances = 0;

/** A transcription by Lucía, final, as `extra` changes it. */
export function transcription(text: string, extra: object = {}): object {
  utterances += 1;
  return {
    type: "transcription",
    seq: 1_000 + utterances,
    room_id: "lobby",
    utterance_id: `u${utterances}`,
    revision: 0,
    speaker: { session_id: "lucia", name: "Lucía" },
    language: "es",
    text,
    final: true,
    started_at: "2026-11-21T09:30:00Z",
    engine: "local",
    ...extra,
  };
}

/** A translation into English. */
export function translation(text: string, extra: object = {}): object {
  return { ...transcription(text), type: "translation", language: "en", source_language: "es", ...extra };
}
