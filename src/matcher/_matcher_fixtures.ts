/**
 * What the tests of the matcher share: texts as tokens, and masks that are easy to compare.
 *
 * @module
 */

import { greedyTokens } from "../../tests/conformance/qwen_tokens.ts";
import { smallVocabulary } from "../../tests/random_walk/vocabularies.ts";
import { type CompiledGrammar, compileJsonSchema, Matcher } from "./mod.ts";

/** Some 370 tokens that cut across everything; see `tests/random_walk/vocabularies.ts`. */
export const vocabulary = smallVocabulary();
export const eos = vocabulary.eosTokenIds[0]!;

const encode = greedyTokens(vocabulary);
const singleBytes = new TextEncoder();

/** The ids of a text in the longest tokens from the left. */
export function tokensOf(text: string): number[] {
  return encode(text);
}

/** Accepts a text byte by byte; whether all of it was allowed. */
export function acceptText(matcher: Matcher, text: string): boolean {
  return singleBytes.encode(text).every((byte) => matcher.acceptToken(byte));
}

/** Whether a whole text is a sentence of the grammar. */
export function isSentence(grammar: CompiledGrammar, text: string): boolean {
  const matcher = new Matcher(grammar);
  return acceptText(matcher, text) && matcher.isAccepting();
}

/** The mask of a position. */
export function maskOf(matcher: Matcher): Uint32Array {
  const mask = new Uint32Array(matcher.grammar.vocabulary.maskWordCount);
  matcher.fillMask(mask);
  return mask;
}

/** A grammar that is not in the cache, with the layout of a validator. */
export function compileFree(schema: unknown): CompiledGrammar {
  return compileJsonSchema(schema, vocabulary, {
    whitespace: "any",
    propertyOrder: "any",
    cache: false,
  });
}
