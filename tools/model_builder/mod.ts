/**
 * Builds Qwen2-architecture model folders with seeded random weights, for tests, the demo and benchmarks.
 *
 * A development tool: nothing under `src/` imports it.
 *
 * @module
 */

export { buildModel, type BuildOptions, type Preset, PRESETS } from "./build_model.ts";
export { type Dtype, DTYPES } from "./dtypes.ts";
export { type BuiltModelOptions, ensureModel, ensureTinyModel } from "./built_model.ts";
