// What the telephone looks like: elements that are made once, and shown as its state is.
import type { Person, State, Telephone } from "./telephone.ts";
import type { Texts } from "./texts.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const USUAL_CALLER = "+14255550123";
/** Under which the browser keeps what was written last. */
const KEPT = "telephone.";

/** The telephone's own part of a page. */
export class View {
  readonly root: HTMLElement;
  readonly #telephone: Telephone;
  readonly #texts: Texts;
  readonly #status = make("p", { class: "status", role: "status" });
  readonly #timer = make("p", { class: "timer" });
  readonly #problem = make("p", { class: "problem", role: "alert" });
  readonly #notes = make("ul", { class: "notes" });
  readonly #dial = make("form", { class: "dial" });
  readonly #to: HTMLInputElement;
  readonly #from: HTMLInputElement;
  readonly #name: HTMLInputElement;
  readonly #wait = make("input", { type: "checkbox", "aria-describedby": "wait-more" });
  readonly #call: HTMLButtonElement;
  readonly #ringing = make("div", { class: "actions" });
  readonly #answer: HTMLButtonElement;
  readonly #inCall = make("div", { class: "in-call" });
  readonly #mute: HTMLButtonElement;
  readonly #hangUp: HTMLButtonElement;
  readonly #said: Meter;
  readonly #heard: Meter;
  readonly #keypad: HTMLButtonElement[];
  readonly #facts = make("p", { class: "facts" });
  readonly #happenings = make("ol", { class: "happenings", tabindex: "0", lang: "en" });
  readonly #nothing: HTMLElement;
  #shown: State | undefined;

