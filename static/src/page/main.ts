// The page: the entrance, where a person says who they are, and the room behind it.
import { element } from "./element.ts";
import { choose, fetchLanguages, fillHears, fillSpeaks } from "./languages.ts";
import type { Language } from "./languages.ts";
import { clearNotice, showProblem } from "./notices.ts";
import { Room } from "./room.ts";

const entrance = element("entrance", HTMLElement);
const inside = element("inside", HTMLElement);
const join = element("join", HTMLFormElement);
const nameField = element("name", HTMLInputElement);
const roomField = element("room", HTMLInputElement);
const speaksField = element("speaks", HTMLSelectElement);
const hearsField = element("hears", HTMLSelectElement);
const enterButton = element("enter", HTMLButtonElement);
const roomName = element("room-name", HTMLElement);
const speaksNow = element("speaks-now", HTMLSelectElement);
const hearsNow = element("hears-now", HTMLSelectElement);
const microphoneButton = element("microphone", HTMLButtonElement);
const unspoken = element("unspoken", HTMLElement);
const textField = element("text", HTMLInputElement);
const volume = element("volume", HTMLInputElement);
const link = element("link", HTMLInputElement);
const copyButton = element("copy", HTMLButtonElement);

/** What is remembered in this browser for the next visit. */
type Remembered = "name" | "speaks" | "hears" | "volume";

const LANGUAGES_RETRY_MS = 3_000;

let languages: Language[] = [];
let room: Room | undefined;

prepare();

function prepare(): void {
  nameField.value = recall("name") ?? "";
  volume.value = recall("volume") ?? volume.value;
  roomField.value = new URLSearchParams(location.search).get("room") ?? "lobby";
  join.addEventListener("submit", (event) => {
    event.preventDefault();
    enter();
  });
  element("write", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    write();
  });
  microphoneButton.addEventListener("click", () => {
    void room?.toggleMicrophone();
  });
  element("leave", HTMLButtonElement).addEventListener("click", () => room?.leave());
  element("retry", HTMLButtonElement).addEventListener("click", () => room?.retryNow());
  volume.addEventListener("input", () => {
    remember("volume", volume.value);
    room?.setVolume(volume.valueAsNumber / 100);
  });
  for (const field of [speaksNow, hearsNow]) field.addEventListener("change", changeLanguages);
  copyButton.addEventListener("click", () => void copyLink());
  window.addEventListener("online", () => room?.retryNow());
  // Otherwise the others would see this person for as long as the server keeps a session that nobody uses.
  window.addEventListener("pagehide", () => room?.leave());
  void loadLanguages();
}

async function loadLanguages(): Promise<void> {
  try {
    languages = await fetchLanguages();
  } catch {
    showProblem("languages", "The server does not answer, so its languages are unknown. The page keeps trying.");
    setTimeout(() => void loadLanguages(), LANGUAGES_RETRY_MS);
    return;
  }
  clearNotice("languages");
  for (const field of [speaksField, speaksNow]) fillSpeaks(field, languages);
  for (const field of [hearsField, hearsNow]) fillHears(field, languages);
  const own = navigator.language;
  const wishes = [own, own.split("-")[0] ?? own, "en"];
  choose(speaksField, [recall("speaks"), ...wishes]);
  choose(hearsField, [recall("hears"), ...wishes]);
  enterButton.disabled = hearsField.value === "" || speaksField.value === "";
  if (enterButton.disabled) {
    showProblem(
      "languages",
      "This server has no engine for any language. Whoever runs it sees at /api/engines what to install.",
    );
  }
}

function enter(): void {
  const stay = {
    name: nameField.value.trim(),
    roomId: roomField.value.trim(),
    speaks: speaksField.value,
    hears: hearsField.value,
  };
  remember("name", stay.name);
  remember("speaks", stay.speaks);
  remember("hears", stay.hears);
  clearNotice("connection");
  entrance.hidden = true;
  inside.hidden = false;
  roomName.hidden = false;
  roomName.textContent = stay.roomId;
  document.title = `${stay.roomId} · Interpres`;
  const address = new URL(location.href);
  address.search = new URLSearchParams({ room: stay.roomId }).toString();
  history.replaceState(null, "", address);
  link.value = address.href;
  speaksNow.value = stay.speaks;
  hearsNow.value = stay.hears;
  room = new Room(stay, languageName, () => {
    showEntrance();
  });
  room.setVolume(volume.valueAsNumber / 100);
  offerMicrophone();
  textField.focus();
}

function showEntrance(): void {
  room = undefined;
  inside.hidden = true;
  roomName.hidden = true;
  entrance.hidden = false;
  document.title = "Interpres";
  enterButton.focus();
}

function write(): void {
  const text = textField.value.trim();
  if (text !== "" && room?.sendText(text) === true) textField.value = "";
  textField.focus();
}

function changeLanguages(): void {
  remember("speaks", speaksNow.value);
  remember("hears", hearsNow.value);
  speaksField.value = speaksNow.value;
  hearsField.value = hearsNow.value;
  room?.setLanguages(speaksNow.value, hearsNow.value);
  offerMicrophone();
}

/** A microphone for a language that nobody here would understand only leads to an error. */
function offerMicrophone(): void {
  const recognised = languages.some((language) => language.code === speaksNow.value && language.speak);
  microphoneButton.disabled = !recognised;
  unspoken.hidden = recognised;
  unspoken.textContent = recognised
    ? ""
    : `${languageName(speaksNow.value)} is not recognised here when spoken. Type it.`;
  if (!recognised) room?.closeMicrophone();
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(link.value);
    copyButton.textContent = "Copied";
  } catch {
    // Without permission, or outside a secure context: at least one key press away.
    link.select();
    copyButton.textContent = "Press Ctrl+C";
  }
}

function languageName(code: string): string {
  return languages.find((language) => language.code === code)?.name ?? code;
}

function recall(what: Remembered): string | null {
  try {
    return localStorage.getItem(`interpres.${what}`);
  } catch {
    return null;
  }
}

function remember(what: Remembered, value: string): void {
  try {
    localStorage.setItem(`interpres.${what}`, value);
  } catch {
    // A browser that keeps nothing only asks again next time.
  }
}
