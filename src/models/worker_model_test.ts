import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { buildModel, ensureTinyModel } from "../../tools/model_builder/mod.ts";
import type { LanguageModel, Sequence } from "../decoding/language_model.ts";
import { gpuAdapterKind } from "./device.ts";
import { ModelRunError } from "./errors.ts";
import { loadModel, type LoadModelOptions } from "./load_model.ts";

const PROMPT = "Invoice 42: three apples, 7.50 EUR";

async function loadTiny(options: LoadModelOptions = {}): Promise<LanguageModel> {
  return await loadModel(await ensureTinyModel(), { device: "cpu", dtype: "fp32", ...options });
}

function largest(row: Float32Array): number {
  let best = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[best]!) best = id;
  return best;
}

/** The most probable tokens after a prompt, one at a time. */
async function greedyTokens(
  model: LanguageModel,
  count: number,
  prompt = PROMPT,
): Promise<number[]> {
  const sequence = await model.openSequence();
  const tokens = [largest(await sequence.append(model.tokenizer.encode(prompt)))];
  while (tokens.length < count) tokens.push(largest(await sequence.append([tokens.at(-1)!])));
  await sequence.dispose();
  return tokens;
}

/** Asserts that a sequence goes on exactly as a fresh one with the same history does. */
async function assertHistory(model: LanguageModel, sequence: Sequence, history: number[]) {
  assertEquals(sequence.tokenCount, history.length);
  const fresh = await model.openSequence();
  await fresh.append(history, { logitCount: 0 });
  const expected = await fresh.append([7]);
  const actual = await sequence.append([7]);
  assertEquals(largest(actual), largest(expected));
  for (let id = 0; id < expected.length; id++) {
    assert(Math.abs(actual[id]! - expected[id]!) < 1e-4, `logit ${id} differs`);
  }
  await fresh.dispose();
}

Deno.test("the same prompt gives the same greedy tokens on cpu and on wasm with one and two threads", async () => {
  const results: number[][] = [];
  for (
    const options of [
      { device: "cpu" },
      { device: "wasm", threads: 1 },
      { device: "wasm", threads: 2 },
    ] as const
  ) {
    await using model = await loadTiny(options);
    assertEquals(model.info.device, options.device);
    results.push(await greedyTokens(model, 24));
  }
  assertEquals(results[1], results[0]);
  assertEquals(results[2], results[0]);
  assert(new Set(results[0]).size > 12, `the model repeats itself: ${results[0]}`);
});

const adapter = await gpuAdapterKind();
if (adapter === "none") {
  // deno-lint-ignore no-console -- the reason why a test is ignored
  console.info("webgpu is not tested: this machine offers no adapter, not even a software one");
}

Deno.test({
  name: "the same prompt gives the same greedy tokens on webgpu as on cpu, after a truncate too",
  ignore: adapter === "none",
  fn: async () => {
    await using cpu = await loadTiny();
    await using gpu = await loadTiny({ device: "webgpu" });
    const prompt = cpu.tokenizer.encode("Hi there");
    const expected = await greedyTokens(cpu, 4, "Hi there");
    const sequence = await gpu.openSequence();
    const tokens = [largest(await sequence.append(prompt))];
    for (let step = 0; step < 3; step++) {
      tokens.push(largest(await sequence.append([tokens.at(-1)!])));
    }
    assertEquals(tokens, expected);
    await sequence.truncate(prompt.length);
    assertEquals(largest(await sequence.append([tokens[0]!])), expected[1]);
    await sequence.dispose();
  },
});

Deno.test("tokens fed together give the logits of tokens fed one by one", async () => {
  await using model = await loadTiny();
  const ids = model.tokenizer.encode(PROMPT.repeat(12)); // several chunks
  assert(ids.length > 150);
  const single = await model.openSequence();
  const rows: Float32Array[] = [];
  for (const id of ids) rows.push((await single.append([id])).slice());
  const together = await model.openSequence();
  const logits = await together.append(ids, { logitCount: ids.length });
  const width = model.info.logitsSize;
  assertEquals(logits.length, ids.length * width);
  for (let row = 0; row < ids.length; row++) {
    for (let id = 0; id < width; id += 7) {
      const difference = Math.abs(logits[row * width + id]! - rows[row]![id]!);
      assert(difference < 1e-3, `row ${row}, logit ${id} differs by ${difference}`);
    }
  }
});

