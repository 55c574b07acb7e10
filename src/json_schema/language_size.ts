/**
 * How many texts a language of string contents has, counted up to a limit.
 *
 * A text has many encodings in JSON; one of each is canonical, and the words of the language within the canonical
 * encodings are counted. All states that a row leads to can be completed, so the number of words is at least the number
 * of different prefixes of one length: the search goes length by length and stops as soon as that is enough.
 *
 * @module
 */

import { type Automaton, EMPTY, type Regex } from "../automata/mod.ts";
import type { SchemaLanguages } from "./schema_languages.ts";

/** One encoding of every text: raw where that is allowed, else the short escape, else `\u00xx` in lower case. */
function canonicalEncodings(languages: SchemaLanguages): Regex {
  const known = canonical.get(languages);
  if (known !== undefined) return known;
  const { store } = languages;
  const continuation = store.bytes([0x80, 0xbf]);
  const hexDigits = store.bytes([0x30, 0x39, 0x61, 0x66]);
  const character = store.union([
    store.bytes([0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f]),
    store.concat(store.bytes([0xc0, 0xdf]), continuation),
    store.concat(store.bytes([0xe0, 0xef]), store.repeat(continuation, 2, 2)),
    store.concat(store.bytes([0xf0, 0xf7]), store.repeat(continuation, 3, 3)),
    store.concat(
      store.byte(0x5c),
      store.union([
        store.bytes([...'"\\bfnrt'].flatMap((letter) => {
          const byte = letter.charCodeAt(0);
          return [byte, byte];
        })),
        store.sequence([
          store.literal(new TextEncoder().encode("u00")),
          // Controls with a short escape are written so.
          store.union([
            store.concat(store.byte(0x30), store.bytes([0x30, 0x37, 0x62, 0x62, 0x65, 0x66])),
            store.concat(store.byte(0x31), hexDigits),
          ]),
        ]),
      ]),
    ),
  ]);
  const made = store.star(character);
  canonical.set(languages, made);
  return made;
}

const canonical = new WeakMap<SchemaLanguages, Regex>();

/** Whether a language is known at a glance to be infinite. */
export function isInfinite(languages: SchemaLanguages, language: Regex): boolean {
  return language === languages.strings.all;
}

/** The number of texts, or `limit` if there are that many or more. */
export function countTexts(languages: SchemaLanguages, language: Regex, limit: number): number {
  const listed = languages.listed(language);
  if (listed !== undefined) return Math.min(listed.size, limit);
  return search(languages, language, limit)?.length ?? limit;
}

/** All texts, or null when there are more than `limit`. */
export function textsOf(
  languages: SchemaLanguages,
  language: Regex,
  limit: number,
): string[] | null {
  const listed = languages.listed(language);
  if (listed !== undefined) return listed.size > limit ? null : [...listed];
  const words = search(languages, language, limit + 1);
  if (words === null) return null;
  const decoder = new TextDecoder();
  return words.map((bytes) => JSON.parse(`"${decoder.decode(Uint8Array.from(bytes))}"`) as string);
}

/** Longest word that is looked for; longer ones count as too many. */
const MAXIMUM_WORD_LENGTH = 4096;

/** All canonical words; null as soon as there are `limit` of them. */
function search(languages: SchemaLanguages, language: Regex, limit: number): number[][] | null {
  if (limit <= 0) return null;
  const { store, automaton, strings } = languages;
  if (language === strings.all) return null;
  const start = store.intersect([language, canonicalEncodings(languages)]);
  if (!automaton.isAlive(start)) return [];
  const words: number[][] = [];
  let frontier: { state: Regex; word: number[] }[] = [{ state: start, word: [] }];
  for (let length = 0; frontier.length > 0; length++) {
    if (length > MAXIMUM_WORD_LENGTH) return null;
    const next: typeof frontier = [];
    for (const { state, word } of frontier) {
      if (store.nullable.at(state) === 1) words.push(word);
      const offset = automaton.row(state);
      for (let byte = 0; byte < 256; byte++) {
        const target = automaton.rows.data[offset + byte]!;
        if (target === EMPTY) continue;
        next.push({ state: target, word: [...word, byte] });
        if (words.length + next.length >= limit) return null;
      }
    }
    if (words.length >= limit) return null;
    frontier = next;
  }
  return words;
}

/**
 * Different texts of a language of string contents, as JSON writes them, short ones first; `limit` of them where there are so
 * many, all otherwise.
 */
