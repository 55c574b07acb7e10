/**
 * A vocabulary: what each token id writes, and which ids end a text.
 *
 * Made once a model and shared by every grammar. Holds the token trie that masks are computed on.
 *
 * @module
 */

import { TokenizerFormatError, type TokenizerJson, tokenTable } from "./token_bytes.ts";
import { TokenTrie } from "./token_trie.ts";

/** Options of {@link Vocabulary.fromBytes}. */
export interface VocabularyOptions {
  /** Ids that end a text; allowed in a mask where the grammar accepts. */
  eosTokenIds: readonly number[];
  /** Ids that a grammar never lets into a text; default none. EOS ids are special anyway. */
  specialTokenIds?: readonly number[];
  /** Width of the model's logits; at least the number of tokens, which is the default. */
  logitsSize?: number;
}

/** Options of {@link Vocabulary.fromTokenizer}; by default taken from the tokenizer. */
export interface FromTokenizerOptions {
  /** Ids that end a text; by default the tokenizer's own and those with the usual names. */
  eosTokenIds?: readonly number[];
  /** Width of the model's logits; default, and at least, the number of token ids. */
  logitsSize?: number;
}

/** A vocabulary taken apart for the way to another thread. */
export interface PackedVocabulary {
  /** The bytes of all tokens, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each token's bytes begin; one more entry than tokens. */
  readonly starts: Int32Array;
  /** 1 for ids that write nothing. */
  readonly isHole: Uint8Array;
  /** Ids that end a text. */
  readonly eosTokenIds: readonly number[];
  /** Ids that a grammar never lets into a text, EOS ids included. */
  readonly specialTokenIds: readonly number[];
  /** Width of the logits. */
  readonly logitsSize: number;
  /** Names of added tokens by id. */
  readonly names: ReadonlyMap<number, string>;
}

/** Names under which common tokenizers end a turn or a text. */
const EOS_NAMES = [
  "<|im_end|>",
  "<|endoftext|>",
  "<|eot_id|>",
  "<|end_of_text|>",
  "</s>",
  "<|end|>",
  "<eos>",
  "<end_of_turn>",
];

/** Immutable table of tokens with the trie over their bytes. */
export class Vocabulary {
  /** Number of token ids, holes included. */
  readonly tokenCount: number;
  /** Width of the logits; masks cover this many ids. */
  readonly logitsSize: number;
  /** 32-bit words of a mask: `ceil(logitsSize / 32)`. */
  readonly maskWordCount: number;
  /** Ids that end a text, each once. */
  readonly eosTokenIds: readonly number[];
  /** The trie of all ordinary tokens. */
  readonly trie: TokenTrie;
  readonly #tokens: readonly (Uint8Array | null)[];
  readonly #special: Uint8Array;
  readonly #names: ReadonlyMap<number, string>;

