/**
 * Everything about a model that can be known before it runs, read from its checked files.
 *
 * Used by `loadModel`, between `model_files.ts` and the Worker. Reads the configuration and the
 * tokenizer, chooses the weight format, and looks into the graph's outline, so that a wrong, missing or truncated file
 * is named here and not by a runtime that dies of it.
 *
 * @module
 */

import { join } from "@std/path";
import { DTYPE_SUFFIXES, dtypeObstacle, type ModelDtype, type ResolvedDevice } from "./device.ts";
import { ModelLoadError } from "./errors.ts";
import { availableMemoryBytes, memoryObstacle } from "./memory_check.ts";
import type { ModelFiles } from "./model_files.ts";
import { OnnxFormatError, type OnnxOutline, readOnnxOutline } from "./onnx_inspection.ts";

/** What the loader needs to know of a model. */
export interface ModelFolder {
  folder: string;
  dtype: ModelDtype;
  externalFileCount: number;
  /** Bytes of the graph and its weights. */
  weightBytes: number;
  /** The graph's file, relative to the folder. */
  graphFile: string;
  logitsSize: number;
  contextLength: number;
  /** Bytes of one token's keys and values; undefined where the configuration does not tell. */
  keyValueBytes: number | undefined;
  eosTokenIds: number[] | undefined;
  tokenizerJson: object;
  tokenizerConfig: object;
  chatTemplate: string | undefined;
}

/** transformers.js refuses more. */
const MAX_EXTERNAL_FILES = 100;

/**
 * Gets and checks the files of a model.
 *
 * @param model Id or path, for error messages.
 * @param dtype The format asked for, or undefined for the best that the model has.
 */
export async function readModelFolder(
  model: string,
  files: ModelFiles,
  device: ResolvedDevice,
  dtype: string | undefined,
): Promise<ModelFolder> {
  const reader = new FolderReader(model, files);
  if (dtype !== undefined) {
    const refusal = dtypeObstacle(dtype, device);
    if (refusal) throw new ModelLoadError("unsupported_dtype", model, refusal);
  }
  const config = await reader.json("config.json");
  const generation = await reader.optionalJson("generation_config.json");
  const tokenizerJson = await reader.json("tokenizer.json");
  const tokenizerConfig = await reader.json("tokenizer_config.json");
  const inlineTemplate = "chat_template" in tokenizerConfig;
  const chatTemplate = inlineTemplate
    ? undefined
    : await reader.optionalText("chat_template.jinja");
  const candidates = dtype === undefined ? device.dtypes : [dtype as ModelDtype];
  const chosen = await reader.findGraph(candidates, device.device);
  const outline = await reader.outline(chosen.graphFile);
  const external = await reader.externalFiles(chosen.graphFile, outline);
  const weightBytes = external.bytes + await reader.sizeOf(chosen.graphFile);
  const obstacle = memoryObstacle(device.device, weightBytes, await availableMemoryBytes());
  if (obstacle) {
    throw new ModelLoadError(
      "out_of_memory",
      model,
      `"${model}" as ${chosen.dtype} does not fit into memory: ${obstacle}; choose a smaller dtype`,
      { file: chosen.graphFile },
    );
  }
  return {
    folder: files.folder,
    ...chosen,
    externalFileCount: external.count,
    weightBytes,
    logitsSize: reader.logitsSize(config, outline, chosen.graphFile),
    contextLength: positiveInteger(config.max_position_embeddings) ?? 2048,
    keyValueBytes: keyValueBytes(config),
    eosTokenIds: idList(generation?.eos_token_id) ?? idList(config.eos_token_id),
    tokenizerJson,
    tokenizerConfig,
    chatTemplate,
  };
}

class FolderReader {
  constructor(readonly model: string, readonly files: ModelFiles) {}

  async json(file: string): Promise<Record<string, unknown>> {
    const json = await this.optionalJson(file);
    if (json === undefined) throw this.#missing(file);
    return json;
  }

