/**
 * The vocabulary as a byte trie, flat in memory in depth-first order.
 *
 * Nodes are numbered in depth-first order with children sorted by byte; the root is not a node. A walk is
 * a loop over node numbers: `v + 1` goes down, `end[v]` skips the subtree. The tokens of a subtree are
 * contiguous too, so "allow all tokens below here" is a loop over a slice.
 *
 *     byte[v]        the byte on the edge into v
 *     depth[v]       length of the path, 1 for children of the root
 *     end[v]         the first node after v's subtree
 *     tokenStart[v]  tokens[tokenStart[v] .. tokenStart[v + 1]) end exactly at v;
 *                    tokens[tokenStart[v] .. tokenStart[end[v]]) is the whole subtree
 *
 * The same layout serves the vocabulary (151,000 tokens, about 300,000 nodes, 4.5 MB) and the small tries
 * of token suffixes that the mask computation makes (`src/matcher`).
 *
 * @module
 */

/** A byte trie in depth-first order; see the module's text for the layout. */
export class TokenTrie {
  private constructor(
    readonly byte: Uint8Array,
    readonly depth: Uint16Array,
    readonly end: Int32Array,
    readonly tokenStart: Int32Array,
    readonly tokens: Int32Array,
    readonly maxDepth: number,
  ) {}

  /** Nodes, the root not counted. */
  get nodeCount(): number {
    return this.byte.length;
  }

  /** Bytes of memory the arrays take. */
  get byteSize(): number {
    return this.byte.byteLength + this.depth.byteLength + this.end.byteLength +
      this.tokenStart.byteLength + this.tokens.byteLength;
  }

  /**
   * Builds the trie of `count` entries. Entry `i` ends token `tokenIds[i]` at the path
   * `bytes[starts[i] .. starts[i + 1])`; empty paths are left out; several entries may share a path.
   * Time O(total bytes), expected.
   */
  static build(bytes: Uint8Array, starts: Int32Array, tokenIds: Int32Array): TokenTrie {
    const count = tokenIds.length;
    let capacity = 1024;
    while (capacity < bytes.length * 2) capacity *= 2;
    // Insertion: edges in a hash table (parent, byte) -> node; temporary node 0 is the root.
    const edges = new Int32Array(capacity);
    const parent = new Int32Array(bytes.length + 1);
    const label = new Uint8Array(bytes.length + 1);
    const terminal = new Int32Array(count).fill(-1);
    let nodes = 1;
    let maxDepth = 0;
    for (let i = 0; i < count; i++) {
      const from = starts[i] as number, to = starts[i + 1] as number;
      if (to - from > 65_535) {
        throw new RangeError(`token ${tokenIds[i]} is over 65,535 bytes long`);
      }
      if (to - from > maxDepth) maxDepth = to - from;
      let node = 0;
      for (let at = from; at < to; at++) {
        const byte = bytes[at] as number;
        let slot = edgeHash(node, byte) & (capacity - 1);
        for (;;) {
          const entry = edges[slot] as number;
          if (entry === 0) {
            parent[nodes] = node;
            label[nodes] = byte;
            edges[slot] = nodes;
            node = nodes++;
            break;
          }
          if (parent[entry] === node && label[entry] === byte) {
            node = entry;
            break;
          }
          slot = (slot + 1) & (capacity - 1);
        }
      }
      if (node !== 0) terminal[i] = node;
    }
    // Children sorted by byte: push-front in descending order of byte.
    const byLabel = new Int32Array(nodes);
    const labelStart = new Int32Array(257);
    for (let node = 1; node < nodes; node++) labelStart[(label[node] as number) + 1]!++;
    for (let i = 0; i < 256; i++) labelStart[i + 1]! += labelStart[i] as number;
    for (let node = 1; node < nodes; node++) byLabel[labelStart[label[node] as number]!++] = node;
    const firstChild = new Int32Array(nodes), nextSibling = new Int32Array(nodes);
    for (let i = nodes - 2; i >= 0; i--) {
      const node = byLabel[i] as number, above = parent[node] as number;
      nextSibling[node] = firstChild[above] as number;
      firstChild[above] = node;
    }
    // Tokens by node, in order of entries.
    const tokenCounts = new Int32Array(nodes + 1);
    for (let i = 0; i < count; i++) {
      const node = terminal[i] as number;
      if (node > 0) tokenCounts[node]!++;
    }
    // Depth-first numbering.
    const size = nodes - 1;
    const result = new TokenTrie(
      new Uint8Array(size),
      new Uint16Array(size),
      new Int32Array(size),
      new Int32Array(size + 1),
      new Int32Array(tokenCounts.reduce((sum, n) => sum + n, 0)),
      maxDepth,
    );
    const numberOf = new Int32Array(nodes);
    const path = new Int32Array(maxDepth + 2);
    let depth = 0, next = 0, tokenAt = 0;
    let node = firstChild[0] as number;
    while (node !== 0) {
      depth++;
      path[depth] = node;
      numberOf[node] = next;
      result.byte[next] = label[node] as number;
      result.depth[next] = depth;
      result.tokenStart[next] = tokenAt;
      tokenAt += tokenCounts[node] as number;
      next++;
      let following = firstChild[node] as number;
      while (following === 0 && depth > 0) {
        const done = path[depth] as number;
        result.end[numberOf[done] as number] = next;
        following = nextSibling[done] as number;
        depth--;
      }
      node = following;
    }
    result.tokenStart[size] = tokenAt;
    const filled = new Int32Array(nodes);
    for (let i = 0; i < count; i++) {
      const target = terminal[i] as number;
      if (target <= 0) continue;
      const number = numberOf[target] as number;
      result.tokens[(result.tokenStart[number] as number) + filled[target]!++] =
        tokenIds[i] as number;
    }
    return result;
  }
}

function edgeHash(node: number, byte: number): number {
  let h = Math.imul(node, 0x9e3779b1) ^ Math.imul(byte + 1, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
