/**
 * A checkpoint as Hugging Face's libraries save it: a folder with `config.json`, safetensors files and a tokenizer.
 *
 * The weights may be one file, or several with an index, or several without. A base class of the model may have
 * been saved, whose tensors lack the prefix `model.`.
 *
 * @module
 */

import { basename, join } from "@std/path";
import { type Checkpoint, openWeights, type SideFile } from "./checkpoint.ts";
import { readConfiguration } from "./configuration.ts";
import { ConversionError } from "./errors.ts";
import { isJsonObject, readJsonFile } from "./json_file.ts";
import { readSafetensorsFile } from "./safetensors_file.ts";
import type { StoredTensor } from "./stored_tensors.ts";

/** Files of a tokenizer that are copied where they are there. */
const TOKENIZER_FILES = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "vocab.json",
  "merges.txt",
] as const;

const INDEX = "model.safetensors.index.json";

/**
 * Opens a folder.
 *
 * @param tokenizerFiles The tokenizer's files, if not those of the folder.
 * @throws {ConversionError} If something is missing, broken or not supported.
 */
export async function openHuggingFaceFolder(
  folder: string,
  tokenizerFiles?: ReadonlyMap<string, SideFile>,
): Promise<Checkpoint> {
  const configFile = join(folder, "config.json");
  const config = await readJsonFile(configFile);
  if (!config) throw missing(folder, "config.json");
  const configuration = readConfiguration(config, configFile);
  const sideFiles = tokenizerFiles ?? await readTokenizerFiles(folder);
  const generationConfig = await readJsonFile(join(folder, "generation_config.json")) ?? {};
  const tensors = new Map<string, StoredTensor>();
  for (const path of await weightFiles(folder)) {
    for (const [name, tensor] of await readSafetensorsFile(path)) {
      const fullName = /^(model|lm_head)\./.test(name) ? name : `model.${name}`;
      if (tensors.has(fullName)) {
        throw new ConversionError(
          "corrupt_file",
          `two files of "${folder}" have the weight "${name}"`,
          { file: path, tensor: name },
        );
      }
      tensors.set(fullName, tensor);
    }
  }
  const { shape, weights } = openWeights(configuration, tensors);
  return {
    architecture: configuration.architecture,
    shape,
    weights,
    config,
    generationConfig,
    sideFiles,
    [Symbol.dispose]: () => weights[Symbol.dispose](),
  };
}

/**
 * Finds a folder's tokenizer.
 *
 * @throws {ConversionError} `missing_file`, `corrupt_file`.
 */
export async function readTokenizerFiles(folder: string): Promise<Map<string, SideFile>> {
  const files = new Map<string, SideFile>();
  for (const name of TOKENIZER_FILES) {
    const path = join(folder, name);
    if (await isFile(path)) files.set(name, { copyOf: path });
  }
  // A broken one would only be noticed when the converted model is loaded.
  if (!await readJsonFile(join(folder, "tokenizer.json"))) throw missing(folder, "tokenizer.json");
  if (!await readJsonFile(join(folder, "tokenizer_config.json"))) {
    files.set("tokenizer_config.json", { text: "{}" });
  }
  return files;
}

async function weightFiles(folder: string): Promise<string[]> {
  const indexPath = join(folder, INDEX);
  const index = await readJsonFile(indexPath);
  if (index) {
    const names = Object.values(isJsonObject(index.weight_map) ? index.weight_map : {});
    const files = new Set<string>();
    for (const name of names) {
      if (typeof name !== "string" || basename(name) !== name) {
        throw new ConversionError(
          "corrupt_file",
          `"${indexPath}" names the file ${JSON.stringify(name)}, which is not in the folder`,
          { file: indexPath },
        );
      }
      files.add(name);
    }
    for (const name of files) if (!await isFile(join(folder, name))) throw missing(folder, name);
    if (files.size > 0) return [...files].sort().map((name) => join(folder, name));
  }
  const single = join(folder, "model.safetensors");
  if (await isFile(single)) return [single];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory && name.endsWith(".safetensors")) found.push(join(folder, name));
  }
  if (found.length === 0) throw missing(folder, "model.safetensors");
  return found.sort();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function missing(folder: string, name: string): ConversionError {
  return new ConversionError("missing_file", `"${folder}" has no file "${name}"`, {
    file: join(folder, name),
  });
}
