/**
 * The folder that a conversion writes: whole, or not at all.
 *
 * Everything is written into a folder beside the output's path, which is renamed at the very end. Until then
 * whatever was at that path is untouched, and after a failure nothing is left.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "@std/path";
import { ConversionError } from "./errors.ts";

/** A folder in the making. */
export class OutputFolder implements AsyncDisposable {
  #isDone = false;

  private constructor(
    /** Where to write. */
    readonly path: string,
    /** Where it will be in the end. */
    readonly target: string,
  ) {}

  /**
   * Makes the folder in which the output grows.
   *
   * @param target Where the output shall be; its parents are made.
   * @param overwrite Whether what is there may be replaced. An empty folder always may.
   * @throws {ConversionError} `output_exists`, `storage`.
   */
  static async create(target: string, overwrite: boolean): Promise<OutputFolder> {
    const path = resolve(target);
    try {
      if (!overwrite && await isOccupied(path)) {
        throw new ConversionError("output_exists", `"${target}" exists; it is left as it is`, {
          file: path,
        });
      }
      await Deno.mkdir(dirname(path), { recursive: true });
      const growing = await Deno.makeTempDir({
        dir: dirname(path),
        prefix: `.${basename(path)}-`,
      });
      return new OutputFolder(growing, path);
    } catch (error) {
      throw explainStorage(error, target);
    }
  }

  /** Moves the folder to its place. */
  async finish(): Promise<void> {
    // A temporary folder is its maker's alone; a model is anybody's.
    if (Deno.build.os !== "windows") await Deno.chmod(this.path, 0o755);
    const replaced = `${this.path}-replaced`;
    const hadPrevious = await renameIfThere(this.target, replaced);
    try {
      await Deno.rename(this.path, this.target);
    } catch (error) {
      if (hadPrevious) await Deno.rename(replaced, this.target);
      throw error;
    }
    this.#isDone = true;
    if (hadPrevious) await Deno.remove(replaced, { recursive: true });
  }

  /** Removes what was written, unless it was finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) return;
    await Deno.remove(this.path, { recursive: true }).catch(() => {});
  }

  /** A path inside the folder. */
  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }
}

/** Failures of the file system as an error of ours; everything else as it is. */
export function explainStorage(error: unknown, target: string): unknown {
  if (!isStorageFailure(error)) return error;
  const cause = error as Error;
  return new ConversionError("storage", `"${target}" cannot be written: ${cause.message}`, {
    file: target,
    cause,
  });
}

function isStorageFailure(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ConversionError) return false;
  const { code } = error as { code?: unknown };
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists ||
    error instanceof Deno.errors.NotCapable ||
    code === "ENOSPC" || code === "EROFS" || code === "EDQUOT" || code === "ENAMETOOLONG";
}

async function isOccupied(path: string): Promise<boolean> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.NotADirectory) return false; // of a parent; making it fails
    throw error;
  }
  for await (const _ of Deno.readDir(path)) return true;
  return false;
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
