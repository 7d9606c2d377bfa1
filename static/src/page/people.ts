// Who is in the room, what each speaks and hears, and who is talking.
import { avatar } from "./avatar.ts";
import { create, element } from "./element.ts";
import type { Participant } from "../client/protocol.ts";

const list = element("people", HTMLUListElement);

export class People {
  readonly #languageName: (code: string) => string;
  readonly #people = new Map<string, Participant>();
  readonly #talking = new Set<string>();
  #ownId: string | undefined;

  constructor(languageName: (code: string) => string) {
    this.#languageName = languageName;
  }

  replace(people: readonly Participant[], ownId: string | undefined): void {
    this.#people.clear();
    this.#talking.clear();
    this.#ownId = ownId;
    for (const person of people) this.#people.set(person.session_id, person);
    this.#draw();
  }

  put(person: Participant): void {
    this.#people.set(person.session_id, person);
    this.#draw();
  }

  remove(sessionId: string): void {
    this.#people.delete(sessionId);
    this.#talking.delete(sessionId);
    this.#draw();
  }

  talks(sessionId: string, talking: boolean): void {
    if (talking) this.#talking.add(sessionId);
    else this.#talking.delete(sessionId);
    this.#draw();
  }

  #draw(): void {
    list.replaceChildren(...[...this.#people.values()].map((person) => this.#drawPerson(person)));
  }

  #drawPerson(person: Participant): HTMLLIElement {
    const talking = this.#talking.has(person.session_id);
    const own = person.session_id === this.#ownId;
    const item = create("li", talking ? "person talking" : "person");
    const name = create("span", "who", own ? `${person.name} (you)` : person.name);
    const kind = person.kind === "person" ? "" : ` · ${person.kind}`;
    const speaks = this.#spoken(person.speaks);
    const hears = person.hears.map(this.#languageName).join(", ");
    const languages = hears === "" ? `speaks ${speaks}${kind}` : `speaks ${speaks}, hears ${hears}${kind}`;
    item.append(avatar({ id: person.session_id, name: person.name }), name, create("span", "languages", languages));
    if (talking) item.append(create("span", "badge", "talking"));
    return item;
  }

  #spoken(code: string): string {
    return code === "auto" ? "any language" : this.#languageName(code);
  }
}
