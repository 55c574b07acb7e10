/**
 * XGrammar as an independent reader of GBNF: its WebAssembly build, over single bytes.
 *
 * Grammar files in GBNF go to it as they are, others as the formatter writes them. So it checks our reader
 * of GBNF, which Lark, who is given what we have written, cannot.
 *
 * The package says that it is an ES module and ships a script that expects CommonJS; the names that it
 * needs from there are put where it finds them, and it leaves its exports in a global.
 *
 * @module
 */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { formatGbnf, GrammarFormatError } from "../../src/grammar/mod.ts";
import type { GrammarFile } from "../../tests/grammars/files.ts";

type WebXGrammar = typeof import("@mlc-ai/web-xgrammar");

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
  const xgrammar = await loadPackage();
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

async function loadPackage(): Promise<WebXGrammar> {
  const url = import.meta.resolve("@mlc-ai/web-xgrammar");
  Object.assign(globalThis, { require: createRequire(url), __filename: fileURLToPath(url) });
  await import("@mlc-ai/web-xgrammar");
  return (globalThis as unknown as { xgrammar: WebXGrammar }).xgrammar;
}

/** GPT-2's printable character for each byte. */
const BYTE_NAMES: readonly string[] = (() => {
  let extra = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
      byte >= 0xae;
    return String.fromCharCode(isPrintable ? byte : extra++);
  });
})();
