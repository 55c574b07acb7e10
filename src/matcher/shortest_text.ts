/**
 * The shortest text of an expression, found by its form.
 *
 * A search through the automaton finds the shortest path too, but visits every state on the way, and an expression may have
 * exponentially many. The form tells without: the parts of a sequence, the shortest of alternatives, as many rounds as a
 * repeat needs. Only intersections, complements and machines are searched.
 *
 * Cost: linear in the expression, once for each of its parts, and in the text.
 *
 * @module
 */

import {
  type Automaton,
  EMPTY,
  KIND_ALL,
  KIND_BYTES,
  KIND_CONCAT,
  KIND_EMPTY,
  KIND_EPSILON,
  KIND_LABEL,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
} from "../automata/mod.ts";
import { shortestPath } from "../json_schema/mod.ts";

const lengths = new WeakMap<Automaton, Map<Regex, number>>();

/** Bytes of the shortest text; `Infinity` where there is none, or none was found. */
export function shortestLength(automaton: Automaton, regex: Regex): number {
  let known = lengths.get(automaton);
  if (known === undefined) lengths.set(automaton, known = new Map());
  return lengthOf(automaton, regex, known);
}

function lengthOf(automaton: Automaton, regex: Regex, known: Map<Regex, number>): number {
  const { store } = automaton;
  // Tails of a sequence are sequences: from the last one to the first.
  const sequence: Regex[] = [];
  let rest = regex;
  while (store.kind.at(rest) === KIND_CONCAT && !known.has(rest)) {
    sequence.push(rest);
    rest = store.b.at(rest);
  }
  let length = known.get(rest);
  if (length === undefined) {
    length = lengthOfPart(automaton, rest, known);
    known.set(rest, length);
  }
  for (let i = sequence.length - 1; i >= 0; i--) {
    length += lengthOf(automaton, store.a.at(sequence[i]!), known);
    known.set(sequence[i]!, length);
  }
  return length;
}

function lengthOfPart(automaton: Automaton, regex: Regex, known: Map<Regex, number>): number {
  const { store } = automaton;
  const a = store.a.at(regex), b = store.b.at(regex);
  switch (store.kind.at(regex)) {
    case KIND_EMPTY:
      return Infinity;
    case KIND_EPSILON:
    case KIND_ALL:
    case KIND_LABEL:
      return 0;
    case KIND_BYTES:
      return 1;
    case KIND_UNION: {
      let least = Infinity;
      for (let i = 0; i < b; i++) {
        least = Math.min(least, lengthOf(automaton, store.pool.at(a + i), known));
      }
      return least;
    }
    case KIND_REPEAT: {
      const min = store.repeatMin(regex);
      return min === 0 ? 0 : min * lengthOf(automaton, a, known);
    }
    default:
      return automaton.isAlive(regex)
        ? shortestPath(automaton, regex)?.length ?? Infinity
        : Infinity;
  }
}

/** The bytes of a shortest text; null where there is none, none was found, or it is longer than so many bytes. */
export function shortestText(
  automaton: Automaton,
  regex: Regex,
  maximum: number,
): number[] | null {
  if (regex === EMPTY || shortestLength(automaton, regex) > maximum) return null;
  const bytes: number[] = [];
  write(automaton, regex, bytes);
  return bytes;
}

function write(automaton: Automaton, regex: Regex, bytes: number[]): void {
  const { store } = automaton;
  while (store.kind.at(regex) === KIND_CONCAT) {
    write(automaton, store.a.at(regex), bytes);
    regex = store.b.at(regex);
  }
  const a = store.a.at(regex), b = store.b.at(regex);
  switch (store.kind.at(regex)) {
    case KIND_EPSILON:
    case KIND_ALL:
    case KIND_LABEL:
      return;
    case KIND_BYTES:
      bytes.push(store.pool.at(a));
      return;
    case KIND_UNION: {
      let shortest = store.pool.at(a);
      for (let i = 1; i < b; i++) {
        const part = store.pool.at(a + i);
        if (shortestLength(automaton, part) < shortestLength(automaton, shortest)) shortest = part;
      }
      write(automaton, shortest, bytes);
      return;
    }
    case KIND_REPEAT:
      // Rounds of the empty text may be any number.
      if (shortestLength(automaton, a) === 0) return;
      for (let i = store.repeatMin(regex); i > 0; i--) write(automaton, a, bytes);
      return;
    default:
      bytes.push(...shortestPath(automaton, regex)!);
  }
}
