import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  LogitsProcessorList,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type Tensor,
} from "@huggingface/transformers";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { judgeOf } from "../../tests/random_walk/judge.ts";
import { compileChoice, compileRegex } from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { EspalierLogitsProcessor } from "./logits_processor.ts";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 8 },
    size: { enum: ["S", "M", "XL", null] },
    tags: { type: "array", items: { type: "integer", minimum: 1, maximum: 99 }, maxItems: 3 },
  },
  required: ["name", "size", "tags"],
  additionalProperties: false,
} as const;
const judge = judgeOf(SCHEMA, false);

const folder = await ensureTinyModel();
const tokenizer: PreTrainedTokenizer = await AutoTokenizer.from_pretrained(folder, {
  local_files_only: true,
});
const model: PreTrainedModel = await AutoModelForCausalLM.from_pretrained(folder, {
  device: "cpu",
  dtype: "fp32",
  local_files_only: true,
});

/** Lets transformers.js generate; the new texts, special tokens left out. */
async function texts(
  prompts: readonly string[],
  options: { logits_processor: EspalierLogitsProcessor | LogitsProcessorList; do_sample?: boolean },
): Promise<string[]> {
  const inputs = tokenizer([...prompts], { padding: true });
  const output = await model.generate({ ...inputs, ...options, max_new_tokens: 200 }) as Tensor;
  const promptTokenCount = inputs.input_ids.dims.at(-1);
  const rows = output.tolist() as bigint[][];
  return rows.map((ids) =>
    tokenizer.decode(ids.slice(promptTokenCount), { skip_special_tokens: true })
  );
}

for (const do_sample of [false, true]) {
  for (const prompts of [["A shirt as JSON: "], ["One: ", "Two: ", "Ten: "]]) {
    const how = `${do_sample ? "sampling" : "greedy"}, batch ${prompts.length}`;
    Deno.test(`generate() of transformers.js writes the schema's values: ${how}`, async () => {
      const processor = EspalierLogitsProcessor.forJsonSchema(tokenizer, SCHEMA);
      for (let round = 0; round < (do_sample ? 5 : 1); round++) {
        const written = await texts(prompts, { logits_processor: processor, do_sample });
        assertEquals(written.length, prompts.length);
        for (const text of written) assertEquals(judge(text), "valid", text);
      }
    });
  }
}

Deno.test("one processor serves one generation after the other, the same prompt or another", async () => {
  const processor = EspalierLogitsProcessor.forJsonSchema(tokenizer, SCHEMA);
  const run = (prompt: string) => texts([prompt], { logits_processor: processor });
  const first = await run("Shirt: ");
  assertEquals(await run("Shirt: "), first);
  const other = await run("Shirt: blue, ");
  assertEquals(judge(other[0]!), "valid");
  assertEquals(await run("Shirt: "), first);
});

Deno.test("any grammar will do, and the processor may stand in a list", async () => {
  const vocabulary = Vocabulary.fromTokenizer(tokenizer);
  const choice = new EspalierLogitsProcessor(tokenizer, compileChoice(["yes", "no"], vocabulary));
  const list = new LogitsProcessorList();
  list.push(choice);
  for (const text of await texts(["Is it? ", "Was it?"], { logits_processor: list })) {
    assert(["yes", "no"].includes(text), text);
  }
  const plate = new EspalierLogitsProcessor(
    tokenizer,
    compileRegex("[A-Z]{2}-[0-9]{4}", EspalierLogitsProcessor.vocabularyOf(tokenizer)),
  );
  const [text] = await texts(["Plate: "], { logits_processor: plate, do_sample: true });
  assert(/^[A-Z]{2}-[0-9]{4}$/.test(text!), text);
});

Deno.test("a processor that was added sees the masked logits, and leaves the frame alone", async () => {
  const processor = EspalierLogitsProcessor.forJsonSchema(tokenizer, SCHEMA);
  let finite = 0, all = 0;
  processor.push((_inputIds, logits: Tensor) => {
    for (const logit of logits.data as Float32Array) {
      all++;
      if (logit > -Infinity) finite++;
    }
    return logits;
  });
  const [text] = await texts(["Shirt: "], { logits_processor: processor });
  assertEquals(judge(text!), "valid");
  assert(finite > 0 && finite < all);
});

// What follows drives a processor without a model.

const bytes = (text: string) => new TextEncoder().encode(text);
const [A, B, C, EOS, OTHER_EOS] = [0, 1, 2, 3, 4];
const letters = Vocabulary.fromBytes([bytes("a"), bytes("b"), bytes("c"), null, null], {
  eosTokenIds: [EOS, OTHER_EOS],
});
const PROMPT = [7n, 8n];

function lettersProcessor(pattern: string, eos_token_id?: number): EspalierLogitsProcessor {
  return new EspalierLogitsProcessor({ eos_token_id }, compileRegex(pattern, letters));
}

/** The ids that are allowed in each row; a row of logits is wider than the vocabulary. */
function allowed(processor: EspalierLogitsProcessor, inputIds: bigint[][]): number[][] {
  const width = 40;
  const data = new Float32Array(inputIds.length * width).fill(1);
  const logits = processor(inputIds, { dims: [inputIds.length, width], data });
  assertStrictEquals(logits.data, data);
  return inputIds.map((_, row) =>
    [...Array(width).keys()].filter((id) => data[row * width + id]! > -Infinity)
  );
}

