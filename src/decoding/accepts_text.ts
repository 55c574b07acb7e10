/**
 * Whether a text is a sentence of a grammar.
 *
 * @module
 */

import { type CompiledGrammar, Matcher } from "../matcher/mod.ts";
import { WorkerGrammar } from "./grammar_worker.ts";
import type { LanguageModel } from "./language_model.ts";

/**
 * Follows a whole text.
 *
 * @param model Whose tokens the grammar is over.
 * @param grammar On this thread or in a Worker.
 * @param text The text; false, too, where the tokenizer cannot spell it as it stands.
 */
export async function acceptsText(
  { tokenizer }: Pick<LanguageModel, "tokenizer">,
  grammar: CompiledGrammar | WorkerGrammar,
  text: string,
): Promise<boolean> {
  const tokenIds = tokenizer.encode(text);
  if (tokenizer.decode(tokenIds) !== text) return false;
  if (!(grammar instanceof WorkerGrammar)) {
    const matcher = new Matcher(grammar);
    return tokenIds.every((id) => matcher.acceptToken(id)) && matcher.isAccepting();
  }
  const guide = grammar.openGuide();
  try {
    await guide.start();
    let isAccepting = false; // no text is empty where this is asked
    for (const id of tokenIds) {
      const verdict = await guide.accept(id, Infinity);
      if (!verdict.isAccepted) return false;
      isAccepting = verdict.isAccepting;
    }
    return isAccepting;
  } finally {
    guide.dispose();
  }
}
