/**
 * Whether a language has any member: what keeps dead ends out of the automaton.
 *
 * For most expressions the form tells: a concatenation has a member if all its parts have, a union if one has. Of an
 * intersection or a complement it does not; there a member is searched for, in the automaton of its derivatives.
 *
 * Two searches take turns. Breadth first finds the short text that most languages have. The other one goes to the state
 * whose parts, each by itself, have least left to write: it finds the one long text that a minimum of length and several
 * required letters leave, among millions of prefixes. What has no member is found out by seeing all states, or, of many
 * parts, by two of them that rule each other out.
 *
 * Cost: linear where the form tells; a search stops at the first accepting state, or at one that is known.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import type { Derivatives } from "./derivatives.ts";
import { Int32Column } from "./growable.ts";
import {
  EMPTY,
  KIND_BYTES,
  KIND_CONCAT,
  KIND_EMPTY,
  KIND_INTERSECT,
  KIND_MACHINE,
  KIND_NOT,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
} from "./regex_table.ts";
import { workClock } from "./time_limit.ts";

const BACKSLASH = 0x5c;

/** What is known of an expression. */
const UNKNOWN = 0, ALIVE = 1, DEAD = 2;
/** The search for a member was given up. */
const UNDECIDED = 3;

/** Up to so many states breadth first alone. */
const FEW_STATES = 24;
/** States of the first attempt to decide emptiness, after which the parts are looked at in pairs. */
const SMALL_SEARCH = 400;
/** Up to so many parts of an intersection, any two of them may be what rules out all texts. */
const FEW_PARTS = 6;
/** So many parts of an intersection make a visit dearer by one. */
const PARTS_PER_VISIT = 16;
/** Where more is left to write than this, how much does not matter. */
const FAR_AWAY = 4095;
/** Most searches that wait for one another; each takes stack. */
const MAXIMUM_NESTING = 64;

/** Decides which expressions of a store have members, and remembers it. */
export class Emptiness {
  readonly #alive = new Int32Column(1024);
  /** Bytes in which a member can be written, of expressions where that is known. */
  readonly #distance = new Map<Regex, number>();
  #nesting = 0;

  /** @param maximum Most states to visit for one expression; the limit `emptinessSearch`. */
  constructor(private readonly derivatives: Derivatives, private readonly maximum: number) {}

  /**
   * Whether the language has a member.
   *
   * @throws {LimitExceededError} `emptinessSearch`: too many states would have to be visited.
   */
  isAlive(regex: Regex): boolean {
    const known = this.#known(regex);
    if (known === UNDECIDED) throw this.#tooHard();
    if (known !== UNKNOWN) return known === ALIVE;
    const isAlive = this.#decide(regex);
    this.#note(regex, isAlive ? ALIVE : DEAD);
    return isAlive;
  }

  /**
   * Whether the language has a member, as far as that can be decided within the limits. What cannot is left out of
   * rows: a state that is alive was found so by a path, and the states of that path are known to be.
   */
  isKnownAlive(regex: Regex): boolean {
    try {
      return this.isAlive(regex);
    } catch (error) {
      if (error instanceof LimitExceededError && error.limit === "emptinessSearch") return false;
      throw error;
    }
  }

  /**
   * A number of bytes in which some member can be written. It need not be the smallest; `Infinity` where none is
   * known, as of a machine.
   *
   * @param regex An expression with a member.
   */
  distanceBound(regex: Regex): number {
    const { store } = this.derivatives;
    if (store.nullable.at(regex) === 1) return 0;
    const known = this.#distance.get(regex);
    if (known !== undefined) return known;
    const a = store.a.at(regex), b = store.b.at(regex);
    let bound = Infinity;
    switch (store.kind.at(regex)) {
      case KIND_BYTES:
        bound = 1;
        break;
      case KIND_CONCAT: {
        const tails: Regex[] = [];
        let rest = regex;
        for (; store.kind.at(rest) === KIND_CONCAT; rest = store.b.at(rest)) {
          if (this.#distance.has(rest)) break;
          tails.push(rest);
        }
        bound = this.distanceBound(rest);
        for (const tail of tails.reverse()) {
          bound += this.distanceBound(store.a.at(tail));
          this.#distance.set(tail, bound);
        }
        break;
      }
      case KIND_UNION:
        for (let i = 0; i < b; i++) {
          const child = store.pool.at(a + i);
          if (this.isKnownAlive(child)) bound = Math.min(bound, this.distanceBound(child));
        }
        break;
      case KIND_REPEAT:
        bound = store.repeatMin(regex) * this.distanceBound(a);
        break;
      case KIND_INTERSECT:
      case KIND_NOT:
        // The search that found a member has noted how far away it is.
        if (this.#known(regex) === UNKNOWN && this.isKnownAlive(regex)) {
          bound = this.#distance.get(regex) ?? Infinity;
        }
    }
    this.#distance.set(regex, bound);
    return bound;
  }

  #known(regex: Regex): number {
    return regex < this.#alive.length ? this.#alive.at(regex) : UNKNOWN;
  }

