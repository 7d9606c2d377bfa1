// Writes the types of the contract from its two documents: `npm run contract`, or with `--check` fails if they are not
// those of the documents. The documents are the server's own; `make contract` writes them anew.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";
import type { OpenAPI3 } from "openapi-typescript";
import { format } from "prettier";

const here = new URL(".", import.meta.url);
const types = new URL("../src/client/contract/", here);
const checking = process.argv.includes("--check");

/** AsyncAPI's schemas are those of OpenAPI: a document of schemas alone says them to the generator. */
function schemasOnly(document: { components: object }): object {
  return {
    openapi: "3.1.0",
    info: { title: "Interpres", version: "1" },
    paths: {},
    components: { schemas: "schemas" in document.components ? document.components.schemas : {} },
  };
}

for (const name of ["openapi", "asyncapi"]) {
  const document = JSON.parse(await readFile(new URL(`${name}.json`, here), "utf8")) as { components: object };
  const source = name === "openapi" ? document : schemasOnly(document);
  const nodes = await openapiTypescript(source as OpenAPI3, { alphabetize: true, rootTypes: false });
  const text = await format(`// Made from static/contract/${name}.json by \`make contract\`.\n${astToString(nodes)}`, {
    parser: "typescript",
    printWidth: 120,
  });
  const file = new URL(`${name}.ts`, types);
  if (!checking) await writeFile(file, text);
  else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`${fileURLToPath(file)} is not what static/contract/${name}.json says: run make contract`);
    process.exitCode = 1;
  }
}
