/**
 * Literal text with typed holes: a form that a model fills in.
 *
 *     template`Name: ${string("name")}, age: ${integer("age", { minimum: 0 })}.`
 *
 * The text around the holes is forced, so the model is asked about the values only. {@link Template.grammar} is what
 * `compileGrammar` takes; {@link Template.read} takes a text that was written in it apart again, into a typed object
 * and the span of each value.
 *
 * Reading tries the longest value for each hole first and goes back where the rest does not fit; places that have failed
 * are remembered, so it takes time linear in text length times number of holes, times the lengths of values.
 *
 * @module
 */

import type { Expression, Grammar } from "./grammar_form.ts";
import { endOfJson } from "./json_end.ts";

/** A place to be filled in. */
export interface Hole<Name extends string, Value> {
  /** Names the value in the result. */
  readonly name: Name;
  /** @internal What may stand there, before a text. */
  readonly expression: (next: string) => Expression;
  /** @internal Where a value that begins at a place may end, longest first. */
  readonly ends: (text: string, start: number, next: string) => Iterable<number>;
  /** @internal The value that a text stands for. */
  readonly parse: (text: string) => Value;
}

/** Bounds of a {@link string} hole. */
export interface StringHoleOptions {
  /** Fewest characters (code points); default 1. */
  minLength?: number;
  /** Most characters; default: any number. */
  maxLength?: number;
}

/** Bounds of a number's hole, inclusive. */
export interface NumberHoleOptions {
  /** Default: none. */
  minimum?: number;
  /** Default: none. */
  maximum?: number;
}

/**
 * A hole for a line of text. It ends before the text that follows it in the template, so it holds neither that nor a
 * line break.
 */
export function string<Name extends string>(
  name: Name,
  { minLength = 1, maxLength }: StringHoleOptions = {},
): Hole<Name, string> {
  requireCount("minLength", minLength, 0);
  if (maxLength !== undefined) requireCount("maxLength", maxLength, minLength);
  const pattern = (next: string) => {
    const stop = next === "" ? "" : `(?!${RegExp.escape(next)})`;
    return `(?:${stop}[^\\n\\r\\u2028\\u2029]){${minLength},${maxLength ?? ""}}`;
  };
  return {
    name,
    expression: (next) => ({ kind: "regex", pattern: pattern(next), flags: "" }),
    ends: (text, start, next) => matchEnds(pattern(next), text, start),
    parse: (text) => text,
  };
}

/**
 * A hole for a match of a regular expression (ECMA-262), from its first character to its last.
 *
 * @param pattern A regular expression without anchors; its flags `i`, `m` and `s` count.
 */
export function regex<Name extends string>(name: Name, pattern: RegExp): Hole<Name, string> {
  const flags = pattern.flags.replace(/[^ims]/g, "");
  return {
    name,
    expression: () => ({ kind: "regex", pattern: pattern.source, flags }),
    ends: (text, start) => matchEnds(pattern.source, text, start, flags),
    parse: (text) => text,
  };
}

/** A hole for one of some texts. */
export function choice<Name extends string, const Text extends string>(
  name: Name,
  texts: readonly Text[],
): Hole<Name, Text> {
  if (texts.length === 0) throw new TypeError(`the choice ${JSON.stringify(name)} has no texts`);
  return {
    name,
    expression: () => ({
      kind: "choice",
      options: texts.map((text) => ({ kind: "text", text, ignoresCase: false })),
    }),
    ends: (text, start) =>
      texts.filter((one) => text.startsWith(one, start)).map((one) => start + one.length)
        .sort((a, b) => b - a),
    parse: (text) => text as Text,
  };
}

/** A hole for a whole number. */
export function integer<Name extends string>(
  name: Name,
  options: NumberHoleOptions = {},
): Hole<Name, number> {
  return json<Name, number>(name, { type: "integer", ...boundsOf(options) });
}

/** A hole for a number. */
export function number<Name extends string>(
  name: Name,
  options: NumberHoleOptions = {},
): Hole<Name, number> {
  return json<Name, number>(name, { type: "number", ...boundsOf(options) });
}

/** A hole for `true` or `false`. */
export function boolean<Name extends string>(name: Name): Hole<Name, boolean> {
  return json<Name, boolean>(name, { type: "boolean" });
}

/**
 * A hole for JSON that is valid against a schema.
 *
 * @param schema A JSON Schema.
 */
export function json<Name extends string, Value = unknown>(
  name: Name,
  schema: unknown,
): Hole<Name, Value> {
  return {
    name,
    expression: () => ({ kind: "json", schema }),
    ends: (text, start) => {
      const end = endOfJson(text, start, true);
      return end < 0 ? [] : [end];
    },
    parse: (text) => JSON.parse(text) as Value,
  };
}

