/**
 * Drafts: what probably comes next, to be checked by the model in one pass.
 *
 * An extraction copies: names, numbers and dates of the answer stand in the prompt. So where the last tokens of the text
 * are found in the prompt, what follows them there is a good guess (Saxena, "Prompt Lookup Decoding", 2023). And where the
 * grammar forces bytes, the tokens that the tokenizer would make of them are a very good one, even those that might
 * still merge with what follows and are therefore not forced.
 *
 * A guess costs nothing but a wider pass: it is written only if the model, asked at that place, chooses it.
 *
 * Cost: an index of the prompt once; some comparisons a token.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";

/** How a draft was come by; sources differ in how often they are right. */
export type DraftSource = "forced" | "copied1" | "copied2" | "copied3";

/** Tokens that may come next. */
export interface Draft {
  readonly source: DraftSource;
  readonly tokenIds: readonly number[];
}

/** Most tokens of a guess, and of the context that it is found by. */
const MOST_TOKENS = 15;
const MOST_CONTEXT = 3;
/** Places of one token that are looked at; the last ones, which in prompts are those of the user's text. */
const MOST_PLACES = 64;

/** Finds in one prompt what a text is copying. */
export class PromptLookup {
  readonly #prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  /** Places of tokens in the prompt, by what they write without a space before it. */
  #places: Map<string, number[]> | undefined;

  constructor(prompt: readonly number[], vocabulary: Vocabulary) {
    this.#prompt = prompt;
    this.#vocabulary = vocabulary;
  }

  /**
   * What follows the end of the text where it stands in the prompt.
   *
   * @param tokenIds The text so far.
   * @returns The guess with the longest context, of equals the last in the prompt; null where there is none.
   */
  find(tokenIds: readonly number[]): Draft | null {
    const last = tokenIds.at(-1);
    if (last === undefined) return null;
    const places = (this.#places ??= this.#index()).get(this.#word(last)) ?? [];
    let bestPlace = -1, bestContext = 0;
    for (let i = places.length - 1; i >= Math.max(0, places.length - MOST_PLACES); i--) {
      const context = this.#context(places[i]!, tokenIds);
      if (context > bestContext) [bestPlace, bestContext] = [places[i]!, context];
      if (bestContext === MOST_CONTEXT) break;
    }
    if (bestPlace < 0) return null;
    const follows = this.#prompt.slice(bestPlace + 1, bestPlace + 1 + MOST_TOKENS);
    const special = follows.findIndex((id) => this.#vocabulary.isSpecial(id));
    const found = special < 0 ? follows : follows.slice(0, special);
    return found.length === 0
      ? null
      : { source: `copied${bestContext as 1 | 2 | 3}`, tokenIds: found };
  }

  /** Tokens before a place that are the text's last ones; the first of a value has no space before it there. */
  #context(place: number, tokenIds: readonly number[]): number {
    let count = 0;
    while (count < MOST_CONTEXT && count < tokenIds.length && count <= place) {
      const written = tokenIds[tokenIds.length - 1 - count]!, known = this.#prompt[place - count]!;
      if (written === known) count++;
      else return this.#word(written) === this.#word(known) ? count + 1 : count;
    }
    return count;
  }

  #index(): Map<string, number[]> {
    const places = new Map<string, number[]>();
    for (const [place, id] of this.#prompt.entries()) {
      const word = this.#word(id);
      if (word === "") continue;
      const known = places.get(word);
      if (known === undefined) places.set(word, [place]);
      else known.push(place);
    }
    return places;
  }

  #word(id: number): string {
    const bytes = this.#vocabulary.tokenBytes(id);
    if (bytes === null) return "";
    let text = "";
    for (let i = bytes[0] === 0x20 ? 1 : 0; i < bytes.length; i++) {
      text += String.fromCharCode(bytes[i]!);
    }
    return text;
  }
}
