/**
 * The small vocabulary: those of Qwen2.5's tokens that make copying simple.
 *
 * Between the generators and the token files. A copied word should be the same tokens wherever it stands: after a space in the
 * text, after a quotation mark in the answer. Qwen's tokens often hold a space or a quotation mark and the word behind
 * it. So merges of letters with letters and of punctuation with punctuation are kept, those across the two are
 * not, and what is left is chosen by use in a sample of the synthetic data. Words with the space before them are kept
 * whole only for what the prompts say again and again; `ignore_merges` lets the tokenizer find these without merges.
 *
 * Every token is one of Qwen's, the 256 bytes stay, so any text can be written.
 *
 * @module
 */

import { loadQwenTokenizer, type TokenizerFiles } from "../model_builder/cut_tokenizer.ts";
import { drawExample } from "./example.ts";
import { Draws } from "./random.ts";

/** Letters as byte-level tokenizers spell them: those of ASCII, and the bytes of all others. */
const LETTERS = /^[A-Za-z\u0080-\u0120\u0122-\uffff]+$/;
const PUNCTUATION = /^[^A-Za-z0-9Ġ\u0080-\u010f]+$/;
const SPACES = /^[ĠĊ]+$/;
const SPACE = "Ġ";

/** How many examples are looked at by default. */
const SAMPLE_SIZE = 4000;

/** How the vocabulary is chosen. */
export interface VocabularyOptions {
  /** Tokens of letters or punctuation to keep, beside the bytes. */
  mergedCount: number;
  /** Words with a space before them to keep. */
  wordCount: number;
  seed: number;
  /** How many examples to look at; default 4,000. */
  sampleSize?: number;
}

/** Cuts the vocabulary. */
export async function cutVocabulary(options: VocabularyOptions): Promise<TokenizerFiles> {
  const { tokenizer, config } = await loadQwenTokenizer();
  const pairs = tokenizer.model.merges.map((merge) =>
    typeof merge === "string" ? merge.split(" ") as [string, string] : merge
  );
  const isKind = (token: string) =>
    LETTERS.test(token) || PUNCTUATION.test(token) || SPACES.test(token);
  const usable = pairs.filter(([left, right]) =>
    isKind(left + right) && isKind(left) && isKind(right)
  );
  const uses = countUses(usable, options.seed, options.sampleSize ?? SAMPLE_SIZE);

  const chosen = new Set<string>();
  const parts = new Map(usable.map(([left, right]) => [left + right, [left, right] as const]));
  const keep = (token: string): void => {
    const halves = parts.get(token);
    if (halves === undefined || chosen.has(token)) return;
    chosen.add(token);
    halves.forEach(keep);
  };
  for (const [token] of [...uses.tokens].sort((a, b) => b[1] - a[1])) {
    if (chosen.size >= options.mergedCount) break;
    keep(token);
  }
  const qwen = tokenizer.model.vocab;
  const words = [...uses.words].filter(([word]) => SPACE + word in qwen).sort((a, b) => b[1] - a[1])
    .slice(0, options.wordCount).map(([word]) => SPACE + word);

  const bytes = Object.entries(qwen).filter(([, id]) => id < 256).sort((a, b) => a[1] - b[1]).map((
    [token],
  ) => token);
  const merges = usable.filter(([left, right]) =>
    chosen.has(left + right) && (chosen.has(left) || left.length === 1) &&
    (chosen.has(right) || right.length === 1)
  );
  const tokens = [...new Set([...bytes, ...merges.map((pair) => pair.join("")), ...words])];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const newIds = new Map<number, number>();
  const addedTokens = tokenizer.added_tokens.toSorted((a, b) => a.id - b.id).map((token, index) => {
    newIds.set(token.id, tokens.length + index);
    return { ...token, id: tokens.length + index };
  });
  return {
    tokenizer: {
      ...tokenizer,
      added_tokens: addedTokens,
      model: {
        ...tokenizer.model,
        vocab,
        merges: merges.map((pair) => pair.join(" ")),
        ignore_merges: true,
      },
    },
    config: {
      ...config,
      added_tokens_decoder: Object.fromEntries(
        Object.entries(config.added_tokens_decoder).map((
          [id, token],
        ) => [newIds.get(Number(id)), token]),
      ),
    },
  };
}

/** How often each merge and each word is used in a sample. */
function countUses(
  usable: readonly (readonly [string, string])[],
  seed: number,
  sampleSize: number,
): { tokens: Map<string, number>; words: Map<string, number> } {
  const ranks = new Map(usable.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const chunks = new Map<string, number>(), words = new Map<string, number>();
  const draws = new Draws(seed);
  for (let index = 0; index < sampleSize; index++) {
    const { messages, answer, tools } = drawExample(draws, "trained", 2);
    const constant = index % 4 === 0 ? CONSTANT_TOOL_TEXT : "";
    const all = [
      ...messages.map(({ content }) => content),
      answer,
      JSON.stringify(tools ?? []),
      constant,
    ].join("\n");
    for (const [chunk] of all.matchAll(/\p{L}+|[^\s\p{L}\p{N}]+[\r\n]*|[\r\n]+| +/gu)) {
      chunks.set(chunk, (chunks.get(chunk) ?? 0) + 1);
    }
    for (
      const [, word] of (messages[0]!.content + constant).matchAll(/ (\p{L}+|[^\s\p{L}\p{N}]+)/gu)
    ) {
      words.set(word!, (words.get(word!) ?? 0) + 1);
    }
  }
  const tokens = new Map<string, number>();
  for (const [chunk, uses] of chunks) {
    let symbols = [...new TextEncoder().encode(chunk)].map(byteSymbol);
    for (;;) {
      let best = -1, bestRank = Infinity;
      for (let index = 0; index + 1 < symbols.length; index++) {
        const rank = ranks.get(`${symbols[index]} ${symbols[index + 1]}`) ?? Infinity;
        if (rank < bestRank) [best, bestRank] = [index, rank];
      }
      if (best < 0) break;
      const merged = symbols[best]! + symbols[best + 1]!;
      symbols = [...symbols.slice(0, best), merged, ...symbols.slice(best + 2)];
    }
    for (const symbol of symbols) {
      if (symbol.length > 1) tokens.set(symbol, (tokens.get(symbol) ?? 0) + uses);
    }
  }
  return { tokens, words };
}

/** What Qwen's chat template says about tools. */
const CONSTANT_TOOL_TEXT =
  " You are Qwen, created by Alibaba Cloud. You are a helpful assistant. You may call one or more functions to assist with the user query. You are provided with function signatures within XML tags: For each function call, return a json object with function name and arguments within XML tags:";

/** GPT-2's printable letter for a byte. */
function byteSymbol(byte: number): string {
  const isPlain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  if (isPlain) return String.fromCharCode(byte);
  if (byte <= 32) return String.fromCharCode(256 + byte);
  if (byte <= 160) return String.fromCharCode(256 + 33 + byte - 127);
  return String.fromCharCode(256 + 67);
}
