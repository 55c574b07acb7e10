/**
 * Every example runs to its end, in a process of its own, and is short.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";

/** What an example prints; whatever the weights are. */
const EXPECTED: Record<string, RegExp> = {
  "abort_with_a_signal.ts": /^AbortError: that will do\n20 votes are known: /,
  "agent_with_mcp.ts":
    /^calls count_books\n\{[^]* value: "(3 poems|12 novels)"\n\}\n(answered|stopped)/,
  "agent_with_tools.ts":
    /(find_order|track_parcel|refund) \{"order": "(A-17|B-42)"[^]*\n(answered \{|stopped)/,
  "choose_a_label.ts": /^((billing|delivery|returns|something else): .* \(\d+ tokens\)\n){3}$/,
  "extract_from_a_long_text.ts": /^[2-9] parts\n(.* in .*\n)*(\/bookings.*: ".*" at \d+\n)?$/,
  "extract_with_json_schema.ts": /^\d+ of [A-Z]{3}-\d\d(, express)?\n([^[]*\n)?\[\{.*\}\]\n$/,
  "extract_with_zod.ts": /arrives on \d{4}-\d\d-\d\d and takes a (SINGLE|DOUBLE|SUITE)\n/,
  "fill_in_a_form.ts":
    /^.{1,20}, [A-Z]{2}-\d{4}: (happy|neutral|angry), [1-5] stars\nthe order stands at \d+; \d+ tokens were forced\n$/,
  "follow_a_grammar.ts": /^root ::= .*\n(price|rooms|town) [=<>] .*\n$/,
  "ground_values.ts": /^(\/\w+ .*: .*, sure .*\n){3}payer,amount,due\n$/,
  "keep_the_event_loop_free.ts":
    /^written: true\nrefused: schemaBytes\nheld up for at most \d+ ms\n$/,
  "logits_processor.ts": /^(\{"name":".*","sizes":\[.*\]\} for \w+\n){2}$/,
  "masks_without_a_model.ts": /\{ size: "(S|M|XL)", colour: "(red|blue)" \}\n$/,
  "stream_partial_values.ts": /^read \d+ tokens\n[^]*name: [^]*first token after \d+ ms\n$/,
  "write_a_pattern.ts": /^(EUR|USD|GBP) \d+\.\d\d\n$/,
};

const folder = new URL("../examples/", import.meta.url);

Deno.test("what is expected of each example is known", () => {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const examples = names.filter((name) => name.endsWith(".ts") && !name.startsWith("_"));
  assertEquals(examples.sort(), Object.keys(EXPECTED));
});

for (const [name, expected] of Object.entries(EXPECTED)) {
  Deno.test(`examples/${name} runs and has at most 60 lines`, async () => {
    const source = await Deno.readTextFile(new URL(name, folder));
    assert(source.trimEnd().split("\n").length <= 60);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions(source), new URL(name, folder).href],
      // Mesa's software adapter complains on standard error where XDG_RUNTIME_DIR is not set.
      env: { NO_COLOR: "1", ESPALIER_MODEL: "", XDG_RUNTIME_DIR: Deno.cwd() },
    }).output();
    const decoder = new TextDecoder();
    assertEquals([code, decoder.decode(stderr)], [0, ""]);
    assertMatch(decoder.decode(stdout), expected);
  });
}

/** The flags that the example's own header tells the reader to use. */
function permissions(source: string): string[] {
  const [, flags] = /^ \* {5}deno run (.*)examples\//m.exec(source)!;
  return flags!.trim().split(" ").filter((flag) => flag !== "");
}
