/**
 * The slow, obviously right recogniser of context-free grammars: where can a rule end that begins here, worked out for all rules
 * and places again and again until nothing new is found. For tests.
 *
 * @module
 */

import type { Expression, Grammar, GrammarRule } from "../grammar/mod.ts";

/** Whether a text is a sentence of a grammar; tokens and JSON are not looked at. */
export function isSentenceOf(grammar: Grammar, text: string): boolean {
  const recogniser = new Recogniser(grammar, [...text]);
  return recogniser.isSentence();
}

class Recogniser {
  readonly #rules: ReadonlyMap<string, GrammarRule>;
  /** Ends by rule and beginning, of rules as they are read inside and outside of terminals. */
  readonly #ends = new Map<string, Set<number>>();
  #grew = false;

  constructor(private readonly grammar: Grammar, private readonly text: readonly string[]) {
    this.#rules = new Map(grammar.rules.map((rule) => [rule.name, rule]));
  }

  isSentence(): boolean {
    do {
      this.#grew = false;
      for (const { name, expression, isTerminal } of this.grammar.rules) {
        for (const inTerminal of isTerminal ? [true] : [true, false]) {
          for (let start = 0; start <= this.text.length; start++) {
            this.#add(name, inTerminal, start, this.#read(expression, inTerminal, start));
          }
        }
      }
    } while (this.#grew);
    const ends = this.#read({ kind: "rule", name: this.grammar.start }, false, 0);
    return [...ends].some((end) => this.#skip(end).has(this.text.length));
  }

  #known(name: string, inTerminal: boolean, start: number): Set<number> {
    const key = `${name} ${inTerminal} ${start}`;
    let ends = this.#ends.get(key);
    if (ends === undefined) this.#ends.set(key, ends = new Set());
    return ends;
  }

  #add(name: string, inTerminal: boolean, start: number, found: ReadonlySet<number>): void {
    const known = this.#known(name, inTerminal, start);
    for (const end of found) {
      if (known.has(end)) continue;
      known.add(end);
      this.#grew = true;
    }
  }

  /** The places after any number of ignored texts. */
  #skip(start: number): Set<number> {
    const places = new Set([start]);
    for (const place of places) {
      for (const name of this.grammar.ignored) {
        for (const end of this.#known(name, true, place)) places.add(end);
      }
    }
    return places;
  }

  #read(expression: Expression, inTerminal: boolean, start: number): Set<number> {
    switch (expression.kind) {
      case "text":
        if (expression.text === "") return new Set([start]);
        return this.#leaf(inTerminal, start, (place) => {
          const written = this.text.slice(place).join("").slice(0, expression.text.length);
          const isSame = expression.ignoresCase
            ? written.toLowerCase() === expression.text.toLowerCase()
            : written === expression.text;
          return isSame ? [place + [...expression.text].length] : [];
        });
      case "characters":
        return this.#leaf(inTerminal, start, (place) => {
          const codePoint = this.text[place]?.codePointAt(0);
          if (codePoint === undefined) return [];
          const isIn = expression.ranges.some(([from, to]) => codePoint >= from && codePoint <= to);
          return isIn !== expression.isNegated ? [place + 1] : [];
        });
      case "regex": {
        const pattern = new RegExp(`^(?:${expression.pattern})$`, `u${expression.flags}`);
        return this.#leaf(inTerminal, start, (place) => {
          const ends: number[] = [];
          for (let end = place; end <= this.text.length; end++) {
            if (pattern.test(this.text.slice(place, end).join(""))) ends.push(end);
          }
          return ends;
        });
      }
      case "rule": {
        const { isTerminal } = this.#rules.get(expression.name)!;
        if (!isTerminal) return this.#known(expression.name, inTerminal, start);
        return this.#leaf(inTerminal, start, (place) => this.#known(expression.name, true, place));
      }
      case "sequence": {
        let places = new Set([start]);
        for (const part of expression.parts) places = this.#readAll(part, inTerminal, places);
        return places;
      }
      case "choice": {
        const ends = new Set<number>();
        for (const option of expression.options) {
          for (const end of this.#read(option, inTerminal, start)) ends.add(end);
        }
        return ends;
      }
      case "repeat": {
        const { part, min, max } = expression;
        let places = new Set([start]);
        for (let count = 0; count < min; count++) places = this.#readAll(part, inTerminal, places);
        const ends = new Set(places);
        for (let count = min; count < (max ?? Infinity); count++) {
          const before = ends.size;
          places = this.#readAll(part, inTerminal, places);
          for (const place of places) ends.add(place);
          // More would lead nowhere else.
          if (max === null && ends.size === before) break;
        }
        return ends;
      }
      default:
        throw new Error(`no oracle for ${expression.kind}`);
    }
  }

  #readAll(part: Expression, inTerminal: boolean, places: ReadonlySet<number>): Set<number> {
    const ends = new Set<number>();
    for (const place of places) {
      for (const end of this.#read(part, inTerminal, place)) ends.add(end);
    }
    return ends;
  }

  #leaf(
    inTerminal: boolean,
    start: number,
    read: (place: number) => Iterable<number>,
  ): Set<number> {
    const ends = new Set<number>();
    for (const place of inTerminal ? [start] : this.#skip(start)) {
      for (const end of read(place)) ends.add(end);
    }
    return ends;
  }
}
