/**
 * The model that the examples run on.
 *
 * `ESPALIER_MODEL` names it: a hub id such as `onnx-community/Qwen2.5-0.5B-Instruct`, or a folder. Without it, it
 * is the embedded one, which needs no download.
 *
 * @module
 */

import { EMBEDDED_MODEL, type LanguageModel, loadModel } from "@espalier/core";

/** Loads it; dispose of it with `await using`. */
export async function exampleModel(): Promise<LanguageModel> {
  return await loadModel(Deno.env.get("ESPALIER_MODEL") || EMBEDDED_MODEL);
}
