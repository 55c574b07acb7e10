import { assertEquals, assertThrows } from "@std/assert";
import { readConfiguration } from "./configuration.ts";
import { ConversionError, type ConversionReason } from "./errors.ts";

const LLAMA = {
  model_type: "llama",
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 100,
  rms_norm_eps: 1e-5,
};

function reasonOf(change: Record<string, unknown>): ConversionReason {
  const error = assertThrows(
    () => readConfiguration({ ...LLAMA, ...change }, "config.json"),
    ConversionError,
  );
  assertEquals([error.code, error.file], ["conversion", "config.json"]);
  return error.reason;
}

Deno.test("what a configuration leaves out has the architecture's own value", () => {
  const { sizes, tiedEmbeddings } = readConfiguration({ ...LLAMA, head_dim: null }, "config.json");
  assertEquals([sizes.headSize, sizes.kvHeadCount, sizes.contextLength], [16, 4, 2048]);
  assertEquals(sizes.rotation.inverseFrequencies[1], 10_000 ** (-2 / 16));
  assertEquals(tiedEmbeddings, undefined);
});

Deno.test("both spellings of a scaled rotation are read", () => {
  const older = readConfiguration({
    ...LLAMA,
    rope_theta: 500,
    rope_scaling: { type: "linear", factor: 2 },
  }, "config.json");
  const newer = readConfiguration({
    ...LLAMA,
    rope_parameters: { rope_type: "linear", factor: 2, rope_theta: 500 },
  }, "config.json");
  assertEquals(newer.sizes.rotation, older.sizes.rotation);
  assertEquals(older.sizes.rotation.inverseFrequencies[1], 500 ** (-2 / 16) / 2);
});

Deno.test("an unknown architecture, a variant that is not built, and nonsense are told apart", () => {
  assertEquals(reasonOf({ model_type: "mamba" }), "unsupported_architecture");
  assertEquals(reasonOf({ model_type: undefined }), "unsupported_architecture");
  for (
    const variant of [
      { hidden_act: "gelu" },
      { use_sliding_window: true },
      { layer_types: ["full_attention", "sliding_attention"] },
      { quantization_config: { quant_method: "awq" } },
      { rope_scaling: { rope_type: "longrope", factor: 2 } },
      { rope_scaling: { rope_type: "yarn", factor: 2, mscale: 1 } },
      { partial_rotary_factor: 0.5 },
      { head_dim: 12 },
      { num_key_value_heads: 3 },
    ]
  ) assertEquals(reasonOf(variant), "unsupported_configuration", JSON.stringify(variant));
  for (
    const nonsense of [
      { hidden_size: "64" },
      { num_hidden_layers: 0 },
      { vocab_size: undefined },
      { num_attention_heads: [4, 4] },
      { rope_scaling: { rope_type: "linear", factor: -1 } },
    ]
  ) assertEquals(reasonOf(nonsense), "corrupt_file", JSON.stringify(nonsense));
});
