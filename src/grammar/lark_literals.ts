/**
 * What Lark's notation takes from elsewhere: texts in quotes with Python's escapes, and JSON objects.
 *
 * Under `lark_expressions.ts`. Each function reads from where the text is, and leaves it behind what it read.
 *
 * @module
 */

import { UnsupportedGrammarError } from "./errors.ts";
import type { Expression, SourcePosition } from "./grammar_form.ts";
import type { GrammarText } from "./grammar_text.ts";
import { substringExpression, wordChunks } from "./substring_expression.ts";

/** Reads a text in double quotes. */
export function readQuotedText(source: GrammarText): string {
  const open = source.offset;
  source.eat('"');
  let text = "";
  while (!source.eat('"')) {
    const plain = source.match(/[^"\\\r\n]+/y);
    if (plain !== undefined) text += plain[0];
    else if (source.unit === "\\") text += readEscape(source);
    else {
      const { line, column } = source.positionAt(open);
      source.fail(`the '"' of the text that begins at line ${line}, column ${column}`);
    }
  }
  return text;
}

function readEscape(source: GrammarText): string {
  const start = source.offset;
  const simple = source.match(/\\([nrtf"\\/])/y)?.[1];
  if (simple !== undefined) return SIMPLE_ESCAPES[simple] ?? simple;
  const digits = source.match(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y) ??
    source.fail(
      'one of \\n \\r \\t \\f \\" \\\\ \\/ \\xNN \\uNNNN \\UNNNNNNNN (a backslash is \\\\)',
    );
  const codePoint = parseInt(digits[1] ?? digits[2] ?? digits[3]!, 16);
  if (codePoint > 0x10ffff || codePoint >= 0xd800 && codePoint <= 0xdfff) {
    source.fail("a Unicode character (of two surrogates, write the one with \\U)", start);
  }
  return String.fromCodePoint(codePoint);
}

/** What `%regex` stands for, by the JSON object behind it. */
export function readSubstring(
  value: Record<string, unknown>,
  position: SourcePosition,
  source: GrammarText,
): Expression {
  const [[key, given] = ["", undefined], ...others] = Object.entries(value);
  let chunks: string[] | undefined;
  if (others.length === 0 && typeof given === "string") {
    if (key === "substring_words") chunks = wordChunks(given);
    if (key === "substring_chars") chunks = [...given];
  }
  if (others.length === 0 && key === "substring_chunks" && Array.isArray(given)) {
    if (given.every((chunk) => typeof chunk === "string")) chunks = given;
  }
  if (chunks === undefined || !chunks.every((chunk) => chunk.isWellFormed())) {
    throw new UnsupportedGrammarError(
      `%regex ${JSON.stringify(value).slice(0, 100)}`,
      'it takes one of {"substring_words": text}, {"substring_chars": text}, {"substring_chunks": [text, …]}',
      position,
    );
  }
  // As many nodes and characters as the substrings' expression has, about.
  const levels = Math.ceil(Math.log2(chunks.length + 1));
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  source.budget.addNode(chunks.length * levels + (length * levels ** 2 >> 6));
  return substringExpression(chunks);
}

/** Reads a JSON object: finds where it ends, then leaves it to the host's parser. */
export function readJsonObject(source: GrammarText): Record<string, unknown> {
  const start = source.offset;
  if (source.unit !== "{") source.fail('a JSON object "{"');
  let depth = 0;
  do {
    const found = source.match(/[^"{}[\]]*("(?:[^"\\]|\\[^])*"|[{}[\]])/y)?.[1] ??
      source.fail(`the "}" of the JSON object`, source.text.length);
    if (found === "{" || found === "[") source.budget.checkDepth(++depth);
    if (found === "}" || found === "]") depth--;
  } while (depth > 0);
  const text = source.text.slice(start, source.offset);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The host's message has the offset, if anything has it; where it has none, the object's start must do.
    const offset = /at position (\d+)/.exec(String(cause))?.[1];
    return source.fail("JSON", start + Number(offset ?? 0), { cause });
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };
