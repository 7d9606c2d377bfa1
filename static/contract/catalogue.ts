// The part of the AsyncAPI document that the test page needs: what a client may send, in the words that its form knows. Pure.
import { isObject } from "../src/pages/websocket-test/schema.ts";
import type { Schema } from "../src/pages/websocket-test/schema.ts";

const WORDS: ReadonlySet<string> = new Set([
  "$ref",
  "title",
  "description",
  "type",
  "const",
  "enum",
  "properties",
  "required",
  "items",
  "oneOf",
  "anyOf",
  "allOf",
  "examples",
] satisfies (keyof Schema)[]);

/** The messages of the union `ClientMessage` in its order, and after them whatever they refer to. */
export function catalogueOf(schemas: Readonly<Record<string, unknown>>): unknown {
  const found = new Map<string, unknown>();
  let wanted = referencesIn(schemas.ClientMessage);
  if (wanted.length === 0) throw new Error("the document has no ClientMessage that names messages");
  while (wanted.length > 0) {
    for (const name of wanted) found.set(name, needed(schemas[name]));
    wanted = referencesIn([...found.values()]).filter((name) => !found.has(name));
  }
  return { components: { schemas: Object.fromEntries(found) } };
}

function referencesIn(schema: unknown): string[] {
  const references = JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(?<name>\w+)"/gu);
  return [...references].flatMap(({ groups }) => groups?.name ?? []);
}

/** Schemas without the words that no form asks for. */
function needed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(needed);
  if (!isObject(schema)) return schema;
  const words = Object.entries(schema).filter(([word]) => WORDS.has(word));
  return Object.fromEntries(
    words.map(([word, said]) => {
      // Its words are the names of fields.
      if (word !== "properties" || !isObject(said)) return [word, needed(said)];
      return [word, Object.fromEntries(Object.entries(said).map(([name, field]) => [name, needed(field)]))];
    }),
  );
}
