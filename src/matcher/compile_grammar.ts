/**
 * From a context-free grammar to a compiled one.
 *
 * @module
 */

import { Utf8Algebra } from "../automata/mod.ts";
import {
  type Grammar,
  type GrammarImports,
  type GrammarLimits,
  type GrammarNotation,
  parseGrammar,
  UndefinedRuleError,
  visitExpressions,
} from "../grammar/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { CompiledGrammar, type GrammarInternals, type GrammarStart } from "./compiled_grammar.ts";
import { Engine } from "./engine.ts";
import { EmptyGrammarError } from "./errors.ts";
import { ColumnStore } from "./grammar_columns.ts";
import { JsonEdges, type JsonSettings } from "./grammar_json.ts";
import { Lowering } from "./grammar_lowering.ts";
import { Productions, type Rest, SYMBOL_LEXEME } from "./grammar_productions.ts";
import { RegularParts } from "./grammar_regular.ts";
import { GrammarParser } from "./grammar_state.ts";
import { TokenCuts } from "./grammar_token_cuts.ts";
import { TokenEdges } from "./grammar_token_edges.ts";
import type { Whitespace } from "./json_context.ts";

/** Limits of {@link compileGrammar}, with those of the text; each is a `LimitExceededError` of its name. */
export interface CompileGrammarLimits extends GrammarLimits {
  /** Symbols and productions after lowering. Default 200,000. */
  grammarSize?: number;
  /** Parser states of one text. Default 500,000. */
  grammarStates?: number;
  /** Items of all parser columns of one text. Default 500,000. */
  grammarItems?: number;
}

/** Options of {@link compileGrammar}. */
export interface CompileGrammarOptions {
  /** How a text is read; by default the one that it looks like. */
  notation?: GrammarNotation | "auto";
  /** Name of the rule that a whole text fits. Default `root` in GBNF, `start` in Lark's notation, or the form's own. */
  start?: string;
  /** The texts that Lark's `%import` reads from. */
  imports?: GrammarImports;
  /** How JSON of embedded schemas is laid out; as for `compileJsonSchema`. Default `"compact"`. */
  whitespace?: Whitespace;
  /** The order of properties in JSON of embedded schemas. Default `"schema"`. */
  propertyOrder?: "schema" | "any";
  /** Schemas that `$ref` in embedded schemas may lead to, by URI. */
  externalSchemas?: Record<string, unknown>;
  /** Whether `format` binds in embedded schemas. Default true. */
  assertFormats?: boolean;
  /** See {@link CompileGrammarLimits}. */
  limits?: CompileGrammarLimits;
}

type ParserLimits = Required<Omit<CompileGrammarLimits, keyof GrammarLimits>>;

const DEFAULT_LIMITS: ParserLimits = {
  grammarSize: 200_000,
  grammarStates: 500_000,
  grammarItems: 500_000,
};

/** States of lexemes whose masks are worked out when a grammar is compiled: of all, and of one lexeme. 0.5-2 ms each. */
const PREPARED_STATES = 64;
const PREPARED_STATES_OF_LEXEME = 8;

/** What a grammar keeps of the texts before is at most this share of its limits. */
const KEPT_SHARE = 0.2;

/**
 * Compiles a context-free grammar: ambiguous, recursive at any place, with empty rules, as it is.
 *
 * The grammar accepts exactly its sentences: every way to derive a text counts, whatever a lexer would have cut first. No prefix
 * that it accepts is a dead end. Rules without a sentence, and rules that nothing leads to, are left out.
 *
 * @param grammar Its text, in GBNF (llama.cpp) or Lark's notation, or what `parseGrammar` made of it.
 * @param vocabulary The tokens of the model that will write.
 * @param options Notation, start rule, imports, layout of embedded JSON, limits.
 * @throws {GrammarSyntaxError} The text is not what its notation allows; the other errors of `parseGrammar` likewise.
 * @throws {EmptyGrammarError} It has no sentence.
 * @throws {UnsupportedGrammarError} It names a token that the vocabulary does not have.
 * @throws {InvalidSchemaError} An embedded schema is none; the other errors of `compileJsonSchema` likewise.
 * @throws {LimitExceededError} It is too large.
 *
 * @example Balanced brackets
 * ```ts
 * import { compileGrammar, Matcher } from "@espalier/core/matcher";
 * import { Vocabulary } from "@espalier/core/vocabulary";
 *
 * const tokens = ["(", ")", "()", "a"].map((text) => new TextEncoder().encode(text));
 * const vocabulary = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [4] });
 * const matcher = new Matcher(compileGrammar('root ::= "a" | "(" root* ")"', vocabulary));
 * console.assert([0, 2, 3].every((id) => matcher.acceptToken(id)));
 * console.assert(!matcher.isAccepting());
 * console.assert(matcher.acceptToken(1) && matcher.isAccepting());
 * ```
 */
