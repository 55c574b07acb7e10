/**
 * Whether a model can fit into memory at all, asked before it is loaded.
 *
 * Used by `model_folder.ts`. Running out of memory is often the process's end and no exception (V8
 * aborts, or the kernel kills), so what certainly cannot work is refused beforehand. Only lower bounds are used: a model needs at
 * least its weights. Whatever passes here may still fail, with the same reason where the runtime lives to tell.
 *
 * @module
 */

import type { RuntimeDevice } from "./transformers_runtime.ts";

/** wasm has 32-bit addresses: 4 GiB for weights, keys and values, and everything else. */
const WASM_LIMIT_BYTES = 3.9e9;

/**
 * Why a model cannot fit, or null.
 *
 * @param weightBytes Size of the graph and its weights.
 * @param availableBytes Memory that is free or can be freed; undefined where that is not known.
 */
export function memoryObstacle(
  device: RuntimeDevice,
  weightBytes: number,
  availableBytes: number | undefined,
): string | null {
  const weights = `the weights take ${gigabytes(weightBytes)}`;
  if (device === "wasm" && weightBytes > WASM_LIMIT_BYTES) {
    return `${weights}, more than fit into wasm's address space of 4 GiB`;
  }
  if (device !== "webgpu" && availableBytes !== undefined && weightBytes > availableBytes) {
    return `${weights}, and ${gigabytes(availableBytes)} of memory are available`;
  }
  return null;
}

/** Memory and swap space that a new allocation can get, in bytes; undefined without `--allow-sys`. */
export async function availableMemoryBytes(): Promise<number | undefined> {
  const permission = await Deno.permissions.query({ name: "sys", kind: "systemMemoryInfo" });
  if (permission.state !== "granted") return undefined;
  const { available, swapFree } = Deno.systemMemoryInfo();
  return available + swapFree;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
