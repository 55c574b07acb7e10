/**
 * Conformance in every test run: the repository's own cases always, and a sample of the large data
 * sets, against their baselines, where these are at hand.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { compare, readBaseline, type Verdicts } from "./baseline.ts";
import {
  type ConformanceCase,
  dataFolder,
  maskBenchCases,
  suiteCases,
  suiteRemotes,
} from "./data.ts";
import { OWN_CASES } from "./own_cases.ts";
import { qwenTokens, type TextTokens } from "./qwen_tokens.ts";
import { type CaseResult, runCase } from "./run_case.ts";
import { Tally } from "./tally.ts";

/** Every how many of the schemas are in the sample. */
const MASKBENCH_STRIDE = 150;
const SUITE_STRIDE = 10;

let tokens: TextTokens | undefined;
const data = dataFolder();

for (const { name, schema, valid, invalid } of OWN_CASES) {
  Deno.test(`masks let through what is valid and nothing else: ${name}`, () => {
    const result = run({
      id: name,
      schema,
      assertFormats: true,
      instances: [
        ...valid.map((text) => ({ description: "valid", valid: true, texts: [text] })),
        ...invalid.map((text) => ({ description: "invalid", valid: false, texts: [text] })),
      ],
    }, {});
    assertEquals(result.verdicts.map((verdict, i) => [verdict, result.details[i]]), [
      ...valid.map(() => ["pass", ""]),
      ...invalid.map(() => ["pass", ""]),
    ]);
  });
}

Deno.test("the instances of the own cases that are meant to be valid are valid", () => {
  for (const { name, schema, valid } of OWN_CASES) {
    const validate = new Ajv2020({ strict: false, validateFormats: false, multipleOfPrecision: 9 })
      .compile(schema as Record<string, unknown> | boolean);
    for (const text of valid) assert(validate(JSON.parse(text)), `${name}: ${text}`);
  }
});

Deno.test({
  name: "a sample of MaskBench is not worse than its baseline",
  ignore: data === undefined,
  async fn() {
    const tally = new Tally();
    for await (const sample of maskBenchCases(data!, (index) => index % MASKBENCH_STRIDE === 0)) {
      tally.add(run(sample, {}), sample);
    }
    assertNotWorse(tally.schemas, "maskbench.baseline.txt");
  },
});

Deno.test({
  name: "a sample of the official suite is not worse than its baseline",
  ignore: data === undefined,
  fn() {
    const remotes = suiteRemotes(data!);
    const tally = new Tally();
    const cases = [
      ...suiteCases(data!, "draft2020-12", "required"),
      ...suiteCases(data!, "draft7", "required"),
      ...suiteCases(data!, "draft2020-12", "format"),
    ];
    for (const [index, sample] of cases.entries()) {
      if (index % SUITE_STRIDE === 0) tally.add(run(sample, remotes), sample);
    }
    assertNotWorse(tally.instances, "suite.baseline.txt");
  },
});

function run(sample: ConformanceCase, externalSchemas: Record<string, unknown>): CaseResult {
  return runCase(sample, tokens ??= qwenTokens(), { externalSchemas }, () => {});
}

function assertNotWorse(verdicts: Verdicts, baselineName: string): void {
  const baseline = readBaseline(new URL(baselineName, import.meta.url));
  if (baseline === undefined) throw new Error(`${baselineName} is not in the repository`);
  assertEquals(compare(baseline, verdicts).worse, []);
}
