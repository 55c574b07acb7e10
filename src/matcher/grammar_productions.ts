/**
 * A grammar in the form that the parser follows: symbols, and rests of productions.
 *
 * Between the lowering (`grammar_lowering.ts`) and the parser (`grammar_columns.ts`). A symbol is a lexeme (a regular
 * expression), a token of the vocabulary, a JSON object or array of a schema, or a rule. A **rest** is what is left of a
 * production from some place on: a symbol and the rest after it. Rests are hash-consed, so two productions that end
 * alike share their ends, and a parser that has come to the same rest by two ways is in one place: what a production was
 * called, and how it began, does not matter any more.
 *
 * What can be known beforehand is worked out here: which rests may be empty, which are the first symbols, how many bytes the
 * shortest text has (Knuth, "A generalization of Dijkstra's algorithm", 1977). A rule without any text is
 * taken out, and with it every production that needs it, so that no text can be led into a place that has no way out.
 *
 * Cost: linear in the size of the grammar, but for the shortest texts (times the depth of its rules).
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";

/** A rule: a choice of productions. */
export const SYMBOL_RULE = 0;
/** A regular expression over bytes. */
export const SYMBOL_LEXEME = 1;
/** One token out of a set, whatever its bytes. */
export const SYMBOL_TOKEN = 2;
/** A JSON object or array. */
export const SYMBOL_JSON = 3;

/** The rest of a production that is complete. */
export const NO_REST = 0;

/** Index of a symbol. */
export type GrammarSymbol = number;
/** Index of a rest. */
export type Rest = number;

/** Symbols of which any may come first, and the rest after it. */
interface LeftEdge {
  readonly symbol: GrammarSymbol;
  readonly next: Rest;
}

/** The symbols and rests of one grammar; growing until {@link Productions.finish}, then read only. */
export class Productions {
  readonly kind: number[] = [];
  /** Of a lexeme: its expression. Of a token or JSON: the index that the caller gave. */
  readonly value: number[] = [];
  /** Bytes of the shortest text; `Infinity` for a rule that has none. Token edges count one. */
  readonly shortest: number[] = [];
  /** Of rules: where their productions begin. */
  readonly alternatives: (readonly Rest[])[] = [];
  /** Of rules: the production of the shortest text. */
  readonly shortestAlternative: Rest[] = [];
  /** Whether a symbol may stand for the empty text. Only rules may. */
  readonly isNullable: boolean[] = [];
  /** By rest; entry 0 is the empty one. */
  readonly restSymbol: number[] = [-1];
  readonly restNext: number[] = [NO_REST];
  /** The rests that a rest may become without a byte, itself included: symbols at its front may be empty. */
  readonly skips: (readonly Rest[])[] = [];
  /** Of rules: the first symbols of their productions. */
  readonly leftEdges: (readonly LeftEdge[])[] = [];
  readonly #restIndex = new Map<number, Rest>();
  readonly #lexemes = new Map<Regex, GrammarSymbol>();

  /** @param maximum Most symbols and rests together. */
  constructor(private readonly maximum: number) {}

  /** Number of symbols and rests. */
  get size(): number {
    return this.kind.length + this.restSymbol.length;
  }

  /** A new rule; its productions are given later. */
  rule(): GrammarSymbol {
    return this.#add(SYMBOL_RULE, 0, Infinity);
  }

  /** The symbol of a regular expression that does not count the empty text. */
  lexeme(regex: Regex, shortest: number): GrammarSymbol {
    let symbol = this.#lexemes.get(regex);
    if (symbol === undefined) {
      symbol = this.#add(SYMBOL_LEXEME, regex, shortest);
      this.#lexemes.set(regex, symbol);
    }
    return symbol;
  }

  /** The lexeme with an expression. */
  lexemeOf(regex: Regex): GrammarSymbol | undefined {
    return this.#lexemes.get(regex);
  }

  /** A symbol for tokens or JSON. */
  edge(kind: number, value: number, shortest: number): GrammarSymbol {
    return this.#add(kind, value, shortest);
  }

