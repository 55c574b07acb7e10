import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ChatTokenizer } from "../models/chat_tokenizer.ts";
import { readOnnxOutline } from "../models/onnx_inspection.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import {
  ggufBytes,
  ggufMetadata,
  ggufTensors,
  type GgufValue,
  safetensorsBytes,
  type TinyCheckpoint,
  tinyCheckpoint,
  writeCheckpointFolder,
} from "./_tiny_checkpoint.ts";
import { ConversionError, type ConversionReason, convertCheckpoint } from "./mod.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Why a conversion fails; asserts that it leaves nothing behind. */
async function failureOf(source: string): Promise<ConversionError> {
  const parent = await Deno.makeTempDir();
  try {
    const out = join(parent, "out");
    const error = await assertRejects(() => convertCheckpoint({ source, out }), ConversionError);
    assertEquals([...Deno.readDirSync(parent)].map(({ name }) => name), []);
    return error;
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function folderFailure(
  change: (folder: string, checkpoint: TinyCheckpoint) => unknown,
): Promise<ConversionError> {
  let error: ConversionError | undefined;
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint();
    await writeCheckpointFolder(folder, checkpoint);
    await change(folder, checkpoint);
    error = await failureOf(folder);
  });
  return error!;
}

async function ggufFailure(
  change: (
    metadata: Record<string, GgufValue>,
    checkpoint: TinyCheckpoint,
  ) => Uint8Array | void,
): Promise<ConversionReason> {
  let reason: ConversionReason | undefined;
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint({ architecture: "llama" });
    const metadata = await ggufMetadata(checkpoint);
    const bytes = change(metadata, checkpoint) ?? ggufBytes(metadata, ggufTensors(checkpoint));
    const file = join(folder, "model.gguf");
    await Deno.writeFile(file, bytes);
    reason = (await failureOf(file)).reason;
  });
  return reason!;
}

async function rewrite(file: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  await Deno.writeFile(file, change(await Deno.readFile(file)));
}

Deno.test("a converted folder has graphs, external data, a configuration and the tokenizer's files", async () => {
  await inFolder(async (folder) => {
    const source = join(folder, "source"), out = join(folder, "deep", "out");
    await Deno.mkdir(source);
    await writeCheckpointFolder(source, tinyCheckpoint());
    const seen: number[] = [];
    const result = await convertCheckpoint({
      source,
      out,
      dtype: ["q8", "q4f16"],
      onProgress: ({ doneNumbers, totalNumbers }) => seen.push(doneNumbers / totalNumbers),
    });
    assertEquals(result.architecture, "qwen2");
    assertEquals(Object.keys(result.files).sort(), [
      "config.json",
      "generation_config.json",
      "onnx/model_q4f16.onnx",
      "onnx/model_q4f16.onnx_data",
      "onnx/model_quantized.onnx",
      "onnx/model_quantized.onnx_data",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    assertEquals(seen, seen.toSorted((a, b) => a - b));
    assertEquals(seen.at(-1), 1);
    const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
    assertEquals(config["transformers.js_config"].use_external_data_format, {
      "model_quantized.onnx": 1,
      "model_q4f16.onnx": 1,
    });
    const outline = readOnnxOutline(join(out, "onnx", "model_q4f16.onnx"));
    assert(outline.inputs.some(({ name }) => name === "num_logits_to_keep"));
  });
});

Deno.test("several safetensors files are read, with an index and without", async () => {
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint();
    await writeCheckpointFolder(folder, checkpoint);
    const convert = async () => {
      const out = join(folder, "out");
      await convertCheckpoint({ source: folder, out, dtype: "fp32", overwrite: true });
      return await Deno.readFile(join(out, "onnx", "model.onnx_data"));
    };
    const whole = await convert();
    await Deno.remove(join(folder, "model.safetensors"));
    const entries = [...checkpoint.tensors];
    const weightMap: Record<string, string> = {};
    for (const [part, tensors] of [entries.slice(0, 9), entries.slice(9)].entries()) {
      const name = `model-0000${part + 1}-of-00002.safetensors`;
      await Deno.writeFile(join(folder, name), safetensorsBytes(new Map(tensors)));
      for (const [tensor] of tensors) weightMap[tensor] = name;
    }
    assertEquals(await convert(), whole);
    const index = join(folder, "model.safetensors.index.json");
    await Deno.writeTextFile(index, JSON.stringify({ weight_map: weightMap }));
    assertEquals(await convert(), whole);

    await Deno.remove(join(folder, "model-00002-of-00002.safetensors"));
    assertEquals((await failureOf(folder)).reason, "missing_file");
    weightMap["model.norm.weight"] = "../elsewhere.safetensors";
    await Deno.writeTextFile(index, JSON.stringify({ weight_map: weightMap }));
    assertEquals((await failureOf(folder)).reason, "corrupt_file");
  });
});

