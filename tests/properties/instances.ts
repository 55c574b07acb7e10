/**
 * Random instances of a schema, most of them valid or nearly so.
 *
 * A schema is taken as a source of hints: which names it mentions, which bounds, which constants, of all branches that
 * may apply. Nothing here understands what a schema means; validators do.
 *
 * @module
 */

import { type JsonSchema, NAMES, NUMBERS, TEXTS } from "./schemas.ts";

type Random = () => number;
type SchemaObject = { readonly [keyword: string]: unknown };

/** A source of instances for one schema. */
export class InstanceSource {
  readonly #random: Random;
  readonly #root: JsonSchema;

  constructor(root: JsonSchema, random: Random) {
    this.#root = root;
    this.#random = random;
  }

  /** An instance that heeds what the schema mentions. */
  instance(): unknown {
    return this.#value([this.#root], 0);
  }

  /** An instance with one change somewhere. */
  mutated(value: unknown): unknown {
    if (typeof value === "object" && value !== null && this.#chance(0.6)) {
      return Array.isArray(value) ? this.#mutatedArray(value) : this.#mutatedObject(value);
    }
    if (typeof value === "number") {
      const step = this.#pick([1, -1, 0.5, 0.1, 0.01, 10]);
      return Number((value + step).toFixed(2));
    }
    if (typeof value === "string" && this.#chance(0.7)) {
      const at = Math.floor(this.#random() * (value.length + 1));
      const mutated = this.#chance(0.4)
        ? value.slice(0, at) + value.slice(at + 1)
        : value.slice(0, at) + this.#pick(["a", "b", "é", "1", "-", "😀"]) + value.slice(at);
      return mutated.toWellFormed();
    }
    return this.#any(1);
  }

  #mutatedArray(items: readonly unknown[]): unknown[] {
    const copy = [...items];
    const at = Math.floor(this.#random() * (copy.length + 1));
    const choice = this.#random();
    if (choice < 0.25) copy.splice(at, 1);
    else if (choice < 0.5) copy.splice(at, 0, copy.length > 0 ? this.#pick(copy) : this.#any(1));
    else if (choice < 0.6) copy.splice(at, 0, this.#any(1));
    else if (choice < 0.7) copy.reverse();
    else if (at < copy.length) copy[at] = this.mutated(copy[at]);
    return copy;
  }

  #mutatedObject(object: object): Record<string, unknown> {
    const entries = Object.entries(object);
    const at = Math.floor(this.#random() * entries.length);
    const choice = this.#random();
    if (choice < 0.3) entries.splice(at, 1);
    else if (choice < 0.5) entries.push([this.#pick(NAMES), this.#any(1)]);
    else if (choice < 0.65 && entries.length > 0) {
      entries[at] = [this.#pick(NAMES), entries[at]![1]];
    } else if (entries.length > 0) entries[at] = [entries[at]![0], this.mutated(entries[at]![1])];
    return Object.fromEntries(entries);
  }

  #value(schemas: readonly unknown[], depth: number): unknown {
    const hints = this.#inPlace(schemas);
    if (hints.length === 0 || this.#chance(0.03)) return this.#any(depth);
    const listed = hints.flatMap((hint) => [
      ..."const" in hint ? [hint["const"]] : [],
      ...Array.isArray(hint["enum"]) ? hint["enum"] : [],
    ]);
    if (listed.length > 0 && this.#chance(0.7)) return structuredClone(this.#pick(listed));
    switch (this.#type(hints)) {
      case "null":
        return null;
      case "boolean":
        return this.#chance(0.5);
      case "integer":
        return Math.round(this.#number(hints));
      case "number":
        return this.#number(hints);
      case "string":
        return this.#pick(TEXTS);
      case "array":
        return this.#array(hints, depth);
      default:
        return this.#object(hints, depth);
    }
  }

  /** The schema objects that speak of the same instance, or may. */
  #inPlace(schemas: readonly unknown[]): SchemaObject[] {
    const found = new Set<SchemaObject>();
    const queue = [...schemas];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (typeof next !== "object" || next === null || found.size > 40) continue;
      const schema = next as SchemaObject;
      if (found.has(schema)) continue;
      found.add(schema);
      queue.push(...(schema["allOf"] ?? []) as unknown[]);
      for (const keyword of ["anyOf", "oneOf"]) {
        const branches = schema[keyword] as unknown[] | undefined;
        if (branches !== undefined) queue.push(this.#pick(branches));
      }
      for (const keyword of ["if", "then", "else", "not"]) {
        if (this.#chance(0.6) && schema[keyword] !== undefined) queue.push(schema[keyword]);
      }
      for (const dependent of Object.values((schema["dependentSchemas"] ?? {}) as object)) {
        if (this.#chance(0.5)) queue.push(dependent);
      }
      if (typeof schema["$ref"] === "string") queue.push(this.#target(schema["$ref"]));
    }
    return [...found];
  }

  #target(reference: string): unknown {
    if (reference === "#") return this.#root;
    const definitions = (this.#root as SchemaObject)["$defs"] as SchemaObject | undefined;
    return definitions?.[reference.slice("#/$defs/".length)];
  }

  #type(hints: readonly SchemaObject[]): string {
    const named = hints.flatMap(({ type }) => type === undefined ? [] : type as string | string[]);
    if (named.length > 0 && this.#chance(0.85)) return this.#pick(named);
    const spokenOf: string[] = [];
    for (const hint of hints) {
      for (const keyword of Object.keys(hint)) {
        const type = TYPE_OF_KEYWORD[keyword];
        if (type !== undefined) spokenOf.push(type);
      }
    }
    return this.#pick(
      spokenOf.length > 0 && this.#chance(0.9) ? spokenOf : Object.values(TYPE_OF_KEYWORD),
    );
  }

  #number(hints: readonly SchemaObject[]): number {
    const bounds = hints.flatMap((hint) =>
      ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
        .flatMap((keyword) => keyword in hint ? [hint[keyword] as number] : [])
    );
    const near = bounds.length > 0 && this.#chance(0.8) ? this.#pick(bounds) : this.#pick(NUMBERS);
    return Number((near + this.#pick([0, 0, 0, 1, -1, 0.5, 0.1, -0.25, 2])).toFixed(2));
  }

  #array(hints: readonly SchemaObject[], depth: number): unknown[] {
    const length = depth > 3 ? 0 : Math.floor(this.#random() * 4);
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) {
      if (items.length > 0 && this.#chance(0.1)) {
        items.push(structuredClone(this.#pick(items)));
        continue;
      }
      const schemas = hints.flatMap((hint) => {
        const prefix = (hint["prefixItems"] ?? []) as unknown[];
        const own = index < prefix.length ? prefix[index] : hint["items"];
        const found = own === undefined ? [] : [own];
        if (this.#chance(0.4)) {
          for (const keyword of ["contains", "unevaluatedItems"]) {
            if (hint[keyword] !== undefined) found.push(hint[keyword]);
          }
        }
        return found;
      });
      items.push(this.#value(schemas, depth + 1));
    }
    return items;
  }

  #object(hints: readonly SchemaObject[], depth: number): Record<string, unknown> {
    const required = hints.flatMap((hint) => (hint["required"] ?? []) as string[]);
    const mentioned = hints.flatMap((hint) => [
      ...Object.keys((hint["properties"] ?? {}) as object),
      ...Object.keys((hint["dependentRequired"] ?? {}) as object),
      ...Object.values((hint["dependentRequired"] ?? {}) as Record<string, string[]>).flat(),
      ...Object.keys((hint["dependentSchemas"] ?? {}) as object),
    ]);
    const names = new Set<string>();
    if (depth <= 3) {
      for (const name of required) if (this.#chance(0.9)) names.add(name);
      for (const name of mentioned) if (this.#chance(0.4)) names.add(name);
      while (this.#chance(0.3)) names.add(this.#pick(NAMES));
    }
    const entries: [string, unknown][] = [];
    for (const name of names) {
      const schemas = hints.flatMap((hint) => {
        const found: unknown[] = [];
        const own = (hint["properties"] ?? {}) as SchemaObject;
        if (Object.hasOwn(own, name)) found.push(own[name]);
        for (
          const [source, schema] of Object.entries((hint["patternProperties"] ?? {}) as object)
        ) {
          if (new RegExp(source, "u").test(name)) found.push(schema);
        }
        for (const keyword of ["additionalProperties", "unevaluatedProperties"]) {
          if (found.length === 0 && hint[keyword] !== undefined) found.push(hint[keyword]);
        }
        return found;
      });
      entries.push([name, this.#value(schemas, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  /** A value that no schema has a say in. */
  #any(depth: number): unknown {
    switch (Math.floor(this.#random() * (depth > 2 ? 4 : 6))) {
      case 0:
        return this.#pick([null, true, false]);
      case 1:
      case 2:
        return this.#pick(NUMBERS);
      case 3:
        return this.#pick(TEXTS);
      case 4:
        return Array.from({ length: Math.floor(this.#random() * 3) }, () => this.#any(depth + 1));
      default:
        return Object.fromEntries(
          Array.from(
            { length: Math.floor(this.#random() * 3) },
            () => [this.#pick(NAMES), this.#any(depth + 1)],
          ),
        );
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
}

/** The kind of instance that a keyword speaks of. */
const TYPE_OF_KEYWORD: Readonly<Record<string, string>> = {
  minimum: "number",
  maximum: "integer",
  exclusiveMinimum: "number",
  exclusiveMaximum: "integer",
  multipleOf: "number",
  minLength: "string",
  maxLength: "string",
  pattern: "string",
  format: "string",
  prefixItems: "array",
  items: "array",
  minItems: "array",
  maxItems: "array",
  uniqueItems: "array",
  contains: "array",
  unevaluatedItems: "array",
  properties: "object",
  required: "object",
  patternProperties: "object",
  additionalProperties: "object",
  propertyNames: "object",
  minProperties: "object",
  maxProperties: "object",
  dependentRequired: "object",
  dependentSchemas: "object",
  unevaluatedProperties: "object",
  nothing: "null",
  choice: "boolean",
};
