/**
 * Espalier's masks inside transformers.js' own `generate()`, for those who keep their model and their loop.
 *
 * Stands beside `loadModel`, not on it: transformers.js is not imported here, only fitted. Its `generate()` takes
 * `logits_processor`, iterates it, and calls each entry with the token ids of all rows so far and with the logits of the
 * next position (`LogitsProcessorList` in transformers.js 4, `src/generation/logits_process.js`).
 *
 * Cost a call: that of `row_masks.ts`, a mask and some 0.2 ms a row.
 *
 * @module
 */

import {
  CompiledGrammar,
  compileJsonSchema,
  type CompileJsonSchemaOptions,
} from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { RowMasks } from "./row_masks.ts";

/** What is used of a `Tensor` of transformers.js. */
export interface LogitsTensor {
  /** `[batch, logits]`. */
  readonly dims: readonly number[];
  /** A `Float32Array`, row by row; changed in place. */
  readonly data: unknown;
}

/** An entry of a `LogitsProcessorList` of transformers.js. */
// deno-lint-ignore no-explicit-any -- a Tensor in, a Tensor out; transformers.js declares no more
export type LogitsProcessorFunction = (inputIds: bigint[][], logits: any) => any;

/** An instance can be called, as those of transformers.js can; a class cannot declare that by itself. */
export interface EspalierLogitsProcessor {
  /** As {@link EspalierLogitsProcessor._call}. */
  <Tensor extends LogitsTensor>(inputIds: bigint[][], logits: Tensor): Tensor;
}

/**
 * Holds `model.generate()` of transformers.js to a grammar.
 *
 * Fits where a `LogitsProcessorList` does, and may be pushed into one, too. Any batch size, greedy or sampling. Rows
 * that have ended write their EOS token until the others have. Rows whose history was exchanged for another's, as
 * beam search does, are followed anew from the end of the prompt.
 *
 * One at a time: two `generate()` calls that overlap need a processor each (they may share the grammar).
 * `generate()` itself cuts a text at `max_new_tokens`; Espalier's own `generate` and `extract` complete it.
 *
 * @example
 * ```ts ignore
 * import { EspalierLogitsProcessor } from "@espalier/core/models";
 * import { AutoModelForCausalLM, AutoTokenizer } from "@huggingface/transformers";
 *
 * const id = "onnx-community/Qwen2.5-0.5B-Instruct";
 * const tokenizer = await AutoTokenizer.from_pretrained(id);
 * const model = await AutoModelForCausalLM.from_pretrained(id, { dtype: "q4" });
 * const processor = EspalierLogitsProcessor.forJsonSchema(tokenizer, {
 *   type: "object",
 *   properties: { name: { type: "string" }, born: { type: "integer" } },
 *   required: ["name", "born"],
 *   additionalProperties: false,
 * });
 * const inputs = tokenizer("Ada Lovelace, born in 1815, as JSON: ");
 * const output = await model.generate({
 *   ...inputs,
 *   max_new_tokens: 100,
 *   logits_processor: processor,
 * });
 * ```
 */
export class EspalierLogitsProcessor {
  /** The grammar that is followed. */
  declare readonly grammar: CompiledGrammar;
  /** What is applied, in order: the mask, and what was added with `push` and `extend`. */
  declare readonly processors: LogitsProcessorFunction[];

  /**
   * Makes a processor; the matchers are made when `generate()` calls it.
   *
   * @param tokenizer The model's, as transformers.js gives it. Where it names an EOS token of the grammar's vocabulary,
   *   texts end with that one, so that `generate()` knows it.
   * @param grammar A grammar over that tokenizer's vocabulary: {@link EspalierLogitsProcessor.vocabularyOf}, or
   *   `Vocabulary.fromTokenizer`.
   * @throws {TypeError} `grammar` is no compiled grammar.
   */
  constructor(tokenizer: object, grammar: CompiledGrammar) {
    if (!(grammar instanceof CompiledGrammar)) {
      throw new TypeError(
        "grammar must be a CompiledGrammar; EspalierLogitsProcessor.forJsonSchema takes a schema",
      );
    }
    const own = (tokenizer as { eos_token_id?: unknown }).eos_token_id as number;
    const { eosTokenIds } = grammar.vocabulary;
    const masks = new RowMasks(grammar, eosTokenIds.includes(own) ? [own] : eosTokenIds);
    // What `Callable` of transformers.js does: the instance is a function that calls its `_call`.
    const instance: EspalierLogitsProcessor = Object.setPrototypeOf(
      (inputIds: bigint[][], logits: LogitsTensor) => instance._call(inputIds, logits),
      new.target.prototype,
    );
    masksOf.set(instance, masks);
    const mask: LogitsProcessorFunction = (inputIds, logits) => maskLogits(masks, inputIds, logits);
    return Object.assign(instance, { grammar, processors: [mask] });
  }

