/**
 * From the form of a grammar to productions over lexemes.
 *
 * Regular parts become lexemes, as large as they may be (`grammar_regular.ts`); neighbours in a sequence become one where that
 * costs no mask that could be shared. What is left is written as productions: a choice, or a repeat, that is not regular is a
 * rule of its own. A bounded repeat of `n` parts is a chain of `n` rules, each one part and the next rule or nothing, so nested
 * bounds add up and do not multiply.
 *
 * A lexeme that may be empty is a rule: the lexeme, or nothing. So every lexeme that the parser sees has a byte, and
 * only rules may be empty.
 *
 * Cost: linear in the grammar, and in the bounds of repeats that are not regular.
 *
 * @module
 */

import { EMPTY, EPSILON, type Regex } from "../automata/mod.ts";
import type { Expression, GrammarRule, JsonExpression, TokenExpression } from "../grammar/mod.ts";
import type { Automaton } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import {
  type GrammarSymbol,
  NO_REST,
  type Productions,
  type Rest,
  SYMBOL_JSON,
  SYMBOL_TOKEN,
} from "./grammar_productions.ts";
import type { RegularParts } from "./grammar_regular.ts";
import { shortestLength } from "./shortest_text.ts";

/** Largest count of a repeat that is not regular. */
const MAXIMUM_REPEAT = 20_000;
/** Deepest nesting of expressions. */
const MAXIMUM_DEPTH = 1_000;
/** Options of one choice that are lexemes are one lexeme from so many on. */
const MANY_OPTIONS = 8;

/** What a JSON text of a schema is for the parser. */
export interface JsonParts {
  /** Its numbers, strings and words. */
  readonly scalars: Regex;
  /** Index of its objects and arrays, -1 where it has none. */
  readonly container: number;
  /** Bytes of a short object or array. */
  readonly shortest: number;
}

/** What the lowering asks others about. */
export interface LoweringContext {
  readonly automaton: Automaton;
  /** Index of a set of tokens, or -1 for an empty one. */
  tokens(expression: TokenExpression): number;
  json(expression: JsonExpression): JsonParts;
}

