/**
 * A grammar that is ready to be followed.
 *
 * Immutable for its users, shareable between sequences and requests; what it learns on the way (parser states, rows of
 * automata, masks) is a cache.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import type { Engine } from "./engine.ts";
import type { ParserState } from "./parser_state.ts";

/** Made by `compileJsonSchema` and the like; see {@link Matcher} for what to do with it. */
export class CompiledGrammar {
  /** The vocabulary that its masks are over. */
  readonly vocabulary: Vocabulary;
  /** @internal Where a text begins, and what masks are computed with. */
  readonly internals: GrammarInternals;

  /** @internal */
  constructor(vocabulary: Vocabulary, internals: GrammarInternals) {
    this.internals = internals;
    this.vocabulary = vocabulary;
  }
}

/** What a matcher needs; not part of the public interface. */
export interface GrammarInternals {
  /**
   * Where a new text begins. A grammar learns from each text, and what it has learned is bounded: from time to time it
   * begins afresh. Texts that are under way keep what they began with.
   */
  begin(): GrammarStart;
  /**
   * What the grammar takes, estimated in bytes, with what it keeps alive of what it shares.
   *
   * @param counted What was counted already; what is counted here is added.
   */
  sizeBytes?(counted: Set<unknown>): number;
}

/** Where a text begins, and with what its masks are computed. */
export interface GrammarStart {
  readonly engine: Engine;
  readonly state: ParserState;
}
