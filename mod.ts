/**
 * Espalier: a small language model's output, trained along the frame of your schema.
 *
 * Give {@link extract} a model, a schema and a text, and get a value of the schema's type: every token the model
 * writes is masked so that the text stays inside the schema, and can be completed, at every point. There is
 * nothing to retry and nothing to repair.
 *
 * | you want to                                   | start from                                          |
 * | --------------------------------------------- | --------------------------------------------------- |
 * | get typed data out of a text                  | {@link extract}, {@link streamExtract}              |
 * | the same from a text beyond the model's context | {@link extractLong}                             |
 * | load a model                                  | {@link loadModel}                                   |
 * | have a model write inside any grammar         | {@link generate}                                    |
 * | make a grammar                                | {@link compileJsonSchema}, {@link compileRegex}, {@link compileChoice}, {@link compileGrammar} |
 * | have sections in free text, or a form filled in | {@link taggedText}; `template` of `@espalier/core/grammar` |
 * | use the masks with a model loop of your own   | {@link Vocabulary}, {@link Matcher}                 |
 * | keep transformers.js' `generate()`            | {@link EspalierLogitsProcessor}                     |
 * | tell failures apart                           | {@link EspalierError} and its `code`                |
 *
 * Each part has an entry point of its own (`@espalier/core/matcher`, `/grammar`, `/vocabulary`, `/decoding`, `/models`,
 * `/extract`, `/agent`, `/eval`, `/convert`), and `@espalier/core/testing` has a model for tests that needs no weights. Importing this module
 * loads neither transformers.js nor ONNX Runtime: {@link loadModel} starts a Worker that does.
 *
 * @example Typed data out of a text
 * ```ts ignore
 * import { extract, loadModel } from "@espalier/core";
 * import { z } from "zod";
 *
 * await using model = await loadModel("onnx-community/Qwen2.5-0.5B-Instruct");
 * const { value } = await extract(model, {
 *   schema: z.object({ name: z.string(), born: z.int() }),
 *   text: "Ada Lovelace was born in London in 1815.",
 * });
 * console.log(value.name, value.born);
 * ```
 *
 * @example The same with a model that needs no download, as in a test
 * ```ts
 * import { extract } from "@espalier/core";
 * import { scriptedModel } from "@espalier/core/testing";
 * import { z } from "zod";
 *
 * await using model = scriptedModel({ script: '{"name":"Ada","born":1815}' });
 * const { value } = await extract(model, {
 *   schema: z.object({ name: z.string(), born: z.int() }),
 *   text: "Ada Lovelace was born in London in 1815.",
 * });
 * console.assert(value.born === 1815);
 * ```
 *
 * @module
 */

export { EspalierError, LimitExceededError } from "./src/errors.ts";
export * from "./src/vocabulary/mod.ts";
export {
  analyzeGrammar,
  formatGrammar,
  GrammarSyntaxError,
  parseGrammar,
  sampleSentence,
  taggedText,
  TaggedTextReader,
} from "./src/grammar/mod.ts";
export type {
  Grammar,
  GrammarAnalysis,
  ParsedGrammar,
  ParseGrammarOptions,
  TaggedSection,
  TaggedTextOptions,
} from "./src/grammar/mod.ts";
export * from "./src/matcher/mod.ts";
export * from "./src/decoding/mod.ts";
export * from "./src/models/mod.ts";
export * from "./src/extract/mod.ts";
