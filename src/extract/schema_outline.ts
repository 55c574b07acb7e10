/**
 * A schema as a small model reads it best: the JSON to be written, with types in place of values.
 *
 *     {
 *       "invoiceNumber": string, // as printed on the invoice
 *       "dueDate": string | null, // YYYY-MM-DD
 *       "lines": { "description": string, "amount": number }[]
 *     }
 *
 * It looks like TypeScript, which such models have read a lot of, keeps the quotes that the answer needs, and
 * is several times shorter than the JSON Schema. What the mask enforces anyway is only hinted at where it
 * tells the model what is meant (a date's form, a list's values). Parts that are referred to again or contain
 * themselves are named and written once, below. The size is bounded: hints go first, then descriptions,
 * then depth.
 *
 * @module
 */

import { resolve } from "./closed_objects.ts";
import type { JsonSchemaObject } from "./schema_input.ts";

/** What is shown; the less, the shorter. */
interface Detail {
  hints: boolean;
  descriptions: boolean;
  depth: number;
  enumValues: number;
}

const DETAILS: readonly Detail[] = [
  { hints: true, descriptions: true, depth: 12, enumValues: 40 },
  { hints: false, descriptions: true, depth: 12, enumValues: 20 },
  { hints: false, descriptions: false, depth: 12, enumValues: 10 },
  { hints: false, descriptions: false, depth: 4, enumValues: 5 },
  { hints: false, descriptions: false, depth: 2, enumValues: 3 },
  { hints: false, descriptions: false, depth: 1, enumValues: 3 },
];

const FORMAT_HINTS: Readonly<Record<string, string>> = {
  "date": "YYYY-MM-DD",
  "time": "HH:MM:SSZ",
  "date-time": "YYYY-MM-DDTHH:MM:SSZ",
  "duration": "such as P1DT2H",
  "email": "an e-mail address",
  "uri": "a URL",
  "uuid": "a UUID",
};

/**
 * Writes the outline of a schema.
 *
 * @param schema A JSON Schema, any draft; keywords it does not know are left out.
 * @param maxCharacters Upper bound of the outline's length. Default 4,000.
 * @returns One or more lines.
 */
export function outlineSchema(schema: JsonSchemaObject, maxCharacters = 4000): string {
  let outline = "";
  for (const detail of DETAILS) {
    outline = new Outliner(schema, detail, maxCharacters).write();
    if (outline.length <= maxCharacters) return outline;
  }
  return outline.slice(0, maxCharacters - 1) + "…";
}

class Outliner {
  readonly #names = new Map<object, string>();
  readonly #definitions: string[] = [];
  readonly #pending: object[] = [];
  readonly #shared: Set<object>;
  #length = 0;

  constructor(
    private readonly root: JsonSchemaObject,
    private readonly detail: Detail,
    private readonly maxCharacters: number,
  ) {
    this.#shared = findShared(root);
  }

