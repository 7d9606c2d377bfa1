// Writes what the page takes from the contract's two documents: their types, and the catalogue of messages that the test
// page offers. `npm run contract`, or with `--check` fails if something is not as the documents say. They are the server's
// own; `make contract` writes them anew.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";
import type { OpenAPI3 } from "openapi-typescript";
import { format } from "prettier";
import { catalogueOf } from "./catalogue.ts";

type Schemas = NonNullable<NonNullable<OpenAPI3["components"]>["schemas"]>;

interface AsyncApi {
  components: { schemas: Schemas };
}

const here = new URL(".", import.meta.url);
const checking = process.argv.includes("--check");

const openapi = (await read("openapi.json")) as OpenAPI3;
const { schemas } = ((await read("asyncapi.json")) as AsyncApi).components;
await write("client/contract/openapi.ts", "openapi.json", await typesOf(openapi));
await write("client/contract/asyncapi.ts", "asyncapi.json", await typesOf(schemasOnly(schemas)));
await write(
  "pages/websocket-test/catalogue.ts",
  "asyncapi.json",
  `// What a client may send.
   import type { SchemaDocument } from "./schema.ts";
   export const CLIENT_MESSAGES: SchemaDocument = ${JSON.stringify(catalogueOf(schemas))};`,
);

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(name, here), "utf8"));
}

/** AsyncAPI's schemas are those of OpenAPI: a document of schemas alone says them to the generator. */
function schemasOnly(schemas: Schemas): OpenAPI3 {
  return { openapi: "3.1.0", info: { title: "Interpres", version: "1" }, paths: {}, components: { schemas } };
}

async function typesOf(document: OpenAPI3): Promise<string> {
  return astToString(await openapiTypescript(document, { alphabetize: true, rootTypes: false }));
}

/** `name` is the place of the file among the page's sources; `source` the document that it is made of. */
async function write(name: string, source: string, code: string): Promise<void> {
  const file = new URL(`../src/${name}`, here);
  const text = await format(`// Made from static/contract/${source} by \`make contract\`.\n${code}`, {
    parser: "typescript",
    printWidth: 120,
  });
  if (!checking) await writeFile(file, text);
  else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`${fileURLToPath(file)} is not what static/contract/${source} says: run make contract`);
    process.exitCode = 1;
  }
}
