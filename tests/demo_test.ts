/**
 * The demo, run as a user runs it: three outputs, each accepted by a validator of this test's own.
 *
 * @module
 */

import { Ajv2020 } from "ajv/dist/2020.js";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import addFormats from "ajv-formats";
import { z } from "zod";
import { CASES } from "../examples/demo/cases.ts";

const root = new URL("../", import.meta.url);

async function runDemo(...args: string[]) {
  const startedAt = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "demo", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    elapsedMs: performance.now() - startedAt,
  };
}

Deno.test("the demo writes three valid outputs within two minutes, whatever the seed", async () => {
  for (const args of [[], ["--random", "--seed", "1"], ["--random", "--seed", "2"]]) {
    const { code, stdout, stderr, elapsedMs } = await runDemo(...args);
    assertEquals([code, stderr], [0, ""], stdout);
    const outputs = stdout.split("\n").filter((line) => line.startsWith("{"));
    assertEquals(outputs.length, CASES.length);
    for (const [index, { schema, title }] of CASES.entries()) {
      const ajv = addFormats.default(new Ajv2020({ strict: false }));
      const isValid = ajv.validate(z.toJSONSchema(schema), JSON.parse(outputs[index]!));
      assert(isValid, `${title}: ${ajv.errorsText()}: ${outputs[index]}`);
    }
    assertEquals(stdout.includes("the values are nonsense"), args.includes("--random"));
    assertStringIncludes(stdout, "3 of 3 outputs are valid");
    assert(elapsedMs < 120_000, `${elapsedMs} ms`);
  }
});

Deno.test("the demo explains itself, and tells bad usage from failure", async () => {
  assertStringIncludes((await runDemo("--help")).stdout, "--model");
  assertEquals((await runDemo("--modle", "x")).code, 2);
  assertEquals((await runDemo("--seed", "x")).code, 2);
  const absent = await runDemo("--model", "./no/such/folder");
  assertEquals([absent.code, absent.stdout], [1, ""]);
  assertStringIncludes(absent.stderr, "there is no folder");
});