  constructor(telephone: Telephone, texts: Texts) {
    this.#telephone = telephone;
    this.#texts = texts;
    this.#to = make("input", { name: "to", required: "", autocomplete: "off", spellcheck: "false" });
    this.#to.value = kept("to") ?? "";
    this.#from = make("input", { name: "from", required: "", autocomplete: "off", spellcheck: "false" });
    this.#from.value = kept("from") ?? USUAL_CALLER;
    this.#name = make("input", { name: "name", autocomplete: "off", maxlength: "100" });
    this.#name.value = kept("name") ?? "";
    this.#call = make("button", { type: "submit", class: "go" }, texts.call);
    this.#answer = button(texts.answer, "go", () => void telephone.answer());
    this.#mute = button(texts.mute, "plain", () => {
      telephone.mute(!telephone.state.muted);
    });
    this.#hangUp = button(texts.hangUp, "stop", () => {
      telephone.hangUp();
    });
    this.#said = new Meter(texts.you);
    this.#heard = new Meter(texts.other);
    this.#keypad = KEYS.map((key) =>
      button(key, "key", () => {
        telephone.press(key);
      }),
    );
    this.#nothing = make("p", { class: "nothing" }, texts.nothingYet);
    this.root = this.#assemble();
    this.show();
  }

  /** Whom the person calls as. */
  get #person(): Person {
    return { identifier: this.#from.value.trim(), name: this.#name.value.trim() };
  }

  /** Shows the telephone as it is now. */
  show(): void {
    const { state } = this.#telephone;
    const before = this.#shown;
    this.#shown = state;
    const { phase, connected, problem } = state;
    const isIdle = phase === "idle" || phase === "opening";
    const isBusy = phase === "calling" || phase === "live";
    this.root.dataset.phase = connected ? phase : "offline";
    say(this.#status, this.#statusOf(state));
    const more = problem === "refused" ? ` ${state.detail}` : "";
    say(this.#problem, problem === undefined ? "" : this.#texts.problems[problem] + more);
    this.#problem.hidden = problem === undefined;
    this.#dial.hidden = !isIdle;
    this.#call.disabled = !connected || phase === "opening";
    this.#wait.disabled = !connected;
    this.#wait.checked = state.waiting;
    this.#ringing.hidden = phase !== "rings";
    this.#inCall.hidden = !isBusy;
    this.#timer.hidden = phase !== "live";
    this.#mute.toggleAttribute("data-muted", state.muted);
    say(this.#mute, state.muted ? this.#texts.unmute : this.#texts.mute);
    for (const key of [...this.#keypad, this.#mute]) key.disabled = phase !== "live";
    if (state.hello !== before?.hello) this.#showHello(state);
    if (state.call !== before?.call) this.#showFacts(state);
    if (state.happenings !== before?.happenings) this.#showHappenings(state);
    if (before !== undefined && before.phase !== phase) this.#moveFocus(phase);
  }

  /** Shows what changes all the time: how loud it is, and how long the call lasts. */
  tick(): void {
    const { said, heard } = this.#telephone.levels;
    this.#said.show(said);
    this.#heard.show(heard);
    const { since } = this.#telephone.state;
    const seconds = since === undefined ? 0 : Math.floor((Date.now() - since) / 1_000);
    say(this.#timer, `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, "0")}`);
  }

  #statusOf({ connected, phase, waiting, muted, call, rings, ended, hello }: State): string {
    const texts = this.#texts;
    if (!connected) return texts.offline;
    switch (phase) {
      case "idle":
        if (ended !== undefined) return texts.ended[ended] ?? texts.endedOtherwise(ended);
        return waiting ? texts.waiting : texts.ready;
      case "opening":
        return texts.opening;
      case "calling":
        return texts.calling(Math.round(hello?.ringSeconds ?? 0));
      case "rings":
        return texts.rings(plain(rings));
      case "live":
        if (call?.sounds !== true) return texts.joining;
        return muted ? texts.isMuted : texts.connected;
    }
  }

  #showHello({ hello }: State): void {
    if (hello === undefined) return;
    this.#to.placeholder = hello.number;
    if (this.#to.value === "") this.#to.value = hello.number;
    const { noEvents, otherPace, headphones } = this.#texts;
    const notes = [headphones];
    if (!hello.events) notes.push(noEvents);
    if (hello.timeScale !== 1) notes.push(otherPace(hello.timeScale));
    this.#notes.replaceChildren(...notes.map((note) => make("li", {}, note)));
  }

  #showFacts({ call }: State): void {
    say(this.#facts, call === undefined ? "" : `${call.id}: ${plain(call.from)} → ${plain(call.to)}`);
  }

  #showHappenings({ happenings }: State): void {
    const first = happenings[0]?.at ?? 0;
    const lines = happenings.map(({ at, what }) =>
      make("li", {}, make("span", { class: "at" }, `${(at - first).toFixed(2)} s`), ` ${what}`),
    );
    this.#happenings.replaceChildren(...lines);
    this.#happenings.hidden = lines.length === 0;
    this.#nothing.hidden = lines.length > 0;
    this.#happenings.scrollTop = this.#happenings.scrollHeight;
  }

  /** What had the focus is hidden now; it goes to what is done next. */
  #moveFocus(phase: State["phase"]): void {
    const { activeElement } = document;
    const isLost = activeElement === null || activeElement === document.body || !isVisible(activeElement);
    if (!isLost) return;
    if (phase === "calling" || phase === "live") this.#hangUp.focus();
    else if (phase === "rings") this.#answer.focus();
    else if (phase === "idle") this.#call.focus();
  }

  #assemble(): HTMLElement {
    const texts = this.#texts;
    const field = (label: string, input: HTMLInputElement) => make("label", {}, make("span", {}, label), input);
    this.#dial.append(
      field(texts.callee, this.#to),
      field(texts.caller, this.#from),
      field(texts.name, this.#name),
      this.#call,
      make("label", { class: "switch" }, this.#wait, make("span", {}, texts.wait)),
      make("p", { class: "more", id: "wait-more" }, texts.waitMore),
    );
    this.#dial.addEventListener("submit", (event) => {
      event.preventDefault();
      for (const input of [this.#to, this.#from, this.#name]) keep(input.name, input.value.trim());
      void this.#telephone.call(this.#to.value.trim(), this.#person);
    });
    this.#wait.addEventListener("change", () => {
      if (this.#wait.checked) this.#telephone.wait(this.#person);
      else this.#telephone.stopWaiting();
    });
    this.#from.addEventListener("change", () => {
      if (this.#telephone.state.waiting) this.#telephone.wait(this.#person);
    });
    this.#ringing.append(
      this.#answer,
      button(texts.decline, "stop", () => {
        this.#telephone.decline();
      }),
    );
    const level = (label: string, { element }: Meter) =>
      make("div", { class: "level" }, make("span", { "aria-hidden": "true" }, label), element);
    this.#inCall.append(
      level(texts.you, this.#said),
      level(texts.other, this.#heard),
      make("div", { class: "actions" }, this.#mute, this.#hangUp),
      make("div", { class: "keypad", role: "group", "aria-label": texts.keypad }, ...this.#keypad),
    );
    this.#happenings.setAttribute("aria-label", texts.timeline);
    return make(
      "main",
      {},
      make("header", {}, make("h1", {}, texts.title), make("p", {}, texts.about)),
      make(
        "div",
        { class: "columns" },
        make(
          "section",
          { class: "phone", "aria-label": texts.title },
          make("div", { class: "display" }, this.#status, this.#timer, this.#facts),
          this.#problem,
          this.#dial,
          this.#ringing,
          this.#inCall,
          this.#notes,
        ),
        make("section", { class: "story" }, make("h2", {}, texts.timeline), this.#nothing, this.#happenings),
      ),
    );
  }
}

/** How loud it is, as a bar: it rises at once and falls slowly. */
class Meter {
  readonly element: HTMLElement;
  #level = 0;

  constructor(name: string) {
    const range = { "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0" };
    this.element = make("div", { class: "meter", role: "meter", "aria-label": name, ...range });
  }

  /** A level from 0 to 1; speech is seldom louder than a third. */
  show(level: number): void {
    this.#level = Math.max(Math.min(1, level * 3), this.#level * 0.94);
    const percent = String(Math.round(this.#level * 100));
    if (this.element.getAttribute("aria-valuenow") === percent) return;
    this.element.setAttribute("aria-valuenow", percent);
    this.element.style.setProperty("--level", `${percent}%`);
  }
}

/** A raw id as people know it: a phone number without what stands before it. */
function plain(raw: string): string {
  return raw.startsWith("4:+") ? raw.slice(2) : raw;
}

function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function button(text: string, kind: string, onClick: () => void): HTMLButtonElement {
  const element = make("button", { type: "button", class: kind }, text);
  element.addEventListener("click", onClick);
  return element;
}

/** Changes a text only if it is another: screen readers say what is changed. */
function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function isVisible(element: Element): boolean {
  return element.checkVisibility() && !element.matches(":disabled");
}

function kept(name: string): string | null {
  return localStorage.getItem(KEPT + name);
}

function keep(name: string, value: string): void {
  localStorage.setItem(KEPT + name, value);
}
