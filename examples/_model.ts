/**
 * The model that the examples run on.
 *
 * `ESPALIER_MODEL` names it: a hub id such as `onnx-community/Qwen2.5-0.5B-Instruct`, or a folder. Without it, it
 * is a tiny one with random weights, which needs no download and writes nonsense into a valid frame.
 *
 * @module
 */

import { type LanguageModel, loadModel } from "@espalier/core";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";

/** Loads it; dispose of it with `await using`. */
export async function exampleModel(): Promise<LanguageModel> {
  return await loadModel(Deno.env.get("ESPALIER_MODEL") || await ensureTinyModel());
}
