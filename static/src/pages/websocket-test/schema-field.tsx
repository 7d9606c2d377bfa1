// One field of a message, asked for as its schema describes it. Objects are groups of fields; what no other field is made
// for is written as JSON.
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fits, isObject, kindOf, nameOf, resolve, variantsOf } from "./schema.ts";
import type { Schema, SchemaDocument } from "./schema.ts";

export interface FieldProps {
  name: string;
  schema: Schema;
  document: SchemaDocument;
  required: boolean;
  value: unknown;
  /** `undefined` leaves the field out. */
  onChange: (value: unknown) => void;
}

/** What a message or field is for, in the interface's language; as its schema says where there is no translation. */
export function useHelp(): (of: "message" | "field", name: string, description: string | undefined) => string {
  const { t } = useTranslation("websocketTest");
  return (of, name, description = "") => t(`help.${of}_${name}`, { defaultValue: description });
}

export function SchemaField(field: FieldProps) {
  const schema = resolve(field.schema, field.document);
  const props = { ...field, schema };
  switch (kindOf(schema)) {
    case "constant":
      return <Choice {...props} choices={schema.const === undefined ? (schema.enum ?? []) : [schema.const]} />;
    case "choice":
      return <Choice {...props} choices={schema.enum ?? []} />;
    case "boolean":
      return <Choice {...props} choices={[true, false]} />;
    case "number":
      return <NumberField {...props} />;
    case "list":
      return <ListField {...props} />;
    case "object":
      return <Group {...props} />;
    case "variants":
      return <Variants {...props} />;
    case "text":
      return <TextLine {...props} />;
    case "json":
      return <JsonField {...props} />;
  }
}

function useLabels({ name, schema, required }: FieldProps, kind: string) {
  const help = useHelp();
  const text = help("field", name, schema.description);
  return {
    label: name,
    required,
    size: "small" as const,
    fullWidth: true,
    helperText: text === "" ? kind : `${text} (${kind})`,
    slotProps: { htmlInput: { spellCheck: false, "aria-required": required } },
  };
}

function exampleOf({ schema }: FieldProps): string {
  const [example] = schema.examples ?? [];
  return Array.isArray(example) ? example.join(", ") : typeof example === "string" ? example : "";
}

function TextLine(field: FieldProps) {
  const { t } = useTranslation("websocketTest");
  const labels = useLabels(field, t("kinds.text"));
  return (
    <TextField
      {...labels}
      placeholder={exampleOf(field)}
      value={typeof field.value === "string" || typeof field.value === "number" ? field.value : ""}
      onChange={({ target }) => {
        field.onChange(target.value === "" ? undefined : target.value);
      }}
    />
  );
}

function NumberField(field: FieldProps) {
  const { t } = useTranslation("websocketTest");
  const labels = useLabels(field, t("kinds.number"));
  return (
    <TextField
      {...labels}
      type="number"
      value={typeof field.value === "number" ? field.value : ""}
      onChange={({ target }) => {
        field.onChange(target.value === "" ? undefined : Number(target.value));
      }}
    />
  );
}

function ListField(field: FieldProps) {
  const { t } = useTranslation("websocketTest");
  const labels = useLabels(field, t("kinds.list"));
  const items: unknown[] = Array.isArray(field.value) ? field.value : [];
  const shown = items.join(",");
  // What is typed may end in a comma, which the list does not have.
  const [typed, setTyped] = useState(shown);
  return (
    <TextField
      {...labels}
      placeholder={exampleOf(field)}
      value={itemsOf(typed).join(",") === shown ? typed : shown}
      onChange={({ target }) => {
        setTyped(target.value);
        const read = itemsOf(target.value);
        field.onChange(read.length === 0 ? undefined : read);
      }}
    />
  );
}

