/**
 * XGrammar as an independent reader of GBNF: its WebAssembly build, over single bytes.
 *
 * Grammar files in GBNF go to it as they are, others as the formatter writes them. So it checks our reader
 * of GBNF, which Lark, who is given what we have written, cannot.
 *
 * @module
 */

import { formatGbnf, GrammarFormatError } from "../../src/grammar/mod.ts";
import { BYTE_NAMES, loadWebXGrammar } from "../../bench/peers/web_xgrammar_package.ts";
import type { GrammarFile } from "../../tests/grammars/files.ts";

/** The grammar in GBNF, if it has no tokens and nothing that GBNF cannot say. */
export function textForXGrammar({ text, parsed }: GrammarFile): string | undefined {
  if (/<\w+>|%json/.test(text)) return undefined;
  try {
    return parsed.notation === "gbnf" ? text : formatGbnf(parsed.grammar);
  } catch (error) {
    if (error instanceof GrammarFormatError) return undefined;
    throw error;
  }
}

/**
 * Asks XGrammar about texts.
 *
 * @param grammar The grammar, in GBNF.
 * @param texts The texts.
 * @returns Whether each of them belongs to the grammar.
 */
export async function xgrammarVerdicts(
  grammar: string,
  texts: readonly string[],
): Promise<boolean[]> {
  const xgrammar = await loadWebXGrammar();
  const tokenizer = await xgrammar.TokenizerInfo.createTokenizerInfo(
    [...BYTE_NAMES, ""],
    "byte_level",
    false,
    257,
    [256],
  );
  const compiler = await xgrammar.GrammarCompiler.createGrammarCompiler(tokenizer, false);
  const compiled = await compiler.compileGrammar(
    await xgrammar.Grammar.fromEBNF(grammar),
  );
  const encoder = new TextEncoder();
  const verdicts: boolean[] = [];
  for (const text of texts) {
    const matcher = await xgrammar.GrammarMatcher.createGrammarMatcher(compiled);
    // Its last token is the one that ends a text.
    verdicts.push([...encoder.encode(text), 256].every((id) => matcher.acceptToken(id)));
    matcher.dispose();
  }
  return verdicts;
}
