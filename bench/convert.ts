/**
 * Time and memory of converting a checkpoint of the 0.5B shape.
 *
 *     deno run -A bench/convert.ts [--work DIR]
 *
 * Writes random weights as a safetensors file, in float32 (2.0 GB) and bfloat16 (1.0 GB), converts each in a process of
 * its own and reads that process's peak memory (Linux only). Prints one line a conversion.
 *
 * @module
 */

import { join } from "@std/path";
import { Command } from "commander";
import { type ConversionDtype, convertCheckpoint } from "../src/convert/mod.ts";
import { loadQwenTokenizer } from "../tools/model_builder/cut_tokenizer.ts";
import { QWEN2_5_0_5B, weightShapes } from "../tools/model_builder/model_shape.ts";
import { RandomWeights } from "../tools/model_builder/random_weights.ts";

const PANEL_NUMBERS = 2 ** 21;

const CASES: readonly { stored: "F32" | "BF16"; dtype: ConversionDtype }[] = [
  { stored: "F32", dtype: "q4" },
  { stored: "BF16", dtype: "q8" },
];

async function writeCheckpoint(folder: string, stored: "F32" | "BF16"): Promise<number> {
  const shape = QWEN2_5_0_5B, shapes = weightShapes(shape);
  const source = new RandomWeights(shape, 1);
  const numberBytes = stored === "F32" ? 4 : 2;
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, { rows, columns }] of shapes) {
    const dims = columns === 1 ? [rows] : [rows, columns];
    const end = offset + rows * columns * numberBytes;
    header[name] = { dtype: stored, shape: dims, data_offsets: [offset, end] };
    offset = end;
  }
  await Deno.mkdir(folder, { recursive: true });
  using file = await Deno.create(join(folder, "model.safetensors"));
  const text = new TextEncoder().encode(JSON.stringify(header));
  const write = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
  };
  write(new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer));
  write(text);
  for (const [name, { rows, columns }] of shapes) {
    const panelRows = Math.max(1, Math.floor(PANEL_NUMBERS / columns));
    for (let start = 0; start < rows; start += panelRows) {
      const values = source.readRows(name, start, Math.min(rows, start + panelRows));
      const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
      write(
        new Uint8Array(
          stored === "F32" ? words.slice().buffer : Uint16Array.from(words, (w) => w >>> 16).buffer,
        ),
      );
    }
  }
  const tokenizer = await loadQwenTokenizer();
  const files = {
    "config.json": {
      model_type: "qwen2",
      hidden_act: "silu",
      hidden_size: shape.hiddenSize,
      intermediate_size: shape.intermediateSize,
      max_position_embeddings: shape.contextLength,
      num_attention_heads: shape.headCount,
      num_hidden_layers: shape.layerCount,
      num_key_value_heads: shape.kvHeadCount,
      rms_norm_eps: shape.rmsNormEpsilon,
      rope_theta: shape.ropeTheta,
      tie_word_embeddings: true,
      vocab_size: shape.vocabularySize,
    },
    "tokenizer.json": tokenizer.tokenizer,
    "tokenizer_config.json": tokenizer.config,
  };
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  }
  return offset;
}

/** In a process of its own: converts, and tells its peak memory. */
async function convertAndReport(source: string, out: string, dtype: ConversionDtype) {
  const started = performance.now();
  const { files } = await convertCheckpoint({ source, out, dtype, overwrite: true });
  const seconds = (performance.now() - started) / 1000;
  const status = await Deno.readTextFile("/proc/self/status");
  const peakKilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
  const sizeBytes = Object.values(files).reduce((sum, size) => sum + size, 0);
  print(
    `${dtype}: ${seconds.toFixed(1)} s, peak memory ${(peakKilobytes / 1000).toFixed(0)} MB, ` +
      `written ${(sizeBytes / 1e6).toFixed(0)} MB`,
  );
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "--convert") {
    return await convertAndReport(args[1]!, args[2]!, args[3] as ConversionDtype);
  }
  const command = new Command("convert").option("--work <folder>", "where the gigabytes go");
  command.parse([...args], { from: "user" });
  const { work = await Deno.makeTempDir() } = command.opts<{ work?: string }>();
  try {
    for (const { stored, dtype } of CASES) {
      const source = join(work, stored), out = join(work, "out");
      const sizeBytes = await writeCheckpoint(source, stored);
      print(`${stored}, ${(sizeBytes / 1e6).toFixed(0)} MB`);
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", import.meta.filename!, "--convert", source, out, dtype],
        stdout: "inherit",
        stderr: "inherit",
      }).output();
      if (!success) throw new Error("the conversion failed");
      await Deno.remove(source, { recursive: true });
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await main(Deno.args);
