import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { EvaluationRecordsError } from "./errors.ts";
import type { EvaluationRecord } from "./evaluation_record.ts";
import { RecordFile } from "./record_file.ts";

const identity = {
  model: "m",
  device: "cpu",
  dtype: "q4",
  setDigest: "d",
  maxTokens: 9,
};
const failed = (id: string, variant = "masks"): EvaluationRecord => ({
  id,
  variant,
  error: { code: "x", message: "line\nbreak" },
  elapsedMs: 1,
});

async function withPath(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "records.jsonl"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("records are there again, by item and variant, when the file is opened again", async () => {
  await withPath(async (path) => {
    {
      using file = await RecordFile.open(path, identity);
      assertEquals(file.records, []);
      await file.append(failed("a"));
      await file.append(failed("b", "no-masks"));
    }
    using file = await RecordFile.open(path, identity);
    assertEquals(file.records, [failed("a"), failed("b", "no-masks")]);
    assertEquals(file.has({ id: "a", variant: "masks" }), true);
    assertEquals(file.has({ id: "b", variant: "masks" }), false);
    await file.append(failed("c"));
    assertEquals(file.has({ id: "c", variant: "masks" }), true);
  });
});

Deno.test("a line that a crash cut short is dropped", async () => {
  await withPath(async (path) => {
    {
      using file = await RecordFile.open(path, identity);
      await file.append(failed("a"));
      await file.append(failed("b"));
    }
    const whole = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, whole.slice(0, -5));
    {
      using file = await RecordFile.open(path, identity);
      assertEquals(file.records, [failed("a")]);
      await file.append(failed("b"));
    }
    assertEquals(await Deno.readTextFile(path), whole);
    await Deno.writeTextFile(path, whole.slice(0, 10));
    using file = await RecordFile.open(path, identity);
    assertEquals(file.records, []);
  });
});

Deno.test("records of another run, or of nothing of the kind, are refused and left alone", async () => {
  await withPath(async (path) => {
    (await RecordFile.open(path, identity))[Symbol.dispose]();
    const error = await assertRejects(
      () => RecordFile.open(path, { ...identity, dtype: "q8" }),
      EvaluationRecordsError,
      "of another run",
    );
    assertEquals([error.code, error.path], ["evaluation_records", path]);
    await Deno.writeTextFile(path, "a poem\n");
    await assertRejects(
      () => RecordFile.open(path, identity),
      EvaluationRecordsError,
      "no records",
    );
    assertEquals(await Deno.readTextFile(path), "a poem\n");
    const header = JSON.stringify({ format: "espalier-eval-1", ...identity });
    await Deno.writeTextFile(path, `${header}\n{"id"\n`);
    await assertRejects(
      () => RecordFile.open(path, identity),
      EvaluationRecordsError,
      "damaged in line 2",
    );
  });
});
