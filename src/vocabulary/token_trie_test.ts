import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TokenTrie } from "./token_trie.ts";

/** Builds the trie of the paths; entry `i` ends token `firstId + i`. */
function trieOf(paths: readonly (readonly number[])[], firstId = 0): TokenTrie {
  const starts = new Int32Array(paths.length + 1);
  paths.forEach((path, i) => starts[i + 1] = starts[i]! + path.length);
  const ids = Int32Array.from(paths, (_, i) => firstId + i);
  return TokenTrie.build(Uint8Array.from(paths.flat()), starts, ids);
}

/** Few distinct bytes, so that paths share prefixes. */
const path = fc.array(fc.oneof(fc.constantFrom(0, 1, 97, 98, 255), fc.nat(255)), { maxLength: 6 });
const paths = fc.array(path, { maxLength: 60 });

/** The path from the root to each node, from `depth` and `byte` alone. */
function pathsOfNodes(trie: TokenTrie): number[][] {
  const result: number[][] = [];
  const current: number[] = [];
  for (let node = 0; node < trie.nodeCount; node++) {
    current.length = trie.depth[node]! - 1;
    current.push(trie.byte[node]!);
    result.push([...current]);
  }
  return result;
}

/** Follows a path as a walk does; the node at its end, or -1. */
function find(trie: TokenTrie, wanted: readonly number[]): number {
  let node = 0, end = trie.nodeCount;
  for (let i = 0; i < wanted.length; i++) {
    while (node < end && trie.byte[node] !== wanted[i]) node = trie.end[node]!;
    if (node >= end) return -1;
    if (i === wanted.length - 1) return node;
    end = trie.end[node]!;
    node++;
  }
  return -1;
}

Deno.test("a trie has one node for each distinct non-empty prefix, in order", () => {
  fc.assert(fc.property(paths, (paths) => {
    const prefixes = new Map<string, number[]>();
    for (const path of paths) {
      for (let length = 1; length <= path.length; length++) {
        prefixes.set(path.slice(0, length).join(), path.slice(0, length));
      }
    }
    const expected = [...prefixes.values()].sort((x, y) => {
      for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
      return x.length - y.length;
    });
    assertEquals(pathsOfNodes(trieOf(paths)), expected);
  }));
});

Deno.test("the end of a node is the first node that its path is no prefix of", () => {
  fc.assert(fc.property(paths, (paths) => {
    const trie = trieOf(paths);
    for (let node = 0; node < trie.nodeCount; node++) {
      let end = node + 1;
      while (end < trie.nodeCount && trie.depth[end]! > trie.depth[node]!) end++;
      assertEquals(trie.end[node], end);
    }
  }));
});

Deno.test("every token is found at the end of its path, and in the slice of every prefix", () => {
  fc.assert(fc.property(paths, (paths) => {
    const trie = trieOf(paths, 1000);
    assertEquals(trie.tokenStart.length, trie.nodeCount + 1);
    assertEquals(trie.tokens.length, paths.filter((path) => path.length > 0).length);
    for (let node = 0; node < trie.nodeCount; node++) {
      const nodePath = pathsOfNodes(trie)[node]!;
      const idsWhere = (wanted: (path: readonly number[]) => boolean) =>
        paths.flatMap((path, i) => wanted(path) ? [1000 + i] : []);
      const own = trie.tokens.subarray(trie.tokenStart[node], trie.tokenStart[node + 1]);
      assertEquals([...own], idsWhere((path) => path.join() === nodePath.join()));
      const below = trie.tokens.subarray(trie.tokenStart[node], trie.tokenStart[trie.end[node]!]);
      assertEquals(
        [...below].sort(),
        idsWhere((path) => path.slice(0, nodePath.length).join() === nodePath.join()),
      );
    }
    for (const path of paths.filter((path) => path.length > 0)) {
      assertEquals(pathsOfNodes(trie)[find(trie, path)], path);
    }
  }));
});

Deno.test("tokens with equal bytes share a node, in order of entries", () => {
  const trie = trieOf([[1, 2], [1], [1, 2], [1, 2]], 7);
  assertEquals([...trie.byte], [1, 2]);
  assertEquals([...trie.tokens], [8, 7, 9, 10]);
  assertEquals([...trie.tokenStart], [0, 1, 4]);
});

Deno.test("the trie of no token, and of empty tokens only, has no node", () => {
  for (const trie of [trieOf([]), trieOf([[], []])]) {
    assertEquals(trie.nodeCount, 0);
    assertEquals([...trie.tokenStart], [0]);
    assertEquals(trie.tokens.length, 0);
    assertEquals(trie.maxDepth, 0);
  }
});

Deno.test("a long token is a chain; one beyond 65,535 bytes is refused", () => {
  const long = new Array<number>(65_535).fill(120);
  const trie = trieOf([long, [120]]);
  assertEquals(trie.nodeCount, 65_535);
  assertEquals(trie.maxDepth, 65_535);
  assertEquals(trie.depth[65_534], 65_535);
  assert(trie.end.every((end) => end === 65_535));
  assertThrows(() => trieOf([[...long, 120]], 3), RangeError, "token 3 is over 65,535 bytes long");
});

Deno.test("byteSize is the sum of the arrays' sizes", () => {
  const trie = trieOf([[1, 2], [1, 3]]);
  assertEquals(trie.byteSize, 3 * (1 + 2 + 4) + 4 * 4 + 2 * 4);
});