function itemsOf(typed: string): string[] {
  return typed
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

function Choice(field: FieldProps & { choices: readonly unknown[] }) {
  const { t } = useTranslation("websocketTest");
  const labels = useLabels(field, t("kinds.choice"));
  const place = field.choices.indexOf(field.value);
  return (
    <TextField
      {...labels}
      select
      value={place === -1 ? "" : String(place)}
      onChange={({ target }) => {
        field.onChange(target.value === "" ? undefined : field.choices[Number(target.value)]);
      }}
    >
      <MenuItem value="">
        <em>{t("form.leftOut")}</em>
      </MenuItem>
      {field.choices.map((choice, at) => (
        <MenuItem key={String(choice)} value={String(at)}>
          {String(choice)}
        </MenuItem>
      ))}
    </TextField>
  );
}

function JsonField(field: FieldProps) {
  const { t } = useTranslation("websocketTest");
  const labels = useLabels(field, "JSON");
  const shown = field.value === undefined ? "" : JSON.stringify(field.value);
  const [typed, setTyped] = useState(shown);
  const read = readJson(typed);
  // Typed text stands as long as it means what the message holds, or nothing yet.
  const isCurrent = read.wrong || (read.value === undefined ? "" : JSON.stringify(read.value)) === shown;
  return (
    <TextField
      {...labels}
      multiline
      error={read.wrong}
      helperText={read.wrong ? t("form.notJson") : labels.helperText}
      value={isCurrent ? typed : shown}
      onChange={({ target }) => {
        setTyped(target.value);
        const next = readJson(target.value);
        if (!next.wrong) field.onChange(next.value);
      }}
    />
  );
}

function readJson(text: string): { value: unknown; wrong: boolean } {
  if (text.trim() === "") return { value: undefined, wrong: false };
  try {
    return { value: JSON.parse(text) as unknown, wrong: false };
  } catch {
    return { value: undefined, wrong: true };
  }
}

/** Closed as long as nothing in it is needed: most messages do without. */
function Group(field: FieldProps) {
  const { t } = useTranslation("websocketTest");
  const help = useHelp();
  const value = isObject(field.value) ? field.value : {};
  const [open, setOpen] = useState(field.required);
  return (
    <Box component="fieldset" sx={{ border: 1, borderColor: "divider", borderRadius: 1, p: 1.5, m: 0, minWidth: 0 }}>
      <Box component="legend" sx={{ px: 0.75, typography: "body2", color: "text.secondary" }}>
        {field.name}
        {field.required ? " *" : ""}
      </Box>
      <Typography variant="body2" color="textSecondary">
        {help("field", field.name, field.schema.description)}
      </Typography>
      <Button
        size="small"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {t(open ? "form.close" : "form.open", { name: field.name })}
      </Button>
      {open ? (
        <Box sx={{ mt: 1 }}>
          <Fields
            schema={field.schema}
            document={field.document}
            value={value}
            onChange={(next) => {
              field.onChange(Object.keys(next).length === 0 ? undefined : next);
            }}
          />
        </Box>
      ) : null}
    </Box>
  );
}

export interface FieldsProps {
  schema: Schema;
  document: SchemaDocument;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
  /** Fields that are asked for elsewhere. */
  without?: string;
}

export function Fields({ schema, document, value, onChange, without }: FieldsProps) {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => name !== without);
  return (
    <Box
      sx={{
        display: "grid",
        gap: 1.5,
        gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 220px), 1fr))",
        alignItems: "start",
        "& > fieldset": { gridColumn: "1 / -1" },
      }}
    >
      {fields.map(([name, field]) => (
        <SchemaField
          key={name}
          name={name}
          schema={field}
          document={document}
          required={schema.required?.includes(name) === true}
          value={value[name]}
          onChange={(changed) => {
            const next = Object.entries({ ...value, [name]: changed }).filter(([, each]) => each !== undefined);
            onChange(Object.fromEntries(next));
          }}
        />
      ))}
    </Box>
  );
}

function Variants(field: FieldProps) {
  const { t } = useTranslation("websocketTest");
  const help = useHelp();
  const variants = variantsOf(field.schema).map((variant) => resolve(variant, field.document));
  const fitting = variants.findIndex((variant) => fits(field.value, variant));
  const [chosen, setChosen] = useState(fitting);
  const place = fitting === -1 && field.value === undefined ? chosen : fitting;
  const variant = variants[place];
  return (
    <Box component="fieldset" sx={{ border: 1, borderColor: "divider", borderRadius: 1, p: 1.5, m: 0, minWidth: 0 }}>
      <Box component="legend" sx={{ px: 0.75, typography: "body2", color: "text.secondary" }}>
        {field.name}: {help("field", field.name, field.schema.description)}
      </Box>
      <Box sx={{ display: "grid", gap: 1.5 }}>
        <TextField
          select
          size="small"
          label={t("form.shape", { name: field.name })}
          value={place === -1 ? "" : String(place)}
          onChange={({ target }) => {
            setChosen(target.value === "" ? -1 : Number(target.value));
            field.onChange(undefined);
          }}
        >
          <MenuItem value="">
            <em>{t("form.leftOut")}</em>
          </MenuItem>
          {variants.map((each, at) => (
            <MenuItem key={nameOf(each)} value={String(at)}>
              {nameOf(each)}
            </MenuItem>
          ))}
        </TextField>
        {variant === undefined ? null : <SchemaField {...field} required={false} schema={variant} />}
      </Box>
    </Box>
  );
}
