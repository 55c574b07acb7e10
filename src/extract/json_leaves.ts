/**
 * The leaves of a JSON text, and where in the text they stand.
 *
 * Between the model's text and the evidence for each value (`source_spans.ts`, `leaf_confidence.ts`). The text is
 * valid: it was written inside a grammar, and `JSON.parse` has read it.
 *
 * Cost: one walk over the text.
 *
 * @module
 */

/** A value that has no parts: a string, number, Boolean or null, or an empty list or object. */
export interface JsonLeaf {
  /** JSON Pointer (RFC 6901); "" where the whole text is one leaf. */
  readonly pointer: string;
  /** The value, parsed. */
  readonly value: unknown;
  /** Offsets in the text, in UTF-16 code units: its first, and the one after its last; quotes belong to it. */
  readonly start: number;
  readonly end: number;
}

/** Strings, and whatever stands between punctuation. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gy;
const SPACE = /\s*/y;

/**
 * Finds the leaves.
 *
 * @param text A JSON text.
 * @returns In the order of the text.
 */
export function jsonLeaves(text: string): JsonLeaf[] {
  const leaves: JsonLeaf[] = [];
  /** Of each open object the last name, of each open list the index of the next item. */
  const open: (string | number)[] = [];
  let isName = false, start = -1, isEmpty = false;
  const pointer = (depth: number) =>
    open.slice(0, depth).map((part) =>
      `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`
    ).join("");
  for (let at = skipSpace(text, 0); at < text.length;) {
    TOKENS.lastIndex = at;
    const token = TOKENS.exec(text)![0];
    const end = at + token.length;
    switch (token) {
      case "{":
      case "[":
        isName = token === "{";
        open.push(isName ? "" : 0);
        [start, isEmpty] = [at, true];
        break;
      case "}":
      case "]":
        open.pop();
        if (isEmpty) {
          const value = token === "}" ? {} : [];
          leaves.push({ pointer: pointer(open.length), value, start, end });
        }
        isEmpty = isName = false;
        break;
      case ",":
        if (typeof open.at(-1) === "number") (open[open.length - 1] as number)++;
        else isName = true;
        break;
      case ":":
        break;
      default:
        isEmpty = false;
        if (isName) {
          open[open.length - 1] = JSON.parse(token);
          isName = false;
        } else {
          leaves.push({ pointer: pointer(open.length), value: JSON.parse(token), start: at, end });
        }
    }
    at = skipSpace(text, end);
  }
  return leaves;
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}
