import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { buildModel } from "../../tools/model_builder/mod.ts";
import { ModelLoadError } from "./errors.ts";
import { loadModel } from "./load_model.ts";
import { memoryObstacle } from "./memory_check.ts";

Deno.test("only what certainly does not fit is refused", () => {
  assertEquals(memoryObstacle("cpu", 5e9, 6e9), null);
  assertEquals(memoryObstacle("cpu", 5e9, undefined), null);
  assertEquals(memoryObstacle("wasm", 2e9, 6e9), null);
  assertEquals(memoryObstacle("webgpu", 5e9, 1e9), null);
  assertStringIncludes(memoryObstacle("cpu", 5e9, 4e9)!, "4.0 GB");
  assertStringIncludes(memoryObstacle("wasm", 5e9, 64e9)!, "4 GiB");
});

Deno.test("a model that is too large is out_of_memory, before anything is loaded", async () => {
  const folder = await Deno.makeTempDir();
  await buildModel({ out: folder, inlineLimitBytes: 0 });
  const data = join(folder, "onnx", "model.onnx_data");
  for (const [device, sizeBytes] of [["wasm", 5e9], ["cpu", 2e12]] as const) {
    await Deno.truncate(data, sizeBytes); // a sparse file: takes no space
    const error = await assertRejects(() => loadModel(folder, { device }), ModelLoadError);
    assertEquals([error.reason, error.file], ["out_of_memory", "onnx/model.onnx"]);
  }
  await Deno.remove(folder, { recursive: true });
});