function boundsOf({ minimum, maximum }: NumberHoleOptions): Record<string, number> {
  return {
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
}

/** The values of a list of holes, by their names. */
export type HoleValues<Holes extends readonly Hole<string, unknown>[]> = {
  [One in Holes[number] as One["name"]]: One extends Hole<string, infer Value> ? Value : never;
};

/** What a text of a template says. */
export interface TemplateReading<Values> {
  /** By the holes' names. */
  readonly values: Values;
  /** Where each value stands, in UTF-16 code units. */
  readonly spans: {
    readonly [Name in keyof Values]: { readonly start: number; readonly end: number };
  };
}

/** Literal text with holes. */
export interface Template<Values> {
  /** For `compileGrammar`. */
  readonly grammar: Grammar;
  /**
   * Takes a text apart.
   *
   * @returns Its values; null where the text does not fit.
   */
  read(text: string): TemplateReading<Values> | null;
}

/**
 * Makes a template of a template literal.
 *
 * @throws {TypeError} Two holes have one name.
 *
 * @example
 * ```ts
 * import { integer, string, template } from "@espalier/core/grammar";
 *
 * const person = template`Name: ${string("name")}, age: ${integer("age")}.`;
 * const reading = person.read("Name: Ada Lovelace, age: 36.");
 * console.assert(reading?.values.age === 36);
 * ```
 */
export function template<const Holes extends readonly Hole<string, unknown>[]>(
  strings: TemplateStringsArray,
  ...holes: Holes
): Template<HoleValues<Holes>> {
  const names = new Set(holes.map(({ name }) => name));
  if (names.size < holes.length) {
    const twice = holes.find(({ name }, index) =>
      holes.findIndex((hole) => hole.name === name) < index
    );
    throw new TypeError(`two holes have the name ${JSON.stringify(twice?.name)}`);
  }
  const literals = strings.map((text) => text); // cooked: `\n` is a line break
  const parts: Expression[] = [];
  for (const [index, text] of literals.entries()) {
    if (text !== "") parts.push({ kind: "text", text, ignoresCase: false });
    const hole = holes[index];
    if (hole !== undefined) parts.push(hole.expression(literals[index + 1]!));
  }
  const expression: Expression = { kind: "sequence", parts };
  return {
    grammar: {
      start: "root",
      rules: [{ name: "root", expression, isTerminal: false }],
      ignored: [],
    },
    read: (text) => read(text, literals, holes),
  };
}

function read<Holes extends readonly Hole<string, unknown>[]>(
  text: string,
  literals: readonly string[],
  holes: Holes,
): TemplateReading<HoleValues<Holes>> | null {
  if (!text.startsWith(literals[0]!)) return null;
  /** Ends that are still to be tried, of the holes so far; and places where a hole was tried in vain. */
  const tried: { readonly start: number; readonly ends: Iterator<number>; end: number }[] = [];
  const failed = new Set<string>();
  let at = literals[0]!.length;
  for (;;) {
    if (tried.length === holes.length && at === text.length) break;
    let next: number | undefined;
    if (tried.length < holes.length && !failed.has(`${tried.length} ${at}`)) {
      const hole = holes[tried.length]!, literal = literals[tried.length + 1]!;
      tried.push({ start: at, ends: hole.ends(text, at, literal)[Symbol.iterator](), end: -1 });
      next = nextEnd(text, tried, literals);
    }
    while (next === undefined) {
      const last = tried.at(-1);
      if (last === undefined) return null;
      next = nextEnd(text, tried, literals);
      if (next === undefined) {
        failed.add(`${tried.length - 1} ${last.start}`);
        tried.pop();
      }
    }
    at = next;
  }
  const values: Record<string, unknown> = {};
  const spans: Record<string, { start: number; end: number }> = {};
  for (const [index, { start, end }] of tried.entries()) {
    const { name, parse } = holes[index]!;
    values[name] = parse(text.slice(start, end));
    spans[name] = { start, end };
  }
  return { values, spans } as TemplateReading<HoleValues<Holes>>;
}

/** The next end of the last hole after which its literal stands; the offset after that literal. */
function nextEnd(
  text: string,
  tried: { readonly ends: Iterator<number>; end: number }[],
  literals: readonly string[],
): number | undefined {
  const last = tried.at(-1)!, literal = literals[tried.length]!;
  for (let step = last.ends.next(); !step.done; step = last.ends.next()) {
    if (!text.startsWith(literal, step.value)) continue;
    last.end = step.value;
    return step.value + literal.length;
  }
  return undefined;
}

/** Where matches of a whole pattern from a place on end, longest first. */
function* matchEnds(
  pattern: string,
  text: string,
  start: number,
  flags = "",
): Generator<number> {
  // A match is looked for at every end: the engine's own order of matches is not that of their lengths.
  const whole = new RegExp(`^(?:${pattern})$`, `${flags.replace("m", "")}u`);
  const prefix = new RegExp(`(?:${pattern})`, `${flags}uy`);
  prefix.lastIndex = start;
  if (!prefix.test(text)) return;
  for (let end = text.length; end >= start; end--) {
    if (whole.test(text.slice(start, end))) yield end;
  }
}

function requireCount(name: string, value: number, minimum: number): void {
  if (!Number.isInteger(value) || value < minimum) {
    throw new RangeError(`${name} must be an integer of at least ${minimum}, got ${value}`);
  }
}
