import { assert, assertEquals, assertRejects } from "@std/assert";
import * as z from "zod";
import { ContextLengthError } from "../decoding/mod.ts";
import { scriptedModel } from "../decoding/testing.ts";
import { EmptyTextError, MergeError } from "./errors.ts";
import { extractLong } from "./extract_long.ts";

/** The text of the last turn: what the model is asked about. */
const asked = (prompt: string) => prompt.slice(prompt.lastIndexOf("from this text:"));

const FILLER = "The ledger goes on for a while without a word that matters to anybody. ";
const Ledger = z.object({
  owner: z.string(),
  city: z.string().nullable(),
  lines: z.array(z.object({ sku: z.string(), count: z.int() })).min(1),
});

/** Finds what it is asked for in the part that it sees, as a good model would. */
function readLedger(prompt: string): string {
  const part = asked(prompt);
  return JSON.stringify({
    owner: /Owner: (\w+)/.exec(part)?.[1] ?? null,
    city: /City: (\w+)/.exec(part)?.[1] ?? null,
    lines: [...part.matchAll(/(\d+) of ([A-Z]+-\d)/g)].map(([, count, sku]) => ({
      sku,
      count: Number(count),
    })),
  });
}

const TEXT = FILLER.repeat(12) + "4 of AB-1 and 5 of CD-2. " + FILLER.repeat(10) + "Owner: Ada. " +
  FILLER.repeat(12) + "4 of AB-1 once more. City: Turin. " + FILLER.repeat(8);

