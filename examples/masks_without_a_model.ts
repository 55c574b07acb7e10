// deno-lint-ignore-file no-console -- an example shows its result

/**
 * The engine alone, for a model loop of your own: a vocabulary in, a bit set for every token out.
 *
 *     deno run examples/masks_without_a_model.ts
 *
 * @module
 */

import { compileJsonSchema, Matcher } from "@espalier/core/matcher";
import { Vocabulary } from "@espalier/core/vocabulary";

// Vocabulary.fromTokenizer() takes a real one; here every token is spelt out, the last one is EOS.
const words = ['{"', '":"', '","', '"', ":", ",", "}", "size", "colour", ..."SMLX", "red", "blue"];
const eos = words.length;
const vocabulary = Vocabulary.fromBytes(
  [...words.map((word) => new TextEncoder().encode(word)), null],
  { eosTokenIds: [eos] },
);
const grammar = compileJsonSchema({
  type: "object",
  properties: { size: { enum: ["S", "M", "XL"] }, colour: { enum: ["red", "blue"] } },
  required: ["size", "colour"],
  additionalProperties: false,
}, vocabulary);

const matcher = new Matcher(grammar);
const mask = new Uint32Array(vocabulary.maskWordCount); // yours; every fillMask overwrites it
let text = "";
for (;;) {
  if (!matcher.fillMask(mask)) throw new Error("never happens: no state is without a way on");
  const allowed = [...words.keys(), eos].filter((id) => (mask[id >>> 5]! >>> (id & 31)) & 1);
  console.log(text.padEnd(32), allowed.map((id) => words[id] ?? "EOS").join(" "));
  const chosen = allowed.at(-1)!; // a model's logits would decide
  matcher.acceptToken(chosen);
  if (chosen === eos) break;
  text += words[chosen];
}

console.log(JSON.parse(text));
