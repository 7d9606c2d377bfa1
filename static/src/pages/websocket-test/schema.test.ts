// Reading of schemas, and that the catalogue made of the server's is told in both languages.
import { expect, test } from "vitest";
import { websocketTest as spanish } from "../../i18n/es/websocket-test.ts";
import { CLIENT_MESSAGES } from "./catalogue.ts";
import { kindOf, messagesOf, missingIn, nameOf, resolve, variantsOf } from "./schema.ts";
import type { Schema, SchemaDocument } from "./schema.ts";

/** Names of the fields of a schema, those within its variants too. */
function fieldsOf(schema: Schema): string[] {
  return [...Object.keys(schema.properties ?? {}), ...variantsOf(schema).flatMap(fieldsOf)];
}

test("every message and every field is explained in Spanish too", () => {
  const messages = messagesOf(CLIENT_MESSAGES).map(({ type }) => type);
  expect(messages).toContain("create_session");
  const fields = Object.values(CLIENT_MESSAGES.components.schemas).flatMap(fieldsOf);
  const wanted = [
    ...messages.map((type) => `message_${type}`),
    ...fields.filter((name) => name !== "type").map((name) => `field_${name}`),
  ];
  expect([...new Set(wanted)].sort()).toEqual(Object.keys(spanish.help).sort());
});

test("shapes are named by their title, or by what they hold", () => {
  expect(nameOf({ title: "A shape", type: "string" })).toBe("A shape");
  expect(nameOf({ type: "boolean" })).toBe("true / false");
  expect(nameOf({ type: "object", properties: { a: {}, b: {} } })).toBe("a, b");
  expect(nameOf({ type: "string" })).toBe("text");
});

const DOCUMENT: SchemaDocument = {
  components: {
    schemas: {
      Name: { type: "string" },
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
  [{ type: ["string", "number"] }, "text"],
  [{ type: ["integer", "boolean"] }, "json"],
  [{ type: "array", items: { type: "number" } }, "json"],
  [{ type: "array", items: { $ref: "#/components/schemas/Name" } }, "list"],
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
