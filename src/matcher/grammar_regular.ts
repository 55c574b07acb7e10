/**
 * The regular parts of a grammar as regular expressions over bytes.
 *
 * A part that does not reach itself is a regular language and can be read by an automaton alone, without the parser;
 * so can a rule that reaches itself at one of its ends only, which is a repeat in disguise (Arden's rule: `A = pA | q` is
 * `p*q`). Parts are measured before they are built: an expression that is too large is left to the parser, which takes
 * it piece by piece.
 *
 * **Wide** repeats, such as the characters of a string or an identifier, allow most of a vocabulary at each step, and the
 * masks inside them are what is dear. A part with one such repeat is a lexeme whose masks are shared by all places that use
 * it; parts with several are taken apart, so that each is.
 *
 * Ignored texts stand before each terminal of a rule that is none.
 *
 * Cost: linear in the size of the parts, within the bounds below.
 *
 * @module
 */

import {
  codePointSet,
  complementOfSet,
  EMPTY,
  EPSILON,
  fullMatchLanguage,
  parsePattern,
  type Regex,
  type TextAlgebra,
} from "../automata/mod.ts";
import {
  type Expression,
  type Grammar,
  type GrammarRule,
  rulesOnCycles,
  visitExpressions,
} from "../grammar/mod.ts";

/** Most bytes, characters and repeats of one lexeme. */
const MAXIMUM_WEIGHT = 2_000;
/** A set of more characters is wide, and so is a repeat of it for more than a few times. */
const WIDE_SET = 16;
const FEW_REPEATS = 4;

/** What is known of a part before it is built. */
export interface Measure {
  /** Whether it is regular, and small enough to be one lexeme. */
  readonly isRegular: boolean;
  readonly weight: number;
  /** Repeats over many characters. */
  readonly wideRepeats: number;
  /** Whether some character in it is one out of many. */
  readonly hasWideSet: boolean;
}

const NOT_REGULAR: Measure = { isRegular: false, weight: 0, wideRepeats: 0, hasWideSet: false };
const NOTHING: Measure = { isRegular: true, weight: 1, wideRepeats: 0, hasWideSet: false };

/** `p` times itself, and then `q`: the solution of `A = pA | q`. */
interface Linear {
  readonly p: Regex;
  readonly q: Regex;
}

/** Builds regular expressions of the parts of one grammar. */
export class RegularParts {
  readonly rules: ReadonlyMap<string, GrammarRule>;
  readonly #measures = new Map<GrammarRule, Measure | null>();
  readonly #regexes = new Map<string, Regex>();
  readonly #side = new Map<GrammarRule, "left" | "right">();
  #ignored: Regex | undefined;

  constructor(readonly grammar: Grammar, readonly algebra: TextAlgebra) {
    this.rules = new Map(grammar.rules.map((rule) => [rule.name, rule]));
    const uses = usesOf(grammar.rules);
    for (const name of rulesOnCycles(uses)) this.#measures.set(this.rules.get(name)!, NOT_REGULAR);
    // Those that are used first, so that no chain of rules is followed by calls.
    for (const name of usedFirst(uses)) this.measure({ kind: "rule", name });
  }

  /** Any number of ignored texts; the empty text where nothing is ignored. */
  get ignored(): Regex {
    if (this.#ignored === undefined) {
      this.#ignored = EPSILON; // inside of what is ignored, nothing is
      const one = this.grammar.ignored.map((name) => this.#ruleRegex(this.rules.get(name)!, true));
      this.#ignored = this.algebra.repeat(this.algebra.union(one), 0, Infinity);
    }
    return this.#ignored;
  }

  /** What a part is like. */
  measure(expression: Expression): Measure {
    switch (expression.kind) {
      case "text":
        return { ...NOTHING, weight: expression.text.length + 1 };
      case "characters": {
        let count = 0;
        for (const [first, last] of expression.ranges) count += last - first + 1;
        const hasWideSet = expression.isNegated || count > WIDE_SET;
        return { ...NOTHING, hasWideSet };
      }
      case "regex":
        return { isRegular: true, weight: expression.pattern.length, ...wideness(expression) };
      case "textUntil":
        return {
          isRegular: true,
          weight: expression.ends.reduce((sum, end) => sum + end.length, 1),
          wideRepeats: 1,
          hasWideSet: true,
        };
      case "token":
      case "json":
        return NOT_REGULAR;
      case "rule": {
        const rule = this.rules.get(expression.name)!;
        const known = this.#measures.get(rule);
        if (known === null) return NOT_REGULAR; // it reaches itself
        return known ?? this.#measureRule(rule);
      }
      case "sequence":
        return sum(expression.parts.map((part) => this.measure(part)));
      case "choice":
        return sum(expression.options.map((part) => this.measure(part)));
      case "repeat": {
        const part = this.measure(expression.part);
        if (!part.isRegular) return NOT_REGULAR;
        const isLong = expression.max === null || expression.max > FEW_REPEATS;
        const wideRepeats = !isLong
          ? part.wideRepeats
          : part.wideRepeats > 0
          ? 2
          : part.hasWideSet
          ? 1
          : 0;
        return bounded({ ...part, weight: part.weight + 1, wideRepeats });
      }
    }
  }

  #measureRule(rule: GrammarRule): Measure {
    this.#measures.set(rule, null);
    let measure = this.measure(rule.expression);
    if (!measure.isRegular) measure = this.#measureLinear(rule);
    this.#measures.set(rule, measure);
    return measure;
  }

