import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { runCli } from "./_run_cli.ts";

Deno.test("a grammar is checked, and what is odd about it is told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "list.lark");
    await Deno.writeTextFile(
      file,
      'start: item ("," item)*\nitem: "a" | pair\npair: "(" start "," start ")"\nalone: "b"\n' +
        "%import .words.WORD\n",
    );
    await Deno.writeTextFile(join(folder, "words.lark"), "WORD: /[a-z]+/\n");
    const { code, stdout, stderr } = await runCli(["grammar", "check", file]);
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /lark, start start: \d+ rules/);
    assertStringIncludes(stderr, "alone");
    const json = await runCli(["grammar", "check", file, "--json"]);
    assertEquals(JSON.parse(json.stdout).notation, "lark");
    assertEquals(JSON.parse(json.stdout).analysis.unreachableRules.includes("alone"), true);

    await Deno.writeTextFile(file, 'start: item\nitem: "a" |\n  ("b"\n');
    const wrong = await runCli(["grammar", "check", file]);
    assertEquals(wrong.code, 1);
    assertMatch(wrong.stderr, /^espalier: .*line \d+, column \d+/);
    await Deno.writeTextFile(file, "%import .secret (x)\nstart: x\n");
    assertEquals((await runCli(["grammar", "check", file])).code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sentences are drawn, repeatably with a seed, and fit the grammar", async () => {
  const args = ["grammar", "sample", "grammars/semantic_version.gbnf", "--count", "4"];
  const first = await runCli([...args, "--seed", "7"]);
  assertEquals(first.code, 0, first.stderr);
  assertEquals((await runCli([...args, "--seed", "7"])).stdout, first.stdout);
  const sentences = first.stdout.trim().split("\n");
  assertEquals(sentences.length, 4);
  const file = args[2]!;
  const fits = await runCli(["grammar", "explain", file, sentences[0]!]);
  assertEquals([fits.code, fits.stdout], [0, "The text fits the grammar.\n"]);
});

Deno.test("a text that does not fit is marked where it leaves the grammar, with what could come", async () => {
  const explain = (text: string) =>
    runCli(["grammar", "explain", "grammars/cron.lark", "--", text]);
  const wrong = await explain("61 * * * *");
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.stdout, "line 1, column 2:\n  61 * * * *\n   ^\n");
  assertStringIncludes(wrong.stdout, 'Expected there: "\\t", " ", ",", "-"');
  const cut = await explain("0 0 *");
  assertStringIncludes(cut.stdout, "the beginning of a sentence");
  assertEquals((await runCli(["grammar", "explain", "grammars/cron.lark"])).code, 1);
});

Deno.test("a trace shows each token with how many were allowed", async () => {
  const { code, stdout } = await runCli(["grammar", "trace", "grammars/json.gbnf", "[true]"]);
  assertEquals(code, 0);
  const lines = stdout.trim().split("\n");
  assertEquals(lines.length, 8);
  assertMatch(lines[3]!, /^"r" +1 {2}forced$/);
  assertEquals(lines.at(-1), "the text may end here");
  const wrong = await runCli(["grammar", "trace", "grammars/json.gbnf", "[tru]"]);
  assert(wrong.code === 1 && wrong.stdout.includes("not allowed"));
});

Deno.test("a grammar is written in the other notation", async () => {
  const { stdout } = await runCli(["grammar", "format", "grammars/json.gbnf", "--to", "lark"]);
  assertStringIncludes(stdout, "start:");
  const again = await runCli(["grammar", "format", "-", "--to", "gbnf"], { stdin: stdout });
  assertEquals(again.code, 0, again.stderr);
  assertStringIncludes(again.stdout, "root ::=");
});