export function someTexts(languages: SchemaLanguages, language: Regex, limit: number): string[] {
  const listed = languages.listed(language);
  if (listed !== undefined) {
    return [...listed.values().filter((text) => text.isWellFormed()).take(limit)]
      .map((text) => JSON.stringify(text).slice(1, -1));
  }
  const start = languages.store.intersect([language, canonicalEncodings(languages)]);
  return someWords(languages, start, limit);
}

/**
 * Different words of a language, short ones first; `limit` of them where there are so many, all otherwise.
 *
 * Breadth-first until there are enough beginnings of one length: each can be completed, and they cannot meet again.
 */
export function someWords(languages: SchemaLanguages, language: Regex, limit: number): string[] {
  const { store, automaton } = languages;
  if (language === EMPTY || limit <= 0 || !automaton.isAlive(language)) return [];
  const words: number[][] = [];
  let frontier: { readonly state: Regex; readonly word: number[] }[] = [
    { state: language, word: [] },
  ];
  for (let length = 0; frontier.length > 0 && length <= MAXIMUM_WORD_LENGTH; length++) {
    for (const { state, word } of frontier) {
      if (store.nullable.at(state) === 1) words.push(word);
    }
    if (words.length >= limit) break;
    const next: typeof frontier = [];
    for (const { state, word } of frontier) {
      const offset = automaton.row(state);
      for (let byte = 0; byte < 256; byte++) {
        const target = automaton.rows.data[offset + byte]!;
        if (target !== EMPTY) next.push({ state: target, word: [...word, byte] });
      }
      if (words.length + next.length >= limit) break;
    }
    if (words.length + next.length >= limit) {
      for (const { state, word } of next) {
        const rest = shortestPath(automaton, state);
        if (rest !== null) words.push([...word, ...rest]);
        if (words.length >= limit) break;
      }
      break;
    }
    frontier = next;
  }
  const decoder = new TextDecoder();
  return words.slice(0, limit).map((word) => decoder.decode(Uint8Array.from(word)));
}

/** A word of fewest bytes, as text; null when there is none. Breadth-first over the automaton. */
export function shortestWord(languages: SchemaLanguages, language: Regex): string | null {
  const { automaton, strings } = languages;
  if (language === EMPTY || !automaton.isAlive(language)) return null;
  if (language === strings.all) return "";
  const bytes = shortestPath(automaton, language);
  return bytes === null ? null : new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Most states that are visited on the way. */
const MAXIMUM_VISITED = 50_000;

/** The next step on a shortest path to an accepting state, by automaton and state; -1 at the end of one. */
const nextSteps = new WeakMap<
  Automaton,
  Map<Regex, { readonly byte: number; readonly to: Regex }>
>();

/**
 * The bytes that lead from a state to an accepting one, as few as possible; null beyond the limit. Paths are remembered,
 * so that following one asks for no other search.
 */
export function shortestPath(automaton: Automaton, start: Regex): number[] | null {
  let steps = nextSteps.get(automaton);
  if (steps === undefined) nextSteps.set(automaton, steps = new Map());
  const { nullable } = automaton.store;
  if (nullable.at(start) === 0 && !steps.has(start) && !searchPath(automaton, start, steps)) {
    return null;
  }
  const bytes: number[] = [];
  for (let state = start; nullable.at(state) === 0;) {
    const step = steps.get(state)!;
    bytes.push(step.byte);
    state = step.to;
  }
  return bytes;
}

/** Breadth-first; writes the steps of the path that it finds. */
function searchPath(
  automaton: Automaton,
  start: Regex,
  steps: Map<Regex, { readonly byte: number; readonly to: Regex }>,
): boolean {
  const { nullable } = automaton.store;
  const cameFrom = new Map<Regex, { readonly from: Regex; readonly byte: number }>();
  let frontier: Regex[] = [start];
  while (frontier.length > 0 && cameFrom.size < MAXIMUM_VISITED) {
    const next: Regex[] = [];
    for (const state of frontier) {
      const offset = automaton.row(state);
      let previous = EMPTY;
      for (let byte = 0; byte < 256; byte++) {
        const target = automaton.rows.data[offset + byte]!;
        if (target === EMPTY || target === previous) continue;
        previous = target;
        if (target === start || cameFrom.has(target)) continue;
        cameFrom.set(target, { from: state, byte });
        if (nullable.at(target) === 1 || steps.has(target)) {
          for (let at = target; at !== start;) {
            const step = cameFrom.get(at)!;
            steps.set(step.from, { byte: step.byte, to: at });
            at = step.from;
          }
          return true;
        }
        next.push(target);
      }
    }
    frontier = next;
  }
  return false;
}
