/**
 * What was read in the parts of a text, merged into one value.
 *
 * For `extractLong()`. The rules, from the root down:
 *
 * - Objects are merged property by property.
 * - Lists are joined, in the order of the parts. An item of a later part is the same as one of an earlier part, and is merged
 *   into it,
 *   where a key was named for the list (`uniqueBy`): if they have the same key;
 *   else for strings: if they are the same but for case and whitespace;
 *   else: if nothing in them differs (null differs from nothing), and some value in them was read at the same place of the text.
 *   Items of one part are never the same without a key: the text may say a thing twice.
 * - Of several other values the best counts: one that is not null before null, one that stands in the text before one that does
 *   not, then the one that the model was surer of, then the earlier one.
 *
 * Cost: lists compare each item with those of earlier parts; by key through a table.
 *
 * @module
 */

import type { ExtractedLeaf } from "./evidence.ts";
import { followed, partOf } from "./chunk_schema.ts";
import type { JsonSchemaObject } from "./schema_input.ts";
import type { SourceSpan } from "./source_spans.ts";

/** A value of a long extraction: with the part of the text that it was read in. */
export interface LongLeaf extends ExtractedLeaf {
  /** Which part, from 0. */
  readonly chunkIndex: number;
}

/** A value with its evidence, as a tree. */
export type Reading =
  | { readonly kind: "leaf"; readonly leaf: LongLeaf }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, Reading> }
  | { readonly kind: "array"; readonly items: readonly Reading[] };

/** Which properties tell the items of a list apart, by the list's JSON Pointer. */
export type ItemKeys = Readonly<Record<string, string | readonly string[]>>;

/** How {@link mergeReadings} merges. */
export interface MergeOptions {
  /** The schema of the whole: the order of properties, and the bounds of lists. */
  readonly jsonSchema: JsonSchemaObject;
  /** Keys of the items of lists. */
  readonly uniqueBy: ItemKeys;
}

/** Most spans of one value. */
const MAXIMUM_SPANS = 16;
/** Fewer letters say too little about the place to make two items one. */
const LEAST_LETTERS = 2;

/**
 * A part's value as a tree.
 *
 * @param value As parsed.
 * @param leaves Its leaves.
 * @param chunk Which part it is, and where it starts in the text: spans are moved there.
 */
export function readingOf(
  value: unknown,
  leaves: readonly ExtractedLeaf[],
  chunk: { readonly index: number; readonly start: number },
): Reading {
  const byPointer = new Map(leaves.map((leaf) => [leaf.pointer, leaf]));
  return visit(value, "");

  function visit(node: unknown, pointer: string): Reading {
    if (Array.isArray(node)) {
      return {
        kind: "array",
        items: node.map((item, index) => visit(item, `${pointer}/${index}`)),
      };
    }
    if (typeof node === "object" && node !== null) {
      const members = Object.entries(node).map(([name, part]) =>
        [name, visit(part, `${pointer}/${escaped(name)}`)] as const
      );
      return { kind: "object", members: new Map(members) };
    }
    const leaf = byPointer.get(pointer);
    const spans = leaf?.spans?.map(({ start, end }) => ({
      start: start + chunk.start,
      end: end + chunk.start,
    })) ?? null;
    return {
      kind: "leaf",
      leaf: {
        pointer,
        value: node,
        confidence: leaf?.confidence ?? null,
        isAbstained: leaf?.isAbstained ?? false,
        spans,
        chunkIndex: chunk.index,
      },
    };
  }
}

/** The value of a tree, and its leaves with their pointers. */
export function valueOf(reading: Reading): { value: unknown; leaves: LongLeaf[] } {
  const leaves: LongLeaf[] = [];
  return { value: visit(reading, ""), leaves };

  function visit(node: Reading, pointer: string): unknown {
    switch (node.kind) {
      case "leaf":
        leaves.push({ ...node.leaf, pointer });
        return node.leaf.value;
      case "array":
        if (node.items.length === 0) leaves.push(emptyLeaf(pointer, []));
        return node.items.map((item, index) => visit(item, `${pointer}/${index}`));
      case "object":
        if (node.members.size === 0) leaves.push(emptyLeaf(pointer, {}));
        return Object.fromEntries(
          [...node.members].map((
            [name, part],
          ) => [name, visit(part, `${pointer}/${escaped(name)}`)]),
        );
    }
  }
}

function emptyLeaf(pointer: string, value: unknown): LongLeaf {
  return { pointer, value, spans: null, confidence: null, isAbstained: false, chunkIndex: 0 };
}

/**
 * Merges what the parts say.
 *
 * @param readings One a part, in the order of the text; at least one.
 * @param options See {@link MergeOptions}.
 */
