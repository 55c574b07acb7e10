/**
 * For tests: whether a text belongs to a grammar, in the plainest way there is.
 *
 * For each expression and each place in the text: the set of places where it may end. Where a rule meets
 * itself at the same place, what is known of it so far is taken, and all is done again until nothing new is
 * known: a least fixed point. No lexer, no automata, no look-ahead; terminals are asked of the host's
 * regular expressions, slice by slice. Cubic and worse in the text, which is short.
 *
 * @module
 */

import type { Expression, Grammar } from "../../src/grammar/mod.ts";
import { withIgnoredWritten } from "../../src/grammar/mod.ts";

/** What the oracle does not know of itself. */
export interface OracleOptions {
  /** Whether a text is JSON of a schema. Default: no text is. */
  readonly isJson?: (schema: unknown, text: string) => boolean;
}

/** Answers for one grammar. */
export class GrammarOracle {
  readonly #rules: ReadonlyMap<string, Expression>;
  readonly #start: string;
  readonly #isJson: (schema: unknown, text: string) => boolean;
  readonly #tokens: readonly string[];
  readonly #regexes = new Map<Expression, RegExp>();
  /** The text, cut into characters and tokens. */
  #text: readonly string[] = [];
  #ends = new Map<string, Set<number>>();
  #visited = new Set<string>();
  #hasChanged = false;
  #leafEnds = new Map<Expression, Map<number, number[]>>();

  constructor(grammar: Grammar, { isJson = () => false }: OracleOptions = {}) {
    const written = withIgnoredWritten(grammar);
    this.#start = written.start;
    this.#rules = new Map(written.rules.map(({ name, expression }) => [name, expression]));
    this.#isJson = isJson;
    this.#tokens = tokenTexts(grammar);
  }

  /** Whether the text belongs to the grammar; texts of tokens that the grammar names are those tokens. */
  accepts(text: string): boolean {
    this.#text = cut(text, this.#tokens);
    this.#ends = new Map();
    this.#leafEnds = new Map();
    do {
      this.#hasChanged = false;
      this.#visited = new Set();
      this.#ruleEnds(this.#start, 0);
    } while (this.#hasChanged);
    return this.#ends.get(`${this.#start} 0`)!.has(this.#text.length);
  }

  #ruleEnds(name: string, from: number): Set<number> {
    const key = `${name} ${from}`;
    let ends = this.#ends.get(key);
    if (ends === undefined) this.#ends.set(key, ends = new Set());
    if (this.#visited.has(key)) return ends;
    this.#visited.add(key);
    for (const end of this.#endsOf(this.#rules.get(name)!, from)) {
      if (ends.has(end)) continue;
      ends.add(end);
      this.#hasChanged = true;
    }
    return ends;
  }

  #endsOf(expression: Expression, from: number): Iterable<number> {
    switch (expression.kind) {
      case "rule":
        // A copy: the set may grow while the caller goes through it.
        return [...this.#ruleEnds(expression.name, from)];
      case "sequence":
        return expression.parts.reduce<Iterable<number>>(
          (starts, part) => this.#after(starts, part),
          [from],
        );
      case "choice":
        return new Set(expression.options.flatMap((option) => [...this.#endsOf(option, from)]));
      case "repeat": {
        const { part, min, max } = expression;
        let reached: Iterable<number> = [from];
        for (let i = 0; i < min; i++) reached = this.#after(reached, part);
        const all = new Set(reached);
        for (let count = min; count < (max ?? Infinity); count++) {
          const size = all.size;
          reached = this.#after(reached, part);
          for (const end of reached) all.add(end);
          if (all.size === size) break;
        }
        return all;
      }
      default: {
        let byStart = this.#leafEnds.get(expression);
        if (byStart === undefined) this.#leafEnds.set(expression, byStart = new Map());
        let ends = byStart.get(from);
        if (ends === undefined) byStart.set(from, ends = this.#leafEndsFrom(expression, from));
        return ends;
      }
    }
  }

  #after(starts: Iterable<number>, part: Expression): Set<number> {
    const ends = new Set<number>();
    for (const start of starts) for (const end of this.#endsOf(part, start)) ends.add(end);
    return ends;
  }

  #leafEndsFrom(leaf: Expression, from: number): number[] {
    const text = this.#text;
    const here = text[from];
    switch (leaf.kind) {
      case "token": {
        if (typeof leaf.token === "number") throw new TypeError("the oracle knows tokens by text");
        // Outside of tokens that have a name, every character is one.
        return here !== undefined && (here === leaf.token) !== leaf.isNegated ? [from + 1] : [];
      }
      case "characters": {
        if (here === undefined || isToken(here)) return [];
        const code = here.codePointAt(0)!;
        const isIn = leaf.ranges.some(([first, last]) => first <= code && code <= last);
        return isIn !== leaf.isNegated ? [from + 1] : [];
      }
      case "json":
        return this.#slices(from, (slice) => this.#isJson(leaf.schema, slice));
      case "text": {
        const pattern = leaf.text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replaceAll("\\-", "-");
        return this.#matches(leaf, pattern, leaf.ignoresCase ? "i" : "", from);
      }
      case "regex":
        return this.#matches(leaf, leaf.pattern, leaf.flags, from);
      case "textUntil":
        return this.#slices(from, (slice) => {
          const firstEnd = Math.min(
            ...leaf.ends.map((end) => slice.indexOf(end)).map((at, i) =>
              at < 0 ? Infinity : at + leaf.ends[i]!.length
            ),
          );
          return leaf.includesEnd ? firstEnd === slice.length : firstEnd === Infinity;
        });
      default:
        throw new TypeError(`${leaf.kind} is no leaf`);
    }
  }

  #matches(leaf: Expression, pattern: string, flags: string, from: number): number[] {
    let regex = this.#regexes.get(leaf);
    if (regex === undefined) {
      this.#regexes.set(leaf, regex = new RegExp(`^(?:${pattern})$`, `${flags}u`));
    }
    return this.#slices(from, (slice) => regex.test(slice));
  }

  /** The ends of the slices that fit; no slice goes across a token. */
  #slices(from: number, fits: (slice: string) => boolean): number[] {
    const ends: number[] = [];
    let slice = "";
    for (let to = from;; to++) {
      if (fits(slice)) ends.push(to);
      const next = this.#text[to];
      if (next === undefined || isToken(next)) return ends;
      slice += next;
    }
  }
}

/** The tokens that a grammar gives by their text. */
export function tokenTexts(grammar: Grammar): string[] {
  const texts = new Set<string>();
  const visit = (expression: Expression): void => {
    if (expression.kind === "token" && typeof expression.token === "string") {
      texts.add(expression.token);
    }
    if (expression.kind === "sequence") expression.parts.forEach(visit);
    if (expression.kind === "choice") expression.options.forEach(visit);
    if (expression.kind === "repeat") visit(expression.part);
  };
  grammar.rules.forEach(({ expression }) => visit(expression));
  return [...texts];
}

/** Cuts a text into characters and tokens. */
export function cut(text: string, tokens: readonly string[]): string[] {
  const units: string[] = [];
  for (let at = 0; at < text.length;) {
    const token = tokens.find((token) => text.startsWith(token, at));
    const unit = token ?? String.fromCodePoint(text.codePointAt(at)!);
    units.push(unit);
    at += unit.length;
  }
  return units;
}

function isToken(unit: string): boolean {
  return unit.length > 2 || unit.length === 2 && unit.codePointAt(0)! <= 0xffff;
}