const ids = (...written: number[]) => [...PROMPT, ...written.map(BigInt)];

Deno.test("rows are followed each on its own, and an ended row writes its EOS again and again", () => {
  const processor = lettersProcessor("a|bc");
  const rows = [ids(), ids()];
  assertEquals(allowed(processor, rows), [[A, B], [A, B]]);
  rows[0]!.push(BigInt(A));
  rows[1]!.push(BigInt(B));
  assertEquals(allowed(processor, rows), [[EOS, OTHER_EOS], [C]]);
  rows[0]!.push(BigInt(OTHER_EOS));
  rows[1]!.push(BigInt(C));
  assertEquals(allowed(processor, rows), [[OTHER_EOS], [EOS, OTHER_EOS]]);
  rows[0]!.push(BigInt(OTHER_EOS));
  rows[1]!.push(BigInt(EOS));
  assertEquals(allowed(processor, rows), [[OTHER_EOS], [EOS]]);
  assertEquals(allowed(processor, rows), [[OTHER_EOS], [EOS]]); // asked twice
});

Deno.test("a text ends with the tokenizer's own EOS token", () => {
  assertEquals(allowed(lettersProcessor("a?", OTHER_EOS), [ids()]), [[A, OTHER_EOS]]);
  assertEquals(allowed(lettersProcessor("a?", 39), [ids()]), [[A, EOS, OTHER_EOS]]);
});

Deno.test("rows that take over each other's history are followed anew", () => {
  const processor = lettersProcessor("aab|bbc|aca");
  allowed(processor, [ids(), ids()]);
  allowed(processor, [ids(A), ids(B)]);
  assertEquals(allowed(processor, [ids(A, A), ids(B, B)]), [[B], [C]]);
  // Both go on from the first one, as two beams may.
  assertEquals(allowed(processor, [ids(A, C, A), ids(A, A, B)]), [
    [EOS, OTHER_EOS],
    [EOS, OTHER_EOS],
  ]);
});

Deno.test("another prompt, another batch or a shorter text is another generation", () => {
  const processor = lettersProcessor("ab+");
  allowed(processor, [ids()]);
  assertEquals(allowed(processor, [ids(A)]), [[B]]);
  assertEquals(allowed(processor, [[7n, 9n, 0n, 1n]]), [[A]]);
  assertEquals(allowed(processor, [[7n, 9n, 0n, 1n, 0n]]), [[B]]);
  assertEquals(allowed(processor, [ids(), ids()]), [[A], [A]]);
  assertEquals(allowed(processor, [ids()]), [[A]]);
  // The prompt of a conversation that went on: longer by more than a token.
  assertEquals(allowed(processor, [[...ids(A, B), 9n, 9n]]), [[A]]);
});

Deno.test("an output that was cut off goes on when it is the next prompt; reset() prevents it", () => {
  const processor = lettersProcessor("ab+");
  allowed(processor, [ids()]);
  assertEquals(allowed(processor, [ids(A)]), [[B]]);
  processor.reset();
  assertEquals(allowed(processor, [ids(A)]), [[A]]);
});

Deno.test("where another processor forbade all that is allowed, the frame wins", () => {
  const processor = lettersProcessor("ab|c");
  const data = new Float32Array(40).fill(-Infinity);
  data[B] = 5;
  processor([ids()], { dims: [1, 40], data });
  assertEquals([...data.keys()].filter((id) => data[id]! > -Infinity), [A, C]);
});

Deno.test("a token that the mask had not allowed is an error in the same generation", () => {
  const processor = lettersProcessor("ab");
  const rows = [ids(), ids()];
  allowed(processor, rows);
  rows[0]!.push(BigInt(A));
  rows[1]!.push(BigInt(C));
  assertThrows(() => allowed(processor, rows), RangeError, "token 2 was written in row 1");
});

Deno.test("what does not fit is refused", () => {
  // deno-lint-ignore no-explicit-any -- what an untyped caller may do
  const wrong: any = { type: "json_schema", json_schema: {} };
  assertThrows(() => new EspalierLogitsProcessor(tokenizer, wrong), TypeError, "forJsonSchema");
  const processor = lettersProcessor("a");
  const logits = { dims: [1, 40], data: new Float32Array(40) };
  assertThrows(() => processor([ids(), ids()], logits), RangeError, "[1,40]");
  assertThrows(
    () => processor([ids()], { dims: [1, 40], data: new Float64Array(40) }),
    TypeError,
    "float32",
  );
});

Deno.test("a tokenizer's vocabulary is made once", () => {
  const vocabulary = EspalierLogitsProcessor.vocabularyOf(tokenizer);
  assertStrictEquals(EspalierLogitsProcessor.vocabularyOf(tokenizer), vocabulary);
  const { grammar } = EspalierLogitsProcessor.forJsonSchema(tokenizer, SCHEMA);
  assertStrictEquals(grammar.vocabulary, vocabulary);
});
