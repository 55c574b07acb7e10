/**
 * The parser of context-free grammars: Earley's, on a graph-structured stack of hash-consed columns.
 *
 * A **column** says what may come from a place in the text on: a set of **items**, each the rest of a production and the
 * column in which the parser is when that rest is complete; and whether the text may end. This is Earley's item set
 * with its back-pointers turned round: an item does not point to where its production began, but to what comes after it.
 * So columns that mean the same are the same object, wherever in a text they were met, and what was worked out for one
 * (the lexemes it expects, the columns that follow, masks) is worked out once.
 *
 * - Prediction is not stored. A column's closure is made when a lexeme is complete, and holds for each rule that
 *   is predicted the items that wait for it.
 * - Completion is done when a column is made: the column after a rule is made of those who wait for it, and where the
 *   rule was the last symbol, of the column after *that* rule. So right recursion does not build chains (Leo, 1991), and
 *   nothing has to be completed later.
 * - Symbols that may be empty are skipped when an item is made (Aycock and Horspool, 2002).
 * - Items that allow nothing that another does not allow are left out: same rest, and a column after it that is covered, item by
 *   item. Where the column after a predicted rule is covered by the one after the rule that predicted it, the two
 *   mean the same. So left recursion and ambiguity lead back to the columns that are there: `S = S S | "a"` has two.
 *
 * Left recursion makes a column that mentions itself; columns that mention each other are not shared.
 *
 * Cost: a column that is met again costs a look-up by label set. A new one costs the closure, linear in the rules that it
 * predicts. Unambiguous grammars have columns of a few items.
 *
 * Sources: Earley, "An efficient context-free parsing algorithm", CACM 1970; Leo, "A general context-free parsing algorithm
 * running in linear time on every LR(k) grammar without using lookahead", TCS 1991; Aycock and Horspool, "Practical Earley
 * parsing", 2002; Scott and Johnstone, "GLL parsing", 2010, for the stack; the cover is a simulation preorder (Milner, 1971).
 *
 * @module
 */

import { KIND_CONCAT, type Regex, type RegexStore } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import {
  type GrammarSymbol,
  NO_REST,
  type Productions,
  type Rest,
  SYMBOL_JSON,
  SYMBOL_LEXEME,
  SYMBOL_RULE,
  SYMBOL_TOKEN,
} from "./grammar_productions.ts";

/** What a column expects next; the same for all columns that wait for the same symbols. */
export interface Expected {
  /** The union of the lexemes, each with its expression for a label; `EMPTY` where there is none. */
  readonly lexer: Regex;
  readonly tokens: readonly GrammarSymbol[];
  readonly json: readonly GrammarSymbol[];
  /** For each symbol that may come first, or is predicted, the predicted items that wait for it. */
  readonly waits: ReadonlyMap<GrammarSymbol, readonly Wait[]>;
}

const NO_WAITS: readonly Wait[] = [];

/** A predicted item that waits for a symbol: what it does after it, and the rule that is complete then. */
interface Wait {
  readonly next: Rest;
  readonly rule: GrammarSymbol;
}

/** Items with one rest of which covered ones are looked for. */
const MANY_RIVALS = 32;
/** Rules that are predicted in a column one by the other, at their left ends. */
const MAXIMUM_CHAIN = 1_500;

/** Marks a column that mentions itself in keys of columns. */
const SELF = -1;
/** Pairs of columns that are compared before a cover is given up. */
const MAXIMUM_COMPARED = 200;

/** A place in a grammar. Immutable; equal columns of one store are the same object. */
export class Column {
  /** Rests of items, ascending. */
  rests: readonly Rest[] = [];
  /** Of each item, where it goes on. */
  after: readonly Column[] = [];
  accepts = false;
  /** Tokens or bytes to an end, about; `Infinity` while it is not known. */
  distance = Infinity;
  expected: Expected | undefined;
  readonly next: (Column | undefined)[] = [];
  afterRule: Map<GrammarSymbol, Column> | undefined;
  afterEdge: Map<GrammarSymbol, Column> | undefined;
  /** Whether it is being made, and whether a column that was made meanwhile points to it. */
  isOpen = false;
  isMentioned = false;

