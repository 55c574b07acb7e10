/**
 * Espalier as one of the engines of `bench/grammar_peers.ts`.
 *
 * @module
 */

import { EspalierError } from "../../src/errors.ts";
import { compileGrammar, Matcher } from "../../src/matcher/mod.ts";
import { Vocabulary } from "../../src/vocabulary/mod.ts";
import { isInMask } from "../../tests/conformance/drive.ts";
import { type PeerEngine, serveEngine } from "./serve_engine.ts";

let vocabulary: Vocabulary;
let mask: Uint32Array;
let tokenizer: string | undefined;

const espalier: PeerEngine = {
  load({ tokenizerFile, logitsSize }) {
    // Grammars name tokens, so the names are needed beside the bytes.
    tokenizer ??= Deno.readTextFileSync(tokenizerFile);
    vocabulary = Vocabulary.fromTokenizer(JSON.parse(tokenizer), { logitsSize });
    mask = new Uint32Array(vocabulary.maskWordCount);
  },
  compile(text) {
    const grammar = compileGrammar(text, vocabulary, {
      whitespace: "any",
      propertyOrder: "any",
    });
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
  classify: (error) => error instanceof EspalierError ? "refused" : "error",
};

if (import.meta.main) await serveEngine(espalier);
