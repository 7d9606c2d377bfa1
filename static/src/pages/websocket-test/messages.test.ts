// The catalogue of messages: complete, and told in both languages.
import { expect, test } from "vitest";
import { websocketTest as spanish } from "../../i18n/es/websocket-test.ts";
import server from "../../../../src/domain/client_message.rs?raw";
import { CLIENT_MESSAGES } from "./messages.ts";
import { kindOf, messagesOf, missingIn, resolve } from "./schema.ts";
import type { Schema, SchemaDocument } from "./schema.ts";

test("there is every message that the server reads, and no other", () => {
  const read = [...server.matchAll(/^ {8}"(?<type>[a-z_]+)" => Request::/gmu)].map(({ groups }) => groups?.type);
  expect(read.length).toBeGreaterThan(15);
  expect(
    messagesOf(CLIENT_MESSAGES)
      .map(({ type }) => type)
      .sort(),
  ).toEqual(read.sort());
});

test("every message and every field is explained in Spanish too", () => {
  const wanted = messagesOf(CLIENT_MESSAGES).map(({ type }) => `message_${type}`);
  for (const schema of Object.values(CLIENT_MESSAGES.components.schemas)) {
    for (const name of Object.keys(schema.properties ?? {})) if (name !== "type") wanted.push(`field_${name}`);
  }
  expect([...new Set(wanted)].sort()).toEqual(Object.keys(spanish.help).sort());
});

const DOCUMENT: SchemaDocument = {
  components: {
    schemas: {
      Base: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
      Greeting: {
        description: "Greets.",
        allOf: [
          { $ref: "#/components/schemas/Base" },
          { type: "object", properties: { type: { enum: ["greeting"] } }, required: ["type"] },
        ],
      },
    },
  },
};

test("messages are found in documents that other tools write", () => {
  const [greeting] = messagesOf(DOCUMENT);
  expect(greeting?.type).toBe("greeting");
  expect(greeting?.description).toBe("Greets.");
  expect(Object.keys(greeting?.schema.properties ?? {})).toEqual(["id", "type"]);
  expect(missingIn({ type: "greeting" }, { $ref: "#/components/schemas/Greeting" }, DOCUMENT)).toEqual(["id"]);
  expect(resolve({ $ref: "#/components/schemas/Nowhere", title: "t" }, DOCUMENT)).toEqual({ title: "t" });
});

test.each<[Schema, string]>([
  [{ type: ["string", "null"] }, "text"],
  [{ type: "integer" }, "number"],
  [{ type: "boolean" }, "boolean"],
  [{ enum: ["a", "b"] }, "choice"],
  [{ const: 1 }, "constant"],
  [{ type: "array", items: { type: "string" } }, "list"],
  [{ type: "array", items: { type: "number" } }, "json"],
  [{ type: "object" }, "json"],
  [{ type: "null" }, "json"],
  [{ type: "strange" }, "json"],
  [{ description: "anything" }, "json"],
  [{ anyOf: [{ type: "string" }, { type: "number" }] }, "variants"],
  [{ oneOf: [{ type: "null" }, { type: "string" }], description: "d" }, "text"],
  [{ oneOf: [{ $ref: "#/components/schemas/Base" }, { type: "null" }] }, "object"],
])("%j is asked for as %s", (schema, kind) => {
  expect(kindOf(resolve(schema, DOCUMENT))).toBe(kind);
});
