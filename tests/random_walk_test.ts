// deno-lint-ignore-file no-console -- a seed that is not printed cannot be replayed

/**
 * Random walks: whatever an unguided model writes under the masks is complete and valid.
 *
 * Each schema is walked ten times, over a small vocabulary in all settings of whitespace and property
 * order, and over Qwen2.5's 151,665 tokens. A walk may not dead-end, must reach an end, and ajv must
 * accept what it wrote. `ESPALIER_SEED` replays a run.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { compileJsonSchema, UnsupportedSchemaError } from "../src/matcher/mod.ts";
import type { CompiledGrammar } from "../src/matcher/mod.ts";
import type { Vocabulary } from "../src/vocabulary/mod.ts";
import { qwenTokens } from "./conformance/qwen_tokens.ts";
import { judgeOf } from "./random_walk/judge.ts";
import { CORE_SCHEMAS, FURTHER_SCHEMAS, type NamedSchemas } from "./random_walk/schemas.ts";
import { smallVocabulary } from "./random_walk/vocabularies.ts";
import { seededRandom, walk } from "./random_walk/walk.ts";

const seed = Number(Deno.env.get("ESPALIER_SEED") ?? Math.floor(Math.random() * 2 ** 32));

/** Settings of the text, tried in turn. */
const SETTINGS = [
  { whitespace: "compact", propertyOrder: "schema" },
  { whitespace: "any", propertyOrder: "any" },
  { whitespace: "spaced", propertyOrder: "any" },
  { whitespace: "compact", propertyOrder: "any" },
] as const;
const SMALL_WALKS = 8;
const QWEN_WALKS = 2;

interface Tally {
  walks: number;
  tokens: number;
  incomparable: number;
  refused: string[];
  wrong: string[];
}

Deno.test("500 random walks through 50 schemas end in valid JSON", () => {
  const tally = walkAll(CORE_SCHEMAS, () => undefined);
  report(tally);
  assert(tally.walks >= 500, `${tally.walks} walks`);
  assertEquals(tally.wrong, []);
  assertEquals(tally.refused, []);
  assert(tally.incomparable < tally.walks / 5, `${tally.incomparable} walks not comparable`);
});

Deno.test("random walks through the further keywords end in valid JSON, where those are supported", () => {
  const tally = walkAll(FURTHER_SCHEMAS, (error) => {
    if (!(error instanceof UnsupportedSchemaError)) throw error;
  });
  report(tally);
  assertEquals(tally.wrong, []);
});

function walkAll(schemas: NamedSchemas, onRefused: (error: unknown) => void): Tally {
  const tally: Tally = { walks: 0, tokens: 0, incomparable: 0, refused: [], wrong: [] };
  const small = smallVocabulary();
  const qwen = qwenTokens().vocabulary;
  for (const [name, schema] of Object.entries(schemas)) {
    const strictJudge = judgeOf(schema, false), judgeAny = judgeOf(schema, true);
    for (let index = 0; index < SMALL_WALKS + QWEN_WALKS; index++) {
      const vocabulary: Vocabulary = index < SMALL_WALKS ? small : qwen;
      const setting = SETTINGS[index % SETTINGS.length]!;
      let grammar: CompiledGrammar;
      try {
        grammar = compileJsonSchema(schema, vocabulary, setting);
      } catch (error) {
        onRefused(error);
        tally.refused.push(`${name}: ${(error as Error).message}`);
        break;
      }
      // Each walk has its own seed, so that one can be replayed without those before it.
      const random = seededRandom(hash(`${seed}/${name}/${index}`));
      const budgetTokens = 4 + Math.floor(random() * 40);
      const { outcome, text, tokenCount, detail } = walk(grammar, vocabulary, random, {
        budgetTokens,
        maximumTokens: 4000,
      });
      tally.walks++;
      tally.tokens += tokenCount;
      const where = `${name}, walk ${index}, ${setting.whitespace}/${setting.propertyOrder}, ` +
        `ESPALIER_SEED=${seed}`;
      if (outcome !== "complete") {
        tally.wrong.push(
          `${outcome} (${detail ?? ""}) in ${where}: ${text.slice(0, 120)} … ${text.slice(-200)}`,
        );
        continue;
      }
      const judgement = (setting.whitespace === "any" ? judgeAny : strictJudge)(text);
      if (judgement === "incomparable") tally.incomparable++;
      else if (judgement !== "valid") {
        tally.wrong.push(`${judgement.wrong} in ${where}: ${text.slice(0, 300)}`);
      }
    }
  }
  return tally;
}

function report({ walks, tokens, incomparable, refused }: Tally): void {
  console.log(
    `seed ${seed}: ${walks} walks, ${tokens} tokens, ${incomparable} with numbers beyond doubles` +
      (refused.length === 0
        ? ""
        : `, ${refused.length} schemas refused:\n  ${refused.join("\n  ")}`),
  );
}

/** FNV-1a, to make a seed of a name. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
