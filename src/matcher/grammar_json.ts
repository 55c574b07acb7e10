/**
 * JSON values of a schema inside of a grammar.
 *
 * The JSON Schema parser follows a value with what comes after it as a continuation (`json_value_state.ts`), so a grammar
 * can hand over to it and get the text back. Scalars are regular, and lexemes of the grammar like any other; that settles whether a
 * number ends where the grammar could go on with a digit. Objects and arrays end by themselves: they begin with a
 * bracket, and from there on the JSON parser is asked.
 *
 * A value begins at its first byte that is not whitespace; whitespace around it is the grammar's business.
 *
 * @module
 */

import { EMPTY, type Regex } from "../automata/mod.ts";
import {
  type Goal,
  readSchema,
  ShapeStore,
  WORD_FALSE,
  WORD_NULL,
  WORD_TRUE,
} from "../json_schema/mod.ts";
import type { JsonExpression } from "../grammar/mod.ts";
import { checkSupport } from "./compile_json_schema.ts";
import type { Engine } from "./engine.ts";
import type { Column } from "./grammar_columns.ts";
import type { JsonParts } from "./grammar_lowering.ts";
import type { GrammarSymbol } from "./grammar_productions.ts";
import type { GrammarParser } from "./grammar_state.ts";
import { JsonContext, type Whitespace } from "./json_context.ts";
import { ValueState } from "./json_value_state.ts";
import { type ParserState, StructureState } from "./parser_state.ts";

const OPENING = [0x7b, 0x5b];
const WORDS = [[WORD_NULL, "null"], [WORD_TRUE, "true"], [WORD_FALSE, "false"]] as const;

/** How the JSON in a grammar is written and read. */
export interface JsonSettings {
  readonly whitespace: Whitespace;
  readonly propertyOrder: "schema" | "any";
  readonly schema: Parameters<typeof readSchema>[1];
}

/** The schemas of one grammar. */
export class JsonEdges {
  readonly #goals: { readonly context: JsonContext; readonly goal: Goal }[] = [];
  readonly #opened = new WeakMap<Column, Map<GrammarSymbol, JsonOpening>>();

  constructor(private readonly engine: Engine, private readonly settings: JsonSettings) {}

  /** Reads a schema. */
  add({ schema }: JsonExpression): JsonParts {
    const { engine: { languages }, settings } = this;
    const root = readSchema(schema, settings.schema);
    const shapes = new ShapeStore(languages, settings.propertyOrder === "schema");
    checkSupport(root, shapes);
    const goal = shapes.rootGoal(root);
    if (shapes.isEmpty(goal)) return { scalars: EMPTY, container: -1, shortest: Infinity };
    const context = new JsonContext(shapes, settings.whitespace);
    const shape = shapes.shape(goal);
    const { store } = languages;
    const scalars: Regex[] = [context.numberTexts(goal)];
    if (shape.strings !== EMPTY) {
      scalars.push(store.sequence([context.quote, shape.strings, context.quote]));
    }
    for (const [bit, word] of WORDS) {
      if ((shape.words & bit) !== 0) scalars.push(store.literal(new TextEncoder().encode(word)));
    }
    const containers = new ValueState(context, [goal], { resolve: () => null }, null);
    const isContainer = OPENING.some((byte) => containers.step(byte) !== null);
    return {
      scalars: store.union(scalars),
      container: isContainer ? this.#goals.push({ context, goal }) - 1 : -1,
      shortest: 2,
    };
  }

  /** States of the JSON parser made so far. */
  get stateCount(): number {
    return this.#goals.reduce((sum, { context }) => sum + context.stateCount, 0);
  }

  /** Before the objects and arrays that a column expects. */
  before(parser: GrammarParser, column: Column): readonly JsonOpening[] {
    const symbols = parser.columns.expected(column).json;
    if (symbols.length === 0) return NONE;
    let opened = this.#opened.get(column);
    if (opened === undefined) this.#opened.set(column, opened = new Map());
    for (const symbol of symbols) {
      if (opened.has(symbol)) continue;
      const { context, goal } = this.#goals[parser.columns.productions.value[symbol]!]!;
      const after = parser.columns.afterEdge(column, symbol);
      const value = new ValueState(context, [goal], { resolve: () => parser.at(after) }, null);
      opened.set(symbol, new JsonOpening(value));
    }
    return [...opened.values()];
  }

  /** The states after the opening bracket of the objects or arrays that a column expects. */
  open(parser: GrammarParser, column: Column, byte: number): readonly ParserState[] {
    if (!OPENING.includes(byte)) return NONE;
    const states: ParserState[] = [];
    for (const opening of this.before(parser, column)) {
      const state = opening.step(byte);
      if (state !== null) states.push(state);
    }
    return states;
  }
}

const NONE: readonly never[] = [];

/** Before an object or an array. */
export class JsonOpening extends StructureState {
  constructor(private readonly value: ValueState) {
    super();
  }

  override closing(): string | null {
    return this.value.closing();
  }

  protected override advance(byte: number): ParserState | null {
    return OPENING.includes(byte) ? this.value.step(byte) : null;
  }
}
