/**
 * Vocabularies: token ids to bytes, and the byte trie that masks are computed on.
 *
 * @module
 */

export { Vocabulary } from "./vocabulary.ts";
export type { FromTokenizerOptions, PackedVocabulary, VocabularyOptions } from "./vocabulary.ts";
export { TokenizerFormatError } from "./token_bytes.ts";
export type { TokenizerJson } from "./token_bytes.ts";
export { TokenTrie } from "./token_trie.ts";
