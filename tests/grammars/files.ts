/**
 * For tests and tools: the grammar files of `grammars/`, with their samples, and matchers that read texts
 * byte by byte.
 *
 * @module
 */

import { Ajv } from "ajv";
import { type Grammar, type ParsedGrammar, parseGrammar } from "../../src/grammar/mod.ts";

import { compileGrammar, Matcher } from "../../src/matcher/mod.ts";
import { Vocabulary } from "../../src/vocabulary/mod.ts";
import { cut, tokenTexts } from "./oracle.ts";

const folder = new URL("../../grammars/", import.meta.url);

/** A grammar file. */
export interface GrammarFile {
  /** Without the ending. */
  readonly name: string;
  /** With the ending. */
  readonly fileName: string;
  readonly text: string;
  readonly parsed: ParsedGrammar;
  readonly samples: { readonly accepted: readonly string[]; readonly rejected: readonly string[] };
}

/** Reads all grammar files, by name. */
export function grammarFiles(): GrammarFile[] {
  const fileNames = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /\.(?:gbnf|lark)$/.test(name)).sort();
  return fileNames.map((fileName) => {
    const name = fileName.replace(/\.[a-z]+$/, "");
    const text = Deno.readTextFileSync(new URL(fileName, folder));
    return {
      name,
      fileName,
      text,
      parsed: parseGrammar(text),
      samples: JSON.parse(Deno.readTextFileSync(new URL(`samples/${name}.json`, folder))),
    };
  });
}

const ajv = new Ajv();

/** Whether a text is JSON that a schema fits, without space around it. */
export function isJson(schema: unknown, text: string): boolean {
  if (text.trim() !== text) return false;
  try {
    return ajv.validate(schema as object, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/**
 * Whether texts are sentences, as a matcher over single bytes says, and over the tokens that the grammar names.
 *
 * @param grammar The grammar.
 */
export function matcherVerdicts(grammar: Grammar): (text: string) => boolean {
  const tokens = tokenTexts(grammar);
  const encoder = new TextEncoder();
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const vocabulary = Vocabulary.fromBytes(
    [...bytes, ...tokens.map((token) => encoder.encode(token)), null],
    { eosTokenIds: [256 + tokens.length] },
  );
  const compiled = compileGrammar(grammar, vocabulary, { whitespace: "any", propertyOrder: "any" });
  return (text) => {
    const matcher = new Matcher(compiled);
    const ids = cut(text, tokens).flatMap((unit) =>
      tokens.includes(unit) ? [256 + tokens.indexOf(unit)] : [...encoder.encode(unit)]
    );
    return ids.every((id) => matcher.acceptToken(id)) && matcher.isAccepting();
  };
}
