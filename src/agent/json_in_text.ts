/**
 * JSON values in a text that holds other things too: fences, an introduction, a second thought.
 *
 * From each bracket that opens outside of a value found before, the text is followed to the bracket that
 * closes it, strings skipped; what is between is a value if it parses. Brackets that are never closed are
 * passed over. O(text) for well-nested texts, O(text × brackets) at worst.
 *
 * @module
 */

/**
 * Finds the objects and lists of a text.
 *
 * @param text Any text.
 * @param limit Most values to look for; default all.
 * @returns The values, outermost only, in the order of the text.
 */
export function findJsonValues(text: string, limit = Infinity): unknown[] {
  const values: unknown[] = [];
  for (let at = 0; at < text.length && values.length < limit; at++) {
    if (text[at] !== "{" && text[at] !== "[") continue;
    const end = closingBracket(text, at);
    if (end < 0) continue;
    try {
      values.push(JSON.parse(text.slice(at, end + 1)));
      at = end;
    } catch {
      // a bracket in prose, or broken JSON: perhaps there is a value inside
    }
  }
  return values;
}

/** Where the bracket at `start` is closed; -1 if nowhere. */
function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      at = closingQuote(text, at);
      if (at < 0) return -1;
    } else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at;
  }
  return -1;
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}
