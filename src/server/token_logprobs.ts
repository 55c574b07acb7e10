/**
 * The probabilities of tokens as OpenAI's API has them.
 *
 * They are those under the mask, from which the tokens were drawn. A token that a grammar forced, or that closes a text at
 * its limit, was certain where it stands: its logprob is 0.
 *
 * @module
 */

import type { TokenEvent } from "../decoding/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";

/** A token and its probability. */
export interface TokenLogprob {
  /** Its text; U+FFFD for parts of a character. */
  readonly token: string;
  /** Natural logarithm. */
  readonly logprob: number;
  /** Its bytes; null for special tokens. */
  readonly bytes: number[] | null;
}

/** With the most probable ones in its place. */
export interface ContentLogprob extends TokenLogprob {
  /** As many as were asked for. */
  readonly top_logprobs: TokenLogprob[];
}

/** Infinity is not JSON; OpenAI's API says -9999 for what is next to impossible. */
const LOWEST = -9999;

/**
 * What to tell of a token.
 *
 * @param vocabulary The model's.
 * @param event The token.
 */
export function contentLogprob(vocabulary: Vocabulary, event: TokenEvent): ContentLogprob {
  const { tokenId, probabilities } = event;
  const tell = (id: number, logprob: number): TokenLogprob => {
    const bytes = vocabulary.tokenBytes(id);
    return {
      token: bytes === null ? "" : new TextDecoder().decode(bytes),
      logprob: Math.max(LOWEST, logprob),
      bytes: bytes === null ? null : [...bytes],
    };
  };
  return {
    ...tell(tokenId, probabilities?.logprob ?? 0),
    top_logprobs: (probabilities?.top ?? []).map(({ tokenId, logprob }) => tell(tokenId, logprob)),
  };
}
