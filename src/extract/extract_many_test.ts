import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as z from "zod";
import { ModelRunError } from "../models/mod.ts";
import type { LanguageModel } from "../decoding/mod.ts";
import { scriptedModel, type ScriptedModelOptions } from "../decoding/testing.ts";
import { DuplicateItemIdError, EmptyTextError, ResumeFileError } from "./errors.ts";
import { extractMany, type ExtractManyOptions, type ManyResult } from "./extract_many.ts";
import type { ManyItems } from "./many_items.ts";
import type { ManyProgress } from "./many_progress.ts";

const schema = z.object({ name: z.string().max(12) });

/** Writes the number that the text has. */
function numberModel(options: ScriptedModelOptions = {}) {
  return scriptedModel({
    script: (prompt) => `{"name":"${/item (\d+)/.exec(prompt)?.[1] ?? "none"}"}`,
    ...options,
  });
}

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `item ${index}`);
}

type Result = ManyResult<z.infer<typeof schema>>;

async function collect(
  model: LanguageModel,
  items: ManyItems,
  options: Partial<ExtractManyOptions<typeof schema>> = {},
): Promise<Result[]> {
  return await Array.fromAsync(extractMany(model, items, { schema, ...options }));
}

function outcomes(results: readonly Result[]): unknown[] {
  return results.map(({ id, value, error }) => [id, error ? error.name : value.name]);
}

