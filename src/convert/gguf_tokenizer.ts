/**
 * A tokenizer's files, rebuilt from the metadata of a GGUF file.
 *
 * A GGUF file carries tokens, merges, the kind of each token and the chat template, and names by one word
 * (`tokenizer.ggml.pre`) how texts are cut before that. Rebuilt are byte-level BPE tokenizers whose cut is
 * known; for any other the files of the original model are needed, as a wrong cut gives other tokens than the
 * model was trained on.
 *
 * Source: the metadata keys of GGUF; the format of Hugging Face's `tokenizers`.
 *
 * @module
 */

import type { SideFile } from "./checkpoint.ts";
import { ConversionError } from "./errors.ts";
import type { GgufMetadata } from "./gguf_metadata.ts";
import type { JsonObject } from "./json_file.ts";

/** What is rebuilt. */
export interface RebuiltTokenizer {
  files: Map<string, SideFile>;
  /** Token ids that `config.json` names. */
  ids: JsonObject;
  generationConfig: JsonObject;
}

/** Kinds of tokens, by the numbers of `tokenizer.ggml.token_type`. */
const UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4, UNUSED = 5;

/** Tokens that end a turn or a text in one family of models or another. */
const END_TOKENS = new Set([
  "<|endoftext|>",
  "<|im_end|>",
  "<|end_of_text|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<｜end▁of▁sentence｜>",
]);

/** How texts are cut into pieces, each of which is tokenised by itself. */
interface Cut {
  normalizer: JsonObject | null;
  preTokenizer: JsonObject;
  /** Whether a piece that is a token as a whole is taken as such, whatever the merges would make of it. */
  ignoreMerges?: boolean;
  /** Whether a text begins with the token for that, unless the metadata says otherwise. */
  addsBeginning?: boolean;
}

/** The words of GPT-2, with the cut built into the byte-level step. */
const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/** English contractions, words, digits (up to so many at a time), punctuation, line breaks, spaces. */
function wordsCut(digits: string): JsonObject {
  const pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits +
    "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  return sequence(
    { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    { ...BYTE_LEVEL, trim_offsets: false, use_regex: false },
  );
}

function sequence(...pretokenizers: JsonObject[]): JsonObject {
  return { type: "Sequence", pretokenizers };
}

const QWEN2: Cut = { normalizer: { type: "NFC" }, preTokenizer: wordsCut("\\p{N}") };
const LLAMA3: Cut = {
  normalizer: null,
  preTokenizer: wordsCut("\\p{N}{1,3}"),
  ignoreMerges: true,
  addsBeginning: true,
};
const GPT2: Cut = { normalizer: null, preTokenizer: BYTE_LEVEL };
const SMOLLM: Cut = {
  normalizer: null,
  preTokenizer: sequence({ type: "Digits", individual_digits: true }, BYTE_LEVEL),
};

/** The cuts by the word for them. */
const CUTS: ReadonlyMap<string, Cut> = new Map([
  ["qwen2", QWEN2],
  ["deepseek-r1-qwen", { ...QWEN2, normalizer: null, addsBeginning: true }],
  ["llama-bpe", LLAMA3],
  ["llama3", LLAMA3],
  ["llama-v3", LLAMA3],
  ["gpt-2", GPT2],
  ["smollm", SMOLLM],
]);

/**
 * Rebuilds a tokenizer.
 *
 * @throws {ConversionError} `unsupported_tokenizer`, `corrupt_file`.
 */
