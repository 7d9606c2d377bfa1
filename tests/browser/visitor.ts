// A person in front of the page: a Chromium of their own, driven the way a person would.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

/** Debian's; others of Playwright's own making reject the microphone. */
const CHROMIUM = "/usr/bin/chromium";
/** For what depends on engines that may have to be started on a busy machine. */
export const PATIENCE_MS = 60_000;

const SILENT_NETWORK = [
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

export interface Visit {
  /** A WAV file that the microphone hears once. Without it, it hears Chromium's own beeps. */
  recording?: string;
  /** The person answers the browser's question for the microphone with no. */
  refusesMicrophone?: boolean;
  /** Which of the two looks; light when absent. */
  look?: BrowserContextOptions["colorScheme"];
  width?: number;
}

export interface Choice {
  name: string;
  room: string;
  speaks: string;
  hears: string;
}

export class Visitor {
  readonly page: Page;
  /** What the page reported to the console as an error. */
  readonly complaints: string[] = [];
  /** Addresses that the page asked for. */
  readonly requests: string[] = [];
  readonly #browser: Browser;
  readonly #audio: Buffer[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("websocket", (socket) => {
      this.requests.push(socket.url());
      socket.on("framereceived", ({ payload }) => {
        if (typeof payload !== "string") this.#audio.push(payload);
      });
    });
  }

  static async arrive(address: string, visit: Visit = {}): Promise<Visitor> {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        ...SILENT_NETWORK,
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-device-for-media-stream",
        `--use-fake-ui-for-media-stream${visit.refusesMicrophone === true ? "=deny" : ""}`,
        ...(visit.recording === undefined ? [] : [`--use-file-for-fake-audio-capture=${visit.recording}%noloop`]),
      ],
    });
    try {
      const context = await browser.newContext({
        colorScheme: visit.look ?? "light",
        locale: "en-GB",
        viewport: { width: visit.width ?? 1280, height: 800 },
      });
      const page = await context.newPage();
      const visitor = new Visitor(browser, page);
      await page.addInitScript(COUNT_SOUNDS);
      await page.goto(address);
      return visitor;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async leave(): Promise<void> {
    await this.#browser.close();
  }

  /** Fills in the entrance, joins, and waits until the room is there. */
  async join(choice: Choice): Promise<void> {
    await this.page.getByLabel("Your name").fill(choice.name);
    await this.page.getByLabel("Room", { exact: true }).fill(choice.room);
    await this.page.locator("#speaks").selectOption(choice.speaks);
    await this.page.locator("#hears").selectOption(choice.hears);
    await this.page.getByRole("button", { name: "Join the room" }).click();
    await this.connected();
  }

  async connected(): Promise<void> {
    await this.page.locator("#connection[data-state=online]").waitFor({ timeout: PATIENCE_MS });
  }

  async type(text: string): Promise<void> {
    await this.page.getByLabel("Type what you want to say").fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** The captions whose text on one side matches. */
  captions(side: "source" | "translation", state: "partial" | "final", text: RegExp): Locator {
    return this.page.locator(`.side.${side}.${state} .words`).filter({ hasText: text });
  }

  /** Samples of translated audio that came over the wire so far. */
  receivedSamples(): Int16Array {
    const frames = this.#audio.filter((frame) => frame.readUInt8(0) === 1);
    const samples = frames.flatMap((frame) => {
      const header = frame.readUInt16LE(2);
      return Array.from({ length: (frame.length - header) >> 1 }, (_, index) => frame.readInt16LE(header + 2 * index));
    });
    return Int16Array.from(samples);
  }

  /** Seconds of sound that the page has begun to play, and its loudest sample as a share of full scale. */
  async playedSound(): Promise<{ seconds: number; peak: number }> {
    return this.page.evaluate("globalThis.playedSound");
  }
}

/** Watches, in the page, what is given to the speakers: no test machine has any. Text, as the page's policy allows no more. */
const COUNT_SOUNDS = `
  globalThis.playedSound = { seconds: 0, peak: 0 };
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) {
    playedSound.seconds += this.buffer.duration;
    for (const sample of this.buffer.getChannelData(0)) playedSound.peak = Math.max(playedSound.peak, Math.abs(sample));
    return start.apply(this, when);
  };
`;

/**
 * A WAV file in a folder of its own, with a second of silence before 16 kHz recorded speech: the fake microphone
 * begins to play when the page asks for it, a moment before the page listens.
 */
export async function recordingOf(rawFile: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const rate = 16_000;
  const second = Buffer.alloc(2 * rate);
  const samples = Buffer.concat([second, await readFile(rawFile), second]);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(2 * rate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.length, 40);
  const folder = await mkdtemp(join(tmpdir(), "interpres-speech-"));
  const path = join(folder, "speech.wav");
  await writeFile(path, Buffer.concat([header, samples]));
  return { path, remove: () => rm(folder, { recursive: true }) };
}