  constructor(readonly id: number) {}
}

/** The columns of one grammar. */
export class ColumnStore {
  readonly #byKey = new Map<string, Column>();
  readonly #expected = new Map<string, Expected>();
  /** Pairs of columns of which it is known whether the second one covers the first. */
  readonly #covers = new Map<number, boolean>();
  readonly #unions = new Map<string, Column>();
  #count = 0;
  #itemCount = 0;
  #chain = 0;
  /** The place after a whole text. */
  readonly end: Column;

  /**
   * @param maximum Most items of all columns.
   * @param labels The labels of a label set; see `Automaton.labels`.
   */
  constructor(
    readonly productions: Productions,
    private readonly regexes: RegexStore,
    private readonly labels: (labelSet: number) => readonly number[],
    private readonly ignored: Regex,
    private readonly maximum: number,
  ) {
    this.end = this.#intern([], [], true);
  }

  /** Columns made so far. */
  get count(): number {
    return this.#count;
  }

  /** Items of all columns made so far. */
  get itemCount(): number {
    return this.#itemCount;
  }

  /** The column in which a rest is to come and then the end. */
  start(rest: Rest): Column {
    const builder = new Items();
    this.#add(builder, rest, this.end);
    return this.#build(builder);
  }

  /** What a column expects. */
  expected(column: Column): Expected {
    if (column.expected !== undefined) return column.expected;
    const { productions } = this;
    const symbols = new Set<GrammarSymbol>();
    for (const rest of column.rests) symbols.add(productions.restSymbol[rest]!);
    const key = [...symbols].join();
    let expected = this.#expected.get(key);
    if (expected === undefined) {
      expected = this.#expectedOf(symbols);
      this.#expected.set(key, expected);
    }
    return column.expected = expected;
  }