  #add(kind: number, value: number, shortest: number): GrammarSymbol {
    const symbol = this.kind.push(kind) - 1;
    this.value.push(value);
    this.shortest.push(shortest);
    this.alternatives.push([]);
    this.shortestAlternative.push(NO_REST);
    this.isNullable.push(false);
    this.#checkSize();
    return symbol;
  }

  #checkSize(): void {
    if (this.size > this.maximum) {
      throw new LimitExceededError("grammarSize", this.size, this.maximum);
    }
  }

  /** A symbol and what comes after it. */
  rest(symbol: GrammarSymbol, next: Rest): Rest {
    const key = symbol * 0x4000000 + next;
    let rest = this.#restIndex.get(key);
    if (rest === undefined) {
      rest = this.restSymbol.push(symbol) - 1;
      this.restNext.push(next);
      this.#restIndex.set(key, rest);
      this.#checkSize();
    }
    return rest;
  }

  /** Gives a rule its productions. */
  define(rule: GrammarSymbol, alternatives: readonly Rest[]): void {
    this.alternatives[rule] = [...new Set(alternatives)];
  }

  /** Works out what is known beforehand and takes out what has no text. */
  finish(): void {
    this.#findShortest();
    for (let symbol = 0; symbol < this.kind.length; symbol++) {
      if (this.kind[symbol] !== SYMBOL_RULE) continue;
      this.alternatives[symbol] = this.alternatives[symbol]!.filter((rest) =>
        this.shortestOf(rest) < Infinity
      );
      this.isNullable[symbol] = this.shortest[symbol] === 0;
    }
    // A rest is made after the rests that it ends with.
    for (let rest = 0; rest < this.restSymbol.length; rest++) {
      const isSkipped = rest !== NO_REST && this.isNullable[this.restSymbol[rest]!]!;
      this.skips.push(isSkipped ? [rest, ...this.skips[this.restNext[rest]!]!] : [rest]);
    }
    for (let symbol = 0; symbol < this.kind.length; symbol++) {
      const edges = new Set<Rest>();
      for (const alternative of this.alternatives[symbol]!) {
        for (const rest of this.skips[alternative]!) if (rest !== NO_REST) edges.add(rest);
      }
      this.leftEdges.push(
        [...edges].map((rest) => ({ symbol: this.restSymbol[rest]!, next: this.restNext[rest]! })),
      );
    }
  }

  /** Bytes of the shortest text of a rest. */
  shortestOf(rest: Rest): number {
    let length = 0;
    for (; rest !== NO_REST; rest = this.restNext[rest]!) {
      length += this.shortest[this.restSymbol[rest]!]!;
    }
    return length;
  }

  /** Lowers the lengths of rules until none gets lower; only rules whose parts have changed are looked at again. */
  #findShortest(): void {
    const usedBy: Set<GrammarSymbol>[] = this.kind.map(() => new Set());
    for (let rule = 0; rule < this.kind.length; rule++) {
      for (const alternative of this.alternatives[rule]!) {
        for (let rest = alternative; rest !== NO_REST; rest = this.restNext[rest]!) {
          const symbol = this.restSymbol[rest]!;
          if (this.kind[symbol] === SYMBOL_RULE) usedBy[symbol]!.add(rule);
        }
      }
    }
    let changed = new Set<GrammarSymbol>();
    for (let rule = this.kind.length - 1; rule >= 0; rule--) {
      if (this.kind[rule] === SYMBOL_RULE) changed.add(rule);
    }
    while (changed.size > 0) {
      const again = new Set<GrammarSymbol>();
      for (const rule of changed) {
        let best = this.shortest[rule]!;
        for (const rest of this.alternatives[rule]!) {
          const length = this.shortestOf(rest);
          if (length >= best) continue;
          best = length;
          // Made of what was known before it, so following these leads to lexemes.
          this.shortestAlternative[rule] = rest;
        }
        if (best >= this.shortest[rule]!) continue;
        this.shortest[rule] = best;
        for (const user of usedBy[rule]!) again.add(user);
      }
      changed = again;
    }
  }
}
