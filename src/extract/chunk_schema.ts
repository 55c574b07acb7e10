/**
 * The schema that a part of a text is read with: what the part does not say may be null.
 *
 * For `extractLong()`. A required field would make the model invent a value in every part that does not have it, and the
 * inventions would then compete with the true one. So fields become nullable where that is simple to say (properties of plain
 * objects, from the root down, lists not entered), and lists lose their minimum. What is loosened is remembered: those are the
 * places that may have to be filled in the end.
 *
 * Cost: one walk over the schema's plain objects.
 *
 * @module
 */

import { resolve } from "./closed_objects.ts";
import type { JsonSchemaObject } from "./schema_input.ts";

/** A schema for parts, and where it asks for less. */
export interface ChunkSchema {
  /** The loosened schema; shares what was left as it is. */
  readonly jsonSchema: JsonSchemaObject;
  /** JSON Pointers of the values that may be null there and not in the schema. */
  readonly loosened: ReadonlySet<string>;
  /** Least number of items that the schema asks of a list, by the list's JSON Pointer. */
  readonly minimumItems: ReadonlyMap<string, number>;
}

type Keywords = Readonly<Record<string, unknown>>;

/** Keywords beside which `properties` do not say all; such an object is left as it is. */
const COMBINING = [
  ...["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$dynamicRef", "enum"],
  ...["const", "dependentSchemas", "dependentRequired", "dependencies", "unevaluatedProperties"],
];

/**
 * Loosens a schema.
 *
 * @param schema The schema of the whole.
 */
export function loosenForChunks(schema: JsonSchemaObject): ChunkSchema {
  const loosened = new Set<string>();
  const minimumItems = new Map<string, number>();
  return { jsonSchema: visit(schema, "", true), loosened, minimumItems };

  function visit(node: Keywords, pointer: string, isRoot: boolean): Keywords {
    const isPlain = !COMBINING.some((keyword) => keyword in node);
    if (isPlain && node.type === "object" && isKeywords(node.properties)) {
      const properties = Object.entries(node.properties).map(([name, part]) => {
        const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        return [name, isKeywords(part) ? visit(part, place, false) : part];
      });
      return { ...node, properties: Object.fromEntries(properties) };
    }
    if (isPlain && node.type === "array") {
      const { minItems, contains: _contains, minContains: _minContains, ...others } = node;
      if (typeof minItems === "number" && minItems > 0) minimumItems.set(pointer, minItems);
      return others;
    }
    if (isRoot || allowsNull(node)) return node;
    loosened.add(pointer);
    return orNull(node);
  }
}

/** Properties and items as far as they are written down plainly, for the order of keys and the bounds of lists. */
export function partOf(
  root: JsonSchemaObject,
  node: unknown,
  step: string | number,
): Keywords | undefined {
  const here = followed(root, node);
  const part = typeof step === "number"
    ? here?.items
    : isKeywords(here?.properties) && Object.hasOwn(here.properties, step)
    ? here.properties[step]
    : undefined;
  return followed(root, part);
}

/** The schema that a chain of `$ref` ends at, or the one that `null` is the alternative to. */
export function followed(root: JsonSchemaObject, node: unknown): Keywords | undefined {
  for (let steps = 0; steps < 32 && isKeywords(node); steps++) {
    const others = Array.isArray(node.anyOf)
      ? node.anyOf.filter((part) => !(isKeywords(part) && part.type === "null"))
      : [];
    if (typeof node.$ref === "string") node = resolve(root, node.$ref);
    else if (others.length === 1) node = others[0];
    else return node;
  }
  return undefined;
}

function orNull(node: Keywords): Keywords {
  const { description } = node;
  const isSimple = typeof node.type === "string" &&
    ["allOf", "anyOf", "oneOf", "not", "if", "const", "$ref"].every((keyword) =>
      !(keyword in node)
    );
  if (isSimple) {
    return {
      ...node,
      type: [node.type, "null"],
      ...Array.isArray(node.enum) ? { enum: [...node.enum, null] } : {},
    };
  }
  return {
    ...description === undefined ? {} : { description },
    anyOf: [node, { type: "null" }],
  };
}

function allowsNull(node: Keywords): boolean {
  const { type, anyOf } = node;
  return type === "null" || Array.isArray(type) && type.includes("null") ||
    Array.isArray(anyOf) && anyOf.some((part) => isKeywords(part) && allowsNull(part)) ||
    Object.keys(node).length === 0;
}

function isKeywords(node: unknown): node is Keywords {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
