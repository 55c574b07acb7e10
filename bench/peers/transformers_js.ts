/**
 * `@huggingface/transformers-structured-output` as one of the engines of `bench/peers.ts`.
 *
 * The package exports a logits processor only. What the processor does for each token is `commit` the last one to its
 * constraint and `fillMask`, then write the mask into the logits; the benchmark makes the first two calls
 * on the constraint inside the processor, because applying a mask is no part of computing one, for any
 * engine. The constraint cannot be reset, so each text has a processor of its own; they share the package's
 * cache of masks, which is keyed by the schema object.
 *
 * @module
 */

import { StructuredOutputProcessor } from "@huggingface/transformers-structured-output";
import { isInMask } from "../../tests/conformance/drive.ts";
import { type PeerEngine, serveEngine } from "./serve_engine.ts";

/** The part of the package's `TokenConstraint` that its processor calls. */
interface TokenConstraint {
  fillMask(target: Uint32Array): boolean;
  /** Throws where the token is not allowed. */
  commit(tokenId: number): boolean;
}

type JsonSchemaFormat = Extract<
  ConstructorParameters<typeof StructuredOutputProcessor>[1],
  { type: "json_schema" }
>;

const NO_BYTES = new Uint8Array();

let tokenizer: object;
let mask: Uint32Array;

const transformersJs: PeerEngine = {
  load({ tokens, eosTokenIds, specialTokenIds, logitsSize }) {
    tokenizer = {
      tokens: tokens.map((token) => token ?? NO_BYTES),
      eosTokenId: eosTokenIds[0], // it knows one
      specialTokenIds: [...specialTokenIds],
    };
    mask = new Uint32Array(Math.ceil(logitsSize / 32));
    StructuredOutputProcessor.warmup(tokenizer);
  },
  compile(schema) {
    const json_schema = JSON.parse(schema) as JsonSchemaFormat["json_schema"];
    let constraint: TokenConstraint | undefined = constraintOf(json_schema);
    return {
      start() {
        const current = constraint ?? constraintOf(json_schema);
        constraint = undefined;
        return {
          fillMask: () => current.fillMask(mask),
          allows: (id) => isInMask(mask, id),
          acceptToken(id) {
            current.commit(id);
            return true;
          },
        };
      },
    };
  },
  classify(error) {
    // It refuses by plain errors; those of the language itself are recognised by what it never says.
    const isOfLanguage = error instanceof RangeError ||
      /^(Cannot (read|set) propert|.* is not (a function|iterable|defined))/.test(String(
        (error as Error).message,
      ));
    return isOfLanguage ? "error" : "refused";
  },
};

function constraintOf(json_schema: JsonSchemaFormat["json_schema"]): TokenConstraint {
  const processor = new StructuredOutputProcessor(tokenizer, { type: "json_schema", json_schema });
  const [first] = processor.processors as unknown as { state: { constraint: TokenConstraint } }[];
  return first!.state.constraint;
}

if (import.meta.main) await serveEngine(transformersJs);
