import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { rotateBlocks, rotationBlockSize } from "../../src/convert/onnx/block_rotation.ts";
import { encodeOnnxModel } from "../../src/convert/onnx/onnx_format.ts";
import { Q4_BLOCK_SIZE, quantizeQ4, quantizeQ8 } from "../../src/convert/onnx/quantization.ts";
import { MemoryWeightStore } from "../../src/convert/onnx/weight_file.ts";
import { ChatTokenizer } from "../../src/models/chat_tokenizer.ts";
import { loadModel } from "../../src/models/mod.ts";
import { readOnnxOutline } from "../../src/models/onnx_inspection.ts";
import { buildModel, type BuildOptions } from "./build_model.ts";
import { cutTokenizer, loadQwenTokenizer, tokenizerIds } from "./cut_tokenizer.ts";
import { type ModelShape, TINY, weightShapes, type WeightSource } from "./model_shape.ts";
import { buildQwen2Graph } from "./qwen2_graph.ts";
import { RandomWeights } from "./random_weights.ts";
import { ensureTinyModel } from "./built_model.ts";

async function build(options: Omit<BuildOptions, "out"> = {}): Promise<string> {
  return await buildModel({ out: await Deno.makeTempDir(), ...options });
}

async function filesOf(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const part of ["", "onnx"]) {
    for await (const entry of Deno.readDir(join(folder, part))) {
      if (entry.isFile) {
        files.set(join(part, entry.name), await Deno.readFile(join(folder, part, entry.name)));
      }
    }
  }
  return files;
}

