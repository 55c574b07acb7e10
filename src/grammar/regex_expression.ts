/**
 * Regular expressions as expressions of the grammar form: sequences, choices, repeats and characters.
 *
 * For the notation that has no regular expressions (GBNF), and for samples. Look-arounds and anchors have
 * no such form. Linear in the pattern.
 *
 * @module
 */

import { complementOfSet, parsePattern, type PatternNode } from "../automata/mod.ts";
import { choiceOf, repeatOf, sequenceOf, textOf } from "./expressions.ts";
import type {
  CharactersExpression,
  Expression,
  RegexExpression,
  TextExpression,
  TextUntilExpression,
} from "./grammar_form.ts";

/** The tree of a regular expression, flags applied. */
export function regexTree(
  { pattern, flags }: Pick<RegexExpression, "pattern" | "flags">,
): PatternNode {
  return parsePattern(flags === "" ? pattern : `(?${flags}:${pattern})`);
}

/** The pattern, without flags, of a text whose case may be ignored. */
export function textPattern({ text, ignoresCase }: TextExpression): string {
  return ignoresCase ? `(?i:${quoted(text)})` : quoted(text);
}

/**
 * The regular expression for free text up to a given one. It looks ahead within its own text only.
 *
 * An end that holds another one is never the first to come, or comes together with it.
 */
export function textUntilRegex(
  { ends, includesEnd }: TextUntilExpression,
): Pick<RegexExpression, "pattern" | "flags"> {
  const first = ends.filter((end) => !ends.some((other) => other !== end && end.includes(other)));
  const end = `(?:${first.map(quoted).join("|")})`;
  return { pattern: `(?:(?!${end}).)*${includesEnd ? end : ""}`, flags: "s" };
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/**
 * Writes a pattern's tree as an expression.
 *
 * @param node The tree.
 * @returns The expression; `undefined` if the tree has an anchor or looks around.
 */
export function treeExpression(node: PatternNode): Expression | undefined {
  switch (node.kind) {
    case "characters":
      return setExpression(node.set);
    case "sequence": {
      const parts = allOf(node.parts.map(treeExpression));
      return parts && sequenceOf(joinTexts(parts));
    }
    case "alternation": {
      const options = allOf(node.parts.map(treeExpression));
      return options && choiceOf(options);
    }
    case "repeat": {
      const part = treeExpression(node.part);
      return part && repeatOf(part, node.min, Number.isFinite(node.max) ? node.max : null);
    }
    default:
      return undefined;
  }
}

/**
 * Whether a pattern asks for what stands before its text or behind it: a look-ahead with nothing behind it
 * that must be there, or a look-behind with nothing before it.
 */
export function looksOut(node: PatternNode): boolean {
  switch (node.kind) {
    case "look":
      return true;
    case "sequence":
      return node.parts.some((part, i) =>
        looksOut(part) &&
        (hasLook(part, true) && node.parts.slice(i + 1).every(canBeEmpty) ||
          hasLook(part, false) && node.parts.slice(0, i).every(canBeEmpty))
      );
    case "alternation":
      return node.parts.some(looksOut);
    case "repeat":
      return looksOut(node.part);
    default:
      return false;
  }
}

function hasLook(node: PatternNode, ahead: boolean): boolean {
  if (node.kind === "look") return node.ahead === ahead;
  if (node.kind === "repeat") return hasLook(node.part, ahead);
  return "parts" in node && node.parts.some((part) => hasLook(part, ahead));
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case "characters":
      return false;
    case "sequence":
      return node.parts.every(canBeEmpty);
    case "alternation":
      return node.parts.some(canBeEmpty);
    case "repeat":
      return node.min === 0 || canBeEmpty(node.part);
    default:
      return true;
  }
}

/** A set of characters, as a text if it is a single one, and negated where that is shorter. */
function setExpression(set: readonly number[]): Expression {
  if (set.length === 2 && set[0] === set[1]) return textOf(String.fromCodePoint(set[0]!));
  const complement = complementOfSet(set);
  const isNegated = complement.length < set.length;
  return { kind: "characters", ranges: rangesOf(isNegated ? complement : set), isNegated };
}

/** Pairs of a flat list. */
function rangesOf(set: readonly number[]): CharactersExpression["ranges"] {
  return Array.from({ length: set.length / 2 }, (_, i) => [set[2 * i]!, set[2 * i + 1]!] as const);
}

function joinTexts(parts: readonly Expression[]): Expression[] {
  const joined: Expression[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "text" && last?.kind === "text") {
      joined[joined.length - 1] = textOf(last.text + part.text);
    } else joined.push(part);
  }
  return joined;
}

function allOf<T>(values: readonly (T | undefined)[]): T[] | undefined {
  return values.every((value) => value !== undefined) ? values as T[] : undefined;
}