Deno.test("a graph without num_logits_to_keep gives the same logits", async () => {
  const folder = await Deno.makeTempDir();
  await buildModel({ out: folder, allLogits: true });
  await using all = await loadModel(folder, { device: "cpu" });
  await using kept = await loadTiny();
  const ids = kept.tokenizer.encode(PROMPT.repeat(5));
  const expected = await (await kept.openSequence()).append(ids, { logitCount: 3 });
  const actual = await (await all.openSequence()).append(ids, { logitCount: 3 });
  assertEquals(actual.length, expected.length);
  for (let id = 0; id < expected.length; id++) {
    assert(Math.abs(actual[id]! - expected[id]!) < 1e-4);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a truncated sequence goes on as if the rest had never been fed", async () => {
  await using model = await loadTiny();
  const sequence = await model.openSequence();
  await sequence.append([10, 20, 30, 40, 50, 60]);
  await sequence.truncate(3);
  await assertHistory(model, sequence, [10, 20, 30]);
  await sequence.truncate(0);
  await assertHistory(model, sequence, []);
  await assertRejects(() => sequence.truncate(2), RangeError, "from 0 to 1");
});

Deno.test("a fork and its origin go on independently", async () => {
  await using model = await loadTiny();
  const origin = await model.openSequence();
  await origin.append([10, 20, 30]);
  const fork = await origin.fork();
  await origin.append([40, 50]);
  await fork.append([99]);
  await assertHistory(model, origin, [10, 20, 30, 40, 50]);
  await origin.dispose();
  await assertHistory(model, fork, [10, 20, 30, 99]);
});

Deno.test("calls on one sequence take effect in the order in which they are made", async () => {
  await using model = await loadTiny();
  const sequence = await model.openSequence();
  const calls = [
    sequence.append([1, 2, 3]),
    sequence.truncate(1),
    sequence.append([4]),
    sequence.append([5, 6], { logitCount: 2 }),
  ];
  await Promise.all(calls);
  await assertHistory(model, sequence, [1, 4, 5, 6]);
});

Deno.test("wrong token ids and counts are refused and leave the sequence as it was", async () => {
  for (const device of ["cpu", "wasm"] as const) {
    await using model = await loadTiny({ device, threads: 1 });
    const sequence = await model.openSequence();
    await sequence.append([10, 20]);
    const { logitsSize, contextLength } = model.info;
    for (const id of [-1, logitsSize, 1.5, NaN]) {
      await assertRejects(() => sequence.append([id]), RangeError, "token id");
    }
    await assertRejects(() => sequence.append([1], { logitCount: 2 }), RangeError, "logitCount");
    await assertRejects(
      () => sequence.append(new Array(contextLength).fill(1)),
      RangeError,
      "context",
    );
    await assertRejects(() => sequence.append([]), RangeError, "logitCount");
    assertEquals((await sequence.append([], { logitCount: 0 })).length, 0);
    await assertHistory(model, sequence, [10, 20]);
  }
});

Deno.test("an abort in the middle of a long input takes effect and leaves the sequence as it was", async () => {
  for (const device of ["cpu", "wasm"] as const) {
    await using model = await loadTiny({ device, threads: 1 });
    const sequence = await model.openSequence();
    await sequence.append([10, 20]);
    const controller = new AbortController();
    const reason = new Error("enough");
    const long = new Array(4000).fill(0).map((_, index) => index);
    const appended = sequence.append(long, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    assertEquals(await assertRejects(() => appended), reason);
    await assertHistory(model, sequence, [10, 20]);
    await assertRejects(() => sequence.append([1], { signal: AbortSignal.abort(reason) }));
  }
});

Deno.test("the caller's thread stays live during a long input", async () => {
  await using model = await loadTiny();
  const sequence = await model.openSequence();
  let ticks = 0, longestGapMs = 0, last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longestGapMs = Math.max(longestGapMs, now - last);
    last = now;
    ticks++;
  }, 5);
  await sequence.append(new Array(4000).fill(3));
  clearInterval(timer);
  assert(ticks > 3, `only ${ticks} ticks`);
  assert(longestGapMs < 500, `the thread was blocked for ${longestGapMs} ms`);
});

Deno.test("disposing fails what is waiting and what comes after", async () => {
  const model = await loadTiny();
  const sequence = await model.openSequence();
  const waiting = sequence.append(new Array(4000).fill(3));
  await new Promise((resolve) => setTimeout(resolve, 10));
  const failed = assertRejects(() => waiting, ModelRunError);
  await model.dispose();
  await model.dispose();
  assertEquals((await failed).reason, "disposed");
  assertEquals((await assertRejects(() => sequence.append([1]), ModelRunError)).reason, "disposed");
  await assertRejects(() => model.openSequence(), ModelRunError);
  await sequence.dispose();
});

Deno.test("a disposed sequence refuses further calls", async () => {
  await using model = await loadTiny();
  const sequence = await model.openSequence();
  await sequence.append([1, 2]);
  await sequence.dispose();
  await sequence.dispose();
  assertEquals((await assertRejects(() => sequence.append([1]), ModelRunError)).reason, "disposed");
});

Deno.test("sequences share one Worker without disturbing each other", async () => {
  await using model = await loadTiny();
  const expected = await greedyTokens(model, 8);
  const all = await Promise.all(Array.from({ length: 8 }, () => greedyTokens(model, 8)));
  for (const tokens of all) assertEquals(tokens, expected);
  assertNotEquals(await greedyTokens(model, 8, "something else"), expected);
});
