/**
 * Token literals, which both notations write between `<` and `>`.
 *
 * `<think>` is the token whose text is `<think>`, brackets included; `<[1000]>` is the token with the id 1000.
 *
 * @module
 */

import type { TokenExpression } from "./grammar_form.ts";

/** The id in a literal such as `<[1000]>`; `undefined` if it is not of that shape. */
export function tokenWithId(literal: string): number | undefined {
  const digits = /^<\[([0-9]{1,10})\]>$/.exec(literal)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The literal of a token; `undefined` if its text has no literal. */
export function tokenLiteral({ token }: TokenExpression): string | undefined {
  if (typeof token === "number") return `<[${token}]>`;
  return /^<[^>\r\n\[][^>\r\n]*>$/.test(token) ? token : undefined;
}

/** Most tokens that one literal may list. */
const MAX_LISTED_TOKENS = 4096;

/**
 * The ids in a literal such as `<[5]>`, `<[5-7,9]>` or `<[^5]>`.
 *
 * @returns The ids in the order of the text; `undefined` if the literal is not of that shape, or lists too
 *   many.
 */
export function readTokenSet(literal: string): { ids: number[]; isNegated: boolean } | undefined {
  const found = /^<\[(\^?)((?:[0-9]{1,10}(?:-[0-9]{1,10})?)(?:,[0-9]{1,10}(?:-[0-9]{1,10})?)*)\]>$/
    .exec(literal);
  if (found === null) return undefined;
  const ids: number[] = [];
  for (const range of found[2]!.split(",")) {
    const [first, last = first] = range.split("-").map(Number);
    if (last! < first! || ids.length + last! - first! >= MAX_LISTED_TOKENS) return undefined;
    for (let id = first!; id <= last!; id++) ids.push(id);
  }
  return { ids, isNegated: found[1] === "^" };
}
