/**
 * The reader on real data: what its graph means on the official suite, and that it reads MaskBench's schemas.
 *
 * Data is looked for in `$ESPALIER_DATA`, else in `shared/data` beside the checkout; without it the tests are
 * skipped with a message.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  DATA_MISSING,
  dataFolder,
  type Draft,
  DRAFTS,
  maskBenchCases,
  suiteCases,
  suiteRemotes,
} from "../../tests/conformance/data.ts";
import { isValid } from "./_node_validator.ts";
import { readSchema } from "./read_schema.ts";

const folder = dataFolder();
// deno-lint-ignore no-console
if (folder === undefined) console.warn(DATA_MISSING);

for (const draft of Object.keys(DRAFTS) as Draft[]) {
  Deno.test({
    name: `the graphs of the official suite's schemas mean what ${draft} says`,
    ignore: folder === undefined,
    fn() {
      const externalSchemas = suiteRemotes(folder!);
      const wrong: string[] = [];
      for (const { id, schema, instances } of suiteCases(folder!, draft, "required")) {
        const node = readSchema(schema, { externalSchemas, assertFormats: false });
        for (const { description, valid, texts } of instances) {
          if (isValid(node, JSON.parse(texts[0]!)) !== valid) wrong.push(`${id}: ${description}`);
        }
      }
      assertEquals(wrong, []);
    },
  });
}

Deno.test({
  name: "every hundredth schema of MaskBench can be read",
  ignore: folder === undefined,
  async fn() {
    for await (const { schema } of maskBenchCases(folder!, (index) => index % 100 === 0)) {
      readSchema(schema);
    }
  },
});
