/**
 * Strings that end a text where they begin; of several, the one that is complete first.
 *
 * What may be the beginning of such a string is held back until it is known, so a stream never shows text that
 * the result does not have.
 *
 * Cost: at most the longest string's length a piece.
 *
 * @module
 */

/** Most strings, as OpenAI's API has four and other servers sixteen. */
const MAXIMUM_STRINGS = 16;

/** Watches one text. */
export class StopStrings {
  readonly #strings: readonly string[];
  #held = "";
  #found: string | null = null;

  /**
   * Begins with the text.
   *
   * @param strings Not empty ones, at most 16.
   * @throws {TypeError} An entry that is no text, or an empty one.
   * @throws {RangeError} Too many.
   */
  constructor(strings: readonly string[]) {
    if (strings.length > MAXIMUM_STRINGS) {
      throw new RangeError(
        `stop has ${strings.length} strings, at most ${MAXIMUM_STRINGS} are allowed`,
      );
    }
    for (const text of strings) {
      if (typeof text !== "string" || text === "") {
        throw new TypeError(
          `stop must hold texts of at least one character, got ${JSON.stringify(text)}`,
        );
      }
    }
    this.#strings = strings;
  }

  /** The string that was found; null as long as none was. */
  get found(): string | null {
    return this.#found;
  }

  /**
   * Reads a piece of the text.
   *
   * @returns What is certain to belong to the text now.
   */
  push(piece: string): string {
    if (this.#found !== null) return "";
    const text = this.#held + piece;
    // The one that is complete first, whatever the pieces; of those the longest.
    let at = -1, end = Infinity;
    for (const string of this.#strings) {
      const place = text.indexOf(string);
      if (place < 0 || place + string.length > end) continue;
      if (place + string.length === end && place > at) continue;
      [at, end, this.#found] = [place, place + string.length, string];
    }
    if (at >= 0) {
      this.#held = "";
      return text.slice(0, at);
    }
    let held = 0;
    for (const string of this.#strings) {
      for (let length = Math.min(string.length - 1, text.length); length > held; length--) {
        if (text.endsWith(string.slice(0, length))) held = length;
      }
    }
    this.#held = held === 0 ? "" : text.slice(-held);
    return text.slice(0, text.length - held);
  }

  /** Ends the text: what was held back belongs to it. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}