async function withFile(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/results.jsonl`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(path);
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("results of arrays, generators and streams come in the order of the items", async () => {
  const expected = texts(9).map((_, index) => [String(index), String(index)]);
  async function* generated() {
    for (const text of texts(9)) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      yield text;
    }
  }
  for (const items of [texts(9), new Set(texts(9)), generated(), ReadableStream.from(texts(9))]) {
    await using model = numberModel({ passMs: 1 });
    assertEquals(outcomes(await collect(model, items, { concurrency: 3 })), expected);
    assertEquals(model.openSequenceCount, 0);
  }
});

Deno.test("in the order of completion a slow item holds back nobody", async () => {
  await using model = numberModel();
  const items = [{ id: "slow", text: "item 0, slow" }, { id: "quick", text: "item 1" }];
  for (const order of ["completion", "input"] as const) {
    const quickHasEnded = Promise.withResolvers<void>();
    const delayed: LanguageModel = Object.create(model, {
      openSequence: {
        value: async () => {
          const sequence = await model.openSequence();
          const { append } = sequence;
          sequence.append = async (tokenIds, options) => {
            if (model.tokenizer.decode(tokenIds).includes("slow")) await quickHasEnded.promise;
            return await append.call(sequence, tokenIds, options);
          };
          return sequence;
        },
      },
    });
    const ended: string[] = [];
    const results = await collect(delayed, items, {
      order,
      onItem: ({ id }) => {
        ended.push(id);
        if (id === "quick") quickHasEnded.resolve();
      },
    });
    assertEquals(ended, ["quick", "slow"]);
    const expected = order === "input" ? ["slow", "quick"] : ended;
    assertEquals(results.map(({ id }) => id), expected);
  }
});

Deno.test("an item that fails is a result with its error, and the run goes on", async () => {
  await using model = numberModel();
  const items = [
    "item 0",
    "  ",
    { id: "a", text: "item 2" },
    { id: "a", text: "item 3" },
    17 as unknown as string,
    { id: 5, text: "item 5" } as unknown as string,
    "item 6 " + "word ".repeat(9000),
    "item 7",
  ];
  const results = await collect(model, items);
  assertEquals(outcomes(results), [
    ["0", "0"],
    ["1", "EmptyTextError"],
    ["a", "2"],
    ["a", "DuplicateItemIdError"],
    ["4", "TypeError"],
    ["5", "TypeError"],
    ["6", "ContextLengthError"],
    ["7", "7"],
  ]);
  assert(results[1]!.error instanceof EmptyTextError);
  assert(results[3]!.error instanceof DuplicateItemIdError);
  assertEquals(results.at(-1)!.progress.failed, 5);
});

Deno.test("stopOnError gives the failed item, then throws its error", async () => {
  await using model = numberModel();
  const seen: string[] = [];
  await assertRejects(async () => {
    const options = { schema, stopOnError: true, concurrency: 1 };
    for await (const { id } of extractMany(model, ["item 0", " ", "item 2"], options)) {
      seen.push(id);
    }
  }, EmptyTextError);
  assertEquals(seen, ["0", "1"]);
});

Deno.test("items are read as they are needed, and the source is closed when the consumer leaves", async () => {
  await using model = numberModel();
  let readCount = 0, isClosed = false;
  function* endless() {
    try {
      for (;;) yield `item ${readCount++}`;
    } finally {
      isClosed = true;
    }
  }
  let taken = 0;
  for await (const { index } of extractMany(model, endless(), { schema, concurrency: 3 })) {
    assertEquals(index, taken);
    await new Promise((resolve) => setTimeout(resolve, 5)); // the consumer is slow
    taken++;
    assert(readCount <= taken + 6, `${readCount} read, ${taken} taken`);
    if (taken === 8) break;
  }
  assert(isClosed);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("progress counts items and tokens, and estimates what is left where the number is known", async () => {
  await using model = numberModel({ passMs: 1 });
  const seen: ManyProgress[] = [];
  const ended: string[] = [];
  const results = await collect(model, [...texts(4), ""], {
    onProgress: (progress) => seen.push(progress),
    onItem: ({ id }) => ended.push(id),
  });
  assertEquals(seen.map(({ done }) => done), [0, 1, 2, 3, 4, 5]);
  assertEquals(seen[0]!.secondsLeft, null);
  assert(seen[2]!.secondsLeft! > 0);
  const last = seen.at(-1)!;
  assertEquals([last.total, last.failed, last.resumed, last.secondsLeft], [5, 1, 0, 0]);
  const sum = (tokens: "promptTokens" | "completionTokens") =>
    results.reduce((sum, { extraction }) => sum + (extraction?.usage[tokens] ?? 0), 0);
  assertEquals(last.promptTokens, sum("promptTokens"));
  assertEquals(last.completionTokens, sum("completionTokens"));
  assertEquals(ended.toSorted(), ["0", "1", "2", "3", "4"]);

  const unknown = await collect(model, texts(2).values());
  assertEquals(unknown[1]!.progress.total, null);
  assertEquals(unknown[1]!.progress.secondsLeft, null);
});

Deno.test("an abort ends the iteration with its reason, though the source hangs", async () => {
  await using model = numberModel();
  async function* hanging() {
    yield "item 0";
    await new Promise(() => {});
  }
  const controller = new AbortController();
  const reason = new Error("enough");
  const seen: string[] = [];
  const error = await assertRejects(async () => {
    const options = { schema, signal: controller.signal };
    for await (const { id } of extractMany(model, hanging(), options)) {
      seen.push(id);
      setTimeout(() => controller.abort(reason), 5);
    }
  });
  assertEquals(error, reason);
  assertEquals(seen, ["0"]);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("a source that fails ends the run after the results of the items before", async () => {
  await using model = numberModel({ passMs: 1 });
  function* failing() {
    yield* texts(3);
    throw new Error("the socket broke");
  }
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (const { id } of extractMany(model, failing(), { schema })) seen.push(id);
    },
    Error,
    "the socket broke",
  );
  assertEquals(seen, ["0", "1", "2"]);
});

Deno.test("an item is tried again when the model broke, and a disposed model ends the run", async () => {
  let failures = 0;
  function failing(model: LanguageModel, times: number, reason: "worker_died" | "disposed") {
    failures = 0;
    return Object.create(model, {
      openSequence: {
        value: () => {
          if (++failures <= times) return Promise.reject(new ModelRunError(reason, "gone"));
          return model.openSequence();
        },
      },
    });
  }
  await using model = numberModel();
  const once = failing(model, 1, "worker_died");
  assertEquals(outcomes(await collect(once, ["item 0"])), [["0", "0"]]);
  const twice = failing(model, 2, "worker_died");
  assertEquals(outcomes(await collect(twice, ["item 0", "item 1"], { concurrency: 1 })), [
    ["0", "ModelRunError"],
    ["1", "1"],
  ]);
  await assertRejects(() => collect(failing(model, 9, "disposed"), texts(3)), ModelRunError);
});

Deno.test("a second run passes over what the file has", async () => {
  await withFile(async (resumeFile) => {
    await using model = numberModel();
    const items = [{ id: "a", text: "item 1" }, { id: "b", text: " " }, {
      id: "c",
      text: "item 3",
    }];
    const first = extractMany(model, items, { schema, resumeFile, concurrency: 1 });
    for await (const { id } of first) if (id === "b") break;
    const lines = await linesOf(resumeFile);
    assertEquals(lines[0]!.value, { name: "1" });
    assertEquals(lines[1]!.error, {
      name: "EmptyTextError",
      code: "empty_text",
      message: "the text to extract from is empty",
    });

    const rest = await collect(model, [...items, { id: "d", text: "item 4" }], { resumeFile });
    assert(rest.every(({ id }) => id === "c" || id === "d"), `${rest.map(({ id }) => id)}`);
    assertEquals(rest.at(-1)!.progress.resumed, 4 - rest.length);
    const written = new Map((await linesOf(resumeFile)).map((line) => [line.id, line]));
    assertEquals([...written.keys()].toSorted(), ["a", "b", "c", "d"]);

    // Another text under a known id is another item; failed ones are tried again where that is asked for.
    const changed = [{ id: "a", text: "item 9" }, ...items.slice(1)];
    assertEquals(outcomes(await collect(model, changed, { resumeFile, retryFailed: true })), [
      ["a", "9"],
      ["b", "EmptyTextError"],
    ]);
    assertEquals(await collect(model, changed, { resumeFile }), []);
  });
});

Deno.test("a line that a crash cut short is dropped, wherever it was cut", async () => {
  await withFile(async (resumeFile) => {
    await using model = numberModel();
    await collect(model, texts(3), { resumeFile, concurrency: 1 });
    const whole = await Deno.readTextFile(resumeFile);
    const twoLines = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let length = twoLines; length < whole.length; length += 7) {
      await Deno.writeTextFile(resumeFile, whole.slice(0, length));
      const results = await collect(model, texts(3), { resumeFile });
      assertEquals(outcomes(results), [["2", "2"]]);
      assertEquals((await linesOf(resumeFile)).map(({ id }) => id), ["0", "1", "2"]);
    }
  });
});

Deno.test("a file of another task, a damaged one and one in use are refused", async () => {
  await withFile(async (resumeFile) => {
    await using model = numberModel();
    await collect(model, texts(2), { resumeFile });
    const refusal = async (options: Partial<ExtractManyOptions<typeof schema>>) => {
      const error = await assertRejects(
        () => collect(model, texts(2), { resumeFile, ...options }),
        ResumeFileError,
      );
      return error.reason;
    };
    const other = z.object({ name: z.string().max(13) });
    assertEquals(await refusal({ schema: other }), "other_task");
    assertEquals(await refusal({ instructions: "In capitals." }), "other_task");
    const before = await Deno.readTextFile(resumeFile);
    for (const line of ["no JSON", "null", "{}", '{"id":"x"}']) {
      await Deno.writeTextFile(resumeFile, `${before}${line}\n`);
      assertEquals(await refusal({}), "damaged");
      assertEquals(await Deno.readTextFile(resumeFile), `${before}${line}\n`);
    }
    await Deno.writeTextFile(resumeFile, before);

    using held = await Deno.open(resumeFile, { read: true, write: true });
    await held.lock(true);
    assertEquals(await refusal({}), "in_use");
  });
});

Deno.test("a value that JSON does not have fails its item where results are written", async () => {
  const big = z.object({ name: z.string().max(12).transform(BigInt) });
  await withFile(async (resumeFile) => {
    await using model = numberModel();
    const [kept] = await Array.fromAsync(extractMany(model, texts(1), { schema: big }));
    assertEquals(kept!.value?.name, 0n);
    const [written] = await Array.fromAsync(
      extractMany(model, texts(1), { schema: big, resumeFile }),
    );
    assert(written!.error instanceof TypeError);
    assertEquals((await linesOf(resumeFile)).length, 1);
  });
});

Deno.test("wrong arguments are refused", async () => {
  await using model = numberModel();
  assertThrows(() => extractMany(model, "one text", { schema }), TypeError, "several texts");
  assertThrows(() => extractMany(model, null as never, { schema }), TypeError, "iterable");
  for (const concurrency of [0, 1.5, NaN]) {
    assertThrows(() => extractMany(model, [], { schema, concurrency }), RangeError, "concurrency");
  }
  assertThrows(() => extractMany(model, [], { schema, retries: -1 }), RangeError, "retries");
  await assertRejects(
    () => collect(model, texts(2), { schema: { type: "object", properties: 3 } as never }),
  );
});