export function rebuildTokenizer(metadata: GgufMetadata): RebuiltTokenizer {
  const kind = metadata.string("tokenizer.ggml.model");
  if (kind !== "gpt2") {
    throw unsupported(metadata, `its tokenizer is of the kind "${kind}"; rebuilt is "gpt2"`);
  }
  const cutName = metadata.optionalString("tokenizer.ggml.pre") ?? "unnamed";
  const cut = CUTS.get(cutName);
  if (!cut) {
    throw unsupported(
      metadata,
      `its tokenizer cuts texts in the way "${cutName}"; known are ${[...CUTS.keys()].join(", ")}`,
    );
  }
  const tokens = metadata.strings("tokenizer.ggml.tokens");
  const kinds = metadata.optionalNumbers("tokenizer.ggml.token_type") ?? [];
  const named = namedTokens(metadata, tokens);
  const special = (id: number) => kinds[id] === CONTROL || kinds[id] === UNKNOWN || named.has(id);
  const isAdded = (id: number) => special(id) || kinds[id] === USER_DEFINED;
  const lastPlain = tokens.findLastIndex((_, id) => !isAdded(id) && kinds[id] !== UNUSED);

  const vocab: Record<string, number> = Object.create(null);
  const addedTokens: JsonObject[] = [];
  const decoder: Record<number, JsonObject> = {};
  for (const [id, content] of tokens.entries()) {
    if (kinds[id] === UNUSED) continue;
    // Readers give added tokens the numbers after the vocabulary, unless they are in it.
    if (!isAdded(id) || id < lastPlain) vocab[content] = id;
    if (!isAdded(id)) continue;
    const flags = {
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: special(id),
    };
    addedTokens.push({ id, ...flags });
    decoder[id] = flags;
  }
  const idOf = (name: string) => metadata.optionalNumber(`tokenizer.ggml.${name}_token_id`);
  const beginning = idOf("bos"), end = idOf("eos"), padding = idOf("padding");
  const textOf = (id: number | undefined) => id === undefined ? null : tokens[id] ?? null;
  const addsBeginning = beginning !== undefined &&
    (metadata.optionalBoolean("tokenizer.ggml.add_bos_token") ?? cut.addsBeginning ?? false);
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: cut.normalizer,
    pre_tokenizer: cut.preTokenizer,
    post_processor: addsBeginning
      ? beginningTemplate(tokens[beginning]!, beginning)
      : { ...BYTE_LEVEL, trim_offsets: false, use_regex: false },
    decoder: BYTE_LEVEL,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignoreMerges ?? false,
      vocab,
      merges: metadata.strings("tokenizer.ggml.merges"),
    },
  };
  const template = metadata.optionalString("tokenizer.chat_template");
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    add_bos_token: addsBeginning,
    added_tokens_decoder: decoder,
    bos_token: textOf(beginning),
    eos_token: textOf(end),
    pad_token: textOf(padding),
    unk_token: textOf(idOf("unknown")),
    clean_up_tokenization_spaces: false,
    ...(template === undefined ? {} : { chat_template: template }),
  };
  const ends = endTokens(metadata, tokens, special);
  const ids = {
    ...(beginning === undefined ? {} : { bos_token_id: beginning }),
    ...(end === undefined ? {} : { eos_token_id: end }),
    ...(padding === undefined ? {} : { pad_token_id: padding }),
  };
  return {
    files: new Map([
      ["tokenizer.json", { text: JSON.stringify(tokenizer) }],
      ["tokenizer_config.json", { text: JSON.stringify(config, null, 2) }],
    ]),
    ids,
    generationConfig: { ...ids, ...(ends.length === 0 ? {} : { eos_token_id: ends }) },
  };
}

/** Ids that the metadata gives a role; they are special, whatever their kind says. */
function namedTokens(metadata: GgufMetadata, tokens: readonly string[]): Set<number> {
  const ids = new Set<number>();
  for (const role of ["bos", "eos", "eot", "eom", "padding"]) {
    const key = `tokenizer.ggml.${role}_token_id`;
    const id = metadata.optionalNumber(key);
    if (id === undefined) continue;
    if (tokens[id] === undefined) {
      throw new ConversionError(
        "corrupt_file",
        `"${metadata.file}": ${key} is ${id}, and there are ${tokens.length} tokens`,
        { file: metadata.file },
      );
    }
    ids.add(id);
  }
  return ids;
}

/** Ids at which a text is over: those with that role, and special tokens known for it. */
function endTokens(
  metadata: GgufMetadata,
  tokens: readonly string[],
  isSpecial: (id: number) => boolean,
): number[] {
  const ids = new Set<number>();
  for (const role of ["eos", "eot", "eom"]) {
    const id = metadata.optionalNumber(`tokenizer.ggml.${role}_token_id`);
    if (id !== undefined) ids.add(id);
  }
  for (const [id, content] of tokens.entries()) {
    if (END_TOKENS.has(content) && isSpecial(id)) ids.add(id);
  }
  return [...ids];
}

function beginningTemplate(token: string, id: number): JsonObject {
  const first = { SpecialToken: { id: token, type_id: 0 } };
  const text = (name: string, type_id: number) => ({ Sequence: { id: name, type_id } });
  return {
    type: "TemplateProcessing",
    single: [first, text("A", 0)],
    pair: [first, text("A", 0), { SpecialToken: { id: token, type_id: 1 } }, text("B", 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

function unsupported(metadata: GgufMetadata, what: string): ConversionError {
  return new ConversionError(
    "unsupported_tokenizer",
    `"${metadata.file}": ${what}. Give a folder with the tokenizer's files of the original model.`,
    { file: metadata.file },
  );
}
