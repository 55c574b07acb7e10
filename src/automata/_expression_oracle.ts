/**
 * For tests: random expressions over bytes, and their languages by definition.
 *
 * The slow, obviously right twin of `regex_store.ts` and `derivatives.ts`: a language is the set of its
 * texts of up to {@link MAX_LENGTH} letters out of three, as a bit set over all those texts.
 *
 * @module
 */

import fc from "fast-check";
import { type RegexStore } from "./regex_store.ts";
import { ALL, EMPTY, EPSILON, type Regex } from "./regex_table.ts";

/** Longest text that is looked at. */
export const MAX_LENGTH = 5;
const LETTERS = "abc";

/** All texts of up to {@link MAX_LENGTH} letters, shorter ones first. */
export const TEXTS: readonly string[] = (() => {
  const texts = [""];
  for (let i = 0; i < texts.length; i++) {
    if (texts[i]!.length < MAX_LENGTH) {
      for (const letter of LETTERS) texts.push(texts[i] + letter);
    }
  }
  return texts;
})();
const indexOfText = new Map(TEXTS.map((text, index) => [text, index]));

/** An expression as data. */
export type Tree =
  | { op: "empty" | "epsilon" | "all" }
  | { op: "bytes"; letters: string }
  | { op: "literal"; text: string }
  | { op: "concat" | "union" | "intersect"; parts: Tree[] }
  | { op: "not"; part: Tree }
  | { op: "repeat"; part: Tree; min: number; max: number };

/** Random expressions. */
export const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => {
  const parts = fc.array(tie("tree"), { minLength: 1, maxLength: 3 });
  return {
    tree: fc.oneof(
      { maxDepth: 4, depthSize: "medium" },
      fc.record({
        op: fc.constant("bytes" as const),
        letters: fc.constantFrom("a", "b", "c", "ab", "bc", "abc"),
      }),
      fc.record({ op: fc.constant("literal" as const), text: fc.constantFrom(...TEXTS.slice(1)) }),
      fc.record({ op: fc.constantFrom("empty" as const, "epsilon", "all") }),
      fc.record({ op: fc.constantFrom("concat" as const, "union", "intersect"), parts }),
      fc.record({ op: fc.constantFrom("concat" as const, "union"), parts }),
      fc.record({ op: fc.constant("not" as const), part: tie("tree") }),
      fc.tuple(tie("tree"), fc.nat(3), fc.oneof(fc.nat(3), fc.constant(Infinity)))
        .map(([part, min, extra]) => ({ op: "repeat" as const, part, min, max: min + extra })),
    ),
  };
}).tree;

/** The expression in a store. */
export function build(store: RegexStore, tree: Tree): Regex {
  switch (tree.op) {
    case "empty":
      return EMPTY;
    case "epsilon":
      return EPSILON;
    case "all":
      return ALL;
    case "bytes":
      return store.bytes([...tree.letters].flatMap((letter) => {
        const byte = letter.charCodeAt(0);
        return [byte, byte];
      }));
    case "literal":
      return store.literal(new TextEncoder().encode(tree.text));
    case "concat":
      return store.sequence(tree.parts.map((part) => build(store, part)));
    case "union":
      return store.union(tree.parts.map((part) => build(store, part)));
    case "intersect":
      return store.intersect(tree.parts.map((part) => build(store, part)));
    case "not":
      return store.not(build(store, tree.part));
    case "repeat":
      return store.repeat(build(store, tree.part), tree.min, tree.max);
  }
}

/** Which of {@link TEXTS} are members: one entry, 0 or 1, a text. */
export function members(tree: Tree): Uint8Array {
  const result = new Uint8Array(TEXTS.length);
  switch (tree.op) {
    case "empty":
      return result;
    case "epsilon":
      result[0] = 1;
      return result;
    case "all":
      return result.fill(1);
    case "bytes":
      for (const letter of tree.letters) result[indexOfText.get(letter)!] = 1;
      return result;
    case "literal":
      result[indexOfText.get(tree.text)!] = 1;
      return result;
    case "concat":
      return tree.parts.map(members).reduce(concatenated);
    case "union":
      return tree.parts.map(members).reduce((x, y) => x.map((bit, i) => bit | y[i]!));
    case "intersect":
      return tree.parts.map(members).reduce((x, y) => x.map((bit, i) => bit & y[i]!));
    case "not":
      return members(tree.part).map((bit) => 1 - bit);
    case "repeat": {
      const once = members(tree.part);
      let power: Uint8Array = members({ op: "epsilon" });
      // Beyond min + MAX_LENGTH rounds only empty ones could be added.
      for (let round = 0; round <= Math.min(tree.max, tree.min + MAX_LENGTH); round++) {
        if (round >= tree.min) power.forEach((bit, i) => result[i]! |= bit);
        power = concatenated(power, once);
      }
      return result;
    }
  }
}

function concatenated(x: Uint8Array, y: Uint8Array): Uint8Array {
  const result = new Uint8Array(TEXTS.length);
  TEXTS.forEach((text, index) => {
    for (let cut = 0; cut <= text.length; cut++) {
      if (
        x[indexOfText.get(text.slice(0, cut))!] === 1 && y[indexOfText.get(text.slice(cut))!] === 1
      ) {
        result[index] = 1;
        return;
      }
    }
  });
  return result;
}