  /** The measure of a rule that may be a repeat in disguise. */
  #measureLinear(rule: GrammarRule): Measure {
    for (const side of ["right", "left"] as const) {
      if (!reachesAtEnd(rule.expression, rule.name, side)) continue;
      this.#measures.set(rule, NOTHING);
      const part = this.measure(rule.expression);
      this.#measures.set(rule, null);
      if (!part.isRegular) return NOT_REGULAR;
      this.#side.set(rule, side);
      const wideRepeats = part.wideRepeats > 0 ? 2 : part.hasWideSet ? 1 : 0;
      return { ...part, weight: part.weight + 1, wideRepeats };
    }
    return NOT_REGULAR;
  }

  /** The language of a regular part. */
  regex(expression: Expression, inTerminal: boolean): Regex {
    const { algebra } = this;
    switch (expression.kind) {
      case "text":
      case "characters":
      case "regex":
      case "textUntil":
        return this.#spaced(leafRegex(expression, algebra), inTerminal);
      case "rule": {
        const rule = this.rules.get(expression.name)!;
        return rule.isTerminal
          ? this.#spaced(this.#ruleRegex(rule, true), inTerminal)
          : this.#ruleRegex(rule, inTerminal);
      }
      case "sequence":
        return algebra.concat(expression.parts.map((part) => this.regex(part, inTerminal)));
      case "choice":
        return algebra.union(expression.options.map((part) => this.regex(part, inTerminal)));
      case "repeat":
        return algebra.repeat(
          this.regex(expression.part, inTerminal),
          expression.min,
          expression.max ?? Infinity,
        );
      default:
        throw new Error(`${expression.kind} is not regular`);
    }
  }

  #spaced(regex: Regex, inTerminal: boolean): Regex {
    if (inTerminal || regex === EPSILON || this.grammar.ignored.length === 0) return regex;
    return this.algebra.concat([this.ignored, regex]);
  }

  #ruleRegex(rule: GrammarRule, inTerminal: boolean): Regex {
    const key = `${inTerminal} ${rule.name}`;
    let regex = this.#regexes.get(key);
    if (regex === undefined) {
      this.measure({ kind: "rule", name: rule.name });
      const side = this.#side.get(rule);
      if (side === undefined) regex = this.regex(rule.expression, inTerminal);
      else {
        const { p, q } = this.#linear(rule.expression, rule.name, side, inTerminal);
        const again = this.algebra.repeat(p, 0, Infinity);
        regex = this.algebra.concat(side === "right" ? [again, q] : [q, again]);
      }
      this.#regexes.set(key, regex);
    }
    return regex;
  }

  /** A part of a rule that reaches itself at one end, as an equation. */
  #linear(
    expression: Expression,
    name: string,
    side: "left" | "right",
    inTerminal: boolean,
  ): Linear {
    const { algebra } = this;
    if (!mentions(expression, name)) return { p: EMPTY, q: this.regex(expression, inTerminal) };
    switch (expression.kind) {
      case "rule":
        return { p: EPSILON, q: EMPTY };
      case "sequence": {
        const at = side === "right" ? expression.parts.length - 1 : 0;
        const { p, q } = this.#linear(expression.parts[at]!, name, side, inTerminal);
        const others = algebra.concat(
          expression.parts.filter((_, index) => index !== at)
            .map((part) => this.regex(part, inTerminal)),
        );
        const join = (end: Regex) =>
          algebra.concat(side === "right" ? [others, end] : [end, others]);
        return { p: join(p), q: join(q) };
      }
      case "choice": {
        const all = expression.options.map((part) => this.#linear(part, name, side, inTerminal));
        return {
          p: algebra.union(all.map(({ p }) => p)),
          q: algebra.union(all.map(({ q }) => q)),
        };
      }
      case "repeat": { // of which there is at most one
        const { p, q } = this.#linear(expression.part, name, side, inTerminal);
        return { p, q: expression.min === 0 ? algebra.union([q, EPSILON]) : q };
      }
      default:
        throw new Error(`${expression.kind} does not reach a rule`);
    }
  }
}