/** Logits after each of a few tokens. */
async function logitsOf(
  folder: string,
  options: Parameters<typeof loadModel>[1],
): Promise<Float32Array> {
  await using model = await loadModel(folder, { device: "cpu", ...options });
  const tokens = [5, 300, 41, 1000, 2];
  return (await (await model.openSequence()).append(tokens, { logitCount: tokens.length })).slice();
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assertEquals(a.length, b.length);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

/** Weights as they are after a way through a quantised form. */
class RoundedWeights implements WeightSource {
  constructor(
    readonly source: WeightSource,
    readonly shape: ModelShape,
    readonly dtype: "q4" | "q8",
  ) {}

  readRows(name: string, rowStart: number, rowEnd: number): Float32Array {
    const values = this.source.readRows(name, rowStart, rowEnd);
    const { columns } = weightShapes(this.shape).get(name)!;
    if (columns === 1) return values;
    if (this.dtype === "q4") {
      const { packed, scales } = quantizeQ4(values, columns);
      return values.map((_, index) => {
        const number = (packed[index >> 1]! >> (index % 2 * 4)) & 15;
        return (number - 8) * scales[Math.floor(index / Q4_BLOCK_SIZE)]!;
      });
    }
    const size = rotationBlockSize(columns);
    const { numbers, scales } = quantizeQ8(rotateBlocks(values.slice(), size), columns);
    const turned = Float32Array.from(
      numbers,
      (number, index) => (number - 128) * scales[Math.floor(index / columns)]!,
    );
    return rotateBlocks(turned, size);
  }
}

Deno.test("the tiny model with all its dtypes stays well under 5 MB", async () => {
  const folder = await build({ dtypes: ["fp32", "q8", "q4"] });
  const files = await filesOf(folder);
  const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  assert(total < 4e6, `${total} bytes`);
  assertEquals([...files.keys()].sort(), [
    "config.json",
    "generation_config.json",
    "onnx/model.onnx",
    "onnx/model_q4.onnx",
    "onnx/model_quantized.onnx",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
});

Deno.test("the same seed gives the same bytes, another seed others", async () => {
  const [first, second, other] = await Promise.all(
    [1, 1, 2].map(async (seed) => await filesOf(await build({ seed, dtypes: ["q4"] }))),
  );
  assertEquals(second, first);
  assert(
    largestDifference(
      new Float32Array(first!.get("onnx/model_q4.onnx")!),
      new Float32Array(other!.get("onnx/model_q4.onnx")!),
    ) > 0,
  );
});

Deno.test("rows of random weights do not depend on how they are read", () => {
  const weights = new RandomWeights({ ...TINY, vocabularySize: 320 }, 7);
  const name = "model.layers.1.mlp.up_proj.weight";
  const whole = weights.readRows(name, 0, 160);
  assertEquals(weights.readRows(name, 100, 120), whole.slice(100 * 64, 120 * 64));
  const mean = whole.reduce((sum, value) => sum + value, 0) / whole.length;
  const variance = whole.reduce((sum, value) => sum + (value - mean) ** 2, 0) / whole.length;
  assert(Math.abs(mean) < 0.005 && Math.abs(Math.sqrt(variance) * 8 - 1) < 0.05);
  assertThrows(() => weights.readRows(name, 0, 161), RangeError);
});

Deno.test("logits are neither flat nor spiked, and depend on the whole prompt", async () => {
  await using model = await loadModel(await ensureTinyModel(), { device: "cpu", dtype: "fp32" });
  const rows: Float32Array[] = [];
  for (const first of [10, 11]) {
    rows.push((await (await model.openSequence()).append([first, 500, 600, 700, 800])).slice());
  }
  for (const row of rows) {
    const deviation = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0) / row.length);
    assert(deviation > 1 && deviation < 4, `standard deviation ${deviation}`);
  }
  assert(largestDifference(rows[0]!, rows[1]!) > 0.5);
});

Deno.test("quantised graphs compute what their rounded weights say", async () => {
  const shape = { ...TINY, vocabularySize: 4288 };
  for (const [dtype, tolerance] of [["q4", 0.25], ["q8", 0.25]] as const) {
    const folder = await build({ dtypes: ["fp32", dtype] });
    const before = largestDifference(
      await logitsOf(folder, { dtype }),
      await logitsOf(folder, { dtype: "fp32" }),
    );
    const rounded = new RoundedWeights(new RandomWeights(shape, 1), shape, dtype);
    const graph = buildQwen2Graph(shape, rounded, "fp32", new MemoryWeightStore());
    await Deno.writeFile(join(folder, "onnx", "model.onnx"), encodeOnnxModel(graph));
    // What is left is the rounding of activations to 8 bits.
    const after = largestDifference(
      await logitsOf(folder, { dtype }),
      await logitsOf(folder, { dtype: "fp32" }),
    );
    assert(after < tolerance, `${dtype}: ${after} after, ${before} before`);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("weights in external files give the same logits on cpu and wasm", async () => {
  for (const dtype of ["fp32", "q8", "q4"] as const) {
    const inside = await build({ dtypes: [dtype] });
    const outside = await build({ dtypes: [dtype], inlineLimitBytes: 0 });
    const file = dtype === "fp32" ? "model" : dtype === "q8" ? "model_quantized" : "model_q4";
    const outline = readOnnxOutline(join(outside, "onnx", `${file}.onnx`));
    assertEquals([...outline.externalFiles.keys()], [`${file}.onnx_data`]);
    const expected = await logitsOf(inside, { dtype });
    assertEquals(await logitsOf(outside, { dtype }), expected);
    if (dtype !== "q4") {
      const onWasm = await logitsOf(outside, { dtype, device: "wasm", threads: 1 });
      assert(largestDifference(onWasm, expected) < (dtype === "q8" ? 0.3 : 1e-3));
    }
    for (const folder of [inside, outside]) await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the outline of a built graph names its inputs and outputs", async () => {
  const outline = readOnnxOutline(join(await ensureTinyModel(), "onnx", "model.onnx"));
  assertEquals(outline.inputs.map(({ name }) => name), [
    "input_ids",
    "attention_mask",
    "position_ids",
    "num_logits_to_keep",
    ...[0, 1].flatMap((n) => [`past_key_values.${n}.key`, `past_key_values.${n}.value`]),
  ]);
  assertEquals(outline.outputs[0], { name: "logits", dims: ["batch_size", "kept", 4288] });
  assertEquals(outline.inputs[4]!.dims, ["batch_size", 2, "past", 16]);
});

Deno.test("the cut tokenizer writes any text, and its merges are the whole one's first", async () => {
  const whole = await loadQwenTokenizer();
  const cut = cutTokenizer(whole, 4000);
  const ids = tokenizerIds(cut);
  assertEquals([ids.size, ids.endOfText, ids.endOfTurn], [4278, 4256, 4258]);
  const tokenizer = new ChatTokenizer(cut.tokenizer, cut.config);
  for (
    const text of ["Hello, world", "naïve café ☕ 日本語 🦕", '\n\t {"a": [1,2]}', "<|im_end|>x"]
  ) {
    assertEquals(tokenizer.decode(tokenizer.encode(text)), text.normalize("NFC"));
  }
  assertEquals(tokenizer.encode("<tool_call>", { allowSpecial: true }), [4270]);
  assert(tokenizer.encode("<tool_call>").length > 1);
  assertThrows(() => cutTokenizer(whole, 200_000), RangeError, "151387");
});

Deno.test("callers who ask for the tiny model at once get one and the same folder", async () => {
  const cacheDir = await Deno.makeTempDir();
  const paths = await Promise.all(
    Array.from({ length: 6 }, () => ensureTinyModel({ cacheDir, dtypes: ["q4"] })),
  );
  assertEquals(new Set(paths).size, 1);
  assertEquals([...Deno.readDirSync(cacheDir)].length, 1);
  assert((await filesOf(paths[0]!)).has("onnx/model_q4.onnx"));
  await Deno.remove(cacheDir, { recursive: true });
});

Deno.test("wrong options are refused", async () => {
  const out = await Deno.makeTempDir();
  await assertRejects(() => buildModel({ out, preset: "7b" as "tiny" }), TypeError, "tiny, 0.5b");
  await assertRejects(() => buildModel({ out, dtypes: ["int3" as "q4"] }), TypeError, "int3");
  await assertRejects(() => buildModel({ out, seed: 1.5 }), TypeError, "seed");
  await Deno.remove(out);
});

Deno.test("the command line builds a folder and tells bad usage from failure", async () => {
  const out = await Deno.makeTempDir();
  const run = async (...args: string[]) => {
    const main = new URL("./main.ts", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", main, ...args],
    });
    const { code, stdout } = await command.output();
    return { code, stdout: new TextDecoder().decode(stdout) };
  };
  assertEquals((await run("--out", out, "--dtype", "fp32,q4", "--seed", "3")).code, 0);
  assert((await filesOf(out)).has("onnx/model_q4.onnx"));
  assert((await run("--help")).stdout.includes("--preset"));
  assertEquals((await run("--dtype", "q5", "--out", out)).code, 2);
  assertEquals((await run()).code, 2);
  await Deno.writeTextFile(join(out, "file"), "");
  assertEquals((await run("--out", join(out, "file", "x"))).code, 1);
  await Deno.remove(out, { recursive: true });
});
