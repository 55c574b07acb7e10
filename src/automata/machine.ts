/**
 * The interface of a hand-written byte automaton.
 *
 * Most lexemes are regular expressions, and their automata are built from derivatives. Some languages
 * are better recognised by a few lines of arithmetic (numbers in a range, multiples of 0.01, substrings
 * of a source text): those implement {@link Machine} and become leaves of a regular expression, where
 * union, intersection and complement work on them as on any other leaf.
 *
 * Invariant: every state that `start` or `step` gives is alive, that is, some continuation of the bytes
 * read so far is accepted. That is what keeps dead ends out.
 *
 * @module
 */

/** A deterministic automaton over bytes, with states made on demand. */
export interface Machine {
  /** Identity by content: machines with equal keys accept the same language, state for state. */
  readonly key: string;
  /** The start state, or -1 when the language is empty. */
  readonly start: number;
  /**
   * The state after one more byte.
   *
   * @param state A state that `start` or `step` returned.
   * @param byte 0..255.
   * @returns The next state, the same number for the same arguments always; -1 when no completion exists.
   */
  step(state: number, byte: number): number;
  /**
   * All 256 steps at once, for machines that have a faster way than trying every byte.
   *
   * @param state A state that `start` or `step` returned.
   * @param out Filled with what `step` gives for the bytes 0..255; the caller's.
   */
  transitions?(state: number, out: Int32Array): void;
  /** Whether the bytes read so far are a member of the language. */
  isAccepting(state: number): boolean;
}
