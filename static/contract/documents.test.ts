// The server's description of its WebSocket held against the specification's own schema. `tests/it/contract` holds the
// document against the server.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

interface Document {
  asyncapi: string;
  channels: Record<string, unknown>;
}

const here = new URL(".", import.meta.url);

async function read(place: string | URL): Promise<unknown> {
  return JSON.parse(await readFile(new URL(place, here), "utf8"));
}

/** The schema of this version of AsyncAPI. The file without `$id`s: Ajv refuses the other, whose ids lie within each other. */
async function specification(version: string): Promise<ValidateFunction> {
  const place = import.meta.resolve(`@asyncapi/specs/schemas/${version}-without-$id.json`);
  // It is written for draft 7 with words of its own.
  const ajv = new Ajv({ strict: false, logger: false });
  addFormats(ajv);
  return ajv.compile((await read(place)) as object);
}

test("the AsyncAPI document is one by the specification", async () => {
  const document = (await read("asyncapi.json")) as Document;
  const validate = await specification(document.asyncapi);
  assert.ok(validate(document), JSON.stringify(validate.errors));
});

test("a document that is none is found out", async () => {
  const document = (await read("asyncapi.json")) as Document;
  const validate = await specification(document.asyncapi);
  assert.equal(validate({ ...document, channels: { ws: { address: 7 } } }), false);
  const { channels, ...rest } = document;
  assert.notDeepEqual(channels, {});
  assert.equal(validate({ ...rest, chanels: channels }), false);
});