Deno.test("what is wrong with a folder is told, by reason and file or tensor", async () => {
  const weights = (folder: string) => join(folder, "model.safetensors");
  const withTensors = (change: (tensors: TinyCheckpoint["tensors"]) => void) =>
    folderFailure(async (folder, { tensors }) => {
      change(tensors);
      await Deno.writeFile(weights(folder), safetensorsBytes(tensors));
    });

  const cut = await folderFailure((folder) =>
    rewrite(weights(folder), (bytes) => bytes.subarray(0, bytes.length - 1))
  );
  assertEquals([cut.reason, cut.file?.endsWith("model.safetensors")], ["truncated_file", true]);
  for (const length of [4, 300]) {
    const { reason } = await folderFailure((folder) =>
      rewrite(weights(folder), (bytes) => bytes.subarray(0, length))
    );
    assertEquals(reason, "truncated_file");
  }
  const garbled = await folderFailure((folder) =>
    rewrite(weights(folder), (bytes) => bytes.fill(0x7b, 8, 40))
  );
  assertEquals(garbled.reason, "corrupt_file");
  const huge = await folderFailure((folder) =>
    rewrite(weights(folder), (bytes) => bytes.fill(0xff, 0, 8))
  );
  assertEquals(huge.reason, "corrupt_file");

  const missing = await withTensors((tensors) => tensors.delete("model.norm.weight"));
  assertEquals([missing.reason, missing.tensor], ["missing_tensor", "model.norm.weight"]);
  const unbiased = await withTensors((tensors) => {
    for (const name of [...tensors.keys()]) if (name.endsWith(".bias")) tensors.delete(name);
  });
  assertEquals(unbiased.reason, "missing_tensor");
  const extra = await withTensors((tensors) =>
    tensors.set("model.layers.0.self_attn.q_norm.weight", {
      dims: [16],
      values: new Float32Array(16),
    })
  );
  assertEquals(extra.reason, "unexpected_tensor");
  const misshapen = await withTensors((tensors) => {
    tensors.get("model.layers.1.mlp.up_proj.weight")!.dims = [64, 96];
  });
  assertEquals([misshapen.reason, misshapen.tensor], [
    "wrong_shape",
    "model.layers.1.mlp.up_proj.weight",
  ]);
  const foreign = await folderFailure((folder) =>
    rewrite(weights(folder), (bytes) => {
      const text = new TextDecoder("latin1").decode(bytes).replace('"F32"', '"I32"');
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
    })
  );
  assertEquals(foreign.reason, "unsupported_tensor_type");

  const removed = (name: string) => folderFailure((folder) => Deno.remove(join(folder, name)));
  for (const name of ["config.json", "model.safetensors", "tokenizer.json"]) {
    const { reason, file } = await removed(name);
    assertEquals([reason, file?.endsWith(name)], ["missing_file", true]);
  }
  for (const name of ["config.json", "tokenizer.json", "generation_config.json"]) {
    const { reason } = await folderFailure((folder) =>
      Deno.writeTextFile(join(folder, name), '{"a": ')
    );
    assertEquals(reason, "corrupt_file", name);
  }
  assertEquals((await failureOf("/no/such/folder")).reason, "not_found");
});

Deno.test("what is wrong with a GGUF file is told by reason", async () => {
  const whole = (metadata: Record<string, GgufValue>, checkpoint: TinyCheckpoint) =>
    ggufBytes(metadata, ggufTensors(checkpoint));
  const reasons = {
    truncated: await ggufFailure((metadata, checkpoint) => {
      const bytes = whole(metadata, checkpoint);
      return bytes.subarray(0, bytes.length - 64);
    }),
    cutInHeader: await ggufFailure((metadata, checkpoint) =>
      whole(metadata, checkpoint).subarray(0, 900)
    ),
    noGguf: await ggufFailure(() => new Uint8Array(100)),
    architecture: await ggufFailure((metadata) => {
      metadata["general.architecture"] = { string: "gemma" };
    }),
    experts: await ggufFailure((metadata) => {
      metadata["llama.expert_count"] = { u32: 8 };
    }),
    partialRotation: await ggufFailure((metadata) => {
      metadata["llama.rope.dimension_count"] = { u32: 8 };
    }),
    tensorType: await ggufFailure((metadata, checkpoint) => {
      const tensors = ggufTensors(checkpoint);
      tensors[0] = { ...tensors[0]!, type: 10 };
      return ggufBytes(metadata, tensors);
    }),
    missingTensor: await ggufFailure((metadata, checkpoint) =>
      ggufBytes(metadata, ggufTensors(checkpoint).slice(0, -2))
    ),
    mistyped: await ggufFailure((metadata) => {
      metadata["llama.block_count"] = { string: "2" };
    }),
    tokenizerKind: await ggufFailure((metadata) => {
      metadata["tokenizer.ggml.model"] = { string: "llama" };
    }),
    tokenizerCut: await ggufFailure((metadata) => {
      metadata["tokenizer.ggml.pre"] = { string: "unheard-of" };
    }),
    endToken: await ggufFailure((metadata) => {
      metadata["tokenizer.ggml.eos_token_id"] = { u32: 5000 };
    }),
  };
  assertEquals(reasons, {
    truncated: "truncated_file",
    cutInHeader: "corrupt_file",
    noGguf: "corrupt_file",
    architecture: "unsupported_architecture",
    experts: "unsupported_configuration",
    partialRotation: "unsupported_configuration",
    tensorType: "unsupported_tensor_type",
    missingTensor: "missing_tensor",
    mistyped: "corrupt_file",
    tokenizerKind: "unsupported_tokenizer",
    tokenizerCut: "unsupported_tokenizer",
    endToken: "corrupt_file",
  });
});

