/**
 * The texts of a run, one after the other, each with an id.
 *
 * Used by `extract_many.ts`. Arrays, generators and streams look alike after this; what is no text with a usable id
 * is an item all the same, with what is wrong with it, so that one bad line does not end the run.
 *
 * Cost: the ids that were seen are remembered, some 50 bytes each.
 *
 * @module
 */

import { DuplicateItemIdError } from "./errors.ts";

/** A text to extract from, with an id of the caller's. */
export interface ManyItem {
  /** What the result is found by; unique in a run. Default: the item's place, from 0, in decimal digits. */
  readonly id?: string;
  /** The text to extract from. */
  readonly text: string;
}

/** Where items come from. A `ReadableStream` is an `AsyncIterable`. */
export type ManyItems = Iterable<string | ManyItem> | AsyncIterable<string | ManyItem>;

/** An item that was read. */
export interface NumberedItem {
  /** Place in the input, from 0. */
  readonly index: number;
  readonly id: string;
  readonly text: string;
  /** Why there is nothing to extract from. */
  readonly fault: Error | null;
}

/** How many items there are, where that is known beforehand. */
export function countItems(items: ManyItems): number | null {
  if (Array.isArray(items)) return items.length;
  return items instanceof Set || items instanceof Map ? items.size : null;
}

/**
 * Numbers items and looks at them.
 *
 * @param items Asked for one at a time, and closed when the iteration is left.
 * @throws {TypeError} They cannot be iterated, or are a single text.
 */
export function readItems(items: ManyItems): AsyncGenerator<NumberedItem, void, void> {
  if (typeof items === "string") {
    throw new TypeError("items must be several texts, got a string; extract() takes one");
  }
  const isIterable = typeof items === "object" && items !== null &&
    (Symbol.asyncIterator in items || Symbol.iterator in items);
  if (!isIterable) throw new TypeError(`items must be iterable, got ${typeof items}`);
  return numberItems(items);
}

async function* numberItems(items: ManyItems): AsyncGenerator<NumberedItem, void, void> {
  const ids = new Set<string>();
  let index = 0;
  for await (const item of items) {
    yield readItem(item, index, ids);
    index++;
  }
}

function readItem(item: unknown, index: number, ids: Set<string>): NumberedItem {
  const { id = String(index), text } = typeof item === "string"
    ? { text: item }
    : typeof item === "object" && item !== null
    ? item as { id?: unknown; text?: unknown }
    : { text: item };
  const faulty = (fault: Error, name = String(index)) => ({ index, id: name, text: "", fault });
  if (typeof id !== "string") {
    return faulty(new TypeError(`an item's id must be a string, got ${typeof id}`));
  }
  if (typeof text !== "string") {
    return faulty(new TypeError(`an item must be a text or have one, got ${typeof text}`), id);
  }
  if (ids.has(id)) return faulty(new DuplicateItemIdError(id), id);
  ids.add(id);
  return { index, id, text, fault: null };
}
