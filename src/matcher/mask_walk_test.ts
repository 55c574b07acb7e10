/** Tests of the mask computation against its slow, obviously right twin: try every token. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { EspalierError } from "../errors.ts";
import { qwenTokens } from "../../tests/conformance/qwen_tokens.ts";
import { maskDifference } from "../../tests/properties/mask_oracle.ts";
import { schemaArbitrary } from "../../tests/properties/schemas.ts";
import { CORE_SCHEMAS, FURTHER_SCHEMAS } from "../../tests/random_walk/schemas.ts";
import { seededRandom } from "../../tests/random_walk/walk.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { vocabulary as small } from "./_matcher_fixtures.ts";
import { type CompiledGrammar, compileJsonSchema, Matcher } from "./mod.ts";

const LAYOUTS = [
  { whitespace: "any", propertyOrder: "any" },
  { whitespace: "compact", propertyOrder: "schema" },
  { whitespace: "spaced", propertyOrder: "any" },
] as const;

Deno.test("masks of the sample schemas are what trying every token gives", () => {
  const random = seededRandom(3);
  for (const [name, schema] of Object.entries({ ...CORE_SCHEMAS, ...FURTHER_SCHEMAS })) {
    for (const layout of LAYOUTS) {
      const grammar = compileJsonSchema(schema, small, layout);
      const difference = firstDifference(grammar, random, 12, () => undefined);
      assertEquals(difference, null, `${name}, ${layout.whitespace}`);
    }
  }
});

Deno.test("masks of random schemas are what trying every token gives", () => {
  let positions = 0;
  const property = fc.property(
    schemaArbitrary(),
    fc.constantFrom(...LAYOUTS),
    fc.nat(),
    (schema, layout, seed) => {
      let grammar: CompiledGrammar;
      try {
        grammar = compileJsonSchema(schema, small, { ...layout, cache: false });
      } catch (error) {
        if (error instanceof EspalierError) return;
        throw error;
      }
      assertEquals(firstDifference(grammar, seededRandom(seed), 10, () => void positions++), null);
    },
  );
  fc.assert(property, { numRuns: 250, interruptAfterTimeLimit: 12_000 });
  assert(positions > 300, `${positions} positions`);
});

Deno.test("masks over Qwen2.5's vocabulary are what trying sampled tokens gives", () => {
  const { vocabulary } = qwenTokens();
  const random = seededRandom(5);
  const names = [
    "anything",
    "string by two patterns",
    "enum of strings with shared beginnings",
    "unicode keys",
    "pattern properties",
    "not",
    "uniqueItems over a small enum",
    "discriminated union",
    "price",
    "date-time",
  ];
  const schemas: Record<string, unknown> = { ...CORE_SCHEMAS, ...FURTHER_SCHEMAS };
  for (const name of names) {
    for (const layout of LAYOUTS.slice(0, 2)) {
      const grammar = compileJsonSchema(schemas[name], vocabulary, layout);
      const difference = firstDifference(
        grammar,
        random,
        5,
        () => undefined,
        (mask) => sample(mask, vocabulary, random),
      );
      assertEquals(difference, null, `${name}, ${layout.whitespace}`);
    }
  }
});

/** Walks at random and compares at every position. */
function firstDifference(
  grammar: CompiledGrammar,
  random: () => number,
  steps: number,
  onPosition: () => void,
  sampleOf?: (mask: Uint32Array) => Iterable<number>,
): string | null {
  const { vocabulary } = grammar;
  const matcher = new Matcher(grammar);
  const mask = new Uint32Array(vocabulary.maskWordCount);
  for (let step = 0; step < steps; step++) {
    if (!matcher.fillMask(mask)) return `dead end after ${matcher.tokenCount} tokens`;
    onPosition();
    const difference = maskDifference(matcher, sampleOf?.(mask));
    if (difference !== null) return `after ${matcher.tokenCount} tokens: ${difference}`;
    const next = randomAllowed(mask, vocabulary, random);
    if (next === null) return null;
    matcher.acceptToken(next);
  }
  return null;
}

/** An allowed token other than EOS; the first byte is drawn first, so that strings end too. */
function randomAllowed(
  mask: Uint32Array,
  vocabulary: Vocabulary,
  random: () => number,
): number | null {
  const byFirstByte = new Map<number, number[]>();
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    if ((mask[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
    const first = vocabulary.tokenBytes(id)?.[0];
    if (first === undefined) continue;
    const ids = byFirstByte.get(first);
    if (ids === undefined) byFirstByte.set(first, [id]);
    else ids.push(id);
  }
  if (byFirstByte.size === 0) return null;
  const groups = [...byFirstByte.values()];
  const group = groups[Math.floor(random() * groups.length)]!;
  return group[Math.floor(random() * group.length)]!;
}

/** Some tokens inside the mask and some outside of it. */
function sample(mask: Uint32Array, vocabulary: Vocabulary, random: () => number): number[] {
  const ids: number[] = [];
  const step = 1 + Math.floor(random() * 40);
  for (let id = Math.floor(random() * step); id < vocabulary.logitsSize; id += step) ids.push(id);
  const allowed: number[] = [];
  for (let id = 0; id < vocabulary.tokenCount && allowed.length < 20_000; id++) {
    if ((mask[id >>> 5]! >>> (id & 31) & 1) === 1) allowed.push(id);
  }
  for (let i = 0; i < 500 && allowed.length > 0; i++) {
    ids.push(allowed[Math.floor(random() * allowed.length)]!);
  }
  return ids;
}
