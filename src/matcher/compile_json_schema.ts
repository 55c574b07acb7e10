/**
 * From a JSON Schema to a grammar.
 *
 * @module
 */

import { workClock } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import {
  type Literal,
  readSchema,
  type SchemaNode,
  ShapeStore,
  UnsatisfiableSchemaError,
  UnsupportedSchemaError,
} from "../json_schema/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { CompiledGrammar, type GrammarInternals, type GrammarStart } from "./compiled_grammar.ts";
import { Engine } from "./engine.ts";
import { GrammarCache } from "./grammar_cache.ts";
import { JsonContext, type Whitespace } from "./json_context.ts";
import { ValueState } from "./json_value_state.ts";
import { EndState } from "./end_state.ts";

/** Limits of {@link compileJsonSchema}; each is a `LimitExceededError` of its name. */
export interface CompileLimits {
  /** Size of the schema's JSON text. Default 16 MiB. */
  schemaBytes?: number;
  /** Nesting of the schema. Default 512; more than 1,000 counts as 1,000. */
  schemaDepth?: number;
  /** Schema objects, referenced documents included. Default 500,000. */
  schemaNodes?: number;
  /**
   * Milliseconds that compiling may take. Default 1,500. What is left for when a text reaches it (a state, a
   * completion) may take as long each time.
   */
  compileMs?: number;
}

const DEFAULT_COMPILE_MS = 1_500;

/** Options of {@link compileJsonSchema}. */
export interface CompileJsonSchemaOptions {
  /**
   * How the text is laid out. `"compact"`, the default: no whitespace. `"spaced"`: one space after `,` and `:`. Both
   * write strings and numbers the way a serialiser does: no needless escapes, no exponents. `"any"`: all that JSON
   * allows, as a validator would accept.
   */
  whitespace?: Whitespace;
  /**
   * `"schema"`, the default: properties come in the order in which the schema mentions them, others after
   * them. `"any"`: in any order.
   */
  propertyOrder?: "schema" | "any";
  /** Schemas that `$ref` may lead to, by URI. Nothing is ever fetched. */
  externalSchemas?: Record<string, unknown>;
  /** Whether `format` binds. Default true. */
  assertFormats?: boolean;
  /** See {@link CompileLimits}. */
  limits?: CompileLimits;
  /** Whether to look for the same schema among those compiled last. Default true. */
  cache?: boolean;
}

const cache = new GrammarCache();

/**
 * Compiles a JSON Schema (drafts 4, 6, 7, 2019-09 and 2020-12, by `$schema`; 2020-12 without one).
 *
 * The grammar accepts the JSON texts of the schema's valid instances and no others, and no prefix that it
 * accepts is a dead end.
 *
 * @param schema A parsed schema: an object or a Boolean.
 * @param vocabulary The tokens of the model that will write.
 * @throws {InvalidSchemaError} It is no schema: a wrong type, a reference to nowhere, a pattern that is none.
 * @throws {UnsupportedSchemaError} A keyword in it cannot be enforced.
 * @throws {UnsatisfiableSchemaError} No value fits it.
 * @throws {LimitExceededError} It is too large or too involved.
 *
 * @example A mask
 * ```ts
 * import { compileJsonSchema, Matcher } from "@espalier/core/matcher";
 * import { Vocabulary } from "@espalier/core/vocabulary";
 *
 * const tokens = [..."0123456789"].map((digit) => new TextEncoder().encode(digit));
 * const vocabulary = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [10] });
 * const matcher = new Matcher(compileJsonSchema({ type: "integer", minimum: 30 }, vocabulary));
 * const mask = new Uint32Array(vocabulary.maskWordCount);
 * matcher.fillMask(mask);
 * console.assert(mask[0] === 0b1111111110); // any digit but 0
 * ```
 */
export function compileJsonSchema(
  schema: unknown,
  vocabulary: Vocabulary,
  options: CompileJsonSchemaOptions = {},
): CompiledGrammar {
  const { whitespace = "compact", propertyOrder = "schema" } = options;
  if (!["compact", "spaced", "any"].includes(whitespace)) {
    throw new TypeError(`whitespace must be "compact", "spaced" or "any", got "${whitespace}"`);
  }
  if (!["schema", "any"].includes(propertyOrder)) {
    throw new TypeError(`propertyOrder must be "schema" or "any", got "${propertyOrder}"`);
  }
  if (options.cache === false) return compile(schema, vocabulary, options);
  return cache.get(schema, vocabulary, options, () => compile(schema, vocabulary, options));
}

