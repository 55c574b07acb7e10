/**
 * Where a JSON text ends that others follow.
 *
 * Used to read back what was written inside a grammar, so the text is known to be JSON as far as it goes.
 *
 * @module
 */

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/**
 * The end of the JSON text that begins at a place.
 *
 * @param text The text; may break off anywhere.
 * @param start Where the JSON begins.
 * @param isWhole Whether the text goes no further: a number at its end is then complete.
 * @returns The offset after it; -1 where it has not ended, or is none.
 */
export function endOfJson(text: string, start: number, isWhole: boolean): number {
  let at = start;
  while (" \n\r\t".includes(text[at] ?? "x")) at++;
  const first = text[at];
  if (first === undefined) return -1;
  if (first !== "{" && first !== "[" && first !== '"') {
    const scalar = first === "-" || first >= "0" && first <= "9" ? NUMBER : WORD;
    scalar.lastIndex = at;
    if (!scalar.test(text)) return -1;
    const mayGoOn = scalar === NUMBER && !isWhole && /^(?:\.|[eE][+-]?)?$/.test(
      text.slice(scalar.lastIndex, scalar.lastIndex + 3),
    );
    return mayGoOn ? -1 : scalar.lastIndex;
  }
  let depth = 0;
  for (; at < text.length; at++) {
    switch (text[at]) {
      case "{":
      case "[":
        depth++;
        continue;
      case "}":
      case "]":
        depth--;
        break;
      case '"':
        for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
        if (at >= text.length) return -1;
        break;
      default:
        continue;
    }
    if (depth === 0) return at + 1;
  }
  return -1;
}
