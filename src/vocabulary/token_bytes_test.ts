import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TokenizerFormatError, type TokenizerJson, tokenTable } from "./token_bytes.ts";

/** GPT-2's `bytes_to_unicode`, as its source has it. */
const characterOfByte: string[] = (() => {
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const bytes = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];
  const characters = [...bytes];
  for (let byte = 0, extra = 0; byte < 256; byte++) {
    if (!bytes.includes(byte)) {
      bytes.push(byte);
      characters.push(256 + extra++);
    }
  }
  const table: string[] = [];
  bytes.forEach((byte, i) => table[byte] = String.fromCharCode(characters[i]!));
  return table;
})();

const byteLevel = { decoder: { type: "ByteLevel" } };

function bytesOf(json: Partial<TokenizerJson> & Pick<TokenizerJson, "model">) {
  return tokenTable(json).tokens.map((token) => token === null ? null : [...token]);
}

Deno.test("byte-level tokens are decoded byte by byte", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
    const token = Array.from(bytes, (byte) => characterOfByte[byte]).join("");
    assertEquals(bytesOf({ model: { vocab: { [token]: 0 } }, ...byteLevel }), [[...bytes]]);
  }));
});

Deno.test("a byte-level token with a character outside of the alphabet is written as itself", () => {
  assertEquals(bytesOf({ model: { vocab: { "語Ġ": 0 } }, ...byteLevel }), [
    [...new TextEncoder().encode("語Ġ")],
  ]);
});

Deno.test("byte level is recognised in the pre-tokenizer and inside sequences", () => {
  const model = { vocab: { "Ġa": 0 } };
  const sequence = { type: "Sequence", pretokenizers: [{ type: "Split" }, { type: "ByteLevel" }] };
  assertEquals(bytesOf({ model, pre_tokenizer: sequence }), [[0x20, 0x61]]);
  assertEquals(
    bytesOf({ model, decoder: { type: "Sequence", decoders: [{ type: "ByteLevel" }] } }),
    [
      [0x20, 0x61],
    ],
  );
  assertEquals(bytesOf({ model }), [[0xc4, 0xa0, 0x61]]);
});

Deno.test("a tokenizer object's parts are functions with a configuration", () => {
  const decoder = Object.assign(() => "", { config: { type: "ByteLevel" } });
  assertEquals(bytesOf({ model: { vocab: ["a", "Ġb"] }, decoder }), [[0x61], [0x20, 0x62]]);
  const vocab = new Map([["Ġb", 1], ["a", 0]]);
  assertEquals(bytesOf({ model: { vocab }, decoder }), [[0x61], [0x20, 0x62]]);
});

Deno.test("SentencePiece tokens: ▁ is a space, <0xNN> a byte, lists hold scores", () => {
  const vocab: [string, number][] = [["▁the", -1], ["<0xE2>", 0], ["<0x0a>", 0], ["<0xE2>x", 0]];
  assertEquals(bytesOf({ model: { type: "Unigram", vocab } }), [
    [0x20, 0x74, 0x68, 0x65],
    [0xe2],
    [0x0a],
    [...new TextEncoder().encode("<0xE2>x")],
  ]);
});

Deno.test("added tokens have a name instead of bytes, inside the vocabulary or beyond it", () => {
  const table = tokenTable({
    model: { vocab: { a: 0, "<s>": 1 } },
    added_tokens: [{ id: 1, content: "<s>", special: true }, { id: 4, content: "<tool_call>" }],
  });
  assertEquals(table.tokens.map((token) => token?.length ?? null), [1, null, null, null, null]);
  assertEquals([...table.addedTokens], [[1, "<s>"], [4, "<tool_call>"]]);
});

Deno.test("what is no tokenizer's description is refused with a typed error", () => {
  const refused: [unknown, string][] = [
    [undefined, "no `model.vocab`"],
    [null, "no `model.vocab`"],
    [{}, "no `model.vocab`"],
    [{ model: { vocab: "abc" } }, "no `model.vocab`"],
    [{ model: { vocab: null } }, "no `model.vocab`"],
    [{ model: { vocab: { a: -1 } } }, 'token "a" has the id -1'],
    [{ model: { vocab: { a: 0.5 } } }, 'token "a" has the id 0.5'],
    [{ model: { vocab: { a: "0" } } }, 'token "a" has the id 0'],
    [{ model: { vocab: { a: 2 ** 40 } } }, 'token "a" has the id 1099511627776'],
    [{ model: { vocab: [["a", 0], [7, 0]] } }, "the token with the id 1 is no text"],
    [{ model: { vocab: {} }, added_tokens: [{ content: "<s>" }] }, 'added token "<s>" has the id'],
  ];
  for (const [json, message] of refused) {
    const error = assertThrows(
      () => tokenTable(json as TokenizerJson),
      TokenizerFormatError,
      message,
    );
    assertEquals(error.code, "tokenizer_format");
  }
});
