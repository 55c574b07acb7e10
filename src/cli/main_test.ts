import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { startLocalHub } from "../models/_local_hub.ts";
import { type CliOutcome, runCli, startCli } from "./_run_cli.ts";

const TEXT = "Ana and Bo meet on 14 March 2025 in room 4.";
const MEETING = {
  type: "object",
  properties: {
    title: { type: "string", maxLength: 12 },
    date: { type: "string", format: "date" },
    online: { type: "boolean" },
  },
  required: ["title", "date", "online"],
};
/** Some two thousand tokens at least. */
const LONG = { type: "array", items: { type: "boolean" }, minItems: 1000, maxItems: 1000 };

const model = await ensureTinyModel();
const ON_CPU = ["--model", model, "--device", "cpu"];

/** Runs a test in a folder with the given files. */
async function withFiles(
  files: Record<string, string | Uint8Array>,
  test: (path: (name: string) => string) => Promise<void>,
): Promise<void> {
  // Inside of the project, so that a schema module finds zod.
  const parent = new URL("../../.cache/", import.meta.url);
  await Deno.mkdir(parent, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: parent.pathname });
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    await test((name) => join(folder, name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertFails(outcome: CliOutcome, message: RegExp): void {
  assertEquals(outcome.stdout, "");
  const lines = outcome.stderr.trimEnd().split("\n");
  const errors = lines.filter((line) => line.startsWith("espalier: "));
  assertEquals(errors.length, 1, outcome.stderr);
  assertMatch(errors[0]!, message);
  assertEquals(lines.at(-1), errors[0]);
  assertEquals(outcome.code, 1);
}

Deno.test("extract prints JSON alone on standard output, and notes on standard error", async () => {
  await withFiles({ "meeting.json": JSON.stringify(MEETING), "text.txt": TEXT }, async (path) => {
    const fromFile = await runCli(
      ["extract", "--schema", path("meeting.json"), "--text-file", path("text.txt"), ...ON_CPU],
    );
    assertEquals(fromFile.code, 0, fromFile.stderr);
    assertMatch(fromFile.stdout, /^\{.*\}\n$/);
    const value = JSON.parse(fromFile.stdout);
    assertEquals(Object.keys(value), ["title", "date", "online"]);
    assertMatch(value.date, /^\d{4}-\d\d-\d\d$/);
    assertStringIncludes(fromFile.stderr, "on cpu (q4)");
    assertMatch(fromFile.stderr, /output: \d+ tokens/);

    const args = ["extract", "--schema", path("meeting.json"), ...ON_CPU, "--quiet"];
    const fromStdin = await runCli(args, { stdin: TEXT });
    assertEquals(fromStdin, { code: 0, stdout: fromFile.stdout, stderr: "" });
    const pretty = await runCli([...args, "--pretty"], { stdin: TEXT });
    assertEquals(pretty.stdout, JSON.stringify(value, null, 2) + "\n");
    const streamed = await runCli([...args, "--stream", "--whitespace", "spaced"], { stdin: TEXT });
    assertEquals(Object.keys(JSON.parse(streamed.stdout)), ["title", "date", "online"]);
    assertStringIncludes(streamed.stdout, '": ');
  });
});

Deno.test("the model comes from the environment, and a seed repeats the draws", async () => {
  await withFiles({ "meeting.json": JSON.stringify(MEETING) }, async (path) => {
    const args = ["extract", "--schema", path("meeting.json"), "--device", "cpu"];
    const draws = ["--temperature", "1.5", "--top-k", "50", "--top-p", "0.95", "--seed"];
    const input = { stdin: TEXT, env: { ESPALIER_MODEL: model } };
    const first = await runCli([...args, ...draws, "7"], input);
    assertEquals(first.code, 0, first.stderr);
    assertStringIncludes(first.stderr, "seed: 7");
    assertEquals((await runCli([...args, ...draws, "7"], input)).stdout, first.stdout);
  });
});

Deno.test("a schema module may export zod by default, or JSON Schema by name", async () => {
  const files = {
    "zod.ts": `import { z } from "zod";
      export default z.object({ online: z.boolean().transform((is) => is ? "yes" : "no") });`,
    "named.ts": `export const schema = { type: "object", properties: { online: { const: true } },
      required: ["online"] };`,
    "empty.ts": "export const shcema = {};",
    "broken.ts": "export default {;",
  };
  await withFiles(files, async (path) => {
    const run = (name: string) =>
      runCli(["extract", "--schema", path(name), ...ON_CPU], { stdin: TEXT });
    assertMatch((await run("zod.ts")).stdout, /^\{"online":"(yes|no)"\}\n$/);
    assertEquals((await run("named.ts")).stdout, '{"online":true}\n');
    assertFails(await run("empty.ts"), /exports neither a default nor "schema"/);
    assertFails(await run("broken.ts"), /broken\.ts" cannot be loaded/);
  });
});

Deno.test("a schema that is none is refused before a model is loaded", async () => {
  const schemas: Record<string, [content: string | Uint8Array, message: RegExp]> = {
    "not_json.json": ['{"type":\n  object}', /not_json\.json" is not JSON: /],
    "empty.json": ["", /empty\.json" is not JSON/],
    "array.json": ["[]", /a schema must be an object, got an array/],
    "number.json": ["42", /a schema must be an object, got 42/],
    "type.json": ['{"type":"objekt"}', /type/],
    "properties.json": ['{"type":"object","properties":[]}', /properties/],
    "required.json": ['{"type":"object","required":"name"}', /required/],
    "nowhere.json": ['{"$ref":"#/$defs/nowhere"}', /nowhere/],
    "pattern.json": ['{"type":"string","pattern":"a(b"}', /a\(b|pattern/],
    "bytes.json": [Uint8Array.of(0x22, 0xff, 0x22), /bytes\.json" is not UTF-8: byte 1 is not/],
  };
  const files = Object.fromEntries(Object.entries(schemas).map(([name, [text]]) => [name, text]));
  await withFiles(files, async (path) => {
    for (const [name, [, message]] of Object.entries(schemas)) {
      const outcome = await runCli(
        ["extract", "--schema", path(name), "--model", "./no/such/folder"],
        { stdin: TEXT },
      );
      assertFails(outcome, message);
    }
    const absent = await runCli(["extract", "--schema", path("absent.json")], { stdin: TEXT });
    assertFails(absent, /absent\.json" cannot be read/);
  });
});

Deno.test("a text that is none is refused", async () => {
  await withFiles({ "schema.json": JSON.stringify(MEETING) }, async (path) => {
    const args = ["extract", "--schema", path("schema.json"), ...ON_CPU];
    assertFails(await runCli(args), /the text to extract from is empty/);
    assertFails(await runCli(args, { stdin: " \n\t" }), /is empty/);
    const bytes = new Uint8Array([...new TextEncoder().encode("Zoë "), 0xc3, 0x28]);
    assertFails(
      await runCli(args, { stdin: bytes }),
      /standard input is not UTF-8: byte 6 is not/,
    );
    assertFails(await runCli([...args, "--text-file", path("absent.txt")]), /cannot be read/);
    assertFails(await runCli([...args, "--text-file", path(".")]), /cannot be read/);
  });
});

Deno.test("a megabyte of text is refused for the context's sake, and quickly", async () => {
  await withFiles({ "schema.json": JSON.stringify(MEETING) }, async (path) => {
    const outcome = await runCli(
      ["extract", "--schema", path("schema.json"), ...ON_CPU],
      { stdin: "All work and no play. ".repeat(50_000) },
    );
    assertFails(outcome, /the prompt takes at least \d+ tokens, but .* is 4096 tokens long/);
  });
});

Deno.test("an output that --max-tokens would cut off is closed, and a note says so", async () => {
  const notes = { type: "array", items: { type: "string" }, minItems: 1 };
  await withFiles({ "notes.json": JSON.stringify(notes) }, async (path) => {
    const args = ["extract", "--schema", path("notes.json"), ...ON_CPU, "--max-tokens", "20"];
    for (const more of [[], ["--stream"]]) {
      const { code, stdout, stderr } = await runCli([...args, ...more], { stdin: TEXT });
      assertEquals(code, 0, stderr);
      assert(JSON.parse(stdout).length > 0);
      assertStringIncludes(stderr, "--max-tokens ended it");
    }
  });
});

Deno.test("a --max-tokens that no value of the schema keeps is a failure", async () => {
  await withFiles({ "long.json": JSON.stringify(LONG) }, async (path) => {
    const args = ["extract", "--schema", path("long.json"), ...ON_CPU, "--max-tokens", "20"];
    assertFails(await runCli(args, { stdin: TEXT }), /maxTokens is 20, but .* takes \d+ tokens/);
    const streamed = await runCli([...args, "--stream"], { stdin: TEXT });
    assertEquals([streamed.code, streamed.stdout], [1, ""]);
  });
});

Deno.test("a model that cannot be had is a failure that says why", async () => {
  await withFiles({ "schema.json": JSON.stringify(MEETING) }, async (path) => {
    const args = ["extract", "--schema", path("schema.json"), "--cache-dir", path("models")];
    const run = (...more: string[]) => runCli([...args, ...more], { stdin: TEXT });
    assertFails(await run("--model", "./no/such/folder"), /there is no folder/);
    assertFails(
      await run("--model", model, "--device", "wasm", "--dtype", "q4"),
      /q4 is not run on wasm/,
    );
    {
      await using hub = startLocalHub(model);
      const there = ["--remote-host", hub.url, "--device", "cpu", "--dtype", "fp32"];
      assertFails(await run("--model", "test/unknown", ...there), /has no model "test\/unknown"/);
      assertEquals((await run("--model", "test/tiny", ...there)).code, 0);
    }
    const nobody = ["--remote-host", "http://127.0.0.1:1", "--timeout", "60"];
    assertFails(await run("--model", "test/other", ...nobody), /could not be downloaded/);
  });
});

Deno.test("help and version are answers; bad usage has an exit code of its own", async () => {
  for (const args of [["--help"], ["extract", "--help"], ["--version"], ["help", "extract"]]) {
    const { code, stdout, stderr } = await runCli(args);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, args[0] === "--version" ? /^\d+\.\d+\.\d+\n$/ : /Usage: espalier/);
  }
  await withFiles({ "schema.json": JSON.stringify(MEETING) }, async (path) => {
    const extract = ["extract", "--schema", path("schema.json")];
    for (
      const args of [
        [],
        ["unknown"],
        ["extract"],
        [...extract, "--unknown"],
        [...extract, "argument"],
        [...extract, "--device", "tpu"],
        [...extract, "--dtype", "q3"],
        [...extract, "--whitespace", "free"],
        [...extract, "--max-tokens", "0"],
        [...extract, "--temperature", "-1"],
        [...extract, "--top-p", "1.5", "--temperature", "1"],
        [...extract, "--top-k", "5"],
        [...extract, "--seed", "1e3"],
        [...extract, "--timeout", "0"],
        [...extract, "--threads", "two"],
        [...extract, "--remote-host", "nowhere"],
        [...extract, "--json", "--pretty"],
        [...extract, "--stream", "--pretty"],
      ]
    ) {
      const { code, stdout, stderr } = await runCli(args, { stdin: TEXT });
      assertEquals([code, stdout], [2, ""], args.join(" "));
      assert(stderr.startsWith("error: ") || stderr.startsWith("Usage: "), stderr);
    }
  });
});

Deno.test({
  name: "SIGINT in the middle of an extraction ends it with 130",
  ignore: Deno.build.os === "windows", // there are no signals to send
  fn: async () => {
    await withFiles({ "long.json": JSON.stringify(LONG) }, async (path) => {
      const child = await startCli(
        ["extract", "--schema", path("long.json"), ...ON_CPU, "--stream", "--max-tokens", "3500"],
      );
      const stderr = new Response(child.stderr).text();
      await write(child, TEXT);
      const reader = child.stdout.getReader();
      await reader.read(); // it is writing
      child.kill("SIGINT");
      while (!(await reader.read()).done);
      assertEquals((await child.status).code, 130);
      assertStringIncludes(await stderr, "espalier: interrupted (SIGINT)");
    });
  },
});

Deno.test({
  name: "SIGINT while the text is awaited ends it with 130",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const module = `Deno.stderr.writeSync(new TextEncoder().encode("listening\\n"));
      export const schema = ${JSON.stringify(MEETING)};`;
    await withFiles({ "schema.ts": module }, async (path) => {
      const child = await startCli(["extract", "--schema", path("schema.ts"), ...ON_CPU]);
      const stdout = new Response(child.stdout).text();
      let stderr = "";
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        if (stderr === "") child.kill("SIGINT");
        stderr += text;
      }
      assertEquals((await child.status).code, 130);
      assertEquals(stderr, "listening\nespalier: interrupted (SIGINT)\n");
      assertEquals(await stdout, "");
      await child.stdin.abort().catch(() => {});
    });
  },
});

Deno.test("a text that never comes is given up after the timeout", async () => {
  await withFiles({ "schema.json": JSON.stringify(MEETING) }, async (path) => {
    const child = await startCli(
      ["extract", "--schema", path("schema.json"), ...ON_CPU, "--timeout", "0.5"],
    );
    const outputs = Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    const { code } = await child.status;
    await child.stdin.abort().catch(() => {});
    const [stdout, stderr] = await outputs;
    assertFails({ code, stdout, stderr }, /gave up after 0\.5 s \(--timeout\)/);
  });
});

Deno.test("a closed standard output ends the extraction with an error", async () => {
  await withFiles({ "long.json": JSON.stringify(LONG) }, async (path) => {
    const child = await startCli(
      ["extract", "--schema", path("long.json"), ...ON_CPU, "--stream", "--max-tokens", "3500"],
    );
    const stderr = new Response(child.stderr).text();
    await write(child, TEXT);
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    assertEquals((await child.status).code, 1);
    assertStringIncludes(await stderr, "espalier: standard output was closed");
  });
});

/** Writes the whole standard input of a process and closes it. */
async function write(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}
