/**
 * What is to be written of which weight, kept until the graph is built.
 *
 * Third layer of the graph writer. Building a graph takes milliseconds and writing its weights minutes; so the graph
 * only says what becomes of each weight, and whoever built it then runs the plan: at once, or in steps
 * between which progress is told and an abort is seen. A weight is read once, in panels of rows of at most
 * {@link PANEL_NUMBERS} numbers, which bounds the memory.
 *
 * @module
 */

import type { WeightShape, WeightSource } from "./decoder_shape.ts";

/** Numbers that are read, converted and written at a time: 8 MB in float32. */
const PANEL_NUMBERS = 2 ** 21;

/** Takes rows of a weight, in order; `values` is valid during the call only. */
export type RowWriter = (rowStart: number, values: Float32Array) => void;

/** Weights to be read, each with what is to be done with its rows. */
export class WeightPlan {
  readonly #entries = new Map<string, { shape: WeightShape; write: RowWriter }>();
  #numberCount = 0;

  /**
   * @param shapes All weights of the model.
   */
  constructor(readonly shapes: ReadonlyMap<string, WeightShape>) {}

  /** Numbers in all the weights of the plan. */
  get numberCount(): number {
    return this.#numberCount;
  }

  /** Whether the model has a weight of this name. */
  has(name: string): boolean {
    return this.shapes.has(name);
  }

  /** Shape of a weight. */
  shapeOf(name: string): WeightShape {
    const shape = this.shapes.get(name);
    if (!shape) throw new TypeError(`no weight is named "${name}"`);
    return shape;
  }

  /** Adds a weight; each may be added once. */
  add(name: string, write: RowWriter): void {
    if (this.#entries.has(name)) throw new TypeError(`weight "${name}" is in the plan already`);
    const shape = this.shapeOf(name);
    this.#entries.set(name, { shape, write });
    this.#numberCount += shape.rows * shape.columns;
  }

  /**
   * Writes everything.
   *
   * @returns A generator that yields after each panel how many numbers are done in all; leaving it early is fine.
   */
  *run(source: WeightSource): Generator<{ name: string; doneNumbers: number }, void> {
    let doneNumbers = 0;
    for (const [name, { shape: { rows, columns }, write }] of this.#entries) {
      const panelRows = Math.max(1, Math.floor(PANEL_NUMBERS / columns));
      for (let start = 0; start < rows; start += panelRows) {
        const end = Math.min(rows, start + panelRows);
        write(start, source.readRows(name, start, end));
        doneNumbers += (end - start) * columns;
        yield { name, doneNumbers };
      }
    }
  }

  /** As {@link run}, in one go. */
  runAtOnce(source: WeightSource): void {
    for (const _ of this.run(source));
  }
}