export function mergeReadings(readings: readonly Reading[], options: MergeOptions): Reading {
  const { jsonSchema, uniqueBy } = options;
  return merge(readings, "", jsonSchema);

  function merge(all: readonly Reading[], pointer: string, schema: unknown): Reading {
    const said = all.filter((reading) => !isNull(reading));
    if (said.length <= 1) return said[0] ?? all[0]!;
    if (said.every((reading) => reading.kind === "object")) {
      return mergeObjects(said, pointer, schema);
    }
    if (said.every((reading) => reading.kind === "array")) {
      return { kind: "array", items: joinLists(said.map(({ items }) => items), pointer, schema) };
    }
    return best(said);
  }

  function mergeObjects(
    objects: readonly (Reading & { kind: "object" })[],
    pointer: string,
    schema: unknown,
  ): Reading {
    const { properties } = followed(jsonSchema, schema) ?? {};
    const names = new Set(Object.keys(properties ?? {}));
    for (const { members } of objects) for (const name of members.keys()) names.add(name);
    const members = new Map<string, Reading>();
    for (const name of names) {
      const parts = objects.map((object) => object.members.get(name))
        .filter((part) => part !== undefined);
      if (parts.length === 0) continue;
      const part = merge(parts, `${pointer}/${escaped(name)}`, partOf(jsonSchema, schema, name));
      members.set(name, part);
    }
    return { kind: "object", members };
  }

  function joinLists(
    lists: readonly (readonly Reading[])[],
    pointer: string,
    schema: unknown,
  ): Reading[] {
    const keys = Object.hasOwn(uniqueBy, pointer) ? [uniqueBy[pointer]!].flat() : null;
    const itemSchema = partOf(jsonSchema, schema, 0);
    const joined: Reading[] = [];
    const byKey = new Map<string, number>();
    for (const list of lists) {
      const earlierCount = joined.length;
      for (const item of list) {
        const key = keys === null ? null : keyOf(item, keys);
        const same = key === null
          ? keys === null
            ? joined.findIndex((one, at) => at < earlierCount && isSame(one, item))
            : -1
          : byKey.get(key) ?? -1;
        if (same >= 0) {
          joined[same] = merge([joined[same]!, item], `${pointer}/${same}`, itemSchema);
        } else {
          if (key !== null) byKey.set(key, joined.length);
          joined.push(item);
        }
      }
    }
    const bounds = followed(jsonSchema, schema) ?? {};
    const distinct = bounds.uniqueItems === true ? withoutRepeats(joined) : joined;
    return typeof bounds.maxItems === "number" ? distinct.slice(0, bounds.maxItems) : distinct;
  }
}

/** A text for the values of some properties; null where one of them is missing or null. */
function keyOf(item: Reading, keys: readonly string[]): string | null {
  if (item.kind !== "object") return null;
  const values = keys.map((key) => item.members.get(key)).map((part) =>
    part?.kind === "leaf" && part.leaf.value !== null ? folded(part.leaf.value) : undefined
  );
  return values.includes(undefined) ? null : JSON.stringify(values);
}

function isSame(one: Reading, other: Reading): boolean {
  if (one.kind === "leaf" && other.kind === "leaf" && typeof one.leaf.value === "string") {
    return folded(one.leaf.value) === folded(other.leaf.value);
  }
  return isCompatible(one, other) && wasReadAtOnePlace(one, other);
}

/** Whether nothing in them differs; null and what is missing differ from nothing. */
function isCompatible(one: Reading, other: Reading): boolean {
  if (isNull(one) || isNull(other)) return true;
  if (one.kind === "leaf" && other.kind === "leaf") {
    return folded(one.leaf.value) === folded(other.leaf.value);
  }
  if (one.kind === "object" && other.kind === "object") {
    return [...one.members].every(([name, part]) => {
      const counterpart = other.members.get(name);
      return counterpart === undefined || isCompatible(part, counterpart);
    });
  }
  return one.kind === "array" && other.kind === "array" &&
    one.items.length === other.items.length &&
    one.items.every((item, index) => isCompatible(item, other.items[index]!));
}

function wasReadAtOnePlace(one: Reading, other: Reading): boolean {
  const places = new Set(placesOf(one));
  return placesOf(other).some((place) => places.has(place));
}

/** Where the words and numbers of a value stand in the text. */
function placesOf(reading: Reading): string[] {
  if (reading.kind !== "leaf") {
    const parts = reading.kind === "array" ? reading.items : [...reading.members.values()];
    return parts.flatMap(placesOf);
  }
  const { value, spans } = reading.leaf;
  const says = typeof value === "number" ||
    typeof value === "string" && value.trim().length >= LEAST_LETTERS;
  return says ? (spans ?? []).map(({ start, end }) => `${start}-${end}`) : [];
}

function withoutRepeats(items: readonly Reading[]): Reading[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = JSON.stringify(valueOf(item).value);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** The best of several values that are no objects and no lists, or not all of one kind. */
function best(readings: readonly Reading[]): Reading {
  const ranked = readings.map((reading) => ({ reading, rank: rankOf(reading) }));
  const winner = ranked.reduce((first, next) =>
    next.rank.grounded > first.rank.grounded ||
      next.rank.grounded === first.rank.grounded && next.rank.confidence > first.rank.confidence
      ? next
      : first
  ).reading;
  if (winner.kind !== "leaf") return winner;
  // The same value in other parts: more places that say it.
  const spans = readings.flatMap((reading) =>
    reading.kind === "leaf" && reading.leaf.value === winner.leaf.value
      ? reading.leaf.spans ?? []
      : []
  );
  return { kind: "leaf", leaf: { ...winner.leaf, spans: distinctSpans(spans) } };
}

function rankOf(reading: Reading): { grounded: number; confidence: number } {
  const { leaves } = valueOf(reading);
  const share = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    grounded: share(leaves.map(({ spans }) => spans === null ? 0 : 1)),
    confidence: share(leaves.map(({ confidence }) => confidence?.meanProbability ?? 0)),
  };
}

function distinctSpans(spans: readonly SourceSpan[]): SourceSpan[] | null {
  const byPlace = new Map(spans.map((span) => [`${span.start}-${span.end}`, span]));
  const sorted = [...byPlace.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  return sorted.length > 0 ? sorted.slice(0, MAXIMUM_SPANS) : null;
}

function isNull(reading: Reading): boolean {
  return reading.kind === "leaf" && reading.leaf.value === null;
}

/** Texts without case and extra whitespace; other values as they are. */
function folded(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim())
    : JSON.stringify(value);
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
