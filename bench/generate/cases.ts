/**
 * What is extracted in `bench/generate.ts`: texts with schemas, and long schemas for the first token's time.
 *
 * Texts are the development sets of receipts and sentences where they are at hand, else drawn by the generators that the
 * embedded model is measured with. None has a pattern or a format, which the structured-output package of transformers.js
 * refuses.
 *
 * @module
 */

import { drawExtraction } from "../../tools/synthetic/document.ts";
import { LESSONS } from "../../tools/synthetic/example.ts";
import { Draws } from "../../tools/synthetic/random.ts";
import { readEvaluationSet } from "../../src/eval/mod.ts";
import { closeObjects, type JsonSchemaObject } from "../../src/extract/mod.ts";

/** One extraction. */
export interface ExtractionCase {
  text: string;
  schema: JsonSchemaObject;
}

/** Where the cases come from. */
export interface CaseSource {
  /** Folder with `eval/sroie.dev.jsonl` and `eval/crossner.dev.jsonl`; undefined for synthetic texts. */
  dataFolder: string | undefined;
  count: number;
  seed: number;
}

/** The cases, the same for the same source. */
export async function readCases(source: CaseSource): Promise<ExtractionCase[]> {
  const { dataFolder, count, seed } = source;
  const draws = new Draws(seed);
  if (dataFolder === undefined) {
    return Array.from({ length: count }, () => {
      const { text, schema } = drawExtraction(draws, "held_out", LESSONS.at(-1)!);
      return { text, schema: closeObjects(withoutFormats(schema)) };
    });
  }
  const sets = await Promise.all(
    ["sroie", "crossner"].map(async (name) =>
      readEvaluationSet(await Deno.readTextFile(`${dataFolder}/eval/${name}.dev.jsonl`))
        .filter((item) => item.kind === "extraction")
    ),
  );
  return Array.from({ length: count }, (_, index) => {
    const set = sets[index % sets.length]!;
    const { text, schema } = set[Math.floor(draws.unit() * set.length)]!;
    return { text, schema };
  });
}

function withoutFormats(schema: unknown): JsonSchemaObject {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => key === "format" ? undefined : value),
  );
}

const THINGS = ["parcel", "engine", "garden", "letter", "bridge", "kitchen", "station", "harbour"];
const FACTS = ["colour", "weight in grams", "name of the owner", "place where it was seen last"];

/** A schema whose outline is some 600 tokens long, another one for each number. */
export function longSchema(number: number): JsonSchemaObject {
  const properties = Object.fromEntries(
    THINGS.slice(0, 6).flatMap((thing) =>
      FACTS.map((fact) => [
        `${thing}_${fact.replaceAll(" ", "_")}_${number}`,
        { type: "string", maxLength: 8, description: `${fact} of the ${thing}, report ${number}` },
      ])
    ),
  );
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
