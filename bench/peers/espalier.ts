/**
 * Espalier as one of the engines of `bench/peers.ts`.
 *
 * @module
 */

import { EspalierError } from "../../src/errors.ts";
import { type CompiledGrammar, compileJsonSchema, Matcher } from "../../src/matcher/mod.ts";
import { Vocabulary } from "../../src/vocabulary/mod.ts";
import { isInMask } from "../../tests/conformance/drive.ts";
import { Samples } from "../../tests/conformance/samples.ts";
import { type PeerEngine, serveEngine } from "./serve_engine.ts";

const OPTIONS = { whitespace: "any", propertyOrder: "any" } as const;
/** Schemas that are compiled again at the end, from the cache; it holds 128. */
const RECOMPILED = 100;

let vocabulary: Vocabulary;
let mask: Uint32Array;
let lastGrammar: CompiledGrammar | undefined;
const compiledSchemas: string[] = [];

const espalier: PeerEngine = {
  load({ tokens, eosTokenIds, specialTokenIds, logitsSize }) {
    vocabulary = Vocabulary.fromBytes(tokens, {
      eosTokenIds: [...eosTokenIds],
      specialTokenIds: [...specialTokenIds],
      logitsSize,
    });
    mask = new Uint32Array(vocabulary.maskWordCount);
  },
  compile(schema) {
    const grammar = compileJsonSchema(JSON.parse(schema), vocabulary, { ...OPTIONS, cache: false });
    lastGrammar = grammar;
    if (compiledSchemas.length < RECOMPILED) compiledSchemas.push(schema);
    return {
      start() {
        const matcher = new Matcher(grammar);
        return {
          fillMask: () => matcher.fillMask(mask),
          allows: (id) => isInMask(mask, id),
          acceptToken: (id) => matcher.acceptToken(id),
        };
      },
    };
  },
  classify(error) {
    if (!(error instanceof EspalierError)) return "error";
    return error.code === "unsatisfiable_schema" ? "unsatisfiable" : "refused";
  },
  extras() {
    const cachedMaskBytes = lastGrammar?.internals.begin().engine.masks.sizeBytes ?? 0;
    const recompileUs = new Samples();
    for (const schema of compiledSchemas) {
      // A request brings its schema as a value of its own, so the cache has to compare content.
      const [first, second] = [JSON.parse(schema), JSON.parse(schema)];
      compileJsonSchema(first, vocabulary, { ...OPTIONS, cache: true });
      const startedAt = performance.now();
      compileJsonSchema(second, vocabulary, { ...OPTIONS, cache: true });
      recompileUs.add((performance.now() - startedAt) * 1000);
    }
    const { count, p50, p99, max } = recompileUs.summary();
    return {
      maskMiB: Number((mask.byteLength / 2 ** 20).toFixed(3)),
      cachedMasksMiB: Number((cachedMaskBytes / 2 ** 20).toFixed(1)),
      recompiledSchemaCount: count,
      ...(count === 0 ? {} : { recompileP50Us: p50, recompileP99Us: p99, recompileMaxUs: max }),
    };
  },
};

if (import.meta.main) await serveEngine(espalier);
