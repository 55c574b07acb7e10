import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { runCli, startCli } from "./_run_cli.ts";

const model = await ensureTinyModel();
const ON_CPU = ["--model", model, "--device", "cpu"];
const MEETING = {
  type: "object",
  properties: { title: { type: "string", maxLength: 12 }, online: { type: "boolean" } },
  required: ["title", "online"],
  additionalProperties: false,
};

function meeting(number: number): string {
  return JSON.stringify({
    id: `meeting-${number}`,
    text: `Meeting ${number} is in room ${number}.`,
    schema: MEETING,
    expected: { title: `Meeting ${number}`, online: false },
  });
}
const CALL = JSON.stringify({
  id: "call-1",
  category: "irrelevance",
  messages: [{ role: "user", content: "Hello." }],
  functions: [{ name: "add", parameters: { type: "dict", properties: { a: { type: "float" } } } }],
  expected: [],
});
const SET = [1, 2, 3].map(meeting).join("\n");

async function withFolder(test: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test((name) => join(folder, name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("eval prints tables and writes records and both reports", async () => {
  await withFolder(async (path) => {
    await Deno.writeTextFile(path("set.jsonl"), `${SET}\n${CALL}\n`);
    const outcome = await runCli(
      ["eval", path("set.jsonl"), "--report", path("out"), "--max-tokens", "60", ...ON_CPU],
    );
    assertEquals(outcome.code, 0, outcome.stderr);
    assertMatch(outcome.stdout, /^Variants\n\n\| variant +\| items \|/);
    assertMatch(outcome.stdout, /\| masks +\| +4 \| +100\.0% \|/);
    assertStringIncludes(outcome.stdout, "| no-masks ");
    assertStringIncludes(outcome.stderr, "4 items, 2 variants");

    const lines = (await Deno.readTextFile(path("out/records.jsonl"))).trimEnd().split("\n");
    assertEquals(lines.length, 1 + 4 * 2);
    const report = JSON.parse(await Deno.readTextFile(path("out/report.json")));
    assertEquals(report.run.setItemCount, 4);
    assertEquals(report.variants.map((one: { variant: string }) => one.variant), [
      "masks",
      "no-masks",
    ]);
    assertEquals(report.variants[0].schemaValid, 1);
    assertEquals(report.items.length, 8);
    const page = await Deno.readTextFile(path("out/report.html"));
    assertMatch(page, /^<!doctype html>/);
    assertStringIncludes(page, "Meeting 2");
  });
});

Deno.test("a run that was interrupted goes on where it was", async () => {
  await withFolder(async (path) => {
    await Deno.writeTextFile(path("set.jsonl"), [1, 2, 3, 4, 5, 6].map(meeting).join("\n"));
    // Random weights write on and on: enough for a signal to arrive in the middle.
    const args = ["eval", path("set.jsonl"), "--report", path("out"), "--variant", "no-masks"];
    const command = [...args, "--max-tokens", "250", "--threads", "1", ...ON_CPU];
    const child = await startCli(command);
    const output = Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    while (await lineCount(path("out/records.jsonl")) < 2) await pause(20);
    child.kill("SIGINT");
    assertEquals((await child.status).code, 130);
    assertStringIncludes((await output)[1], "espalier: interrupted (SIGINT)");
    await child.stdin.close();

    const before = await Deno.readTextFile(path("out/records.jsonl"));
    const count = await lineCount(path("out/records.jsonl")) - 1;
    assert(count >= 1 && count < 6, `${count} records`);
    const again = await runCli(command);
    assertEquals(again.code, 0, again.stderr);
    assertStringIncludes(again.stderr, `${count} records of an earlier run are kept`);
    const after = await Deno.readTextFile(path("out/records.jsonl"));
    assert(after.startsWith(before), "what was there is kept as it was");
    assertEquals(await lineCount(path("out/records.jsonl")), 7);

    const other = await runCli([...args, "--max-tokens", "9", ...ON_CPU]);
    assertEquals(other.code, 1);
    assertStringIncludes(other.stderr, "are of another run");
    const restarted = await runCli([...args, "--max-tokens", "9", "--restart", ...ON_CPU]);
    assertEquals(restarted.code, 0, restarted.stderr);
  });
});

Deno.test("a sample, JSON output and a set on standard input", async () => {
  await withFolder(async (path) => {
    const sample = ["--limit", "2", "--offset", "1", "--seed", "3", "--variant", "masks"];
    const { code, stdout, stderr } = await runCli(
      ["eval", "-", ...sample, "--report", path("out"), "--json", "--quiet", ...ON_CPU],
      { stdin: SET },
    );
    assertEquals([code, stderr], [0, ""]);
    const { run, variants } = JSON.parse(stdout);
    assertEquals([run.set, run.setItemCount, variants[0].itemCount], ["standard input", 3, 2]);
    assertEquals(run.selection, "2 from number 2 on, shuffled with seed 3,");
  });
});

Deno.test("a wrong set, variant or option is told before a model is loaded", async () => {
  await withFolder(async (path) => {
    await Deno.writeTextFile(path("set.jsonl"), SET);
    await Deno.writeTextFile(path("broken.jsonl"), `${SET}\n{"id": 1}\n`);
    const run = (...args: string[]) =>
      runCli(["eval", "--report", path("out"), "--model", "./no/such/folder", ...args]);
    await Deno.writeTextFile(path("file"), "");
    for (
      const [args, code, message] of [
        [[path("set.jsonl"), "--report", path("file")], 1, /report folder ".*" cannot be made/],
        [[path("broken.jsonl")], 1, /espalier: line 4 of the set lacks a text under "id"/],
        [[path("absent.jsonl")], 1, /espalier: set file ".*" cannot be read/],
        [[path("set.jsonl"), "--variant", "mask"], 1, /must begin with "masks" or "no-masks"/],
        [[path("set.jsonl"), "--offset", "3"], 1, /--offset leaves none of the 3 items/],
        [[path("set.jsonl"), "--limit", "0"], 2, /integer of at least 1/],
        [[], 2, /missing required argument 'set'/],
        [[path("set.jsonl")], 1, /no\/such\/folder/],
      ] as [string[], number, RegExp][]
    ) {
      const outcome = await run(...args);
      assertEquals([outcome.code, outcome.stdout], [code, ""], outcome.stderr);
      assertMatch(outcome.stderr, message);
    }
  });
});

async function lineCount(path: string): Promise<number> {
  try {
    return (await Deno.readTextFile(path)).split("\n").length - 1;
  } catch {
    return 0;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