  /**
   * A processor for a JSON Schema.
   *
   * @param tokenizer The model's, as transformers.js gives it; its vocabulary is read once and kept with it.
   * @param schema A parsed schema.
   * @param options As for `compileJsonSchema`, which also says what is thrown.
   * @returns A processor; the grammar is compiled.
   * @throws {TokenizerFormatError} The tokenizer is of an unknown kind.
   */
  static forJsonSchema(
    tokenizer: object,
    schema: unknown,
    options: CompileJsonSchemaOptions = {},
  ): EspalierLogitsProcessor {
    const vocabulary = EspalierLogitsProcessor.vocabularyOf(tokenizer);
    return new EspalierLogitsProcessor(
      tokenizer,
      compileJsonSchema(schema, vocabulary, options),
    );
  }

  /**
   * The vocabulary of a tokenizer, made once and kept for as long as the tokenizer is. 151,665 tokens take about
   * half a second.
   *
   * @param tokenizer As transformers.js gives it.
   * @returns What grammars are compiled for.
   * @throws {TokenizerFormatError} The tokenizer is of an unknown kind.
   */
  static vocabularyOf(tokenizer: object): Vocabulary {
    let vocabulary = vocabularies.get(tokenizer);
    if (vocabulary === undefined) {
      vocabularies.set(tokenizer, vocabulary = Vocabulary.fromTokenizer(tokenizer));
    }
    return vocabulary;
  }

  /** Appends a processor, which sees the masked logits. */
  push(item: LogitsProcessorFunction): void {
    this.processors.push(item);
  }

  /** Appends processors, which see the masked logits. */
  extend(items: Iterable<LogitsProcessorFunction>): void {
    this.processors.push(...items);
  }

  /** The processors, in order. */
  [Symbol.iterator](): ArrayIterator<LogitsProcessorFunction> {
    return this.processors.values();
  }

  /** Forgets the texts so far. Needed only where a new prompt is the last text and one token more. */
  reset(): void {
    masksOf.get(this)!.reset();
  }

  /**
   * Sets the logits of everything that the grammar does not allow to -Infinity.
   *
   * @param inputIds The ids of each row so far, prompt included.
   * @param logits `[batch, logits]`, float32; changed in place.
   * @returns `logits`, or what an added processor made of it.
   * @throws {RangeError} The rows of the two differ in number, or a token was written that the mask had not allowed.
   * @throws {TypeError} The logits are not float32.
   * @throws {DeadEndError} Nothing that is allowed has a logit: the vocabulary is another model's.
   */
  _call<Tensor extends LogitsTensor>(inputIds: bigint[][], logits: Tensor): Tensor {
    let masked = logits;
    for (const processor of this.processors) masked = processor(inputIds, masked);
    return masked;
  }
}

/** The state of each processor. Fields of the class would end up on the object that its constructor replaces. */
const masksOf = new WeakMap<EspalierLogitsProcessor, RowMasks>();

const vocabularies = new WeakMap<object, Vocabulary>();

function maskLogits<Tensor extends LogitsTensor>(
  masks: RowMasks,
  inputIds: bigint[][],
  logits: Tensor,
): Tensor {
  const { data, dims } = logits;
  if (!(data instanceof Float32Array)) throw new TypeError("the logits must be float32");
  if (data.length !== inputIds.length * (dims.at(-1) ?? 0)) {
    throw new RangeError(
      `logits of the shape [${dims}] do not belong to ${inputIds.length} rows of token ids`,
    );
  }
  masks.apply(inputIds, data);
  return logits;
}
