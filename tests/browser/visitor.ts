// A person in front of the page: a Chromium of their own, driven the way a person would.
import assert from "node:assert/strict";
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
  height?: number;
  /** Where they arrive; the rooms when absent. */
  path?: string;
}

export interface Choice {
  name: string;
  room: string;
  /** Languages by their English names. */
  speaks: string;
  hears: string;
}

/** What the loudspeakers were given. */
export interface Sound {
  /** The loudest sample as a share of full scale. */
  peak: number;
  /** How often, of looks 20 ms apart, there was sound. */
  loud: number;
}

export class Visitor {
  readonly page: Page;
  /** What any of their pages reported to the console as an error. */
  readonly complaints: string[] = [];
  /** Addresses that their pages asked for. */
  readonly requests: string[] = [];
  readonly #browser: Browser;
  readonly #audio: Buffer[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    this.#watch(page);
    page.context().on("page", (another) => {
      this.#watch(another);
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
        viewport: { width: visit.width ?? 1280, height: visit.height ?? 800 },
      });
      await context.addInitScript(SAMPLE_SOUND);
      const visitor = new Visitor(browser, await context.newPage());
      await visitor.page.goto(address + (visit.path ?? "/rooms"));
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
    const { page } = this;
    await page.getByLabel("Your name").fill(choice.name);
    await page.getByLabel("Room", { exact: false }).and(page.getByRole("textbox")).last().fill(choice.room);
    await this.choose("I speak", choice.speaks);
    await this.choose("I hear", choice.hears);
    await page.getByRole("button", { name: "Join the room" }).click();
    await this.connected();
  }

  /** Chooses a language in one of the two fields. */
  async choose(field: "I speak" | "I hear", language: string): Promise<void> {
    await this.page.getByRole("combobox", { name: field }).click();
    await this.page.getByRole("option", { name: language }).first().click();
    await this.page.getByRole("listbox").waitFor({ state: "detached" });
  }

  async connected(page = this.page): Promise<void> {
    await page.locator("[data-connection=online]").waitFor({ timeout: PATIENCE_MS });
  }

  async type(text: string, page = this.page): Promise<void> {
    const field = page.getByRole("textbox", { name: "Write what you want to say" });
    await field.fill(text);
    await field.press("Enter");
  }

  /** Those in the room, as the page lists them. */
  people(): Locator {
    return this.page.getByRole("list", { name: "In this room" }).getByRole("listitem");
  }

  /** The captions whose text on one side matches. */
  captions(side: "source" | "translation", state: "partial" | "final", text: RegExp, page = this.page): Locator {
    return page.locator(`[data-side=${side}][data-state=${state}] [lang]`).filter({ hasText: text });
  }

  /** The texts on one side, from the oldest to the newest. */
  async texts(side: "source" | "translation", page = this.page): Promise<string[]> {
    return page.locator(`[data-side=${side}] [lang]`).allInnerTexts();
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

  /** What the page has given to the loudspeakers so far. */
  async playedSound(): Promise<Sound> {
    return this.page.evaluate("globalThis.playedSound");
  }

  /** Waits until there was sound in so many looks. */
  async hearing(looks: number): Promise<Sound> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const sound = await this.playedSound();
      if (sound.loud >= looks) return sound;
      assert.ok(Date.now() < deadline, `there was sound in ${sound.loud} looks`);
      await this.page.waitForTimeout(100);
    }
  }

  #watch(page: Page): void {
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
}

/**
 * Looks every 20 ms, in the page, at what is given to the loudspeakers: no test machine has any. Text, as the page's policy
 * allows no more.
 */
const SAMPLE_SOUND = `
  globalThis.playedSound = { peak: 0, loud: 0 };
  const connect = AudioNode.prototype.connect;
  const listened = new WeakSet();
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode && to.context instanceof AudioContext && !listened.has(this)) {
      listened.add(this);
      const analyser = new AnalyserNode(to.context, { fftSize: 1024 });
      connect.call(this, analyser);
      const samples = new Float32Array(analyser.fftSize);
      setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const peak = samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
        playedSound.peak = Math.max(playedSound.peak, peak);
        if (peak > 0.01) playedSound.loud += 1;
      }, 20);
    }
    return connect.call(this, to, ...more);
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
