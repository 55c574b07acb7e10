/**
 * The messages between a `GrammarWorker` and its thread.
 *
 * Types, and the way of errors from one thread to the other. Requests are worked off in their order, and each is
 * answered once, by `done` or `failed`.
 *
 * @module
 */

import { EspalierError, LimitExceededError } from "../errors.ts";
import * as automata from "../automata/mod.ts";
import * as grammar from "../grammar/mod.ts";
import type { Grammar } from "../grammar/mod.ts";
import * as matcher from "../matcher/mod.ts";
import type { PackedVocabulary } from "../vocabulary/mod.ts";
import type { TextStart, Verdict } from "./guide.ts";

/** What is compiled: the arguments of the function of that name, the vocabulary left out. */
export type GrammarSource =
  | {
    readonly kind: "jsonSchema";
    readonly schema: unknown;
    readonly options: matcher.CompileJsonSchemaOptions;
  }
  | {
    readonly kind: "grammar";
    readonly grammar: string | Grammar;
    readonly options: Omit<matcher.CompileGrammarOptions, "imports"> & {
      readonly imports?: Readonly<Record<string, string>>;
    };
  }
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "choice"; readonly choices: readonly string[] };

/** What a request asks for. Ids of grammars and texts are chosen by the owner. */
export type RequestBody =
  | { type: "start"; vocabulary: PackedVocabulary }
  | { type: "compile"; grammar: number; source: GrammarSource }
  | { type: "release"; grammar: number }
  /** Begins a text, or goes on with one that another thread has begun. */
  | { type: "open"; text: number; grammar: number; tokenIds: readonly number[] }
  | { type: "accept"; text: number; tokenId: number; tokensLeft: number }
  | { type: "mask"; text: number }
  | { type: "draft"; text: number; tokenIds: readonly number[] }
  | { type: "close"; text: number };

/** To the thread. */
export type Request = RequestBody & { readonly requestId: number };

/** What a request comes to. */
export interface Answer {
  /** To `open`. */
  readonly start?: TextStart;
  /** To `accept`. */
  readonly verdict?: Verdict;
  /** To `mask`; null at a dead end. */
  readonly mask?: Uint32Array<ArrayBuffer> | null;
  /** To `draft`; null at a dead end. */
  readonly masks?: readonly Uint32Array<ArrayBuffer>[] | null;
  /** To all of them: time spent on the text so far. */
  readonly maskMs?: number;
  readonly completionMs?: number;
}

/** From the thread. */
export type Reply =
  | { type: "done"; requestId: number; answer: Answer }
  | { type: "failed"; requestId: number; error: SerializedError };

/** An error, in a form that survives the way between threads. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** An `EspalierError`'s own fields, its code among them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Takes an error apart. */
export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: undefined, fields: {} };
  }
  const { name, message, stack } = error;
  const fields: Record<string, unknown> = {};
  if (error instanceof EspalierError) {
    for (const [key, value] of Object.entries(error)) {
      if (["string", "number", "boolean"].includes(typeof value)) fields[key] = value;
    }
  }
  return { name, message, stack, fields };
}

/** Puts an error together again, of its own class where that is one of the engine's or of JavaScript's. */
export function deserializeError({ name, message, stack, fields }: SerializedError): Error {
  const prototype = ERROR_CLASSES.get(name)?.prototype ?? Error.prototype;
  const error: Error = Object.create(prototype);
  for (const [key, value] of Object.entries({ ...fields, message, stack, name })) {
    const isOwn = key in fields;
    Object.defineProperty(error, key, {
      value,
      enumerable: isOwn,
      writable: true,
      configurable: true,
    });
  }
  return error;
}

interface ErrorClass {
  readonly name: string;
  readonly prototype: Error;
}

const ERROR_CLASSES: ReadonlyMap<string, ErrorClass> = new Map(
  [
    TypeError,
    RangeError,
    LimitExceededError,
    ...errorClassesOf(automata),
    ...errorClassesOf(grammar),
    ...errorClassesOf(matcher),
  ]
    .map((constructor: ErrorClass) => [constructor.name, constructor]),
);

function errorClassesOf(module: Readonly<Record<string, unknown>>): ErrorClass[] {
  return Object.values(module).filter((value): value is ErrorClass =>
    typeof value === "function" && value.prototype instanceof EspalierError
  );
}