/** The other rules that each rule uses. */
function usesOf(rules: readonly GrammarRule[]): Map<string, Set<string>> {
  return new Map(rules.map(({ name, expression }) => {
    const used = new Set<string>();
    visitExpressions(expression, (part) => {
      if (part.kind === "rule" && part.name !== name) used.add(part.name);
    });
    return [name, used];
  }));
}

/** The names, each after those that it uses, but for cycles. */
function usedFirst(uses: ReadonlyMap<string, Set<string>>): string[] {
  const sorted: string[] = [];
  const seen = new Set<string>();
  for (const first of uses.keys()) {
    const path: { readonly name: string; readonly next: Iterator<string> }[] = [];
    const open = (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      path.push({ name, next: uses.get(name)!.values() });
    };
    open(first);
    while (path.length > 0) {
      const { name, next } = path.at(-1)!;
      const { done, value } = next.next();
      if (done !== true) open(value);
      else {
        sorted.push(name);
        path.pop();
      }
    }
  }
  return sorted;
}

/** Whether an expression itself mentions a rule. */
function mentions(expression: Expression, name: string): boolean {
  switch (expression.kind) {
    case "rule":
      return expression.name === name;
    case "sequence":
      return expression.parts.some((part) => mentions(part, name));
    case "choice":
      return expression.options.some((part) => mentions(part, name));
    case "repeat":
      return mentions(expression.part, name);
    default:
      return false;
  }
}

/** Whether an expression mentions a rule at one of its ends only. */
function reachesAtEnd(expression: Expression, name: string, side: "left" | "right"): boolean {
  if (!mentions(expression, name)) return true;
  switch (expression.kind) {
    case "rule":
      return true;
    case "sequence": {
      const at = side === "right" ? expression.parts.length - 1 : 0;
      return expression.parts.every((part, index) =>
        index === at ? reachesAtEnd(part, name, side) : !mentions(part, name)
      );
    }
    case "choice":
      return expression.options.every((part) => reachesAtEnd(part, name, side));
    case "repeat":
      return expression.max === 1 && reachesAtEnd(expression.part, name, side);
    default:
      return true;
  }
}

function sum(measures: readonly Measure[]): Measure {
  let weight = 1, wideRepeats = 0, hasWideSet = false;
  for (const measure of measures) {
    if (!measure.isRegular) return NOT_REGULAR;
    weight += measure.weight;
    wideRepeats += measure.wideRepeats;
    hasWideSet ||= measure.hasWideSet;
  }
  return bounded({ isRegular: true, weight, wideRepeats, hasWideSet });
}

function bounded(measure: Measure): Measure {
  return measure.weight > MAXIMUM_WEIGHT ? NOT_REGULAR : measure;
}

/** A guess from the text: repeats without a bound, and classes that hold many characters. */
function wideness({ pattern }: { readonly pattern: string }): {
  wideRepeats: number;
  hasWideSet: boolean;
} {
  const hasWideSet = /\[\^|[.]|\\[wWSDpP]|[a-zA-Z]-[a-zA-Z]/u.test(pattern);
  const wideRepeats = hasWideSet && /[*+]|\{\d+,?\d*\}/u.test(pattern) ? 1 : 0;
  return { hasWideSet, wideRepeats };
}

function leafRegex(
  expression: Extract<Expression, { kind: "text" | "characters" | "regex" | "textUntil" }>,
  algebra: TextAlgebra,
): Regex {
  switch (expression.kind) {
    case "text": {
      if (!expression.ignoresCase) return algebra.literal(expression.text);
      const escaped = expression.text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
      return fullMatchLanguage(parsePattern(`(?i:${escaped})`), algebra);
    }
    case "characters": {
      const set = codePointSet(expression.ranges.flat());
      return algebra.characters(expression.isNegated ? complementOfSet(set) : set);
    }
    case "regex": {
      const { pattern, flags } = expression;
      const modified = flags === "" ? pattern : `(?${flags}:${pattern})`;
      return fullMatchLanguage(parsePattern(modified), algebra);
    }
    case "textUntil": {
      const { all, any } = algebra;
      const upToEnd = algebra.concat([
        all,
        algebra.union(expression.ends.map((end) => algebra.literal(end))),
      ]);
      // Nothing in it but at its very end: no text that goes on after one.
      return expression.includesEnd
        ? algebra.intersect([upToEnd, algebra.complement(algebra.concat([upToEnd, any, all]))])
        : algebra.complement(algebra.concat([upToEnd, all]));
    }
  }
}