function compile(
  schema: unknown,
  vocabulary: Vocabulary,
  { whitespace = "compact", propertyOrder = "schema", externalSchemas, assertFormats, limits }:
    CompileJsonSchemaOptions,
): CompiledGrammar {
  const root = readSchema(schema, { externalSchemas, assertFormats, limits });
  const limitMs = limits?.compileMs ?? DEFAULT_COMPILE_MS;
  const begin = (): JsonStart => {
    const engine = Engine.of(vocabulary, whitespace === "any" ? "any" : "plain");
    const shapes = new ShapeStore(engine.languages, propertyOrder === "schema");
    return workClock.within(
      "compileMs",
      limitMs,
      () => startOf(root, shapes, engine, whitespace, limitMs),
    );
  };
  try {
    return new CompiledGrammar(vocabulary, new JsonGrammar(begin));
  } catch (error) {
    // The engine of the language gives up where a call is too deep or a list too long for it, and says so by this.
    if (error instanceof RangeError) throw new LimitExceededError("callDepth", Infinity, 0);
    throw error;
  }
}

/** Parser states after which a grammar begins afresh. Some hundred bytes each, with what hangs on them. */
const MAXIMUM_STATES = 100_000;

/** What a state, a goal and a schema object take with what hangs on them, in bytes, roughly. */
const STATE_BYTES = 1_500;
const GOAL_BYTES = 1_000;
const NODE_BYTES = 800;

interface JsonStart extends GrammarStart {
  readonly context: JsonContext;
  readonly nodeCount: number;
}

class JsonGrammar implements GrammarInternals {
  #current: JsonStart;

  constructor(private readonly make: () => JsonStart) {
    this.#current = make();
  }

  begin(): GrammarStart {
    const { context, engine } = this.#current;
    if (context.stateCount > MAXIMUM_STATES || engine.isOverfull) this.#current = this.make();
    return this.#current;
  }

  sizeBytes(counted: Set<unknown>): number {
    const { context, engine, nodeCount } = this.#current;
    let shared = 0;
    if (!engine.isCurrent && !counted.has(engine)) {
      counted.add(engine);
      shared = engine.sizeBytes;
    }
    return shared + context.stateCount * STATE_BYTES + context.shapes.goals.size * GOAL_BYTES +
      nodeCount * NODE_BYTES;
  }
}

function startOf(
  root: SchemaNode,
  shapes: ShapeStore,
  engine: Engine,
  whitespace: Whitespace,
  limitMs: number,
): JsonStart {
  const nodeCount = checkSupport(root, shapes);
  const goal = shapes.rootGoal(root);
  if (shapes.isEmpty(goal)) {
    if (!shapes.shape(goal).leavesOut) throw new UnsatisfiableSchemaError("");
    throw new UnsupportedSchemaError(
      "uniqueItems",
      "",
      "under a negation it asks for equal items, and no value without them fits",
    );
  }
  const context = new JsonContext(shapes, whitespace, limitMs);
  const end = new EndState(whitespace === "any");
  const state = new ValueState(context, [goal], { resolve: () => end }, null);
  return { engine, state, context, nodeCount };
}

/**
 * Meets now what could fail later: every pattern is translated, and every schema that combines others is split
 * into its alternatives. Schemas that only list keywords cannot fail and stay for when they are reached.
 */
export function checkSupport(root: SchemaNode, shapes: ShapeStore): number {
  const seen = new Set<SchemaNode>([root]);
  for (const node of seen) {
    if (node.pattern !== undefined) {
      shapes.languages.pattern(node.pattern, "pattern", node.pointer);
    }
    for (const source of node.patternProperties.keys()) {
      shapes.languages.pattern(source, "patternProperties", node.pointer);
    }
    for (const child of childrenOf(node)) seen.add(child);
    if (isCombined(node) || node.patternProperties.size > FEW_PATTERNS) {
      const literal: Literal = shapes.goals.literal(node, shapes.goals.rootScope);
      const shape = shapes.shape(shapes.goals.goal([literal]));
      const objects = shape.mayBeObject ? shape.objects : [];
      if (node.patternProperties.size > FEW_PATTERNS) { for (const one of objects) one.classes; }
      if (shape.mayBeArray) shape.arrays;
    }
  }
  return seen.size;
}

/** So many patterns cannot tell more names apart than are supported. */
const FEW_PATTERNS = 7;

function isCombined(node: SchemaNode): boolean {
  return node.anyOf !== undefined || node.oneOf !== undefined || node.not !== undefined ||
    node.if !== undefined || node.allOf.length > 0 || node.ref !== undefined ||
    node.dynamicRef !== undefined || node.unevaluatedItems !== undefined ||
    node.unevaluatedProperties !== undefined || node.dependentSchemas.size > 0;
}

function* childrenOf(node: SchemaNode): Generator<SchemaNode> {
  yield* node.prefixItems;
  yield* node.properties.values();
  yield* node.patternProperties.values();
  yield* node.dependentSchemas.values();
  yield* node.allOf;
  yield* node.anyOf ?? [];
  yield* node.oneOf ?? [];
  for (
    const child of [
      node.items,
      node.contains,
      node.unevaluatedItems,
      node.additionalProperties,
      node.propertyNames,
      node.unevaluatedProperties,
      node.not,
      node.if,
      node.then,
      node.else,
      node.ref,
      node.dynamicRef?.initial,
    ]
  ) if (child !== undefined) yield child;
}
