/**
 * What speaks for each value of an extraction: where the text says it, and how sure the model was.
 *
 * @module
 */

import {
  acceptsText,
  type LanguageModel,
  type TokenEvent,
  type WorkerGrammar,
} from "../decoding/mod.ts";
import type { CompiledGrammar } from "../matcher/mod.ts";
import { type JsonLeaf, jsonLeaves } from "./json_leaves.ts";
import { type LeafConfidence, leafConfidences } from "./leaf_confidence.ts";
import { SourceIndex, type SourceSpan } from "./source_spans.ts";

/** A value of an extraction, and what speaks for it. */
export interface ExtractedLeaf {
  /** Where it is: JSON Pointer (RFC 6901) into the value as the model wrote it, before any transform. */
  readonly pointer: string;
  /** What the model wrote there. */
  readonly value: unknown;
  /** Where the source text says it, at most 16 places; null where it does not, or where no words could. */
  readonly spans: readonly SourceSpan[] | null;
  /** How sure the model was; null unless `confidence` was asked for, and for a value that was closed for `maxTokens`. */
  readonly confidence: LeafConfidence | null;
  /** Whether null was put in its place because of `abstainBelow`. */
  readonly isAbstained: boolean;
}

/** A leaf that knows its place in the JSON text. */
export type PlacedLeaf = ExtractedLeaf & Pick<JsonLeaf, "start" | "end">;

/**
 * Finds what speaks for each value.
 *
 * @param json The text that the model wrote.
 * @param source The text that it was extracted from.
 * @param tokens The tokens of `json` with their probabilities; null where those were not asked for.
 */
export function evidenceOf(
  json: string,
  source: string,
  tokens: readonly TokenEvent[] | null,
): PlacedLeaf[] {
  const leaves = jsonLeaves(json);
  const index = new SourceIndex(source);
  const confidences = tokens === null ? [] : leafConfidences(tokens, leaves);
  return leaves.map((leaf, at) => ({
    ...leaf,
    spans: index.find(leaf.value),
    confidence: confidences[at] ?? null,
    isAbstained: false,
  }));
}

/**
 * Puts null where the model was not sure enough and the schema allows it.
 *
 * One by one, from the last to the first: a null that the schema refuses where it is put is not put.
 *
 * @param minimum Least `meanProbability` of a value that stays.
 * @returns The JSON text with the nulls, and the leaves with those marked.
 */
export async function abstain(
  model: LanguageModel,
  grammar: CompiledGrammar | WorkerGrammar,
  json: string,
  leaves: readonly PlacedLeaf[],
  minimum: number,
): Promise<{ text: string; leaves: PlacedLeaf[] }> {
  let text = json;
  const marked: PlacedLeaf[] = [];
  for (const leaf of leaves.toReversed()) {
    const isUnsure = leaf.value !== null && leaf.confidence !== null &&
      leaf.confidence.meanProbability < minimum;
    const other = `${text.slice(0, leaf.start)}null${text.slice(leaf.end)}`;
    const isAbstained = isUnsure && await acceptsText(model, grammar, other);
    if (isAbstained) text = other;
    marked.push({ ...leaf, isAbstained });
  }
  return { text, leaves: marked.reverse() };
}
