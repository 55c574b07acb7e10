/**
 * Takes a call apart while it is being written: `{"name": "…", "arguments": …}`.
 *
 * The frame's order is fixed, so the name comes first and everything after `"arguments": ` but the last brace is the
 * arguments. The last character is held back, as it may be that brace. O(characters).
 *
 * @module
 */

const FRAME = /^\{"name": ("(?:[^"\\]|\\.)*"), "arguments": /;

/** Reads one call. */
export class CallArgumentsReader {
  #name: string | null = null;
  #arguments = "";
  /** Before the name is known: all; after it: the last character. */
  #held = "";

  /** The tool's name; null as long as it is not complete. */
  get name(): string | null {
    return this.#name;
  }

  /** What is certain to belong to the arguments. */
  get arguments(): string {
    return this.#arguments;
  }

  /**
   * Reads a piece.
   *
   * @returns The part of it, and of what was held back, that is certain to belong to the arguments.
   */
  push(piece: string): string {
    if (piece === "") return "";
    let text = this.#held + piece;
    if (this.#name === null) {
      const frame = FRAME.exec(text);
      if (frame === null) {
        this.#held = text;
        return "";
      }
      this.#name = JSON.parse(frame[1]!);
      text = text.slice(frame[0].length);
    }
    this.#held = text.slice(-1);
    const certain = text.slice(0, -1);
    this.#arguments += certain;
    return certain;
  }
}
