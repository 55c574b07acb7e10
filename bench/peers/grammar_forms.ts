/**
 * The grammar files as the engines of `bench/grammar_peers.ts` read them.
 *
 * llguidance reads a dialect of Lark's notation, XGrammar GBNF, and neither looks around in regular expressions. Where that
 * is in the way, the terminal in question is given in words that they know and that say the same; the list of these is
 * {@link REWRITTEN}.
 *
 * @module
 */

import {
  EspalierError,
  formatGbnf,
  formatLark,
  type ParsedGrammar,
  parseGrammar,
  withIgnoredWritten,
} from "../../src/grammar/mod.ts";
import type { GrammarFile } from "../../tests/grammars/files.ts";

/** A text for one engine. */
export interface GrammarText {
  /** How it was made. */
  readonly form: string;
  readonly text: string;
}

/** Terminals without looking around, the same languages: for both engines, and in llguidance's dialect. */
const REWRITTEN: Readonly<
  Record<
    string,
    { readonly plain?: readonly [RegExp, string][]; readonly lark?: [RegExp, string][] }
  >
> = {
  graphql: {
    plain: [
      [
        /^FRAGMENT_NAME: .*$/m,
        "FRAGMENT_NAME: /(?:[A-Za-np-z_][0-9A-Za-z_]*|o(?:[0-9A-Za-mo-z_][0-9A-Za-z_]*)?|on[0-9A-Za-z_]+)/",
      ],
      [
        /^ {2}\| \/""".*$/m,
        String
          .raw`  | /"""(?:(?:"{0,2}(?:[^"\\\x00-\x08\x0b\x0c\x0e-\x1f]|\\"""|\\))*"{0,2}(?:[^"\\\x00-\x08\x0b\x0c\x0e-\x1f]|\\"""))?"""/`,
      ],
    ],
  },
  sql_select: {
    // A name but for the words in the look-ahead.
    lark: [[/^(\w+): \/\(\?!(\(\?i:[a-z|_]+\))\\b\)(.*)\/$/m, "$1: /$3/ & ~/$2/"]],
  },
  tool_calls: {
    lark: [[
      /^TEXT: .*$/m,
      String.raw`TEXT: /[\s\S]+/ & ~/[\s\S]*<\/?tool_call>[\s\S]*/`,
    ]],
  },
};

/** What can be given to an engine, the most faithful first; a text says why nothing can. */
export function textsFor(
  engine: "espalier" | "llguidance" | "xgrammar",
  { name, text, parsed }: GrammarFile,
): GrammarText[] | string {
  if (engine === "espalier") return [{ form: "the file", text }];
  const { plain = [], lark = [] } = REWRITTEN[name] ?? {};
  const isRewritten = plain.length > 0 || lark.length > 0;
  const note = isRewritten ? ", terminals rewritten without look-around" : "";
  const source = plain.length === 0 ? parsed : parseGrammar(replaced(text, plain));
  try {
    return engine === "llguidance"
      ? llguidanceTexts(text, source, lark, note)
      : [xgrammarText(name, text, source, note)];
  } catch (error) {
    if (error instanceof EspalierError) return error.message;
    throw error;
  }
}

function llguidanceTexts(
  text: string,
  { grammar, notation }: ParsedGrammar,
  lark: readonly [RegExp, string][],
  note: string,
): GrammarText[] {
  const written = { form: `formatLark${note}`, text: replaced(formatLark(grammar), lark) };
  if (notation === "gbnf") {
    return [written, { form: "its own converter of GBNF", text: `gbnf:${text}` }];
  }
  // It refuses what is ignored and also asked for.
  const spaced = formatLark(withIgnoredWritten(grammar));
  return [
    written,
    {
      form: `formatLark${note}, what is ignored written into the rules`,
      text: replaced(spaced, lark),
    },
  ];
}

function xgrammarText(
  name: string,
  text: string,
  { grammar, notation }: ParsedGrammar,
  note: string,
): GrammarText {
  // Of what looks around, only some can be said in GBNF; formatGbnf says which.
  return notation === "gbnf"
    ? { form: "the file", text }
    : { form: `formatGbnf${name in REWRITTEN ? note : ""}`, text: formatGbnf(grammar) };
}

function replaced(text: string, replacements: readonly [RegExp, string][]): string {
  return replacements.reduce((result, [pattern, replacement]) => {
    if (!pattern.test(result)) throw new Error(`${pattern} is not in the grammar any more`);
    return result.replace(pattern, replacement);
  }, text);
}
