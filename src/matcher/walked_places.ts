/**
 * The places that the walk for one mask of a grammar has come to: a node of the token trie, a column, and the
 * state of a lexeme that the column expects.
 *
 * Where texts can be cut in many ways, readings meet again: a run of spaces can be ignored, or be a gap, at every
 * space. From a place on they go on alike, so it is walked once, and a walk stays linear in places and does not double with
 * every cut.
 *
 * Open addressing over rows of four integers. Emptying it is a new number, not a loop.
 *
 * @module
 */

const ROW = 4;
const NODE = 0;
const COLUMN = 1;
const LEXER = 2;
/** Of which mask the row is; 0: of none. */
const MASK = 3;

/** A set of places. */
export class WalkedPlaces {
  #rows = new Int32Array(ROW * 1024);
  #count = 0;
  #mask = 1;

  /** Forgets all places. */
  clear(): void {
    this.#count = 0;
    this.#mask++;
    if (this.#mask === 0x7fffffff) {
      this.#rows.fill(0);
      this.#mask = 1;
    }
  }

  /** Adds a place; whether it was there already. */
  hasOrAdd(node: number, column: number, lexer: number): boolean {
    const rows = this.#rows;
    const last = rows.length - 1;
    let at = slotOf(node, column, lexer) * ROW & last;
    while (rows[at + MASK] === this.#mask) {
      if (rows[at + NODE] === node && rows[at + COLUMN] === column && rows[at + LEXER] === lexer) {
        return true;
      }
      at = (at + ROW) & last;
    }
    rows[at + NODE] = node;
    rows[at + COLUMN] = column;
    rows[at + LEXER] = lexer;
    rows[at + MASK] = this.#mask;
    if (++this.#count * 2 * ROW > rows.length) this.#grow();
    return false;
  }

  #grow(): void {
    const old = this.#rows;
    this.#rows = new Int32Array(old.length * 2);
    this.#count = 0;
    for (let at = 0; at < old.length; at += ROW) {
      if (old[at + MASK] !== this.#mask) continue;
      this.hasOrAdd(old[at + NODE]!, old[at + COLUMN]!, old[at + LEXER]!);
    }
  }
}

function slotOf(node: number, column: number, lexer: number): number {
  let h = Math.imul(node ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 15 ^ column, 0xc2b2ae35);
  h = Math.imul(h ^ h >>> 13 ^ lexer, 0x27d4eb2f);
  return h ^ h >>> 15;
}
