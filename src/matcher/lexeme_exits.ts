/**
 * The tokens that end a lexeme, as a trie of what they write after it.
 *
 * A token such as `", "name` ends a string and goes on. What it writes after the quote is the parser's business, and many
 * tokens write the same: so they are kept as a small trie of those suffixes, which is walked with the parser.
 *
 * @module
 */

import { TokenTrie, type Vocabulary } from "../vocabulary/mod.ts";

/** Tokens that end a lexeme, by what they write after it. */
export interface LexemeExits {
  /** Which lexemes have matched; see `Automaton.labels`. */
  readonly labelSet: number;
  /** Tokens that end with the lexeme. */
  readonly atEnd: Int32Array;
  /** The bytes after the lexeme of the tokens that go on. */
  readonly suffixes: TokenTrie;
  /** Of those, tokens that may write another text in full: masks that took any text for this one must look again. */
  readonly far: Int32Array;
}

/** Quotes after a string from which on a token may hold another string or name in full. */
const FAR_QUOTES = 3;

/**
 * The tokens at and below the nodes where a lexeme ends, by the labels that it has there.
 *
 * @param nodes By `exitKey` of `lexeme_walk.ts`.
 */
export function lexemeExits(
  vocabulary: Vocabulary,
  nodes: ReadonlyMap<number, Iterable<number>>,
): LexemeExits[] {
  const byLabel = new Map<number, ExitNode[]>();
  for (const [key, list] of nodes) {
    const labelSet = key < 0 ? ~key : key;
    const entries = byLabel.get(labelSet) ?? [];
    for (const node of list) entries.push({ node, isBefore: key < 0 });
    byLabel.set(labelSet, entries);
  }
  return [...byLabel].map(([labelSet, entries]) => exitsAt(vocabulary, labelSet, entries));
}

interface ExitNode {
  readonly node: number;
  /** Whether the node's byte belongs to what follows. */
  readonly isBefore: boolean;
}

function exitsAt(
  vocabulary: Vocabulary,
  labelSet: number,
  entries: readonly ExitNode[],
): LexemeExits {
  const { depth, end, tokenStart, tokens } = vocabulary.trie;
  const atEnd: number[] = [], far: number[] = [];
  const ids: number[] = [], starts: number[] = [0], bytes: number[] = [];
  for (const { node, isBefore } of entries) {
    const skipped = depth[node]! - (isBefore ? 1 : 0);
    for (let t = tokenStart[node]!; t < tokenStart[end[node]!]!; t++) {
      const id = tokens[t]!;
      const all = vocabulary.tokenBytes(id)!;
      if (all.length === skipped) {
        atEnd.push(id);
        continue;
      }
      if (!canFollowLexeme(all[skipped]!)) continue;
      let quotes = 0;
      for (let i = skipped; i < all.length; i++) {
        bytes.push(all[i]!);
        if (all[i] === 0x22) quotes++;
      }
      ids.push(id);
      starts.push(bytes.length);
      if (quotes >= FAR_QUOTES) far.push(id);
    }
  }
  const suffixes = ids.length === 0 ? emptyTrie : TokenTrie.build(
    Uint8Array.from(bytes),
    Int32Array.from(starts),
    Int32Array.from(ids),
  );
  return { labelSet, atEnd: Int32Array.from(atEnd), suffixes, far: Int32Array.from(far) };
}

const emptyTrie = TokenTrie.build(new Uint8Array(0), Int32Array.of(0), new Int32Array(0));

/** Whether a byte may come right after a JSON string: whitespace or `,` `:` `]` `}`. */
function canFollowLexeme(byte: number): boolean {
  return byte === 0x2c || byte === 0x3a || byte === 0x5d || byte === 0x7d || byte === 0x20 ||
    byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