  private constructor(
    tokens: readonly (Uint8Array | null)[],
    options: VocabularyOptions,
    names: ReadonlyMap<number, string>,
  ) {
    const { eosTokenIds, specialTokenIds = [], logitsSize = tokens.length } = options;
    if (!Number.isInteger(logitsSize) || logitsSize < tokens.length) {
      throw new RangeError(
        `logitsSize must be an integer of at least the ${tokens.length} tokens, got ${logitsSize}`,
      );
    }
    this.#tokens = tokens;
    this.#names = names;
    this.tokenCount = tokens.length;
    this.logitsSize = logitsSize;
    this.maskWordCount = (logitsSize + 31) >>> 5;
    this.#special = new Uint8Array(logitsSize);
    for (const id of [...eosTokenIds, ...specialTokenIds]) {
      if (!Number.isInteger(id) || id < 0 || id >= logitsSize) {
        throw new RangeError(`token id ${id} is not in 0..${logitsSize - 1}`);
      }
      this.#special[id] = 1;
    }
    this.eosTokenIds = [...new Set(eosTokenIds)];
    let byteCount = 0, entryCount = 0;
    for (let id = 0; id < tokens.length; id++) {
      const bytes = tokens[id];
      if (bytes === null || bytes === undefined || this.#special[id] === 1) continue;
      if (!(bytes instanceof Uint8Array)) {
        throw new TypeError(`token ${id} is neither a Uint8Array nor null`);
      }
      byteCount += bytes.length;
      entryCount++;
    }
    const all = new Uint8Array(byteCount);
    const starts = new Int32Array(entryCount + 1);
    const ids = new Int32Array(entryCount);
    let at = 0, entry = 0;
    for (let id = 0; id < tokens.length; id++) {
      const bytes = tokens[id];
      if (bytes === null || bytes === undefined || this.#special[id] === 1) continue;
      all.set(bytes, at);
      ids[entry] = id;
      starts[entry++] = at;
      at += bytes.length;
    }
    starts[entry] = at;
    this.trie = TokenTrie.build(all, starts, ids);
  }

  /**
   * A vocabulary from the bytes of each token.
   *
   * @param tokens Index = token id; null where an id writes nothing. Not copied: leave it unchanged.
   * @throws {RangeError} An id outside of the logits, or fewer logits than tokens.
   * @throws {TypeError} An entry that is neither bytes nor null.
   *
   * @example Three tokens and an end
   * ```ts
   * import { Vocabulary } from "@espalier/core/vocabulary";
   * const bytes = (text: string) => new TextEncoder().encode(text);
   * const vocabulary = Vocabulary.fromBytes([bytes("a"), bytes("b"), bytes("ab"), null], {
   *   eosTokenIds: [3],
   * });
   * console.assert(vocabulary.maskWordCount === 1);
   * ```
   */
  static fromBytes(
    tokens: readonly (Uint8Array | null)[],
    options: VocabularyOptions,
  ): Vocabulary {
    return new Vocabulary(tokens, options, new Map());
  }

  /**
   * A vocabulary from a tokenizer: a parsed `tokenizer.json`, or a tokenizer object made from one (of
   * transformers.js, `@huggingface/tokenizers` or `@lenml/tokenizers`).
   *
   * Added tokens (`<|im_end|>`, but also `<tool_call>`, which is not marked special) frame a text and are
   * never part of one, so they count as special here.
   *
   * @param tokenizer The parsed file, or an object that holds it as transformers.js tokenizers do.
   * @param options `eosTokenIds`: by default the tokenizer's own, or those of the usual names
   *   (`<|im_end|>`, `<|endoftext|>`, …). `logitsSize`: by default the number of token ids.
   * @throws {TokenizerFormatError} No vocabulary in it, or no EOS token to be found.
   */
  static fromTokenizer(tokenizer: unknown, options: FromTokenizerOptions = {}): Vocabulary {
    const json = findTokenizerJson(tokenizer);
    const { tokens, addedTokens } = tokenTable(json);
    let eosTokenIds = options.eosTokenIds;
    if (eosTokenIds === undefined) {
      const named = [...addedTokens].filter(([, name]) => EOS_NAMES.includes(name))
        .map(([id]) => id);
      const own = (tokenizer as { eos_token_id?: unknown }).eos_token_id;
      eosTokenIds = typeof own === "number" ? [own, ...named] : named;
      if (eosTokenIds.length === 0) {
        throw new TokenizerFormatError(
          "no token of the tokenizer has the usual name of an EOS token; give `eosTokenIds`",
        );
      }
    }
    return new Vocabulary(tokens, {
      eosTokenIds,
      specialTokenIds: [...addedTokens.keys()],
      logitsSize: Math.max(options.logitsSize ?? 0, tokens.length),
    }, addedTokens);
  }

  /**
   * The vocabulary as a few flat arrays, for sending it to a Worker: a structured clone of these costs a
   * millisecond, one of 150,000 small arrays a hundred.
   */
  pack(): PackedVocabulary {
    const starts = new Int32Array(this.tokenCount + 1);
    const isHole = new Uint8Array(this.tokenCount);
    for (let id = 0; id < this.tokenCount; id++) {
      const bytes = this.#tokens[id];
      isHole[id] = bytes ? 0 : 1;
      starts[id + 1] = starts[id]! + (bytes?.length ?? 0);
    }
    const bytes = new Uint8Array(starts[this.tokenCount]!);
    for (let id = 0; id < this.tokenCount; id++) bytes.set(this.#tokens[id] ?? [], starts[id]);
    const specialTokenIds: number[] = [];
    for (let id = 0; id < this.logitsSize; id++) if (this.isSpecial(id)) specialTokenIds.push(id);
    return {
      bytes,
      starts,
      isHole,
      eosTokenIds: this.eosTokenIds,
      specialTokenIds,
      logitsSize: this.logitsSize,
      names: this.#names,
    };
  }

  /**
   * The vocabulary that {@link Vocabulary.pack} took apart.
   *
   * @param packed Not copied: leave it unchanged.
   */
  static unpack(packed: PackedVocabulary): Vocabulary {
    const { bytes, starts, isHole, names } = packed;
    const tokens = Array.from(
      isHole,
      (hole, id) => hole === 1 ? null : bytes.subarray(starts[id], starts[id + 1]),
    );
    return new Vocabulary(tokens, packed, names);
  }

  /** Bytes that a token writes; null for special tokens and unused ids. */
  tokenBytes(id: number): Uint8Array | null {
    return this.isSpecial(id) ? null : this.#tokens[id] ?? null;
  }

  /** Whether an id is an EOS or another special token. */
  isSpecial(id: number): boolean {
    return this.#special[id] === 1;
  }

  /** The name of an added token such as `<|im_end|>`, where the vocabulary came from a tokenizer. */
  addedTokenName(id: number): string | undefined {
    return this.#names.get(id);
  }
}

/** Finds the parsed `tokenizer.json` in what the caller has. */
function findTokenizerJson(tokenizer: unknown): TokenizerJson {
  const seen = new Set<unknown>();
  const queue: unknown[] = [tokenizer];
  // transformers.js keeps it as `_tokenizerJSON`, or inside the tokenizer object that it wraps.
  while (queue.length > 0 && seen.size < 64) {
    const candidate = queue.shift();
    // The tokenizers of transformers.js can be called, so they are functions.
    const isObject = typeof candidate === "object" || typeof candidate === "function";
    if (!isObject || candidate === null || seen.has(candidate)) continue;
    seen.add(candidate);
    const vocab = (candidate as { model?: { vocab?: unknown } | null }).model?.vocab;
    if (typeof vocab === "object" && vocab !== null) return candidate as TokenizerJson;
    for (const key of ["_tokenizerJSON", "tokenizerJSON", "_tokenizer", "tokenizer", "config"]) {
      queue.push((candidate as Record<string, unknown>)[key]);
    }
  }
  return tokenizer as TokenizerJson; // tokenTable() says what is missing
}
