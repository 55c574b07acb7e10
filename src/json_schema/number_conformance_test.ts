/**
 * Number automata on real data: the official suite's numeric tests and MaskBench's numeric constraints.
 *
 * Data is looked for in `$ESPALIER_DATA`, else in `shared/data` beside the checkout; without it the tests are
 * skipped with a message.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "./decimal.ts";
import { type NumberForm, NumberMachine } from "./number_machine.ts";
import { contains, isEmpty, type NumberKeywords, numberSetFromKeywords } from "./number_set.ts";

const DATA = Deno.env.get("ESPALIER_DATA") ??
  new URL("../../../shared/data", import.meta.url).pathname;

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

/** A number of a JSON text, with the text it was written as. */
class Written {
  constructor(readonly text: string) {}
}

/** JSON.parse, but numbers keep their texts: the suite has some that doubles cannot hold. */
// deno-lint-ignore no-explicit-any
function parseWritten(text: string): any {
  const reviver = (_: string, value: unknown, context?: { source: string }) =>
    typeof value === "number" ? new Written(context!.source) : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

const BOUNDS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
] as const;

/** The numeric keywords of a schema object whose values were read by {@link parseWritten}. */
function keywordsOf(schema: Record<string, unknown>): NumberKeywords {
  const keywords: Record<string, unknown> = { integer: schema.type === "integer" };
  for (const name of BOUNDS) {
    const value = schema[name];
    if (value instanceof Written) keywords[name] = Decimal.parse(value.text);
  }
  return keywords;
}

function accepts(machine: NumberMachine, text: string): boolean {
  let state = machine.start;
  for (let i = 0; i < text.length && state >= 0; i++) {
    state = machine.step(state, text.charCodeAt(i));
  }
  return state >= 0 && machine.isAccepting(state);
}

const SUITE = `${DATA}/json-schema-test-suite/tests/draft2020-12`;
const SUITE_FILES = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "optional/float-overflow",
  "optional/bignum",
];

Deno.test({
  name: "the official suite's numbers are judged as it says",
  ignore: isMissing(SUITE),
  fn() {
    let count = 0;
    for (const file of SUITE_FILES) {
      const groups = parseWritten(Deno.readTextFileSync(`${SUITE}/${file}.json`));
      for (const { description, schema, tests } of groups) {
        if (schema.type !== undefined && !["integer", "number"].includes(schema.type)) continue;
        const machine = new NumberMachine(numberSetFromKeywords(keywordsOf(schema)), "json");
        for (const { data, valid } of tests) {
          if (!(data instanceof Written)) continue;
          assertEquals(accepts(machine, data.text), valid, `${description}: ${data.text}`);
          count++;
        }
      }
    }
    assert(count >= 40, `only ${count} tests`);
  },
});

const MASKBENCH = `${DATA}/maskbench.dev.jsonl.gz`;

async function* lines(path: string): AsyncGenerator<string> {
  const stream = (await Deno.open(path)).readable
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== "") yield rest;
}

Deno.test({
  name: "MaskBench's numeric constraints and numbers agree with exact membership",
  ignore: isMissing(MASKBENCH),
  async fn() {
    const schemas = new Map<string, NumberKeywords>();
    const numbers = new Set<string>();
    const visit = (value: unknown, isSchema: boolean) => {
      if (typeof value === "number") {
        if (!isSchema) numbers.add(JSON.stringify(value));
      } else if (Array.isArray(value)) {
        for (const item of value) visit(item, isSchema);
      } else if (typeof value === "object" && value !== null) {
        const object = value as Record<string, unknown>;
        if (isSchema && BOUNDS.some((name) => typeof object[name] === "number")) {
          const keywords: Record<string, unknown> = { integer: object.type === "integer" };
          for (const name of BOUNDS) {
            if (typeof object[name] === "number") keywords[name] = object[name];
          }
          schemas.set(JSON.stringify(keywords), keywords);
        }
        for (const item of Object.values(object)) visit(item, isSchema);
      }
    };
    for await (const line of lines(MASKBENCH)) {
      const { schema, tests } = JSON.parse(line);
      visit(schema, true);
      for (const { data } of tests) visit(data, false);
    }
    assert(schemas.size > 400 && numbers.size > 1500, `${schemas.size} ${numbers.size}`);
    const judged = [...numbers].map((text) => ({ text, value: Decimal.parse(text) }));
    const counts: number[] = [];
    for (const [name, keywords] of schemas) {
      const set = numberSetFromKeywords(keywords);
      for (const form of ["json", "canonical"] satisfies NumberForm[]) {
        const machine = new NumberMachine(set, form);
        assertEquals(machine.start < 0, isEmpty(set), name);
        if (machine.start < 0) continue;
        for (const { text, value } of judged) {
          // Canonical form has no exponents and no endless digits.
          if (form === "canonical" && (text.length > 20 || text.includes("e"))) continue;
          assertEquals(accepts(machine, text), contains(set, value), `${form} ${name}: ${text}`);
        }
        if (form === "json") counts.push(machine.stateCount);
      }
    }
    counts.sort((a, b) => a - b);
    assert(counts[counts.length >> 1]! < 2000, `${counts[counts.length >> 1]} states`);
    if (Deno.env.get("ESPALIER_REPORT")) {
      // deno-lint-ignore no-console
      console.log(
        `${schemas.size} constraints, ${numbers.size} numbers; states p50 ` +
          `${counts[counts.length >> 1]}, max ${counts[counts.length - 1]}`,
      );
    }
  },
});