export function compileGrammar(
  grammar: string | Grammar,
  vocabulary: Vocabulary,
  options: CompileGrammarOptions = {},
): CompiledGrammar {
  const { whitespace = "compact", propertyOrder = "schema", externalSchemas, assertFormats } =
    options;
  const { notation, imports, limits } = options;
  const form = typeof grammar === "string"
    ? parseGrammar(grammar, { notation, start: options.start, imports, limits }).grammar
    : grammar;
  const start = options.start ?? form.start;
  const settings: JsonSettings = {
    whitespace,
    propertyOrder,
    schema: { externalSchemas, assertFormats },
  };
  checkNames(form, start);
  const parserLimits: ParserLimits = {
    grammarSize: limits?.grammarSize ?? DEFAULT_LIMITS.grammarSize,
    grammarStates: limits?.grammarStates ?? DEFAULT_LIMITS.grammarStates,
    grammarItems: limits?.grammarItems ?? DEFAULT_LIMITS.grammarItems,
  };
  const begin = () => lower(form, start, vocabulary, settings, parserLimits);
  return new CompiledGrammar(vocabulary, new ContextFreeGrammar(begin, parserLimits));
}

interface ParserStart extends GrammarStart {
  readonly parser: GrammarParser;
}

function lower(
  grammar: Grammar,
  start: string,
  vocabulary: Vocabulary,
  settings: JsonSettings,
  limits: ParserLimits,
): ParserStart {
  const engine = Engine.of(vocabulary, settings.whitespace === "any" ? "any" : "plain");
  const { store, automaton } = engine.languages;
  const productions = new Productions(limits.grammarSize);
  const regular = new RegularParts(grammar, algebraOf(engine));
  const tokens = new TokenEdges(vocabulary);
  const json = new JsonEdges(engine, settings);
  const lowering = new Lowering(regular, productions, {
    automaton,
    tokens: (expression) => tokens.add(expression),
    json: (expression) => json.add(expression),
  });
  const rest: Rest = lowering.start(start);
  productions.finish();
  if (productions.shortestOf(rest) === Infinity) throw new EmptyGrammarError(start);
  const columns = new ColumnStore(
    productions,
    store,
    (labelSet) => automaton.labels(labelSet),
    regular.ignored,
    limits.grammarItems,
  );
  const parser = new GrammarParser(
    columns,
    automaton,
    cutsOf(engine),
    tokens,
    json,
    limits.grammarStates,
  );
  prepare(parser);
  return { engine, parser, state: parser.at(columns.start(rest)) };
}

/** What the grammar's lexemes need of the vocabulary, whatever surrounds them. */
function prepare({ columns: { productions }, automaton, cuts }: GrammarParser): void {
  let left = PREPARED_STATES;
  productions.kind.forEach((kind, symbol) => {
    if (kind !== SYMBOL_LEXEME || left <= 0) return;
    const lexeme = productions.value[symbol]!;
    if (productions.shortest[symbol] === Infinity) return;
    left -= cuts.prepare(
      automaton.store.concat(lexeme, automaton.store.label(lexeme)),
      Math.min(left, PREPARED_STATES_OF_LEXEME),
    );
  });
}

class ContextFreeGrammar implements GrammarInternals {
  #current: ParserStart;

  constructor(
    private readonly make: () => ParserStart,
    private readonly limits: ParserLimits,
  ) {
    this.#current = make();
  }

  begin(): GrammarStart {
    const { parser, engine } = this.#current;
    const { grammarStates, grammarItems } = this.limits;
    if (
      parser.stateCount + parser.json.stateCount > KEPT_SHARE * grammarStates ||
      parser.columns.itemCount > KEPT_SHARE * grammarItems || engine.isOverfull
    ) this.#current = this.make();
    return this.#current;
  }
}

/** Refuses names that stand for nothing; the readers of notations say it with a place, and first. */
function checkNames(grammar: Grammar, start: string): void {
  const names = new Set(grammar.rules.map(({ name }) => name));
  for (const name of [start, ...grammar.ignored]) {
    if (!names.has(name)) throw new UndefinedRuleError(name);
  }
  for (const { expression } of grammar.rules) {
    visitExpressions(expression, (part) => {
      if (part.kind === "rule" && !names.has(part.name)) {
        throw new UndefinedRuleError(part.name, part.position);
      }
    });
  }
}

const algebras = new WeakMap<Engine, Utf8Algebra>();

function algebraOf(engine: Engine): Utf8Algebra {
  let algebra = algebras.get(engine);
  if (algebra === undefined) {
    algebras.set(engine, algebra = new Utf8Algebra(engine.languages.store));
  }
  return algebra;
}

const cuts = new WeakMap<Engine, TokenCuts>();

function cutsOf(engine: Engine): TokenCuts {
  let known = cuts.get(engine);
  if (known === undefined) {
    known = new TokenCuts(engine.vocabulary, engine.languages.automaton);
    cuts.set(engine, known);
  }
  return known;
}
