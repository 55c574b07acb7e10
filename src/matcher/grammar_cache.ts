/**
 * Grammars compiled last, by content.
 *
 * A server meets the same schema with every request. Looking one up costs writing it out as text: some
 * microseconds for an ordinary schema. Bounded by count and by length of the texts; the least recently used goes first.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import type { CompiledGrammar } from "./compiled_grammar.ts";

const MAXIMUM_GRAMMARS = 128;
/** Schemas whose text is longer are not kept. */
const MAXIMUM_KEY_LENGTH = 1_000_000;

/** A bounded cache of grammars for each vocabulary. */
export class GrammarCache {
  readonly #byVocabulary = new WeakMap<Vocabulary, Map<string, CompiledGrammar>>();

  /** The grammar of a schema with options, made by `compile` where it is not known. */
  get(
    schema: unknown,
    vocabulary: Vocabulary,
    options: unknown,
    compile: () => CompiledGrammar,
  ): CompiledGrammar {
    const key = keyOf(schema, options);
    if (key === null) return compile();
    let grammars = this.#byVocabulary.get(vocabulary);
    if (grammars === undefined) this.#byVocabulary.set(vocabulary, grammars = new Map());
    let grammar = grammars.get(key);
    if (grammar === undefined) {
      grammar = compile();
      if (grammars.size >= MAXIMUM_GRAMMARS) grammars.delete(grammars.keys().next().value!);
    } else grammars.delete(key);
    grammars.set(key, grammar);
    return grammar;
  }
}

/** Null for what has no JSON text, which compiling then complains about. */
function keyOf(schema: unknown, options: unknown): string | null {
  try {
    const text = JSON.stringify(schema);
    if (text === undefined || text.length > MAXIMUM_KEY_LENGTH) return null;
    // A text drops what is not JSON; such schemas must meet their error.
    return isPlainJson(schema) ? `${text} ${JSON.stringify(options)}` : null;
  } catch {
    return null;
  }
}

function isPlainJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isPlainJson);
      if (Object.getPrototypeOf(value) !== Object.prototype) return false;
      return Object.values(value).every(isPlainJson);
    default:
      return false;
  }
}
