/**
 * Where the values of an answer stand in the text.
 *
 * A value that the text does not contain was invented, rewritten or computed. For extraction that is the first thing
 * to know about a model, and it needs no right answer. A value is found if its words stand in the text in its
 * order, whatever the case and the whitespace between them. One search over the text a value.
 *
 * @module
 */

/** A place in a text, in UTF-16 units. */
export interface Span {
  /** First unit. */
  readonly start: number;
  /** After the last unit. */
  readonly end: number;
}

/**
 * Finds a value.
 *
 * @param text The text that it should be from.
 * @param value Without words it is nowhere.
 * @param from Where to begin.
 * @returns The first place, or null.
 */
export function findValue(text: string, value: string, from = 0): Span | null {
  const words = value.trim().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return null;
  const pattern = new RegExp(words.map(escapePattern).join("\\s*"), "giu");
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match === null ? null : { start: match.index, end: match.index + match[0].length };
}

/**
 * The texts of a value, outermost first.
 *
 * @param value Any JSON value.
 * @returns Its strings that are not blank, in order, repetitions included.
 */
export function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}

function escapePattern(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
