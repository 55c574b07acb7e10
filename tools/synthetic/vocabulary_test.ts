import { assert, assertEquals } from "@std/assert";
import { ChatTokenizer } from "../../src/models/chat_tokenizer.ts";
import { Vocabulary } from "../../src/vocabulary/mod.ts";
import { cutVocabulary } from "./vocabulary.ts";

const files = await cutVocabulary({ mergedCount: 600, wordCount: 40, seed: 2, sampleSize: 300 });
const tokenizer = new ChatTokenizer(files.tokenizer, files.config);

Deno.test("the small vocabulary writes any text", () => {
  for (
    const text of [
      "Ada Lovelace, 36",
      "naïve café – 漢字 🙂",
      '{"a":["b c",null]}',
      "  two\n\n  lines\t",
    ]
  ) {
    assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
  }
});

Deno.test("a word is the same tokens after a space, a quotation mark, a colon and a line break", () => {
  for (const word of ["Velmora", "invoice", "Hamburg", "XKR", "smith"]) {
    const alone = tokenizer.encode(word);
    for (const before of [" ", '"', ":", "\n", "(", '":"', "@"]) {
      const ids = tokenizer.encode(`7${before}${word}`);
      assertEquals(ids.slice(-alone.length), alone, `${JSON.stringify(before)} ${word}`);
    }
  }
});

Deno.test("digits stand alone", () => {
  assertEquals(tokenizer.encode("20391").length, 5);
});

Deno.test("special tokens and the tags of calls keep an id of their own, the last ones", () => {
  const { vocab } = files.tokenizer.model;
  const size = Object.keys(vocab).length;
  assertEquals(
    files.tokenizer.added_tokens.map(({ id }) => id),
    files.tokenizer.added_tokens.map((_, index) => size + index),
  );
  for (const tag of ["<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>"]) {
    assertEquals(tokenizer.encode(tag, { allowSpecial: true }).length, 1);
  }
});

Deno.test("parts of a kept merge are kept", () => {
  const { vocab, merges } = files.tokenizer.model;
  for (const merge of merges as string[]) {
    const [left, right] = merge.split(" ") as [string, string];
    assert(left in vocab && right in vocab && left + right in vocab, merge);
  }
});

Deno.test("the engine reads the vocabulary, all 256 bytes included", () => {
  const vocabulary = Vocabulary.fromTokenizer(files.tokenizer);
  const bytes = new Set<number>();
  for (let id = 0; id < 256; id++) {
    for (const byte of vocabulary.tokenBytes(id) ?? []) bytes.add(byte);
  }
  assertEquals(bytes.size, 256);
});
