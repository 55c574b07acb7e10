/**
 * How far the states of an automaton are from the end of a text.
 *
 * A bound on the length of a text that has to match a pattern matters near the bound only. How near is what this finds
 * out, so that masks far from it can be those of the pattern.
 *
 * Idea: `distance[k][state]` is the fewest bytes of an accepted text from the state on that has at least `k` characters. For
 * k = 0 that is a breadth-first search against the arrows; each further k takes one plain character more. Only ASCII
 * characters that stand for themselves are counted, so the distances are upper bounds.
 *
 * Cost: (k + 1) times the arrows below the expression, once an expression; given up where there are many states.
 *
 * @module
 */

import { type Automaton, EMPTY, type Regex } from "../automata/mod.ts";

/** Most states, and most characters, that are looked at. */
const MAXIMUM_STATES = 1500;
const MAXIMUM_CHARACTERS = 40;
/** Most rows that are filled for the purpose: they may be dear, and the attempt may be in vain. */
const MAXIMUM_NEW_ROWS = 400;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const UNREACHED = 1 << 30;

const known = new WeakMap<Automaton, Map<string, number | null>>();

/**
 * The most bytes that any state below an expression needs to get to an end of a text that has at least so many characters
 * from there on; null where some state cannot, or where there are too many states to tell.
 */
export function distanceToEnds(
  automaton: Automaton,
  start: Regex,
  characters: number,
): number | null {
  if (characters > MAXIMUM_CHARACTERS) return null;
  let distances = known.get(automaton);
  if (distances === undefined) known.set(automaton, distances = new Map());
  const key = `${start} ${characters}`;
  let distance = distances.get(key);
  if (distance === undefined) {
    distance = measure(automaton, start, characters);
    distances.set(key, distance);
  }
  return distance;
}

function measure(automaton: Automaton, start: Regex, characters: number): number | null {
  const states = [start];
  const indexOf = new Map<Regex, number>([[start, 0]]);
  /** By state, the states from which one plain character, or any other byte, leads there. */
  const plainBefore: number[][] = [[]], otherBefore: number[][] = [[]];
  const rowsBefore = automaton.rowCount;
  for (let i = 0; i < states.length; i++) {
    const offset = automaton.row(states[i]!);
    if (automaton.rowCount - rowsBefore > MAXIMUM_NEW_ROWS) return null;
    const plain = new Set<Regex>(), other = new Set<Regex>();
    for (let byte = 0; byte < 256; byte++) {
      const target = automaton.rows.data[offset + byte]!;
      if (target === EMPTY) continue;
      const isPlain = byte >= 0x20 && byte < 0x80 && byte !== BACKSLASH && byte !== QUOTE;
      (isPlain ? plain : other).add(target);
    }
    for (const targets of [plain, other]) {
      for (const target of targets) {
        let index = indexOf.get(target);
        if (index === undefined) {
          if (states.length >= MAXIMUM_STATES) return null;
          index = states.push(target) - 1;
          indexOf.set(target, index);
          plainBefore.push([]);
          otherBefore.push([]);
        }
        (targets === plain ? plainBefore : otherBefore)[index]!.push(i);
      }
    }
  }
  let distance = Int32Array.from(
    states,
    (state) => automaton.store.nullable.at(state) === 1 ? 0 : UNREACHED,
  );
  spread(distance, [plainBefore, otherBefore]);
  for (let k = 1; k <= characters; k++) {
    const next = new Int32Array(states.length).fill(UNREACHED);
    for (let to = 0; to < states.length; to++) {
      if (distance[to]! >= UNREACHED) continue;
      for (const from of plainBefore[to]!) {
        if (distance[to]! + 1 < next[from]!) next[from] = distance[to]! + 1;
      }
    }
    spread(next, [otherBefore]);
    distance = next;
  }
  let longest = 0;
  for (const one of distance) longest = Math.max(longest, one);
  return longest >= UNREACHED ? null : longest;
}

/** Lowers distances along arrows of length 1, nearest states first. */
function spread(distance: Int32Array, befores: readonly (readonly (readonly number[])[])[]): void {
  const byDistance: number[][] = [];
  const put = (state: number) => (byDistance[distance[state]!] ??= []).push(state);
  for (let state = 0; state < distance.length; state++) {
    if (distance[state]! < UNREACHED) put(state);
  }
  for (let d = 0; d < byDistance.length; d++) {
    for (const to of byDistance[d] ?? []) {
      if (distance[to] !== d) continue;
      for (const before of befores) {
        for (const from of before[to]!) {
          if (distance[from]! <= d + 1) continue;
          distance[from] = d + 1;
          put(from);
        }
      }
    }
  }
}