Deno.test("the tokenizer of a GGUF file cuts, joins and frames texts as the original does", async () => {
  await inFolder(async (folder) => {
    const checkpoint = tinyCheckpoint();
    const source = join(folder, "source"), out = join(folder, "out");
    await Deno.mkdir(source);
    await writeCheckpointFolder(source, checkpoint);
    const gguf = join(folder, "model.gguf");
    await Deno.writeFile(
      gguf,
      ggufBytes(await ggufMetadata(checkpoint), ggufTensors(checkpoint)),
    );
    await convertCheckpoint({ source: gguf, out });
    const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));
    const [original, rebuilt] = await Promise.all([source, out].map(async (path) => ({
      json: await read(join(path, "tokenizer.json")),
      config: await read(join(path, "tokenizer_config.json")),
    })));
    const tokenizers = [original!, rebuilt!].map(({ json, config }) =>
      new ChatTokenizer(json, config)
    );
    const texts = [
      "Hello, it's   2025!\n\n\tnaïve café 日本語 🦕",
      "don't DON'T  x=[1,22,333]\r\n ",
      "<|im_end|><tool_call>",
    ];
    for (const text of texts) {
      for (const allowSpecial of [false, true]) {
        const [expected, actual] = tokenizers.map((one) => one.encode(text, { allowSpecial }));
        assertEquals(actual, expected, text);
        assertEquals(tokenizers[1]!.decode(actual!), tokenizers[0]!.decode(expected!));
      }
    }
    const [expected, actual] = tokenizers.map((one) =>
      one.renderChat([{ role: "user", content: "Hi" }])
    );
    assertEquals(actual, expected);
    const [first, second] = [original!, rebuilt!].map(({ json }) => Vocabulary.fromTokenizer(json));
    assertEquals(second!.logitsSize, first!.logitsSize);
    const generation = await read(join(out, "generation_config.json"));
    const endOfTurn = tokenizers[0]!.encode("<|im_end|>", { allowSpecial: true })[0];
    assertEquals(generation.eos_token_id[0], endOfTurn);

    // The same file without its tokenizer, with the original's beside it.
    const metadata = await ggufMetadata(checkpoint);
    metadata["tokenizer.ggml.pre"] = { string: "unheard-of" };
    await Deno.writeFile(gguf, ggufBytes(metadata, ggufTensors(checkpoint)));
    await convertCheckpoint({ source: gguf, out, tokenizer: source, overwrite: true });
    assertEquals(await read(join(out, "tokenizer.json")), original!.json);
  });
});

Deno.test("an output that exists is kept unless it may be replaced, and is whole at every moment", async () => {
  await inFolder(async (folder) => {
    const source = join(folder, "source"), out = join(folder, "out");
    await Deno.mkdir(source);
    await writeCheckpointFolder(source, tinyCheckpoint());
    await Deno.mkdir(out); // an empty folder is no output
    await convertCheckpoint({ source, out });
    const error = await assertRejects(() => convertCheckpoint({ source, out }), ConversionError);
    assertEquals(error.reason, "output_exists");
    await Deno.writeTextFile(join(out, "note"), "of the first conversion");
    await convertCheckpoint({
      source,
      out,
      overwrite: true,
      onProgress: () => assert(Deno.statSync(join(out, "note")).isFile),
    });
    await assertRejects(() => Deno.stat(join(out, "note")), Deno.errors.NotFound);

    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const blocked = await assertRejects(
      () => convertCheckpoint({ source, out: join(file, "out") }),
      ConversionError,
    );
    assertEquals(blocked.reason, "storage");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "file",
      "out",
      "source",
    ]);
  });
});

Deno.test("an abort ends the conversion and removes what was written", async () => {
  await inFolder(async (folder) => {
    const source = join(folder, "source");
    await Deno.mkdir(source);
    await writeCheckpointFolder(source, tinyCheckpoint());
    const controller = new AbortController();
    let events = 0;
    const error = await assertRejects(() =>
      convertCheckpoint({
        source,
        out: join(folder, "out"),
        signal: controller.signal,
        onProgress: () => {
          if (++events === 3) controller.abort("enough");
        },
      }), ConversionError);
    assertEquals([error.reason, error.cause, events], ["aborted", "enough", 3]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["source"]);
    await assertRejects(
      () => convertCheckpoint({ source, out: join(folder, "out"), dtype: "q3" as "q4" }),
      TypeError,
      "q4f16",
    );
  });
});
