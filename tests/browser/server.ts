// Real processes for a test, ended with it: an Interpres server with its own port and data folder, and an emulator.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = process.env.INTERPRES_BINARY ?? fileURLToPath(new URL("../../target/debug/interpres", import.meta.url));
/** Long enough for a busy machine; only a server that does not start takes it. */
const START_MS = 60_000;

export class Server {
  readonly address: string;
  readonly #folder: string;
  #child: ChildProcess;

  private constructor(started: Started, folder: string) {
    this.address = started.address;
    this.#child = started.child;
    this.#folder = folder;
  }

  /** Starts a server on a free port, with this settings file. */
  static async start(settings = ""): Promise<Server> {
    await access(BINARY).catch(() => {
      assert.fail(`${BINARY} is missing: run cargo build first, or make test`);
    });
    const folder = await mkdtemp(join(tmpdir(), "interpres-browser-"));
    try {
      await mkdir(join(folder, "config"));
      await writeFile(join(folder, "config", "interpres.yaml"), settings);
      return new Server(await launch(folder, 0), folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get port(): number {
    return Number(new URL(this.address).port);
  }

  /** Ends it as a crash would, leaving no time to say anything to anybody. What it stored stays. */
  async kill(): Promise<void> {
    await end(this.#child, "SIGKILL");
  }

  /** Starts it again at its address, on what it stored. */
  async revive(): Promise<void> {
    this.#child = (await launch(this.#folder, this.port)).child;
  }

  async stop(): Promise<void> {
    await end(this.#child, "SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Started {
  address: string;
  child: ChildProcess;
}

function launch(folder: string, port: number): Promise<Started> {
  return listening(["serve"], folder, { HOST: "127.0.0.1", PORT: String(port), DATA_DIR: join(folder, "data") });
}

/** Starts a command of the program, and waits until it says where it listens. */
async function listening(command: string[], folder: string, variables: Record<string, string>): Promise<Started> {
  const child = spawn(BINARY, command, {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const address = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`${why}; its log:\n${log.slice(-30).join("\n")}`));
    };
    const late = setTimeout(() => {
      fail("it did not say where it listens");
    }, START_MS);
    child.once("exit", (code) => {
      clearTimeout(late);
      fail(`it ended with ${String(code)}`);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^listening on (http:\/\/\S+)/u.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    });
  }).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  return { address, child };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Somebody who calls, as the emulator is told. */
export interface Caller {
  identifier: string;
  display_name: string;
  wav: string;
  language: string;
  /** They say it again and again. */
  repeat: boolean;
}

/** An emulator of Azure Communication Services, on a free port, whose people call the server at an address. */
export class CallsEmulator {
  static readonly #KEY = "ZW11bGF0ZWQtZm9yLWFueWJvZHktYW5kLWdvb2QtZm9yLW5vdGhpbmctZWxzZQ==";
  static readonly #SECRET = "the-secret-of-event-grid";
  static readonly #RESOURCE = "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4";
  readonly #address: string;
  readonly #child: ChildProcess;
  /** What a server is set to that is called: of its `acs` and `server`. */
  readonly settings: string;

  private constructor({ address, child }: Started, server: string) {
    this.#address = address;
    this.#child = child;
    this.settings = `
server:
  public_url: ${server}
acs:
  connection_string: endpoint=${address}/;accesskey=${CallsEmulator.#KEY}
  audience: ${CallsEmulator.#RESOURCE}
  openid_url: ${address}/calling/.well-known/acsopenidconfiguration
  events: { secret: ${CallsEmulator.#SECRET} }
`;
  }

  /** Starts it for a server that will be reached at `server`. */
  static async start(server: string): Promise<CallsEmulator> {
    const events = `${server}/incoming-call?secret=${CallsEmulator.#SECRET}`;
    const command = ["emulate", "acs", "--port", "0", "--quiet", "--events-url", events];
    return new CallsEmulator(await listening(command, tmpdir(), {}), server);
  }

  /** Has somebody call, and gives the call's id. */
  async call(caller: Caller): Promise<string> {
    const { id } = await this.#ask("POST", "", { caller });
    assert.ok(typeof id === "string");
    return id;
  }

  /** One of the call hangs up. */
  async hangUp(call: string, identifier: string): Promise<void> {
    await this.#ask("DELETE", `/${call}/people/${encodeURIComponent(identifier)}`);
  }

  /** How many legs are open, which would cost money. */
  async openLegs(): Promise<unknown> {
    return (await this.#ask("GET", "")).open_legs;
  }

  async stop(): Promise<void> {
    await end(this.#child, "SIGTERM");
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.#address}/_emulator/calls${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }
}

/** An emulator of OpenAI's realtime services, on a free port, with this machine's engine behind it. */
export class RealtimeEmulator {
  static readonly KEY = "sk-emulated-for-anybody";
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor({ address, child }: Started) {
    this.address = address;
    this.#child = child;
  }

  static async start(): Promise<RealtimeEmulator> {
    const command = ["emulate", "realtime", "--port", "0", "--key", RealtimeEmulator.KEY];
    return new RealtimeEmulator(await listening(command, tmpdir(), {}));
  }

  async stop(): Promise<void> {
    await end(this.#child, "SIGTERM");
  }
}

/** An emulator of Communication Services, on a free port, whose events go to this address. */
export class AcsEmulator {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor({ address, child }: Started) {
    this.address = address;
    this.#child = child;
  }

  static async start(events: string): Promise<AcsEmulator> {
    const command = ["emulate", "acs", "--port", "0", "--events-url", events];
    return new AcsEmulator(await listening(command, tmpdir(), {}));
  }

  async stop(): Promise<void> {
    await end(this.#child, "SIGTERM");
  }
}
