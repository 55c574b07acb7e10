/**
 * What all grammars over one vocabulary share: the store of expressions, their automaton, the remembered masks.
 *
 * Two schemas that use the same format, or just strings, share what was computed for it, and a server's second request
 * is warm. The store only grows, so past a size a new one is begun for the grammars that come after; the old one goes
 * when its last grammar does.
 *
 * @module
 */

import type { JsonSpelling } from "../automata/mod.ts";
import { SchemaLanguages } from "../json_schema/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { LexemeMasks } from "./lexeme_masks.ts";
import { MaskWalk } from "./mask_walk.ts";

/** Expressions, and rows of the automaton (1 KiB each), after which a new store is begun. */
const MAXIMUM_EXPRESSIONS = 1_000_000;
const MAXIMUM_ROWS = 100_000;
const ROW_BYTES = 1024;
/** Columns, index and pool, about. */
const EXPRESSION_BYTES = 64;

/** The shared part of the grammars over one vocabulary. */
export class Engine {
  readonly languages: SchemaLanguages;
  readonly masks: LexemeMasks;
  readonly walk: MaskWalk;

  private constructor(readonly vocabulary: Vocabulary, readonly spelling: JsonSpelling) {
    this.languages = new SchemaLanguages(spelling);
    const { automaton, store, strings } = this.languages;
    this.masks = new LexemeMasks(vocabulary, automaton, strings.any, store.byte(0x22));
    this.walk = new MaskWalk(vocabulary, this.masks);
    // What every schema with a string needs, once a vocabulary: better now than in the middle of a text.
    this.masks.prepare();
  }

  /** The engine for a vocabulary and a way to spell strings. */
  static of(vocabulary: Vocabulary, spelling: JsonSpelling): Engine {
    let bySpelling = engines.get(vocabulary);
    if (bySpelling === undefined) engines.set(vocabulary, bySpelling = new Map());
    let engine = bySpelling.get(spelling);
    if (engine === undefined || engine.isFull) {
      engine = new Engine(vocabulary, spelling);
      bySpelling.set(spelling, engine);
    }
    return engine;
  }

  /** Whether new grammars should have a new engine. */
  get isFull(): boolean {
    return this.#isOver(1);
  }

  /** Whether the grammars that it has should move to a new one, although they begin cold there. */
  get isOverfull(): boolean {
    return this.#isOver(2);
  }

  /** Whether new grammars share it; an engine that is not goes with its last grammar. */
  get isCurrent(): boolean {
    return engines.get(this.vocabulary)?.get(this.spelling) === this;
  }

  /** What its automaton and its expressions take, in bytes. */
  get sizeBytes(): number {
    const { store, automaton } = this.languages;
    return automaton.rowCount * ROW_BYTES + store.size * EXPRESSION_BYTES;
  }

  #isOver(times: number): boolean {
    const { store, automaton } = this.languages;
    return store.size > times * MAXIMUM_EXPRESSIONS || automaton.rowCount > times * MAXIMUM_ROWS;
  }
}

const engines = new WeakMap<Vocabulary, Map<JsonSpelling, Engine>>();