  write(): string {
    if (this.#shared.has(this.root)) this.#names.set(this.root, "Root");
    const { description } = this.root;
    const comment = this.detail.descriptions && typeof description === "string"
      ? `// ${oneLine(description)}\n`
      : "";
    const main = this.#body(this.root, "", 0);
    for (let next = this.#pending.shift(); next; next = this.#pending.shift()) {
      if (this.#length > this.maxCharacters) break;
      this.#definitions.push(`${this.#names.get(next)} = ${this.#body(next, "", 1)}`);
    }
    const rootName = this.#names.get(this.root);
    return [comment + (rootName ? `${rootName} = ${main}` : main), ...this.#definitions]
      .join("\n");
  }

  /** The type of a part, or the name under which it is written elsewhere. */
  #type(node: unknown, indent: string, depth: number): string {
    if (node === false) return "never";
    if (typeof node !== "object" || node === null) return "any";
    if (this.#shared.has(node)) {
      let name = this.#names.get(node);
      if (name === undefined) {
        name = this.#newName(node as JsonSchemaObject);
        this.#names.set(node, name);
        this.#pending.push(node);
      }
      return name;
    }
    return this.#body(node as JsonSchemaObject, indent, depth);
  }

  #body(node: object, indent: string, depth: number): string {
    const written = this.#write(node as JsonSchemaObject, indent, depth);
    this.#length += written.length;
    return written;
  }

  #write(node: JsonSchemaObject, indent: string, depth: number): string {
    // An exponential schema must not cost more than what can be shown.
    if (this.#length > this.maxCharacters * 4) return "…";
    if ("const" in node) return JSON.stringify(node.const);
    if (Array.isArray(node.enum)) {
      const shown = node.enum.slice(0, this.detail.enumValues).map((value) =>
        JSON.stringify(value)
      );
      if (shown.length < node.enum.length) shown.push("…");
      return shown.join(" | ");
    }
    if (typeof node.$ref === "string") {
      return this.#type(resolve(this.root, node.$ref), indent, depth);
    }
    const branches = node.anyOf ?? node.oneOf;
    if (Array.isArray(branches)) {
      return unique(branches.map((part) => this.#type(part, indent, depth))).join(" | ");
    }
    if (Array.isArray(node.allOf) && !("properties" in node)) {
      return unique(node.allOf.map((part) => this.#type(part, indent, depth))).join(" & ");
    }
    const types = Array.isArray(node.type)
      ? node.type as string[]
      : typeof node.type === "string"
      ? [node.type]
      : "properties" in node
      ? ["object"]
      : "items" in node || "prefixItems" in node
      ? ["array"]
      : ["any"];
    return types.map((type) =>
      type === "object"
        ? this.#object(node, indent, depth)
        : type === "array"
        ? this.#array(node, indent, depth)
        : type
    ).join(" | ");
  }

  #array(node: JsonSchemaObject, indent: string, depth: number): string {
    if (Array.isArray(node.prefixItems)) {
      const parts = node.prefixItems.map((part) => this.#type(part, indent, depth));
      if (typeof node.items === "object") {
        parts.push(`...${this.#type(node.items, indent, depth)}[]`);
      }
      return `[${parts.join(", ")}]`;
    }
    const item = this.#type(node.items, indent, depth);
    return / [|&] /.test(item.split("{")[0]!) ? `(${item})[]` : `${item}[]`;
  }

  #object(node: JsonSchemaObject, indent: string, depth: number): string {
    const properties = Object.entries(node.properties ?? {});
    const rest = node.additionalProperties;
    if (properties.length === 0) {
      return typeof rest === "object" ? `{ [name]: ${this.#type(rest, indent, depth)} }` : "object";
    }
    if (depth >= this.detail.depth) return "object";
    const inner = indent + "  ";
    const required = new Set(Array.isArray(node.required) ? node.required : []);
    const lines = properties.map(([name, part], index) => {
      const type = this.#type(part, inner, depth + 1);
      const comment = this.#comment(part);
      const comma = index < properties.length - 1 ? "," : "";
      const line = `${inner}${JSON.stringify(name)}${
        required.has(name) ? "" : "?"
      }: ${type}${comma}`;
      if (comment === "") return line;
      return type.includes("\n") ? `${inner}// ${comment}\n${line}` : `${line} // ${comment}`;
    });
    if (typeof rest === "object" && rest !== null && Object.keys(rest).length > 0) {
      lines.push(`${inner}[name]: ${this.#type(rest, inner, depth + 1)}`);
    }
    return `{\n${lines.join("\n")}\n${indent}}`;
  }

  /** What a property means and what form its value has. */
  #comment(part: unknown): string {
    if (typeof part !== "object" || part === null) return "";
    const notes: string[] = [];
    let node = part as JsonSchemaObject;
    const isReference = typeof node.$ref === "string";
    const target = isReference ? resolve(this.root, node.$ref as string) : undefined;
    const description = node.description ?? (target as JsonSchemaObject | undefined)?.description;
    if (this.detail.descriptions && typeof description === "string") {
      notes.push(oneLine(description));
    }
    if (this.detail.hints) {
      // The usual way to say "or null": the hints are those of the other branch.
      const branches = node.anyOf;
      if (Array.isArray(branches) && branches.length === 2) {
        node = branches.find((branch) => branch?.type !== "null") ?? node;
      }
      notes.push(...hintsOf(node));
    }
    return notes.join("; ");
  }

  #newName(node: JsonSchemaObject): string {
    const taken = new Set(this.#names.values());
    const base = pascalCase(typeof node.title === "string" ? node.title : "") ||
      pascalCase(definitionName(this.root, node)) || "Part";
    for (let count = 1;; count++) {
      const name = count === 1 ? base : `${base}${count}`;
      if (!taken.has(name)) return name;
    }
  }
}

function hintsOf(node: JsonSchemaObject): string[] {
  const hints: string[] = [];
  const { format, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  if (typeof format === "string") hints.push(FORMAT_HINTS[format] ?? format);
  else if (typeof node.pattern === "string" && node.pattern.length <= 40) {
    hints.push(`matches ${node.pattern}`);
  }
  const isTelling = (bound: unknown) => typeof bound === "number" && Math.abs(bound) < 2 ** 53 - 1;
  if (isTelling(minimum)) hints.push(`at least ${minimum}`);
  if (isTelling(maximum)) hints.push(`at most ${maximum}`);
  if (isTelling(exclusiveMinimum)) hints.push(`more than ${exclusiveMinimum}`);
  if (isTelling(exclusiveMaximum)) hints.push(`less than ${exclusiveMaximum}`);
  if (typeof node.maxLength === "number") hints.push(`at most ${node.maxLength} characters`);
  if (!Array.isArray(node.prefixItems)) { // a tuple shows its size
    if (typeof node.minItems === "number" && node.minItems > 0) {
      hints.push(`at least ${node.minItems}`);
    }
    if (typeof node.maxItems === "number") hints.push(`at most ${node.maxItems}`);
  }
  return hints;
}

/** Objects that more than one `$ref` points at, or that contain a `$ref` to themselves. */
function findShared(root: JsonSchemaObject): Set<object> {
  const shared = new Set<object>();
  const referred = new Set<object>();
  const done = new Set<unknown>();
  const path = new Set<unknown>([root]);
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null || done.has(node)) return;
    done.add(node);
    path.add(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === "const" || key === "enum" || key === "default" || key === "examples") continue;
      if ((key === "$defs" || key === "definitions")) continue; // reached through references
      if (key === "$ref" && typeof value === "string") {
        const target = resolve(root, value);
        if (typeof target !== "object" || target === null) continue;
        const isSmall = !("properties" in target || "items" in target || "anyOf" in target);
        if (path.has(target) || (referred.has(target) && !isSmall)) shared.add(target);
        referred.add(target);
        walk(target);
      } else {
        walk(value);
      }
    }
    path.delete(node);
  };
  walk(root);
  // A cycle of references and nothing else has no value, but must not hang us either.
  return shared;
}

/** The key under `$defs` or `definitions` that holds a part. */
function definitionName(root: JsonSchemaObject, node: object): string {
  for (const key of ["$defs", "definitions"]) {
    for (const [name, part] of Object.entries(root[key] ?? {})) if (part === node) return name;
  }
  return "";
}

function pascalCase(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) =>
    word !== "" && !/^schema\d*$/.test(word)
  );
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("").slice(0, 40);
}

function oneLine(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 300 ? line.slice(0, 299) + "…" : line;
}

function unique(parts: readonly string[]): string[] {
  return [...new Set(parts)];
}
