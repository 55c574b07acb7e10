/**
 * Which device a model runs on, and which weight formats suit it.
 *
 * Used by `loadModel` before anything is loaded. What is known about formats:
 * - cpu (onnxruntime-node): q4 is fastest and smallest, then q8.
 * - wasm: q8. Never a 4-bit format: `MatMulNBits` takes seconds a token there, so it is refused.
 * - webgpu: q4f16 where the adapter has `shader-f16`, else q4. Integer products (q8) fall back to one wasm
 *   thread, so it comes last.
 *
 * @module
 */

import { ModelLoadError } from "./errors.ts";
import type { RuntimeDevice } from "./transformers_runtime.ts";

/** What a caller may ask for. */
export type DeviceChoice = RuntimeDevice | "auto";

/** Weight formats, as transformers.js names them. */
export const DTYPE_SUFFIXES = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;

/** A weight format. */
export type ModelDtype = keyof typeof DTYPE_SUFFIXES;

/** A device that is there. */
export interface ResolvedDevice {
  device: RuntimeDevice;
  /** Formats that run on it, best first. */
  dtypes: readonly ModelDtype[];
}

/** Operating systems and processors that onnxruntime-node has binaries for. */
const CPU_TARGETS = new Set([
  "linux-x86_64",
  "linux-aarch64",
  "darwin-aarch64",
  "windows-x86_64",
  "windows-aarch64",
]);

/** Names that software implementations of a GPU give themselves. */
const SOFTWARE_ADAPTER = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

const CPU_DTYPES = ["q4", "q8", "fp32", "int8", "uint8", "bnb4"] as const;
const WASM_DTYPES = ["q8", "uint8", "int8", "fp32"] as const;
const WEBGPU_DTYPES = ["q4", "fp32", "q8"] as const;
const WEBGPU_F16_DTYPES = ["q4f16", "q4", "fp16", "fp32", "q8"] as const;

/**
 * The device to use.
 *
 * @param choice `"auto"`: webgpu if there is a GPU (an adapter alone proves nothing: software answers too), else
 *   cpu, else wasm. Anything else is taken as it is, software adapters included.
 * @param model Id or path, for error messages.
 * @throws {ModelLoadError} `unsupported_device`, if the device is not there.
 */
export async function resolveDevice(
  choice: DeviceChoice,
  model: string,
): Promise<ResolvedDevice> {
  if (choice === "wasm") return { device: "wasm", dtypes: WASM_DTYPES };
  if (choice === "cpu") {
    const obstacle = await cpuObstacle("request");
    if (obstacle) throw new ModelLoadError("unsupported_device", model, obstacle);
    return { device: "cpu", dtypes: CPU_DTYPES };
  }
  if (choice !== "webgpu" && choice !== "auto") {
    throw new ModelLoadError(
      "unsupported_device",
      model,
      `device must be "webgpu", "wasm", "cpu" or "auto", given ${JSON.stringify(choice)}`,
    );
  }
  const adapter = await findAdapter();
  if (adapter && (choice === "webgpu" || isHardware(adapter))) {
    const dtypes = adapter.features.has("shader-f16") ? WEBGPU_F16_DTYPES : WEBGPU_DTYPES;
    return { device: "webgpu", dtypes };
  }
  if (choice === "webgpu") {
    throw new ModelLoadError(
      "unsupported_device",
      model,
      'this machine offers no WebGPU adapter; "cpu" and "wasm" need none',
    );
  }
  return await cpuObstacle("query") === null
    ? { device: "cpu", dtypes: CPU_DTYPES }
    : { device: "wasm", dtypes: WASM_DTYPES };
}

/** Why a format cannot be used on a device, or null where it can. */
export function dtypeObstacle(dtype: string, resolved: ResolvedDevice): string | null {
  if (!Object.hasOwn(DTYPE_SUFFIXES, dtype)) {
    return `dtype must be one of ${Object.keys(DTYPE_SUFFIXES).join(", ")}, given ${
      JSON.stringify(dtype)
    }`;
  }
  if (resolved.dtypes.includes(dtype as ModelDtype)) return null;
  const usable = `use ${resolved.dtypes.join(", ")}`;
  if (resolved.device === "wasm" && (dtype.startsWith("q4") || dtype === "bnb4")) {
    return `${dtype} is not run on wasm, where 4-bit products take seconds a token; ${usable}`;
  }
  if (resolved.device === "webgpu" && dtype.endsWith("f16")) {
    return `${dtype} needs a GPU with 16-bit shaders (shader-f16), which this adapter is not; ${usable}`;
  }
  return `${dtype} does not run on ${resolved.device}; ${usable}`;
}

/**
 * Whether there is a GPU adapter, and whether it is hardware.
 *
 * @returns `"hardware"`, `"software"` (llvmpipe, SwiftShader and the like) or `"none"`.
 */
export async function gpuAdapterKind(): Promise<"hardware" | "software" | "none"> {
  const adapter = await findAdapter();
  return adapter === null ? "none" : isHardware(adapter) ? "hardware" : "software";
}

async function findAdapter(): Promise<GPUAdapter | null> {
  try {
    return await navigator.gpu?.requestAdapter() ?? null;
  } catch {
    return null; // a broken driver is no adapter
  }
}

function isHardware(adapter: GPUAdapter): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  if (isFallbackAdapter) return false;
  return !SOFTWARE_ADAPTER.test(`${vendor} ${architecture} ${device} ${description}`);
}

/**
 * Why onnxruntime-node cannot be loaded here, or null.
 *
 * @param manner `"request"` may ask the user on the terminal for the permission.
 */
async function cpuObstacle(manner: "request" | "query"): Promise<string | null> {
  const target = `${Deno.build.os}-${Deno.build.arch}`;
  if (!CPU_TARGETS.has(target)) {
    return `onnxruntime-node has no binaries for ${target}; use the device "wasm"`;
  }
  const { state } = await Deno.permissions[manner]({ name: "ffi" });
  return state === "granted"
    ? null
    : 'the device "cpu" loads a native library and needs --allow-ffi; "wasm" does not';
}