Deno.test("what parts of a text say becomes one value, with its places in the whole", async () => {
  await using model = scriptedModel({ script: readLedger });
  const seen: string[] = [];
  const { value, leaves, chunks, usage, text } = await extractLong(model, {
    schema: Ledger,
    text: TEXT,
    chunkTokens: 900,
    maxTokens: 400,
    onChunk: ({ done, total }) => seen.push(`${done}/${total}`),
  });
  // The same line twice, far apart, is two lines: the text says so.
  assertEquals(value, {
    owner: "Ada",
    city: "Turin",
    lines: [{ sku: "AB-1", count: 4 }, { sku: "CD-2", count: 5 }, { sku: "AB-1", count: 4 }],
  });
  assertEquals(JSON.parse(text), value);
  assert(chunks.length > 2);
  assertEquals(seen, chunks.map((_, index) => `${index + 1}/${chunks.length}`));
  for (const { pointer, value, spans, chunkIndex } of leaves) {
    const { start, end } = spans![0]!;
    assertEquals(TEXT.slice(start, end), String(value), pointer);
    const chunk = chunks[chunkIndex]!;
    assert(spans!.some((span) => span.start >= chunk.start && span.end <= chunk.end));
  }
  assertEquals(
    usage.completionTokens,
    chunks.reduce((sum, chunk) => sum + chunk.usage.completionTokens, 0),
  );
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("what stands where two parts overlap is taken once", async () => {
  await using model = scriptedModel({ script: readLedger });
  for (let shift = 0; shift < 12; shift++) {
    const text = "Owner: Ada. " + FILLER.repeat(shift) + "7 of EF-3. " + FILLER.repeat(30);
    const { value, chunks } = await extractLong(model, {
      ...{ schema: Ledger, text, chunkTokens: 600, overlapTokens: 250, maxTokens: 400 },
    });
    assert(chunks.length > 3);
    assertEquals(value.lines, [{ sku: "EF-3", count: 7 }], `after ${shift} sentences`);
  }
});

Deno.test("a key makes items one, and the surer value of each property stays", async () => {
  await using model = scriptedModel({ script: readLedger });
  const { value } = await extractLong(model, {
    ...{ schema: Ledger, text: TEXT, chunkTokens: 900, maxTokens: 400 },
    uniqueBy: { "/lines": "sku" },
  });
  assertEquals(value.lines, [{ sku: "AB-1", count: 4 }, { sku: "CD-2", count: 5 }]);
});

Deno.test("what no part says and the schema wants is asked for once more", async () => {
  await using model = scriptedModel({
    script: (prompt) => {
      const { owner, lines } = JSON.parse(readLedger(prompt));
      // A model that has to write something does.
      return JSON.stringify({ owner: prompt.includes("string | null") ? owner : "unknown", lines });
    },
  });
  const text = "2 of GH-4. " + FILLER.repeat(40);
  const { value, chunks } = await extractLong(model, {
    ...{ schema: Ledger.omit({ city: true }), text, chunkTokens: 900, maxTokens: 400 },
  });
  assertEquals(value, { owner: "unknown", lines: [{ sku: "GH-4", count: 2 }] });
  assert(chunks.length > 1);
  assert(chunks.every(({ value }) => (value as { owner: unknown }).owner === null));
});

Deno.test("names are joined without repeats, bounds of lists hold, and the order is the schema's", async () => {
  await using model = scriptedModel({
    script: (prompt) => JSON.stringify({ ships: asked(prompt).match(/HMS \w+/gi) ?? [] }),
  });
  const text = "HMS Beagle. " + FILLER.repeat(20) + "hms beagle, HMS Terror. " + FILLER.repeat(20) +
    "HMS Erebus. " + FILLER.repeat(3);
  const options = { text, chunkTokens: 900, maxTokens: 300 };
  const all = await extractLong(model, {
    ...options,
    schema: z.object({ ships: z.array(z.string()) }),
  });
  assertEquals(all.value.ships, ["HMS Beagle", "HMS Terror", "HMS Erebus"]);
  const two = await extractLong(model, {
    ...options,
    schema: z.object({ ships: z.array(z.string()).max(2) }),
  });
  assertEquals(two.value.ships, ["HMS Beagle", "HMS Terror"]);
});

Deno.test("a text that fits is read once, as it is", async () => {
  await using model = scriptedModel({ script: readLedger });
  const { value, chunks, leaves } = await extractLong(model, {
    ...{ schema: Ledger, text: "Owner: Ada. 3 of IJ-5.", maxTokens: 300 },
  });
  assertEquals(value, { owner: "Ada", city: null, lines: [{ sku: "IJ-5", count: 3 }] });
  assertEquals(chunks.map(({ start, end }) => [start, end]), [[0, 22]]);
  assert(leaves.every(({ chunkIndex }) => chunkIndex === 0));
});

Deno.test("a value that cannot be merged is an error that loses nothing", async () => {
  await using model = scriptedModel({
    script: (prompt) => JSON.stringify(asked(prompt).includes("START") ? { a: "x" } : { b: "y" }),
  });
  const error = await assertRejects(() =>
    extractLong(model, {
      schema: {
        type: "object",
        properties: { a: { type: "string" }, b: { type: "string" } },
        maxProperties: 1,
        minProperties: 1,
        additionalProperties: false,
      },
      text: "START. " + FILLER.repeat(30),
      chunkTokens: 1000,
      maxTokens: 300,
    }), MergeError);
  assertEquals(error.merged, { a: "x", b: "y" });
  assertEquals(error.chunkValues[0], { a: "x" });
  assert(error.chunkValues.length > 1);
});

Deno.test("bad arguments are refused with the bound, and an abort ends it between parts", async () => {
  await using model = scriptedModel({ script: readLedger });
  const base = { schema: Ledger, text: TEXT };
  await assertRejects(() => extractLong(model, { ...base, text: " \n" }), EmptyTextError);
  await assertRejects(
    () => extractLong(model, { ...base, chunkTokens: 5 }),
    RangeError,
    "from 32 to",
  );
  await assertRejects(
    () => extractLong(model, { ...base, chunkTokens: 100, overlapTokens: 50 }),
    RangeError,
    "less than half",
  );
  await assertRejects(() => extractLong(model, { ...base, maxTokens: 3900 }), ContextLengthError);
  const controller = new AbortController();
  const reason = new Error("enough");
  await assertRejects(
    () =>
      extractLong(model, {
        ...{ ...base, chunkTokens: 900, maxTokens: 400, signal: controller.signal },
        onChunk: () => controller.abort(reason),
      }),
    Error,
    "enough",
  );
  assertEquals(model.openSequenceCount, 0);
});