/** Lowers one grammar. */
export class Lowering {
  readonly #rules = new Map<string, GrammarSymbol>();
  readonly #open: {
    readonly symbol: GrammarSymbol;
    readonly rule: GrammarRule;
    readonly inTerminal: boolean;
  }[] = [];
  /** The symbol of a repeat's part. */
  readonly #repeats = new Map<Expression, GrammarSymbol>();
  readonly #repeatsInTerminals = new Map<Expression, GrammarSymbol>();
  readonly #json = new Map<JsonExpression, GrammarSymbol>();
  #depth = 0;

  constructor(
    private readonly regular: RegularParts,
    private readonly productions: Productions,
    private readonly context: LoweringContext,
  ) {}

  /** Lowers all that a rule reaches; the rest that a whole text fits. */
  start(name: string): Rest {
    const { ignored } = this.regular;
    const end = ignored === EPSILON ? NO_REST : this.#lexeme(ignored, NO_REST);
    const rest = this.#expression({ kind: "rule", name }, false, end);
    for (let open = this.#open.pop(); open !== undefined; open = this.#open.pop()) {
      const { symbol, rule, inTerminal } = open;
      this.productions.define(symbol, this.#alternatives(rule.expression, inTerminal));
    }
    return rest;
  }

  /** Whether a part is to be one lexeme. */
  #isLexeme(expression: Expression): boolean {
    const { isRegular, wideRepeats } = this.regular.measure(expression);
    if (!isRegular) return false;
    return wideRepeats <= 1 || !this.#canSplit(expression);
  }

  /** Whether there is anything to take apart: terminals are what their author made them. */
  #canSplit(expression: Expression): boolean {
    switch (expression.kind) {
      case "rule": {
        const rule = this.regular.rules.get(expression.name)!;
        // A rule that is a repeat in disguise is best read as one.
        return !rule.isTerminal && this.#canSplit(rule.expression);
      }
      case "sequence":
        return expression.parts.length > 1 || expression.parts.some((part) => this.#canSplit(part));
      case "choice":
      case "repeat":
        return true;
      default:
        return false;
    }
  }

  /** The productions of a choice, or the only one of anything else. */
  #alternatives(expression: Expression, inTerminal: boolean): Rest[] {
    if (expression.kind !== "choice") return [this.#expression(expression, inTerminal, NO_REST)];
    return this.#options(expression.options, inTerminal);
  }

  #options(options: readonly Expression[], inTerminal: boolean): Rest[] {
    const rests: Rest[] = [];
    const plain = options.filter((option) => this.#isPlain(option));
    // Keywords and the like are read by one automaton; which of them it was does not matter.
    const joined = plain.length >= MANY_OPTIONS ? new Set(plain) : new Set<Expression>();
    if (joined.size > 0) {
      const regexes = plain.map((option) => this.regular.regex(option, inTerminal));
      rests.push(this.#lexeme(this.regular.algebra.union(regexes), NO_REST));
    }
    for (const option of options) {
      if (joined.has(option)) continue;
      if (option.kind === "choice" && !this.#isLexeme(option)) {
        rests.push(...this.#options(option.options, inTerminal));
      } else rests.push(this.#expression(option, inTerminal, NO_REST));
    }
    return rests;
  }

  /** Whether a part has no wide repeat, and may be read together with its neighbours. */
  #isPlain(expression: Expression): boolean {
    const { isRegular, wideRepeats } = this.regular.measure(expression);
    return isRegular && wideRepeats === 0;
  }

  /** An expression and what comes after it. */
  #expression(expression: Expression, inTerminal: boolean, next: Rest): Rest {
    if (++this.#depth > MAXIMUM_DEPTH) {
      throw new LimitExceededError("grammarDepth", Infinity, MAXIMUM_DEPTH);
    }
    try {
      if (this.#isLexeme(expression)) {
        return this.#lexeme(this.regular.regex(expression, inTerminal), next);
      }
      return this.#irregular(expression, inTerminal, next);
    } finally {
      this.#depth--;
    }
  }

  #irregular(expression: Expression, inTerminal: boolean, next: Rest): Rest {
    const { productions } = this;
    switch (expression.kind) {
      case "sequence":
        return this.#sequence(expression.parts, inTerminal, next);
      case "choice": {
        const symbol = productions.rule();
        productions.define(symbol, this.#options(expression.options, inTerminal));
        return productions.rest(symbol, next);
      }
      case "repeat":
        return this.#repeat(expression, inTerminal, next);
      case "rule":
        return productions.rest(this.#rule(expression.name, inTerminal), next);
      case "token": {
        const value = this.context.tokens(expression);
        const symbol = productions.edge(SYMBOL_TOKEN, value, value < 0 ? Infinity : 1);
        return this.#afterIgnored(productions.rest(symbol, next), inTerminal);
      }
      case "json":
        return this.#afterIgnored(productions.rest(this.#jsonValue(expression), next), inTerminal);
      default:
        // A leaf that is over the size of a lexeme has nowhere else to go.
        return this.#lexeme(this.regular.regex(expression, inTerminal), next);
    }
  }

  #afterIgnored(rest: Rest, inTerminal: boolean): Rest {
    return inTerminal ? rest : this.#lexeme(this.regular.ignored, rest);
  }

  /** The parts from right to left; neighbours that are plain together. */
  #sequence(parts: readonly Expression[], inTerminal: boolean, next: Rest): Rest {
    let rest = next;
    for (let end = parts.length; end > 0;) {
      let start = end - 1;
      if (this.#isPlain(parts[start]!)) {
        while (
          start > 0 && this.#isPlain(parts[start - 1]!) &&
          this.#isPlain(together(parts, start - 1, end))
        ) {
          start--;
        }
        rest = this.#lexeme(this.regular.regex(together(parts, start, end), inTerminal), rest);
      } else rest = this.#expression(parts[start]!, inTerminal, rest);
      end = start;
    }
    return rest;
  }

  #repeat(
    expression: Extract<Expression, { kind: "repeat" }>,
    inTerminal: boolean,
    next: Rest,
  ): Rest {
    const { productions } = this;
    const { part, min, max } = expression;
    const largest = max ?? min;
    if (largest > MAXIMUM_REPEAT) {
      throw new LimitExceededError("grammarRepeat", largest, MAXIMUM_REPEAT);
    }
    // The part is one symbol, however often it comes.
    const repeats = inTerminal ? this.#repeatsInTerminals : this.#repeats;
    let symbol = repeats.get(expression);
    if (symbol === undefined) {
      symbol = productions.rule();
      repeats.set(expression, symbol);
      productions.define(symbol, this.#alternatives(part, inTerminal));
    }
    let rest = next;
    if (max === null) {
      const again = productions.rule();
      productions.define(again, [
        NO_REST,
        productions.rest(symbol, productions.rest(again, NO_REST)),
      ]);
      rest = productions.rest(again, rest);
    } else if (max > min) {
      let more = NO_REST;
      for (let count = min; count < max; count++) {
        const optional = productions.rule();
        productions.define(optional, [NO_REST, productions.rest(symbol, more)]);
        more = productions.rest(optional, NO_REST);
      }
      rest = productions.rest(productions.restSymbol[more]!, rest);
    }
    for (let count = 0; count < min; count++) rest = productions.rest(symbol, rest);
    return rest;
  }

  #rule(name: string, inTerminal: boolean): GrammarSymbol {
    const rule = this.regular.rules.get(name)!;
    const key = `${inTerminal || rule.isTerminal} ${name}`;
    let symbol = this.#rules.get(key);
    if (symbol === undefined) {
      symbol = this.productions.rule();
      this.#rules.set(key, symbol);
      this.#open.push({ symbol, rule, inTerminal: inTerminal || rule.isTerminal });
    }
    if (inTerminal || !rule.isTerminal || this.regular.ignored === EPSILON) return symbol;
    // A terminal that is no lexeme: what is ignored stands before it.
    const spaced = this.productions.rule();
    const rest = this.#lexeme(this.regular.ignored, this.productions.rest(symbol, NO_REST));
    this.productions.define(spaced, [rest]);
    return spaced;
  }

  #jsonValue(expression: JsonExpression): GrammarSymbol {
    const { productions } = this;
    let symbol = this.#json.get(expression);
    if (symbol === undefined) {
      symbol = productions.rule();
      this.#json.set(expression, symbol);
      const { scalars, container, shortest } = this.context.json(expression);
      const alternatives: Rest[] = [];
      if (scalars !== EMPTY) alternatives.push(this.#lexeme(scalars, NO_REST));
      if (container >= 0) {
        alternatives.push(
          productions.rest(productions.edge(SYMBOL_JSON, container, shortest), NO_REST),
        );
      }
      productions.define(symbol, alternatives);
    }
    return symbol;
  }

  /** A lexeme and what comes after it. */
  #lexeme(regex: Regex, next: Rest): Rest {
    const { productions, context: { automaton } } = this;
    if (regex === EPSILON) return next;
    const isNullable = regex !== EMPTY && automaton.store.nullable.at(regex) === 1;
    const shortest = isNullable
      ? 1
      : regex !== EMPTY && automaton.isAlive(regex)
      ? Math.min(shortestLength(automaton, regex), Number.MAX_SAFE_INTEGER)
      : Infinity;
    const lexeme = productions.lexeme(regex, shortest);
    if (!isNullable) return productions.rest(lexeme, next);
    let symbol = this.#nullable.get(regex);
    if (symbol === undefined) {
      symbol = productions.rule();
      this.#nullable.set(regex, symbol);
      productions.define(symbol, [NO_REST, productions.rest(lexeme, NO_REST)]);
    }
    return productions.rest(symbol, next);
  }
  readonly #nullable = new Map<Regex, GrammarSymbol>();
}

function together(parts: readonly Expression[], start: number, end: number): Expression {
  return end - start === 1 ? parts[start]! : { kind: "sequence", parts: parts.slice(start, end) };
}
