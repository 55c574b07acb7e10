/**
 * The formats on real data: the official suite's optional tests and the format strings of MaskBench.
 *
 * Data is looked for in `$ESPALIER_DATA`, else in `shared/data` beside the checkout; without it the tests are
 * skipped with a message.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Automaton } from "../automata/automaton.ts";
import { JsonStringAlgebra } from "../automata/json_string.ts";
import { RegexStore } from "../automata/regex_store.ts";
import { formatLanguage, formatNames } from "./formats.ts";

const DATA = Deno.env.get("ESPALIER_DATA") ??
  new URL("../../../shared/data", import.meta.url).pathname;
const SUITE = `${DATA}/json-schema-test-suite/tests/draft2020-12/optional/format`;
const MASKBENCH = `${DATA}/maskbench.dev.jsonl.gz`;

/** Valid tests of the suite that are refused: all of them are `xn--` labels. */
const MAX_REFUSED_VALID = 16;

function isMissing(path: string): boolean {
  try {
    Deno.statSync(path);
    return false;
  } catch {
    // deno-lint-ignore no-console
    console.warn(`skipped: no ${path} (set ESPALIER_DATA)`);
    return true;
  }
}

const store = new RegexStore();
const algebra = new JsonStringAlgebra(store);
const automaton = new Automaton(store);
const languages = new Map(formatNames.map((name) => [name, formatLanguage(name, algebra)!]));

function accepts(format: string, text: string): boolean {
  const content = JSON.stringify(text).slice(1, -1);
  return automaton.matches(languages.get(format)!, new TextEncoder().encode(content));
}

interface SuiteGroup {
  readonly schema: { readonly format: string };
  readonly tests: readonly { readonly data: unknown; readonly valid: boolean }[];
}

Deno.test("the official suite meets no wrong accept, and refuses no valid text but A-labels", () => {
  if (isMissing(SUITE)) return;
  const refused: string[] = [];
  for (const file of Deno.readDirSync(SUITE)) {
    const groups = JSON.parse(Deno.readTextFileSync(`${SUITE}/${file.name}`)) as SuiteGroup[];
    for (const { schema: { format }, tests } of groups) {
      for (const { data, valid } of tests) {
        if (typeof data !== "string" || !languages.has(format)) continue;
        const verdict = accepts(format, data);
        if (!valid) assert(!verdict, `${format} accepts ${JSON.stringify(data)}`);
        if (valid && !verdict) {
          assert(/xn--/i.test(data), `${format} refuses ${JSON.stringify(data)}`);
          refused.push(data);
        }
      }
    }
  }
  assert(refused.length <= MAX_REFUSED_VALID, `${refused.length} valid texts refused`);
});

interface Schema {
  readonly [keyword: string]: unknown;
}

/** Strings at places whose schema, reached by `properties` and `items` alone, has a format. */
function* formatStrings(
  schema: unknown,
  value: unknown,
): Generator<[format: string, text: string]> {
  if (typeof schema !== "object" || schema === null) return;
  const { format, properties, items } = schema as Schema;
  if (typeof value === "string") {
    if (typeof format === "string" && languages.has(format)) yield [format, value];
  } else if (Array.isArray(value)) {
    for (const item of value) yield* formatStrings(items, item);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (
        typeof properties === "object" && properties !== null && Object.hasOwn(properties, name)
      ) {
        yield* formatStrings((properties as Schema)[name], member);
      }
    }
  }
}

Deno.test("every format string in a valid instance of MaskBench is accepted", async () => {
  if (isMissing(MASKBENCH)) return;
  const file = await Deno.open(MASKBENCH);
  const lines = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  const refused: string[] = [];
  let count = 0;
  for (const line of lines.split("\n")) {
    if (!line.includes('"format"')) continue;
    const { schema, tests } = JSON.parse(line) as {
      schema: unknown;
      tests: { data: unknown; valid: boolean }[];
    };
    for (const { data, valid } of tests) {
      if (!valid) continue;
      for (const [format, text] of formatStrings(schema, data)) {
        count++;
        if (!accepts(format, text)) refused.push(`${format} ${JSON.stringify(text)}`);
      }
    }
  }
  assertEquals(refused, []);
  assert(count > 1000, `${count} strings`);
});