  async optionalJson(file: string): Promise<Record<string, unknown> | undefined> {
    const text = await this.optionalText(file);
    if (text === undefined) return undefined;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      throw await this.#corrupt(file, "is not JSON", error);
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      throw await this.#corrupt(file, "is not a JSON object");
    }
    return parsed as Record<string, unknown>;
  }

  async optionalText(file: string): Promise<string | undefined> {
    if (!(await this.files.ensure(file))) return undefined;
    return await Deno.readTextFile(join(this.files.folder, file));
  }

  /** The first format that the model has. */
  async findGraph(
    dtypes: readonly ModelDtype[],
    device: string,
  ): Promise<{ dtype: ModelDtype; graphFile: string }> {
    for (const dtype of dtypes) {
      const graphFile = `onnx/model${DTYPE_SUFFIXES[dtype]}.onnx`;
      if (await this.files.ensure(graphFile)) return { dtype, graphFile };
    }
    if (dtypes.length === 1) throw this.#missing(`onnx/model${DTYPE_SUFFIXES[dtypes[0]!]}.onnx`);
    throw new ModelLoadError(
      "missing_file",
      this.model,
      `"${this.model}" has no ONNX file for ${device}; tried the formats ${
        dtypes.join(", ")
      } in onnx/`,
      { file: "onnx/model.onnx" },
    );
  }

  async outline(graphFile: string): Promise<OnnxOutline> {
    let outline: OnnxOutline;
    try {
      outline = readOnnxOutline(join(this.files.folder, graphFile));
    } catch (error) {
      if (!(error instanceof OnnxFormatError)) throw error;
      throw await this.#corrupt(graphFile, `is not a whole ONNX file: ${error.message}`, error);
    }
    const has = (list: { name: string }[], name: string) => list.some((item) => item.name === name);
    const lacking = [
      ...["input_ids", "attention_mask", "past_key_values.0.key"].filter((name) =>
        !has(outline.inputs, name)
      ),
      ...["logits", "present.0.key"].filter((name) => !has(outline.outputs, name)),
    ];
    if (lacking.length > 0) {
      throw new ModelLoadError(
        "unsupported_model",
        this.model,
        `"${graphFile}" is not the graph of a causal language model with a cache: it has no ${
          lacking.join(", ")
        }`,
        { file: graphFile },
      );
    }
    return outline;
  }

  /** Gets the files with the graph's constants and checks their lengths. */
  async externalFiles(
    graphFile: string,
    outline: OnnxOutline,
  ): Promise<{ count: number; bytes: number }> {
    const count = outline.externalFiles.size;
    let bytes = 0;
    for (let index = 0; index < count; index++) {
      const file = `${graphFile}_data${index === 0 ? "" : `_${index}`}`;
      const name = file.slice(file.lastIndexOf("/") + 1);
      const neededBytes = outline.externalFiles.get(name);
      if (neededBytes === undefined || count > MAX_EXTERNAL_FILES) {
        const names = [...outline.externalFiles.keys()].slice(0, 5).join(", ");
        throw new ModelLoadError(
          "unsupported_model",
          this.model,
          `"${graphFile}" keeps weights in ${names}; transformers.js wants ${name}`,
          { file: graphFile },
        );
      }
      if (!(await this.files.ensure(file))) throw this.#missing(file);
      const sizeBytes = await this.sizeOf(file);
      if (sizeBytes < neededBytes) {
        throw await this.#corrupt(file, `has ${sizeBytes} bytes, the graph needs ${neededBytes}`);
      }
      bytes += sizeBytes;
    }
    return { count, bytes };
  }

  async sizeOf(file: string): Promise<number> {
    return (await Deno.stat(join(this.files.folder, file))).size;
  }

  /** Width of the logits, from the graph or else from the configuration. */
  logitsSize(config: Record<string, unknown>, outline: OnnxOutline, graphFile: string): number {
    const width = outline.outputs.find(({ name }) => name === "logits")?.dims.at(-1);
    const size = positiveInteger(width) ?? positiveInteger(config.vocab_size);
    if (size !== undefined) return size;
    throw new ModelLoadError(
      "unsupported_model",
      this.model,
      `neither "${graphFile}" nor config.json says how many logits there are`,
      { file: "config.json" },
    );
  }

  #missing(file: string): ModelLoadError {
    return new ModelLoadError("missing_file", this.model, `"${this.model}" has no file "${file}"`, {
      file,
    });
  }

  async #corrupt(file: string, what: string, cause?: unknown): Promise<ModelLoadError> {
    await this.files.discard(file);
    const message = `"${file}" of "${this.model}" ${what}`;
    return new ModelLoadError("corrupt_file", this.model, message, { file, cause });
  }
}

function positiveInteger(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

function idList(value: unknown): number[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  const ids = list.filter((id): id is number => Number.isInteger(id) && id >= 0);
  return ids.length > 0 ? ids : undefined;
}

/** Keys and values of all layers, in 32 bits. */
function keyValueBytes(config: Record<string, unknown>): number | undefined {
  const layers = positiveInteger(config.num_hidden_layers);
  const heads = positiveInteger(config.num_attention_heads);
  const hidden = positiveInteger(config.hidden_size);
  if (layers === undefined || heads === undefined || hidden === undefined) return undefined;
  const keyValueHeads = positiveInteger(config.num_key_value_heads) ?? heads;
  const headSize = positiveInteger(config.head_dim) ?? hidden / heads;
  return layers * keyValueHeads * headSize * 2 * 4;
}
