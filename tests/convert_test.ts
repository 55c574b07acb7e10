/**
 * Converted checkpoints compute what their weights say: from safetensors and GGUF, on cpu and wasm, in every weight
 * format that runs there, compared with a forward pass in plain loops.
 *
 * The weights are random and tiny, so that each part of the graph matters and the oracle takes milliseconds. The
 * comparison with other implementations (PyTorch, llama.cpp) and with a real model is in `tools/numerics`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { AutoModelForCausalLM, Tensor } from "@huggingface/transformers";
import { join } from "@std/path";
import { loadModel, type LoadModelOptions } from "../mod.ts";
import { referenceLogits } from "../src/convert/_reference_forward.ts";
import {
  ggufBytes,
  ggufMetadata,
  ggufTensors,
  rounded,
  type TinyCheckpoint,
  tinyCheckpoint,
  writeCheckpointFolder,
} from "../src/convert/_tiny_checkpoint.ts";
import { CONVERSION_DTYPES, convertCheckpoint } from "../src/convert/mod.ts";

/** A prompt that is fed in two pieces, so that the second one meets keys and values of the first. */
const PROMPT = [5, 300, 41, 100, 2, 77, 301, 8], FIRST_PIECE = 5;

/** Logits of the converted model after each token of the prompt, one position after another. */
async function logitsOf(folder: string, options: LoadModelOptions): Promise<Float32Array> {
  await using model = await loadModel(folder, { threads: 1, ...options });
  const sequence = await model.openSequence();
  const pieces: Float32Array[] = [];
  for (const tokens of [PROMPT.slice(0, FIRST_PIECE), PROMPT.slice(FIRST_PIECE)]) {
    pieces.push((await sequence.append(tokens, { logitCount: tokens.length })).slice());
  }
  return Float32Array.from(pieces.flatMap((piece) => [...piece]));
}

function largestDifference(logits: Float32Array, expected: Float64Array[]): number {
  const flat = expected.flatMap((row) => [...row]);
  assertEquals(logits.length, flat.length);
  return flat.reduce((most, value, index) => Math.max(most, Math.abs(value - logits[index]!)), 0);
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeGgufFile(
  path: string,
  checkpoint: TinyCheckpoint,
  format: "F32" | "F16" | "Q8_0" = "F32",
): Promise<void> {
  const metadata = await ggufMetadata(checkpoint);
  await Deno.writeFile(path, ggufBytes(metadata, ggufTensors(checkpoint, format)));
}

for (
  const { title, options } of [
    { title: "Qwen2 with tied embeddings", options: { architecture: "qwen2" } },
    { title: "Qwen2 with an output matrix", options: { architecture: "qwen2", tied: false } },
    { title: "Llama with an output matrix", options: { architecture: "llama" } },
    {
      title: "Llama with tied embeddings and all biases",
      options: { architecture: "llama", tied: true, allBiases: true },
    },
  ] as const
) {
  Deno.test(`${title}: logits from safetensors and from GGUF, on cpu and wasm, are the oracle's`, async () => {
    await inFolder(async (folder) => {
      const checkpoint = tinyCheckpoint(options);
      const expected = referenceLogits(checkpoint, PROMPT);
      const gguf = join(folder, "model.gguf");
      await writeGgufFile(gguf, checkpoint);
      await writeCheckpointFolder(folder, checkpoint);
      for (const source of [folder, gguf]) {
        const out = join(folder, "out");
        await convertCheckpoint({ source, out, dtype: "fp32", overwrite: true });
        for (const device of ["cpu", "wasm"] as const) {
          const difference = largestDifference(await logitsOf(out, { device }), expected);
          assert(difference < 1e-4, `${source} on ${device}: ${difference}`);
        }
      }
    });
  });
}

Deno.test("what is generated token by token, on cpu and wasm, is what the oracle would write", async () => {
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint({ architecture: "llama" });
    const expected = PROMPT.slice();
    for (let count = 0; count < 8; count++) {
      const row = referenceLogits(checkpoint, expected).at(-1)!;
      expected.push(row.indexOf(Math.max(...row)));
    }
    const gguf = join(folder, "model.gguf"), out = join(folder, "out");
    await writeGgufFile(gguf, checkpoint);
    await convertCheckpoint({ source: gguf, out, dtype: "fp32" });
    for (const device of ["cpu", "wasm"] as const) {
      await using model = await loadModel(out, { device, threads: 1 });
      const sequence = await model.openSequence();
      const written = PROMPT.slice();
      let logits = await sequence.append(PROMPT);
      while (written.length < expected.length) {
        written.push(logits.indexOf(Math.max(...logits)));
        logits = await sequence.append(written.slice(-1));
      }
      assertEquals(written, expected, device);
    }
  });
});

Deno.test("weights that are stored in 16 or 8 bits are read as what they are", async () => {
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint({ architecture: "llama" });
    const out = join(folder, "out"), gguf = join(folder, "model.gguf");
    for (const dtype of ["F16", "BF16"] as const) {
      await writeCheckpointFolder(folder, checkpoint, dtype);
      await convertCheckpoint({ source: folder, out, dtype: "fp32", overwrite: true });
      const expected = referenceLogits(rounded(checkpoint, dtype, { vectors: true }), PROMPT);
      const difference = largestDifference(await logitsOf(out, { device: "cpu" }), expected);
      assert(difference < 1e-4, `${dtype}: ${difference}`);
    }
    for (const format of ["F16", "Q8_0"] as const) {
      await writeGgufFile(gguf, checkpoint, format);
      await convertCheckpoint({ source: gguf, out, dtype: "fp32", overwrite: true });
      const expected = referenceLogits(rounded(checkpoint, format), PROMPT);
      const difference = largestDifference(await logitsOf(out, { device: "cpu" }), expected);
      assert(difference < 1e-4, `${format}: ${difference}`);
    }
  });
});