  /** @param symbols Grows to all symbols that may come first. */
  #expectedOf(symbols: Set<GrammarSymbol>): Expected {
    const { productions, regexes } = this;
    const tokens: GrammarSymbol[] = [], json: GrammarSymbol[] = [], lexemes: Regex[] = [];
    const waits = new Map<GrammarSymbol, Wait[]>();
    for (const symbol of symbols) {
      switch (productions.kind[symbol]) {
        case SYMBOL_RULE:
          for (const edge of productions.leftEdges[symbol]!) {
            symbols.add(edge.symbol);
            const wait = { next: edge.next, rule: symbol };
            const waiting = waits.get(edge.symbol);
            if (waiting === undefined) waits.set(edge.symbol, [wait]);
            else waiting.push(wait);
          }
          break;
        case SYMBOL_LEXEME:
          lexemes.push(productions.value[symbol]!);
          break;
        case SYMBOL_TOKEN:
          tokens.push(symbol);
          break;
        case SYMBOL_JSON:
          json.push(symbol);
      }
    }
    // What is ignored before each of many lexemes is read once.
    const spaced: Regex[] = [], others: Regex[] = [];
    for (const lexeme of lexemes) {
      const bare = this.#withoutIgnored(lexeme);
      if (bare >= 0) spaced.push(regexes.concat(bare, regexes.label(lexeme)));
      else others.push(regexes.concat(lexeme, regexes.label(lexeme)));
    }
    others.push(regexes.concat(this.ignored, regexes.union(spaced)));
    return { lexer: regexes.union(others), tokens, json, waits };
  }

  /** A lexeme without what is ignored before it, -1 where that is not how it is made. */
  #withoutIgnored(lexeme: Regex): Regex {
    const { kind, a, b } = this.regexes;
    return kind.at(lexeme) === KIND_CONCAT && a.at(lexeme) === this.ignored ? b.at(lexeme) : -1;
  }

  /** The column after the lexemes of a label set. */
  afterLexemes(column: Column, labelSet: number): Column {
    const known = column.next[labelSet];
    if (known !== undefined) return known;
    const symbols: GrammarSymbol[] = [];
    for (const label of this.labels(labelSet)) {
      const symbol = this.productions.lexemeOf(label);
      if (symbol !== undefined) symbols.push(symbol);
    }
    return column.next[labelSet] = this.#advance(column, symbols);
  }

  /** The column after a token or a JSON value that the column expects. */
  afterEdge(column: Column, symbol: GrammarSymbol): Column {
    const known = column.afterEdge ??= new Map();
    let after = known.get(symbol);
    if (after === undefined) {
      after = this.#advance(column, [symbol]);
      known.set(symbol, after);
    }
    return after;
  }

  /** The column that allows what any of the columns allows. */
  union(columns: readonly Column[]): Column {
    if (columns.length === 1) return columns[0]!;
    const distinct = [...new Set(columns)].sort((x, y) => x.id - y.id);
    if (distinct.length === 1) return distinct[0]!;
    const key = distinct.map(({ id }) => id).join();
    let union = this.#unions.get(key);
    if (union === undefined) {
      const builder = new Items();
      for (const column of distinct) builder.addAll(column);
      union = this.#build(builder);
      this.#unions.set(key, union);
    }
    return union;
  }

  /** The column after any of some symbols. */
  #advance(column: Column, symbols: readonly GrammarSymbol[]): Column {
    const { waits } = this.expected(column);
    const { restSymbol, restNext } = this.productions;
    const builder = new Items();
    for (const symbol of symbols) {
      column.rests.forEach((rest, i) => {
        if (restSymbol[rest] === symbol) this.#add(builder, restNext[rest]!, column.after[i]!);
      });
      for (const { next, rule } of waits.get(symbol) ?? NO_WAITS) {
        this.#add(builder, next, this.#afterPredicted(column, rule));
      }
    }
    return this.#build(builder);
  }

  /** Adds a rest and all that it becomes where symbols are empty. */
  #add(builder: Items, rest: Rest, after: Column): void {
    for (const one of this.productions.skips[rest]!) {
      if (one === NO_REST) builder.addAll(after);
      else builder.add(one, after);
    }
  }

  #afterPredicted(column: Column, rule: GrammarSymbol): Column {
    try {
      return this.#afterRule(column, rule);
    } catch (error) {
      // What was begun would be taken for finished.
      column.afterRule = undefined;
      this.#chain = 0;
      throw error;
    }
  }

  /**
   * The column after a rule that is predicted in a column: those who wait for it, and, where it is the last they wait for, those
   * who wait for them.
   */
  #afterRule(column: Column, predicted: GrammarSymbol): Column {
    const memo = column.afterRule ??= new Map();
    const known = memo.get(predicted);
    if (known !== undefined) {
      if (known.isOpen) known.isMentioned = true;
      return known;
    }
    const rule = this.#representative(column, predicted);
    if (rule !== predicted) {
      const after = typeof rule === "number" ? this.#afterRule(column, rule) : rule;
      if (!after.isOpen) memo.set(predicted, after);
      return after;
    }
    const { productions } = this;
    const { waits } = this.expected(column);
    const builder = new Items();
    const candidates = new Set<Column>();
    const own = this.#newColumn();
    if (++this.#chain > MAXIMUM_CHAIN) {
      this.#chain = 0;
      throw new LimitExceededError("grammarChain", Infinity, MAXIMUM_CHAIN);
    }
    own.isOpen = true;
    memo.set(predicted, own);
    const others: { readonly rest: Rest; readonly rule: GrammarSymbol }[] = [];
    const seen = new Set<GrammarSymbol>([predicted]);
    for (const one of seen) {
      column.rests.forEach((rest, i) => {
        if (productions.restSymbol[rest] !== one) return;
        const after = column.after[i]!;
        for (const left of productions.skips[productions.restNext[rest]!]!) {
          if (left !== NO_REST) builder.add(left, after);
          else {
            builder.addAll(after);
            candidates.add(after);
          }
        }
      });
      for (const { next, rule } of waits.get(one) ?? NO_WAITS) {
        for (const left of productions.skips[next]!) {
          if (left === NO_REST) seen.add(rule);
          else others.push({ rest: left, rule });
        }
      }
    }
    for (const { rest, rule } of others) {
      const isOwn = this.#representative(column, rule) === predicted;
      builder.add(rest, isOwn ? own : this.#afterRule(column, rule));
    }
    this.#chain--;
    own.isOpen = false;
    const result = this.#finish(own, builder, candidates);
    memo.set(predicted, result);
    return result;
  }

  /** The rule, or the column, after which the same may come, where only the end of one rule waits for this one. */
  #representative(column: Column, predicted: GrammarSymbol): Column | GrammarSymbol {
    const { restSymbol, restNext } = this.productions;
    const { waits } = this.expected(column);
    const passed = new Set<GrammarSymbol>();
    for (let rule = predicted;;) {
      passed.add(rule);
      let only: Column | GrammarSymbol | undefined;
      let isOnly = true;
      for (const { next, rule: user } of waits.get(rule) ?? NO_WAITS) {
        if (next !== NO_REST) isOnly = false;
        else if (user !== rule) {
          if (only !== undefined && only !== user) isOnly = false;
          only = user;
        }
      }
      for (let i = 0; i < column.rests.length && isOnly; i++) {
        if (restSymbol[column.rests[i]!] !== rule) continue;
        if (restNext[column.rests[i]!] !== NO_REST) isOnly = false;
        if (only !== undefined && only !== column.after[i]) isOnly = false;
        only = column.after[i]!;
      }
      if (!isOnly || only === undefined) return rule;
      if (typeof only !== "number") return only;
      if (passed.has(only)) return predicted;
      rule = only;
    }
  }

  /** Turns a column that was begun into one that exists already, where that means the same. */
  #finish(own: Column, builder: Items, candidates: ReadonlySet<Column>): Column {
    this.#settle(own, builder);
    if (!own.isMentioned) {
      // It allows at least what these do; where it allows no more, they are the same.
      for (const candidate of candidates) if (this.#isCovered(own, candidate)) return candidate;
      const key = keyOf(own);
      const same = this.#byKey.get(key);
      if (same !== undefined) return same;
      this.#byKey.set(key, own);
    }
    this.#countItems(own);
    // Columns that are made later mention it by its number.
    const key = keyOf(own, own.id);
    if (!this.#byKey.has(key)) this.#byKey.set(key, own);
    return own;
  }

  #newColumn(): Column {
    return new Column(++this.#count);
  }

  #build(builder: Items): Column {
    const only = builder.onlyColumn;
    if (only !== undefined) return only;
    const column = this.#newColumn();
    this.#settle(column, builder);
    return this.#interned(column);
  }

  #intern(rests: readonly Rest[], after: readonly Column[], accepts: boolean): Column {
    const column = this.#newColumn();
    Object.assign(column, { rests, after, accepts });
    column.distance = this.#distance(column);
    return this.#interned(column);
  }

  #interned(column: Column): Column {
    const key = keyOf(column);
    const same = this.#byKey.get(key);
    if (same !== undefined) return same;
    this.#byKey.set(key, column);
    this.#countItems(column);
    return column;
  }

  #countItems(column: Column): void {
    this.#itemCount += column.rests.length + 4;
    if (this.#itemCount > this.maximum) {
      throw new LimitExceededError("grammarItems", this.#itemCount, this.maximum);
    }
  }

  /** Gives a column its items, those left out that others cover. */
  #settle(column: Column, builder: Items): void {
    const rests: Rest[] = [], after: Column[] = [];
    let rivals = 1;
    for (const rest of [...builder.byRest.keys()].sort((x, y) => x - y)) {
      const columns = builder.byRest.get(rest)!;
      rivals = Math.max(rivals, columns.size);
      for (const one of [...columns].sort((x, y) => x.id - y.id)) {
        rests.push(rest);
        after.push(one);
      }
    }
    column.rests = rests;
    column.after = after;
    column.accepts = builder.accepts;
    if (rivals > 1 && rivals <= MANY_RIVALS) this.#leaveOutCovered(column);
    column.distance = this.#distance(column);
  }

  #leaveOutCovered(column: Column): void {
    const { rests, after } = column;
    const isLeftOut: boolean[] = rests.map(() => false);
    // By one that is still there; younger columns go first.
    for (let i = rests.length - 1; i >= 0; i--) {
      isLeftOut[i] = rests.some((rest, j) =>
        j !== i && rest === rests[i] && !isLeftOut[j] && this.#isCovered(after[i]!, after[j]!)
      );
    }
    if (!isLeftOut.includes(true)) return;
    column.rests = rests.filter((_, i) => !isLeftOut[i]);
    column.after = after.filter((_, i) => !isLeftOut[i]);
  }

  /** Bytes, or tokens, to an end of the text: a short way, not always the shortest. */
  distance(column: Column): number {
    if (column.distance === Infinity) this.#findDistance(column, new Set());
    return column.distance;
  }

  /** For columns that were made before all that they point to. */
  #findDistance(column: Column, open: Set<Column>): void {
    if (column.distance < Infinity || open.has(column)) return;
    open.add(column);
    for (const after of column.after) this.#findDistance(after, open);
    column.distance = this.#distance(column);
    open.delete(column);
  }

  #distance(column: Column): number {
    if (column.accepts) return 0;
    let distance = Infinity;
    column.rests.forEach((rest, i) => {
      distance = Math.min(
        distance,
        this.productions.shortestOf(rest) + column.after[i]!.distance,
      );
    });
    return distance;
  }

  /** Whether a column allows all that another one allows, as far as their items tell. */
  #isCovered(small: Column, large: Column): boolean {
    if (small === large) return true;
    // Columns that are being made have no items yet.
    if (!isSettled(small) || !isSettled(large)) return false;
    const assumed: number[] = [];
    const budget = { left: MAXIMUM_COMPARED };
    const result = this.#compare(small, large, assumed, budget);
    if (result) this.#covers.set(pairOf(small, large), true);
    return result;
  }

  #compare(
    small: Column,
    large: Column,
    assumed: number[],
    budget: { left: number },
  ): boolean {
    if (small === large) return true;
    if (small.accepts && !large.accepts) return false;
    if (!isSettled(small) || !isSettled(large)) return false;
    const pair = pairOf(small, large);
    const known = this.#covers.get(pair);
    if (known !== undefined) return known;
    // A cover may rest on itself: a text that tells the two apart would be finite.
    if (assumed.includes(pair)) return true;
    if (--budget.left < 0) return false;
    const assumedBefore = assumed.length;
    assumed.push(pair);
    const { rests, after } = large;
    let at = 0;
    for (let i = 0; i < small.rests.length; i++) {
      const rest = small.rests[i]!;
      while (at < rests.length && rests[at]! < rest) at++;
      let covered = false;
      for (let j = at; j < rests.length && rests[j] === rest && !covered; j++) {
        covered = this.#compare(small.after[i]!, after[j]!, assumed, budget);
      }
      if (covered) continue;
      // Wrong even under assumptions that favour it; what rested on this one is open again.
      assumed.length = assumedBefore;
      if (budget.left >= 0) this.#covers.set(pair, false);
      return false;
    }
    return true;
  }
}

