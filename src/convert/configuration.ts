/**
 * A checkpoint's `config.json`, read into the shape of a decoder.
 *
 * For both kinds of sources: what a GGUF file says about its model is first written as a `config.json`, so there is one
 * place that knows what is supported. What would change the numbers that come out, and is not built here, is
 * refused by name: an approximation would be a model that is quietly worse.
 *
 * @module
 */

import { ConversionError } from "./errors.ts";
import { isJsonObject, type JsonObject } from "./json_file.ts";
import type { DecoderShape } from "./onnx/decoder_shape.ts";
import { plainRotation, type RotationScaling, scaledRotation } from "./rotation.ts";

/** The architectures that are converted, by `model_type`. */
export const ARCHITECTURES = ["qwen2", "llama"] as const;

/** An architecture. */
export type Architecture = (typeof ARCHITECTURES)[number];

/** What a configuration says; the rest is seen from the weights that are there. */
export interface Configuration {
  architecture: Architecture;
  /** Undefined where the configuration does not say. */
  tiedEmbeddings: boolean | undefined;
  sizes: Omit<DecoderShape, "tiedEmbeddings" | "biases">;
}

/**
 * Reads a configuration.
 *
 * @param file Where it is from, for errors.
 * @throws {ConversionError} `unsupported_architecture`, `unsupported_configuration` or `corrupt_file`.
 */
export function readConfiguration(config: JsonObject, file: string): Configuration {
  const fields = new Fields(config, file);
  const architecture = readArchitecture(config, file);
  refuseVariants(config, fields);
  const hiddenSize = fields.size("hidden_size");
  const headCount = fields.size("num_attention_heads");
  const headSize = fields.size("head_dim", hiddenSize / headCount);
  const kvHeadCount = fields.size("num_key_value_heads", headCount);
  if (headCount % kvHeadCount !== 0) {
    throw fields.unsupported(
      `${headCount} heads cannot share ${kvHeadCount} keys and values evenly`,
    );
  }
  if (headSize % 8 !== 0) {
    throw fields.unsupported(`heads of ${headSize} numbers; it must be a multiple of 8`);
  }
  const contextLength = fields.size("max_position_embeddings", 2048);
  return {
    architecture,
    tiedEmbeddings: typeof config.tie_word_embeddings === "boolean"
      ? config.tie_word_embeddings
      : undefined,
    sizes: {
      layerCount: fields.size("num_hidden_layers"),
      hiddenSize,
      intermediateSize: fields.size("intermediate_size"),
      headCount,
      kvHeadCount,
      headSize,
      vocabularySize: fields.size("vocab_size"),
      contextLength,
      rmsNormEpsilon: fields.number("rms_norm_eps", 1e-6),
      rotation: readRotation(fields, headSize, contextLength),
    },
  };
}

function readArchitecture(config: JsonObject, file: string): Architecture {
  const architecture = ARCHITECTURES.find((known) => known === config.model_type);
  if (architecture) return architecture;
  throw new ConversionError(
    "unsupported_architecture",
    `"${file}" is of the architecture ${JSON.stringify(config.model_type)}; converted are ${
      ARCHITECTURES.join(" and ")
    }`,
    { file },
  );
}

function refuseVariants(config: JsonObject, fields: Fields): void {
  const activation = config.hidden_act ?? "silu";
  if (activation !== "silu" && activation !== "swish") {
    throw fields.unsupported(`the activation ${JSON.stringify(activation)}; built is "silu"`);
  }
  if (config.quantization_config !== undefined && config.quantization_config !== null) {
    throw fields.unsupported(
      "weights that are quantised already (quantization_config); convert the original checkpoint",
    );
  }
  const layerTypes = Array.isArray(config.layer_types) ? config.layer_types : [];
  if (config.use_sliding_window === true || layerTypes.includes("sliding_attention")) {
    throw fields.unsupported("attention through a sliding window");
  }
}

/** Reads both spellings: `rope_theta` with `rope_scaling`, and the newer `rope_parameters`. */
function readRotation(fields: Fields, headSize: number, contextLength: number) {
  const { config } = fields;
  const newer = isJsonObject(config.rope_parameters) ? config.rope_parameters : undefined;
  const given = newer ?? (isJsonObject(config.rope_scaling) ? config.rope_scaling : {});
  const scaling = new Fields(given, fields.file);
  const theta = (newer ? scaling : fields).number("rope_theta", 10_000);
  const partial = config.partial_rotary_factor ?? given.partial_rotary_factor ?? 1;
  if (partial !== 1) throw fields.unsupported("rotation of a part of each head only");
  const kind = given.rope_type ?? given.type ?? "default";
  const original = scaling.size(
    "original_max_position_embeddings",
    fields.size("original_max_position_embeddings", contextLength),
  );
  let read: RotationScaling;
  switch (kind) {
    case "default":
      return plainRotation(theta, headSize);
    case "linear":
      read = { kind: "linear", factor: scaling.number("factor") };
      break;
    case "llama3":
      read = {
        kind: "llama3",
        factor: scaling.number("factor"),
        lowFrequencyFactor: scaling.number("low_freq_factor"),
        highFrequencyFactor: scaling.number("high_freq_factor"),
        originalContextLength: original,
      };
      break;
    case "yarn": {
      if (given.mscale !== undefined || given.mscale_all_dim !== undefined) {
        throw fields.unsupported("YaRN with the parameter mscale");
      }
      read = {
        kind: "yarn",
        factor: scaling.number("factor"),
        originalContextLength: original,
        betaFast: scaling.number("beta_fast", 32),
        betaSlow: scaling.number("beta_slow", 1),
        attentionFactor: given.attention_factor === undefined || given.attention_factor === null
          ? undefined
          : scaling.number("attention_factor"),
        truncate: given.truncate !== false,
      };
      break;
    }
    default:
      throw fields.unsupported(
        `rotation scaled by ${JSON.stringify(kind)}; built are linear, llama3 and yarn`,
      );
  }
  return scaledRotation(theta, headSize, read);
}

/** Reads numbers of a configuration. */
class Fields {
  constructor(readonly config: JsonObject, readonly file: string) {}

  /** A positive integer. */
  size(name: string, fallback?: number): number {
    const value = this.number(name, fallback);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw this.#wrong(name, value, "a positive integer");
  }

  /** A positive number. */
  number(name: string, fallback?: number): number {
    const value = this.config[name] ?? fallback;
    if (typeof value === "number" && value > 0 && value < Infinity) return value;
    throw this.#wrong(name, value, "a positive number");
  }

  unsupported(what: string): ConversionError {
    return new ConversionError(
      "unsupported_configuration",
      `"${this.file}" describes a model that is not converted: ${what}`,
      { file: this.file },
    );
  }

  #wrong(name: string, value: unknown, wanted: string): ConversionError {
    return new ConversionError(
      "corrupt_file",
      `"${this.file}": ${name} must be ${wanted}, given ${JSON.stringify(value)}`,
      { file: this.file },
    );
  }
}
