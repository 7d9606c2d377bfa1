// The part of JSON Schema that describes messages, as OpenAPI and AsyncAPI documents use it, and what a form needs to know
// of it. Pure.

export interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  examples?: readonly unknown[];
}

export interface SchemaDocument {
  components: { schemas: Readonly<Record<string, Schema>> };
}

/** What a field looks like in a form. */
export type FieldKind = "constant" | "choice" | "text" | "number" | "boolean" | "list" | "object" | "variants" | "json";

export interface MessageSchema {
  /** Its `type`. */
  type: string;
  description: string;
  schema: Schema;
}

const REFERENCE = "#/components/schemas/";

/** The messages of a document: every schema whose `type` can be one thing only. */
export function messagesOf(document: SchemaDocument): MessageSchema[] {
  return Object.values(document.components.schemas).flatMap((written) => {
    const schema = resolve(written, document);
    const type = onlyValue(schema.properties?.type);
    return typeof type === "string" ? [{ type, description: schema.description ?? "", schema }] : [];
  });
}

/** `schema` with what it refers to in its place, and without the `null` that says that it may be left out. */
export function resolve(schema: Schema, document: SchemaDocument): Schema {
  if (schema.$ref !== undefined) {
    const { $ref, ...own } = schema;
    const target = document.components.schemas[$ref.slice(REFERENCE.length)];
    return target === undefined ? own : { ...resolve(target, document), ...own };
  }
  if (schema.allOf !== undefined) {
    const { allOf, ...own } = schema;
    const parts = [...allOf.map((part) => resolve(part, document)), own];
    return parts.reduce<Schema>(
      (whole, part) => ({
        ...whole,
        ...part,
        properties: { ...whole.properties, ...part.properties },
        required: [...(whole.required ?? []), ...(part.required ?? [])],
      }),
      {},
    );
  }
  const variants = variantsOf(schema);
  const [only] = variants;
  if (variants.length === 1 && only !== undefined) {
    const { description } = schema;
    return { ...resolve(only, document), ...(description === undefined ? {} : { description }) };
  }
  return schema.items === undefined ? schema : { ...schema, items: resolve(schema.items, document) };
}

/** What a value may be one of; without `null`. */
export function variantsOf({ oneOf, anyOf }: Schema): readonly Schema[] {
  return (oneOf ?? anyOf ?? []).filter(({ type }) => type !== "null");
}

/** How a resolved schema is asked for. */
export function kindOf(schema: Schema): FieldKind {
  if (onlyValue(schema) !== undefined) return "constant";
  if (variantsOf(schema).length > 1) return "variants";
  if (schema.enum !== undefined) return "choice";
  const types = (typeof schema.type === "string" ? [schema.type] : (schema.type ?? [])).filter(
    (type) => type !== "null",
  );
  // What may be a text or something else is asked for as a text.
  if (types.length > 1 && types.includes("string")) return "text";
  if (types.length !== 1) return "json";
  switch (types[0]) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return schema.items?.type === "string" ? "list" : "json";
    case "object":
      return schema.properties === undefined ? "json" : "object";
    default:
      return "json";
  }
}

/** What a variant is called in the choice among several: by its title, or by what it holds. */
export function nameOf(variant: Schema): string {
  if (variant.title !== undefined) return variant.title;
  const kind = kindOf(variant);
  if (kind === "boolean") return "true / false";
  return kind === "object" ? Object.keys(variant.properties ?? {}).join(", ") : kind;
}

/** Names of required fields that `message` leaves out, those of objects in it with their path. */
export function missingIn(message: unknown, written: Schema, document: SchemaDocument, path = ""): string[] {
  const schema = resolve(written, document);
  const variants = variantsOf(schema).map((variant) => resolve(variant, document));
  const variant = variants.find((each) => fits(message, each));
  if (variant !== undefined) return missingIn(message, variant, document, path);
  if (kindOf(schema) !== "object" || !isObject(message)) return [];
  const here = (schema.required ?? []).filter((name) => message[name] === undefined).map((name) => path + name);
  const within = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    message[name] === undefined ? [] : missingIn(message[name], field, document, `${path}${name}.`),
  );
  return [...here, ...within];
}

/** Whether `value` is of the kind that a resolved schema asks for, so that it is shown as such. */
export function fits(value: unknown, variant: Schema): boolean {
  switch (kindOf(variant)) {
    case "object":
      return isObject(value);
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "list":
      return Array.isArray(value);
    case "choice":
      return variant.enum?.includes(value) === true;
    case "constant":
    case "variants":
    case "json":
      return false;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function onlyValue(schema: Schema | undefined): unknown {
  if (schema?.const !== undefined) return schema.const;
  return schema?.enum?.length === 1 ? schema.enum[0] : undefined;
}
