import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { dtypeObstacle, gpuAdapterKind, resolveDevice } from "./device.ts";
import { ModelLoadError } from "./errors.ts";

Deno.test("auto takes webgpu only with a real GPU, else cpu", async () => {
  const { device } = await resolveDevice("auto", "model");
  assertEquals(device, await gpuAdapterKind() === "hardware" ? "webgpu" : "cpu");
});

Deno.test("webgpu without any adapter is refused with what needs none", async () => {
  if (await gpuAdapterKind() !== "none") {
    assertEquals((await resolveDevice("webgpu", "model")).device, "webgpu");
    return;
  }
  const error = await assertRejects(() => resolveDevice("webgpu", "model"), ModelLoadError);
  assertEquals(error.reason, "unsupported_device");
  assertStringIncludes(error.message, "wasm");
});

Deno.test("a refused format comes with the reason and with those that run", async () => {
  const wasm = await resolveDevice("wasm", "model");
  assertEquals(dtypeObstacle("q8", wasm), null);
  assertStringIncludes(dtypeObstacle("q4", wasm)!, "seconds a token");
  const gpu = { device: "webgpu", dtypes: ["q4", "fp32"] } as const;
  assertStringIncludes(dtypeObstacle("q4f16", gpu)!, "shader-f16");
  assertStringIncludes(dtypeObstacle("q4f16", await resolveDevice("cpu", "model"))!, "use q4, q8");
});

Deno.test("without permission for native code auto takes wasm, and cpu says what it needs", async () => {
  const script = `
    import { loadModel } from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
    const folder = ${JSON.stringify(await ensureTinyModel())};
    await using model = await loadModel(folder);
    await (await model.openSequence()).append([1, 2, 3]);
    const reason = await loadModel(folder, { device: "cpu" }).catch((error) => error.reason);
    console.log(model.info.device, reason);
  `;
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env", "--config", config, "-"],
    // Mesa's software adapter complains on standard error where it is not set.
    env: { XDG_RUNTIME_DIR: Deno.cwd() },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout, stderr } = await child.output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const [device, reason] = new TextDecoder().decode(stdout).trim().split(" ");
  assertEquals(device, await gpuAdapterKind() === "hardware" ? "webgpu" : "wasm");
  assertEquals(reason, "unsupported_device");
});
