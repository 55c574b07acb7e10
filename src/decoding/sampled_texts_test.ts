import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { compileJsonSchema, compileRegex } from "../matcher/mod.ts";
import { generate, generateSamples } from "./generate.ts";
import { Sampler } from "./sampling.ts";
import { scriptedModel } from "./testing.ts";

const messages = [{ role: "user", content: "Go on." }] as const;

Deno.test("a stop string ends a text and is no part of it, in the events neither", async () => {
  await using model = scriptedModel({ script: "one, two, three" });
  const pieces: string[] = [];
  const stream = generate(model, { messages, stop: ["never", "o, th"] });
  for await (const event of stream) if (event.type === "token") pieces.push(event.text);
  const result = await stream.result;
  assertEquals(result.text, "one, tw");
  assertEquals(pieces.join(""), "one, tw");
  assertEquals([result.finishReason, result.stopString], ["stop", "o, th"]);
  const unstopped = await generate(model, { messages, stop: ["ee!"] }).result;
  assertEquals([unstopped.text, unstopped.stopString], ["one, two, three", null]);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("inside a grammar a stop string may leave the text incomplete, and that is said", async () => {
  await using model = scriptedModel({ script: '["abc","def"]' });
  const grammar = compileJsonSchema(
    { type: "array", items: { type: "string" } },
    model.vocabulary,
  );
  const cut = await generate(model, { messages, grammar, stop: ["de"] }).result;
  assertEquals([cut.text, cut.isComplete, cut.finishReason], ['["abc","', false, "stop"]);
  const whole = await generate(model, { messages, grammar, stop: ["x"] }).result;
  assertEquals([whole.text, whole.isComplete], ['["abc","def"]', true]);
});

Deno.test("probabilities come with the tokens that the model chose, where they are asked for", async () => {
  await using model = scriptedModel({ script: "abc" });
  const grammar = compileRegex("(a|x)b[a-z]", model.vocabulary);
  let count = 0;
  for await (const event of generate(model, { messages, grammar, logprobs: 3 })) {
    if (event.type !== "token") continue;
    const probabilities = event.probabilities!;
    assertEquals(probabilities.tokenId, event.tokenId);
    assert(probabilities.logprob >= probabilities.unmaskedLogprob);
    assert(probabilities.logprob <= 1e-9);
    const allowed = probabilities.top.filter(({ logprob }) => logprob > -Infinity);
    const sum = allowed.reduce((total, { logprob }) => total + Math.exp(logprob), 0);
    if (event.index < 2) assertAlmostEquals(sum, 1, 1e-6); // two and one token are all there are
    assertEquals(probabilities.unmaskedTop.length, 3);
    count++;
  }
  assertEquals(count, 3);
  for await (const event of generate(model, { messages, grammar })) {
    assert(event.type !== "token" || event.probabilities === undefined);
  }
  await assertRejects(() => generate(model, { messages, logprobs: 21 }).result, RangeError, "21");
});

Deno.test("several texts come from one pass over the prompt, each as its seed has it", async () => {
  await using model = scriptedModel({ isEndless: true });
  const grammar = compileRegex("[a-z]{6}", model.vocabulary);
  const sampling = { temperature: 3, seed: 40 };
  const options = { messages, grammar, sampling };
  const before = model.passes.length;
  const indexes = new Set<number>();
  const stream = generateSamples(model, { ...options, sampleCount: 4 });
  let prompts = 0;
  for await (const event of stream) {
    indexes.add(event.sampleIndex);
    if (event.type === "prompt") prompts++;
  }
  const results = await stream.result;
  assertEquals([...indexes], [0, 1, 2, 3]);
  assertEquals(prompts, 1);
  const long = model.passes.slice(before).filter((pass) => pass.length > 5);
  assertEquals(long.length, 1, "the prompt is read once");
  assertEquals(new Set(results.map(({ text }) => text)).size, 4);
  for (const [index, result] of results.entries()) {
    assertEquals(result.seed, 40 + index);
    const alone = await generate(model, { ...options, sampling: { ...sampling, seed: 40 + index } })
      .result;
    assertEquals(result.text, alone.text);
  }
  assertEquals(model.openSequenceCount, 0);
  await assertRejects(
    () => generateSamples(model, { ...options, sampleCount: 0 }).result,
    RangeError,
  );
});

Deno.test("penalties are for the words of the model, not for the frame", async () => {
  const script = '["ab","ab","ab","ab","ab","ab"]';
  await using model = scriptedModel({ script });
  const schema = { type: "array", items: { type: "string" }, maxItems: 6 };
  const grammar = compileJsonSchema(schema, model.vocabulary);
  const plain = await generate(model, { messages, grammar }).result;
  assertEquals(plain.text, script);
  const penalised = await generate(model, {
    messages,
    grammar,
    maxTokens: 300,
    sampling: { presencePenalty: 2, frequencyPenalty: 2, repetitionPenalty: 50 },
  }).result;
  assert(penalised.text !== script, "words are avoided");
  JSON.parse(penalised.text);
  assertEquals(penalised.finishReason, "stop", "and the frame still comes to its end");
});

Deno.test("a bias forbids a token, or makes it the one", () => {
  const row = Float32Array.of(1, 2, 3, 4);
  const mask = Uint32Array.of(0b0111);
  assertEquals(new Sampler().sample(row, mask), 2);
  assertEquals(new Sampler({ logitBias: { 2: -100 } }).sample(row, mask), 1);
  assertEquals(new Sampler({ logitBias: { 0: 100, 3: 1000 } }).sample(row, mask), 0);
  assertEquals([...row], [1, 2, 3, 4]);
});

Deno.test("typical sampling keeps the tokens whose surprise is nearest to the entropy", () => {
  // Probabilities 0.5, 0.3, 0.1, 0.1: the entropy is 1.17 nats, their surprises 0.69, 1.20, 2.30, 2.30.
  const row = Float32Array.from([0.5, 0.3, 0.1, 0.1], Math.log);
  const drawn = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    drawn.add(new Sampler({ temperature: 1, typicalP: 0.75, seed }).sample(row, null));
  }
  assertEquals([...drawn].sort(), [0, 1]);
  for (let seed = 0; seed < 20; seed++) {
    assertEquals(new Sampler({ temperature: 1, typicalP: 0.2, seed }).sample(row, null), 1);
  }
});