  #note(regex: Regex, what: number): void {
    while (this.#alive.length <= regex) this.#alive.push(UNKNOWN);
    this.#alive.data[regex] = what;
  }

  #tooHard(): LimitExceededError {
    return new LimitExceededError("emptinessSearch", Infinity, this.maximum);
  }

  #decide(regex: Regex): boolean {
    const { store } = this.derivatives;
    const a = store.a.at(regex), b = store.b.at(regex);
    if (store.nullable.at(regex) === 1) return true;
    switch (store.kind.at(regex)) {
      case KIND_EMPTY:
        return false;
      case KIND_CONCAT: {
        const tails: Regex[] = [];
        let rest = regex;
        for (; store.kind.at(rest) === KIND_CONCAT; rest = store.b.at(rest)) {
          const known = this.#known(rest);
          if (known === DEAD) return false;
          if (known === ALIVE) break;
          if (!this.isAlive(store.a.at(rest))) return false;
          tails.push(rest);
        }
        if (!this.isAlive(rest)) return false;
        // The tails are the states to come: said now, none of them walks down the rest of a long literal again.
        for (const tail of tails) this.#note(tail, ALIVE);
        return true;
      }
      case KIND_UNION:
        for (let i = 0; i < b; i++) if (this.isKnownAlive(store.pool.at(a + i))) return true;
        // Those that could not be decided throw once more.
        for (let i = 0; i < b; i++) if (this.isAlive(store.pool.at(a + i))) return true;
        return false;
      case KIND_REPEAT:
        return this.isAlive(a);
      case KIND_INTERSECT:
      case KIND_NOT:
        return this.#decideBySearch(regex);
      default:
        return true; // EPSILON, ALL, BYTES, LABEL; a MACHINE is alive by its contract
    }
  }

  #decideBySearch(regex: Regex): boolean {
    if (this.#nesting >= MAXIMUM_NESTING) throw this.#tooHard();
    this.#nesting++;
    try {
      const isAlive = this.#search(regex, SMALL_SEARCH) ??
        (this.#hasDeadPair(regex) ? false : this.#search(regex, this.maximum));
      if (isAlive !== undefined) return isAlive;
    } finally {
      this.#nesting--;
    }
    this.#note(regex, UNDECIDED);
    throw this.#tooHard();
  }

  /**
   * Whether two parts of an intersection rule each other out. That takes few states to find out, where all the parts
   * together take thousands. Of many parts only pairs are looked at of which one is a complement.
   */
  #hasDeadPair(regex: Regex): boolean {
    const { store } = this.derivatives;
    if (store.kind.at(regex) !== KIND_INTERSECT || store.b.at(regex) === 2) return false;
    const offset = store.a.at(regex);
    const parts = store.pool.data.slice(offset, offset + store.b.at(regex));
    const isNot = (part: Regex) => store.kind.at(part) === KIND_NOT;
    for (let i = 0; i < parts.length; i++) {
      for (let j = i + 1; j < parts.length; j++) {
        const one = parts[i]!, other = parts[j]!;
        const isWorth = isNot(one) !== isNot(other) ||
          !isNot(one) && parts.length <= FEW_PARTS;
        if (!isWorth) continue;
        const pair = store.intersect([one, other]);
        if (pair === EMPTY || this.#search(pair, SMALL_SEARCH) === false) return true;
      }
    }
    return false;
  }

  /**
   * Searches for an accepting state; what it exhausts without finding one is dead, and the path to one
   * that it finds is alive. Breadth first, backslashes come last: a text that is spelled plainly is there if any is,
   * and escapes multiply the states.
   *
   * @param maximum Most states to visit.
   * @returns undefined when more would have to be visited.
   */
  #search(start: Regex, maximum: number): boolean | undefined {
    const { store } = this.derivatives;
    if (store.nullable.at(start) === 1) return true;
    const origin = new Map<Regex, Regex>([[start, start]]);
    const open = [start];
    const later: Regex[] = [];
    const nearest = new NearestFirst();
    const visited = new Set<Regex>();
    let effort = 0, sawUndecided = false;
    for (let oldest = 0, turn = 0; oldest < open.length || later.length > 0; turn ^= 1) {
      if (oldest >= open.length) open.push(...later.splice(0));
      const state = turn === 0 ? open[oldest++]! : nearest.take() ?? open[oldest++]!;
      if (visited.has(state)) continue;
      workClock.check();
      visited.add(state);
      const partCount = store.kind.at(state) === KIND_INTERSECT ? store.b.at(state) : 1;
      effort += Math.ceil(partCount / PARTS_PER_VISIT);
      if (effort > maximum) return undefined;
      const intervals = this.derivatives.of(state);
      for (let i = 1; i < intervals.length; i += 2) {
        const target = intervals[i]!;
        if (target === EMPTY || origin.has(target)) continue;
        const known = this.#known(target);
        if (known === DEAD) continue;
        if (known === UNDECIDED) {
          sawUndecided = true;
          continue;
        }
        const kind = store.kind.at(target);
        const needsSearch = kind === KIND_INTERSECT || kind === KIND_NOT;
        if (
          known === ALIVE || store.nullable.at(target) === 1 ||
          !needsSearch && this.isKnownAlive(target)
        ) {
          let distance = this.distanceBound(target);
          for (let at = state; this.#known(at) !== ALIVE; at = origin.get(at)!) {
            this.#note(at, ALIVE);
            this.#distance.set(at, ++distance);
          }
          return true;
        }
        if (!needsSearch) {
          if (this.#known(target) !== DEAD) sawUndecided = true;
          continue;
        }
        origin.set(target, state);
        const isEscape = intervals[i - 1] === BACKSLASH &&
          (i === 1 ? 0 : intervals[i - 3]! + 1) === BACKSLASH;
        if (isEscape) later.push(target);
        else {
          open.push(target);
          // A short search does without: sorting costs more than it saves.
          if (origin.size > FEW_STATES) nearest.put(target, this.#leftToWrite(target));
        }
      }
    }
    if (sawUndecided) return undefined;
    for (const state of origin.keys()) this.#note(state, DEAD);
    return false;
  }

  /** What the parts of an intersection, each by itself, have left to write, added up. */
  #leftToWrite(regex: Regex): number {
    const { store } = this.derivatives;
    if (store.kind.at(regex) !== KIND_INTERSECT) return 0;
    const offset = store.a.at(regex), count = store.b.at(regex);
    let sum = 0;
    for (let i = 0; i < count && sum < FAR_AWAY; i++) {
      const part = store.pool.at(offset + i);
      const kind = store.kind.at(part);
      if (kind !== KIND_NOT && kind !== KIND_MACHINE) sum += this.distanceBound(part);
    }
    return sum;
  }
}

/** A queue of states by what they have left to write; of equals, the last one first. */
class NearestFirst {
  readonly #byDistance: (Regex[] | undefined)[] = [];
  #lowest = 0;

  put(state: Regex, distance: number): void {
    const place = Math.min(distance, FAR_AWAY);
    (this.#byDistance[place] ??= []).push(state);
    this.#lowest = Math.min(this.#lowest, place);
  }

  take(): Regex | undefined {
    for (; this.#lowest < this.#byDistance.length; this.#lowest++) {
      const state = this.#byDistance[this.#lowest]?.pop();
      if (state !== undefined) return state;
    }
    return undefined;
  }
}
