// A real Interpres server for a test: its own port, its own data folder, ended with the test.
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
    await this.#end("SIGKILL");
  }

  /** Starts it again at its address, on what it stored. */
  async revive(): Promise<void> {
    this.#child = (await launch(this.#folder, this.port)).child;
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    await ended;
  }
}

interface Started {
  address: string;
  child: ChildProcess;
}

async function launch(folder: string, port: number): Promise<Started> {
  const child = spawn(BINARY, ["serve"], {
    cwd: folder,
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), DATA_DIR: join(folder, "data") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const address = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`${why}; its log:\n${log.slice(-30).join("\n")}`));
    };
    const late = setTimeout(() => {
      fail("the server did not say where it listens");
    }, START_MS);
    child.once("exit", (code) => {
      clearTimeout(late);
      fail(`the server ended with ${String(code)}`);
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
