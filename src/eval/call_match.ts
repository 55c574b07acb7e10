/**
 * Whether the calls that were made are the calls that were expected.
 *
 * The rules are those of BFCL's check of syntax trees (ShishirPatil/gorilla, `ast_checker`), stated here for values that
 * come from JSON:
 *
 * - as many calls as expected, each expected one matched by another call, in any order;
 * - all required arguments, no argument that is not in the description and the accepted answer, and the others
 *   unless `""` is accepted for them;
 * - a value has the described type, or else that of the accepted values;
 * - texts agree up to case, spaces and `,./-_*^`, with `'` as `"`; so do texts directly inside lists and objects;
 * - objects have accepted values by key, lists of objects are compared in order, everything else is equal.
 *
 * One difference: JSON has no `5.0` that is not `5`, so an integer for a number is right everywhere, and a number
 * without a fraction is an integer.
 *
 * @module
 */

import type { ToolCall } from "../agent/mod.ts";
import type { ExpectedCall, FunctionDescription } from "./evaluation_set.ts";
import { isSame } from "./text_comparison.ts";

type Accepted = readonly unknown[];
type Members = Readonly<Record<string, unknown>>;

/**
 * Compares calls with the expected ones.
 *
 * @param calls As made, in their order.
 * @param expected As expected; none where no function fits.
 * @param functions Descriptions with the types.
 * @returns Null where they match, else what the first difference is.
 */
export function callMismatch(
  calls: readonly ToolCall[],
  expected: readonly ExpectedCall[],
  functions: readonly FunctionDescription[],
): string | null {
  if (calls.length !== expected.length) {
    return `${calls.length} calls, expected ${expected.length}`;
  }
  const left = [...calls];
  for (const wanted of expected) {
    const description = functions.find(({ name }) => name === wanted.name);
    const reasons = left.map((call) => mismatch(call, wanted, description));
    const match = reasons.indexOf(null);
    if (match < 0) {
      // What is wrong with a call of the right function says more than that another one was called.
      const near = left.findIndex(({ name }) => name === wanted.name);
      return reasons[Math.max(0, near)]!;
    }
    left.splice(match, 1);
  }
  return null;
}

function mismatch(
  call: ToolCall,
  { name, accepted }: ExpectedCall,
  description: FunctionDescription | undefined,
): string | null {
  if (call.name !== name) return `calls ${call.name}, expected ${name}`;
  const properties = (description?.parameters.properties ?? {}) as Record<string, Members>;
  const required = (description?.parameters.required ?? []) as readonly string[];
  const missing = required.find((key) => !Object.hasOwn(call.arguments, key));
  if (missing !== undefined) return `lacks the required argument ${missing}`;
  for (const [key, value] of Object.entries(call.arguments)) {
    if (!Object.hasOwn(properties, key) || !Object.hasOwn(accepted, key)) {
      return `has the unexpected argument ${key}`;
    }
    const reason = argumentMismatch(value, properties[key]!, accepted[key]!);
    if (reason !== null) return `argument ${key}: ${reason}`;
  }
  for (const [key, values] of Object.entries(accepted)) {
    if (!Object.hasOwn(call.arguments, key) && !values.includes("")) {
      return `lacks the argument ${key}`;
    }
  }
  return null;
}

function argumentMismatch(value: unknown, description: Members, accepted: Accepted): string | null {
  const type = typeName(description.type);
  const itemType = type === "list" && typeof description.items === "object"
    ? typeName((description.items as Members).type)
    : null;
  const acceptedValue = accepted.find((answer) => answer !== "");
  // An answer of another type than the described one stands for a variable: it is compared as it is.
  let isVariable = acceptedValue !== undefined && !hasType(acceptedValue, type);
  const isTyped = hasType(value, type) &&
    (itemType === null ||
      accepted.some((answer) => itemsFit(value as unknown[], answer, itemType)));
  if (!isTyped) {
    if (acceptedValue === undefined || typeOf(value) !== typeOf(acceptedValue)) {
      return `${JSON.stringify(value)} is no ${type}${itemType ? ` of ${itemType}` : ""}`;
    }
    isVariable = true;
  }
  const isAccepted = isVariable
    ? accepted.some((answer) => isSame(answer, value))
    : type === "object"
    ? accepted.some((answer) => answer !== "" && objectFits(value as Members, answer))
    : type === "list" && itemType === "object"
    ? accepted.some((answer) => objectsFit(value as Members[], answer))
    : type === "list"
    ? accepted.some((answer) => isSame(standardizeItems(answer), standardizeItems(value)))
    : accepted.some((answer) => isSame(standardize(answer), standardize(value)));
  return isAccepted ? null : `${JSON.stringify(value)} is not among ${JSON.stringify(accepted)}`;
}

/** Whether the items have the described type, or that of the answer's items. */
function itemsFit(items: readonly unknown[], answer: unknown, itemType: string): boolean {
  if (!Array.isArray(answer)) return true;
  const sample = answer.find((item) => item !== "");
  return items.every((item) =>
    hasType(item, itemType) || (sample !== undefined && typeOf(item) === typeOf(sample))
  );
}

/** Whether each key has one of its accepted values; a key that accepts `""` may be missing. */
function objectFits(value: Members, answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  const accepted = answer as Readonly<Record<string, Accepted>>;
  return Object.entries(value).every(([key, part]) =>
    Object.hasOwn(accepted, key) &&
    accepted[key]!.some((wanted) => isSame(standardize(wanted), standardize(part)))
  ) &&
    Object.entries(accepted).every(([key, wanted]) =>
      Object.hasOwn(value, key) || wanted.includes("")
    );
}

function objectsFit(values: readonly Members[], answer: unknown): boolean {
  return Array.isArray(answer) && answer.length === values.length &&
    values.every((value, index) => objectFits(value, answer[index]));
}

function standardizeItems(value: unknown): unknown {
  return Array.isArray(value) ? value.map(standardize) : value;
}

function standardize(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value.replace(/[ ,./\-_*^]/g, "").toLowerCase().replaceAll("'", '"');
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  dict: "object",
  array: "list",
  tuple: "list",
  float: "number",
};

/** The described type in the words used here; unknown ones are `"any"`. */
function typeName(type: unknown): string {
  const name = TYPE_NAMES[type as string] ?? type;
  return ["object", "list", "number", "integer", "string", "boolean"].includes(name as string)
    ? name as string
    : "any";
}

function hasType(value: unknown, type: string): boolean {
  if (type === "any") return typeof value === "string";
  const actual = typeOf(value);
  if (type === "integer") return actual === "number" && Number.isInteger(value);
  return actual === type;
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}
