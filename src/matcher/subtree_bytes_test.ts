/** Tests of what subtrees of a token trie are made of, against walks through them. */

import { assert, assertEquals } from "@std/assert";
import {
  Automaton,
  EMPTY,
  fullMatchLanguage,
  parsePattern,
  RegexStore,
  Utf8Algebra,
} from "../automata/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { SubtreeBytes } from "./subtree_bytes.ts";

const store = new RegexStore();
const algebra = new Utf8Algebra(store);
const automaton = new Automaton(store);
const encoder = new TextEncoder();
const texts = [
  "a",
  "ab",
  "abz",
  "ab9",
  "a_b",
  "-x",
  "-x-",
  "é",
  "aé",
  "aéa",
  "a中",
  "😀b",
  "a\n",
  " #",
  "\t",
];
const broken = [[0x61, 0x80], [0xc3], [0x61, 0xe4, 0xb8], [0xe4, 0x61], [0xed, 0xa0, 0x80], [
  0xa9,
  0x62,
], [0xf0, 0x9f]];
const tokens = [
  ...texts.map((text) => encoder.encode(text)),
  ...broken.map((bytes) => Uint8Array.from(bytes)),
];
const { trie } = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [tokens.length] });
const subtrees = new SubtreeBytes(trie, automaton);

/** The bytes from a node's parent to a node below it. */
function bytesBetween(top: number, node: number): Uint8Array {
  const bytes: number[] = [];
  for (let v = top; v <= node; v++) {
    if (node < trie.end[v]!) bytes.push(trie.byte[v]!);
  }
  return Uint8Array.from(bytes);
}

Deno.test("a subtree of bytes that a state loops on leads back to the state", () => {
  let skipped = 0;
  for (
    const pattern of [
      "[a-z]*",
      "[^\\n#]*",
      "\\w+",
      "[a-z\\u{80}-\\u{10ffff}]*-?",
      "(?:a|b|z)*",
      "[^\\u4e2d]*",
    ]
  ) {
    let state = fullMatchLanguage(parsePattern(pattern), algebra);
    state = automaton.step(state, 0x61);
    const { low, high } = subtrees.loops(state);
    for (let v = 0; v < trie.nodeCount; v++) {
      if ((trie.byte[v]! & 0xc0) === 0x80) continue;
      if ((subtrees.low[v]! & ~low | subtrees.high[v]! & ~high) !== 0) continue;
      skipped++;
      for (let w = v; w < trie.end[v]!; w++) {
        const bytes = bytesBetween(v, w);
        const after = automaton.run(state, bytes);
        assert(after !== EMPTY, `${pattern}: ${bytes}`);
        let isWhole = true;
        try {
          new TextDecoder("utf-8", { fatal: true }).decode(bytes);
        } catch {
          isWhole = false;
        }
        if (isWhole) assertEquals(after, state, `${pattern}: ${bytes}`);
        else assertEquals(automaton.stateInfo(after) >> 1, 0);
      }
    }
  }
  assert(skipped > 20, `${skipped}`);
});

Deno.test("a byte that occurs below a node is never denied", () => {
  for (let v = 0; v < trie.nodeCount; v++) {
    for (let w = v; w < trie.end[v]!; w++) assert(subtrees.mayHave(v, trie.byte[w]!));
  }
  const a = trie.byte.indexOf(0x61);
  assert(subtrees.mayHave(a, 0x0a) && !subtrees.mayHave(a, 0x0d) && !subtrees.mayHave(a, 0x23));
});

Deno.test("bytes beyond ASCII that make no character are never looped on", () => {
  const state = fullMatchLanguage(parsePattern("[^]*"), algebra);
  const { low } = subtrees.loops(state);
  const nodeOf = (bytes: readonly number[]) => {
    for (let v = 0; v < trie.nodeCount; v++) {
      let top = v;
      while (trie.depth[top] !== 1) top--;
      const path = bytesBetween(top, v);
      if (path.length === bytes.length && path.every((b, i) => b === bytes[i])) return v;
    }
    throw new Error("not in the trie");
  };
  for (const bytes of [[0x61, 0x80], [0xe4, 0x61], [0xed, 0xa0]]) {
    assert((subtrees.low[nodeOf(bytes)]! & ~low) !== 0, `${bytes}`);
  }
});
