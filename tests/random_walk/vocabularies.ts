/**
 * A small vocabulary for walks: all bytes, and tokens that cut across everything a lexer cuts.
 *
 * @module
 */

import { Vocabulary } from "../../src/vocabulary/mod.ts";

/** Tokens that span the borders of lexemes, as real vocabularies have them. */
const PIECES = [
  ...['{"', '"}', '":', '": ', '","', '", "', '",', '"]', '["', "[]", "{}", '""', "}}", "]]", "},"],
  ...[
    '},{"',
    '"},{"',
    "],[",
    "[[",
    "[{",
    "}]",
    ", ",
    ": ",
    "  ",
    "\n",
    " {",
    ' "',
    " [",
    '": "',
    '":"',
  ],
  ...["true", "false", "null", "tr", "ue", "nul", "l,", "e}", "true,", "null}", ":null", ": true"],
  ...[
    "00",
    "10",
    "12",
    "99",
    "100",
    "2024",
    "-1",
    "0.",
    ".5",
    ".0",
    "1e",
    "E+",
    "e-",
    "1,",
    "3]",
    "5}",
  ],
  ...[
    "\\\\",
    '\\"',
    "\\n",
    "\\u",
    "\\u00",
    "\\u00e",
    "\\ud83d",
    "\\ude00",
    "\\/",
    '\\"}',
    'a"',
    'b",',
  ],
  ...[
    "name",
    "age",
    "value",
    "kind",
    "next",
    "children",
    "head",
    "left",
    "right",
    "ab",
    "abc",
    "x-",
  ],
  ...[
    "é",
    "ü",
    "日",
    "日本",
    "😀",
    "名",
    "ß",
    "Ω",
    "a b",
    "The ",
    " the",
    "ing",
    "INV-",
    "T1",
    "Z",
    "@e",
    ".c",
  ],
];

/** About 370 tokens: the bytes, {@link PIECES}, half of an emoji, a special token and EOS. */
export function smallVocabulary(): Vocabulary {
  const encoder = new TextEncoder();
  const tokens: (Uint8Array | null)[] = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...[...new Set(PIECES)].map((piece) => encoder.encode(piece)),
    Uint8Array.of(0xf0, 0x9f),
    Uint8Array.of(0x98, 0x80, 0x22), // the other half with the quote that ends the string
    Uint8Array.of(0xe6, 0x97),
    encoder.encode("<special>"),
    null,
  ];
  const eos = tokens.length - 1;
  return Vocabulary.fromBytes(tokens, {
    eosTokenIds: [eos],
    specialTokenIds: [eos - 1],
    logitsSize: tokens.length + 5,
  });
}