Deno.test("scaled rotations turn queries and keys by the angles of their papers", async () => {
  const theta = 10_000, headSize = 16;
  const plain = (pair: number) => theta ** (-2 * pair / headSize);
  const scalings: { scaling: Record<string, unknown>; angle: (pair: number) => number }[] = [
    { scaling: { rope_type: "linear", factor: 4 }, angle: (pair) => plain(pair) / 4 },
    {
      scaling: {
        rope_type: "llama3",
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 64,
      },
      // Waves of more than 64 positions are slowed down by 8, of less than 16 not at all.
      angle: (pair) => {
        const wave = 2 * Math.PI / plain(pair);
        if (wave > 64) return plain(pair) / 8;
        if (wave < 16) return plain(pair);
        const smooth = (64 / wave - 1) / 3;
        return (1 - smooth) * plain(pair) / 8 + smooth * plain(pair);
      },
    },
  ];
  await inFolder(async (folder) => {
    for (const { scaling, angle } of scalings) {
      const checkpoint = tinyCheckpoint({
        architecture: "llama",
        config: { rope_scaling: scaling },
      });
      await writeCheckpointFolder(folder, checkpoint);
      const out = join(folder, "out");
      await convertCheckpoint({ source: folder, out, dtype: "fp32", overwrite: true });
      const logits = await logitsOf(out, { device: "cpu" });
      const difference = largestDifference(logits, referenceLogits(checkpoint, PROMPT, angle));
      assert(difference < 1e-4, `${scaling.rope_type}: ${difference}`);
      const unscaled = largestDifference(logits, referenceLogits(checkpoint, PROMPT));
      assert(unscaled > 1e-2, `${scaling.rope_type} does nothing: ${unscaled}`);
    }
  });
});

Deno.test("quantised weights keep the logits within their tolerance, on each device that runs them", async () => {
  await inFolder(async (folder) => {
    for (const options of [{ architecture: "qwen2" }, { architecture: "llama" }] as const) {
      const checkpoint = tinyCheckpoint(options);
      const expected = referenceLogits(checkpoint, PROMPT);
      const out = join(folder, "out");
      await writeCheckpointFolder(folder, checkpoint);
      await convertCheckpoint({ source: folder, out, dtype: ["q8", "q4"], overwrite: true });
      for (
        const { device, dtype, tolerance } of [
          { device: "cpu", dtype: "q8", tolerance: 0.04 },
          { device: "wasm", dtype: "q8", tolerance: 0.04 },
          { device: "cpu", dtype: "q4", tolerance: 0.35 },
        ] as const
      ) {
        const error = relativeError(await logitsOf(out, { device, dtype }), expected);
        assert(error < tolerance, `${options.architecture}, ${dtype} on ${device}: ${error}`);
      }
    }
  });
});

Deno.test("8-bit logits of a token do not depend on which tokens are fed together with it", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "out");
    await writeCheckpointFolder(folder, tinyCheckpoint());
    await convertCheckpoint({ source: folder, out, dtype: "q8" });
    await using model = await loadModel(out, { device: "cpu", threads: 1 });
    const together = await model.openSequence();
    const expected = (await together.append(PROMPT)).slice();
    const apart = await model.openSequence();
    let logits = new Float32Array(0);
    for (const token of PROMPT) logits = (await apart.append([token])).slice();
    const difference = expected.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - logits[index]!)),
      0,
    );
    assert(difference < 1e-4, `${difference}`);
  });
});

Deno.test("transformers.js itself loads and runs all formats, the 16-bit ones included", async () => {
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint();
    const expected = referenceLogits(checkpoint, PROMPT);
    const out = join(folder, "out");
    await writeCheckpointFolder(folder, checkpoint);
    await convertCheckpoint({ source: folder, out, dtype: CONVERSION_DTYPES });
    for (const dtype of CONVERSION_DTYPES) {
      const model = await AutoModelForCausalLM.from_pretrained(out, {
        device: "cpu",
        dtype,
        local_files_only: true,
      });
      const inputs = {
        input_ids: new Tensor("int64", BigInt64Array.from(PROMPT, BigInt), [1, PROMPT.length]),
        attention_mask: new Tensor("int64", new BigInt64Array(PROMPT.length).fill(1n), [
          1,
          PROMPT.length,
        ]),
      };
      const { logits } = await model({
        ...inputs,
        num_logits_to_keep: new Tensor("int64", [0n], []),
      });
      const error = relativeError(logits.data, expected);
      const tolerance = { fp32: 1e-5, fp16: 0.005, q8: 0.04, q4: 0.35, q4f16: 0.35 }[dtype];
      assert(error < tolerance, `${dtype}: ${error}`);
      const generated = await model.generate({ ...inputs, max_new_tokens: 4 });
      assertEquals((generated as Tensor).dims, [1, PROMPT.length + 4]);
      await model.dispose();
    }
  });
});

/** Size of the difference against the size of the logits, both as root mean squares. */
function relativeError(logits: Float32Array, expected: Float64Array[]): number {
  const flat = expected.flatMap((row) => [...row]);
  assertEquals(logits.length, flat.length);
  const size = (values: number[]) => Math.hypot(...values);
  return size(flat.map((value, index) => value - logits[index]!)) / size(flat);
}