/** A column under construction. */
class Items {
  readonly byRest = new Map<Rest, Set<Column>>();
  accepts = false;
  #columns: Column | null | undefined;

  add(rest: Rest, after: Column): void {
    this.#columns = null;
    this.#put(rest, after);
  }

  #put(rest: Rest, after: Column): void {
    const columns = this.byRest.get(rest);
    if (columns === undefined) this.byRest.set(rest, new Set([after]));
    else columns.add(after);
  }

  /** All that a column allows. */
  addAll(column: Column): void {
    this.#columns = this.#columns === undefined || this.#columns === column ? column : null;
    column.rests.forEach((rest, i) => this.#put(rest, column.after[i]!));
    this.accepts ||= column.accepts;
  }

  /** The column, where it is nothing but one that exists. */
  get onlyColumn(): Column | undefined {
    return this.#columns ?? undefined;
  }
}

function isSettled(column: Column): boolean {
  return column.accepts || column.rests.length > 0;
}

function pairOf(small: Column, large: Column): number {
  return small.id * 0x4000000 + large.id;
}

/** @param self What stands for the column itself. */
function keyOf(column: Column, self = SELF): string {
  let key = column.accepts ? "+" : "-";
  column.rests.forEach((rest, i) => {
    const after = column.after[i]!;
    key += `${rest}:${after === column ? self : after.id},`;
  });
  return key;
}
