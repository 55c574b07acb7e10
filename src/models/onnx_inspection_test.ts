import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { OnnxFormatError, readOnnxOutline } from "./onnx_inspection.ts";

Deno.test("every truncation of a graph is noticed", async () => {
  const bytes = await Deno.readFile(join(await ensureTinyModel(), "onnx", "model_q4.onnx"));
  const path = await Deno.makeTempFile();
  const lengths = [0, 1, 2, 5, 20, 21, 22, bytes.length - 1, bytes.length - 2];
  for (let length = 23; length < bytes.length; length += Math.ceil(bytes.length / 150)) {
    lengths.push(length);
  }
  for (const length of lengths) {
    await Deno.writeFile(path, bytes.subarray(0, length));
    try {
      // A cut between two top-level fields leaves a whole graph without its operator sets: no file does that.
      const outline = readOnnxOutline(path);
      assert(outline.outputs.length > 0 && length > bytes.length - 40, `${length} bytes passed`);
    } catch (error) {
      assert(error instanceof OnnxFormatError, `${length} bytes: ${error}`);
    }
  }
  await Deno.writeFile(path, bytes);
  assertEquals(readOnnxOutline(path).externalFiles.size, 0);
  await Deno.remove(path);
});

Deno.test("random bytes are never taken for a graph and never crash the reader", async () => {
  const path = await Deno.makeTempFile();
  for (let round = 0; round < 200; round++) {
    await Deno.writeFile(path, crypto.getRandomValues(new Uint8Array(1 + round * 7)));
    assertThrows(() => readOnnxOutline(path), OnnxFormatError);
  }
  await Deno.remove(path);
});
