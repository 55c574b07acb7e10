/**
 * Grammars compiled last, by content.
 *
 * A server meets the same schema with every request. Looking one up costs writing it out as text: some
 * microseconds for an ordinary schema. Bounded by count and by size, over all vocabularies; the least recently used goes
 * first. A grammar grows with the texts that come through it, so sizes are taken anew whenever one is added.
 *
 * @module
 */

import { isPlainDocument } from "../json_schema/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import type { CompiledGrammar } from "./compiled_grammar.ts";

/** Most grammars that are kept. */
const MAXIMUM_GRAMMARS = 128;
/**
 * Most that they take together, in bytes. The automata and masks that they share (see `engine.ts`) count, once, where only
 * they keep them alive.
 */
const MAXIMUM_BYTES = 256 * 1024 * 1024;
/** Schemas whose text is longer are not kept. */
const MAXIMUM_KEY_LENGTH = 1_000_000;
/** Deeper ones neither: writing them out takes longer than their length tells. */
const MAXIMUM_KEY_DEPTH = 512;

interface Entry {
  readonly key: string;
  readonly grammar: CompiledGrammar;
}

/** A bounded cache of grammars. */
export class GrammarCache {
  /** By vocabulary and text of the schema; in the order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #vocabularyIds = new WeakMap<Vocabulary, number>();
  #vocabularyCount = 0;

  /**
   * Makes an empty cache.
   *
   * @param maximumBytes What the grammars may take together.
   */
  constructor(private readonly maximumBytes = MAXIMUM_BYTES) {}

  /** Grammars that are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** What the grammars take together, estimated in bytes. */
  get sizeBytes(): number {
    const counted = new Set<unknown>();
    let bytes = 0;
    for (const { key, grammar } of this.#entries.values()) {
      bytes += 2 * key.length + (grammar.internals.sizeBytes?.(counted) ?? 0);
    }
    return bytes;
  }

  /** The grammar of a schema with options, made by `compile` where it is not known. */
  get(
    schema: unknown,
    vocabulary: Vocabulary,
    options: unknown,
    compile: () => CompiledGrammar,
  ): CompiledGrammar {
    const text = keyOf(schema, options);
    if (text === null) return compile();
    const key = `${this.#idOf(vocabulary)} ${text}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { key, grammar: compile() };
      this.#entries.set(key, entry);
      this.#evict();
    } else {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry.grammar;
  }

  /** Forgets the grammars that were not used for longest. A grammar that is too large by itself is not kept either. */
  #evict(): void {
    while (
      this.#entries.size > MAXIMUM_GRAMMARS ||
      this.#entries.size > 0 && this.sizeBytes > this.maximumBytes
    ) this.#entries.delete(this.#entries.keys().next().value!);
  }

  #idOf(vocabulary: Vocabulary): number {
    let id = this.#vocabularyIds.get(vocabulary);
    if (id === undefined) this.#vocabularyIds.set(vocabulary, id = ++this.#vocabularyCount);
    return id;
  }
}

/** Null for what is not plain JSON or too large, which compiling then complains about. */
function keyOf(schema: unknown, options: unknown): string | null {
  const budget = () => ({
    schemaBytes: MAXIMUM_KEY_LENGTH,
    schemaDepth: MAXIMUM_KEY_DEPTH,
    usedBytes: 0,
  });
  // A text drops what is not JSON; such schemas must meet their error.
  if (!isPlainDocument(schema, budget())) return null;
  try {
    return `${JSON.stringify(schema)} ${JSON.stringify(options)}`;
  } catch {
    return null;
  }
}
