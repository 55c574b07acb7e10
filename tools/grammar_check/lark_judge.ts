/**
 * Lark as an independent judge of texts: its Earley parser, in a Python process.
 *
 * @module
 */

import { formatLark, type Grammar, GrammarFormatError } from "../../src/grammar/mod.ts";
import type { GrammarFile } from "../../tests/grammars/files.ts";

const script = new URL("lark_judge.py", import.meta.url);

/**
 * The grammar as Lark reads it: the file itself if it is in Lark's notation, else what the formatter makes
 * of it.
 *
 * @returns The text; `undefined` if it has what Lark does not know (tokens, schemas).
 */
export function textForLark({ text, parsed }: GrammarFile): string | undefined {
  if (/"(?:token|json)"/.test(JSON.stringify(kindsOf(parsed.grammar)))) return undefined;
  if (parsed.notation === "lark") return text;
  try {
    return formatLark(parsed.grammar);
  } catch (error) {
    if (error instanceof GrammarFormatError) return undefined;
    throw error;
  }
}

/**
 * Asks Lark about texts.
 *
 * @param python The command of a Python that has the packages of `requirements.txt`.
 * @param grammar The grammar, in Lark's notation.
 * @param texts The texts.
 * @returns Whether each of them belongs to the grammar.
 */
export async function larkVerdicts(
  python: string,
  grammar: string,
  texts: readonly string[],
): Promise<boolean[]> {
  const process = new Deno.Command(python, {
    args: [script.pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify({ grammar, texts }) + "\n"));
  await writer.close();
  const { stdout, success } = await process.output();
  if (!success) throw new Error(`${python} ${script.pathname} failed`);
  const answer = JSON.parse(new TextDecoder().decode(stdout));
  if (answer.error !== undefined) throw new Error(`Lark refuses the grammar: ${answer.error}`);
  return answer.verdicts;
}

function kindsOf(grammar: Grammar): string[] {
  const kinds = new Set<string>();
  JSON.stringify(grammar.rules, (key, value) => {
    if (key === "kind") kinds.add(value);
    return key === "schema" ? undefined : value;
  });
  return [...kinds];
}
