import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { type LocalHub, startLocalHub } from "./_local_hub.ts";
import { ModelLoadError } from "./errors.ts";
import { loadModel, type LoadModelOptions } from "./load_model.ts";
import type { LoadProgress } from "./model_files.ts";

const ID = "test/tiny";
const GRAPH = "onnx/model.onnx";
const QUICK = { attempts: 3, firstPauseMs: 5, stallTimeoutMs: 5000 };

/** Runs a test against a hub that serves the tiny model, with a cache folder of its own. */
async function withHub(
  test: (hub: LocalHub, options: LoadModelOptions, cacheDir: string) => Promise<void>,
): Promise<void> {
  const folder = await ensureTinyModel();
  const cacheDir = await Deno.makeTempDir();
  {
    await using hub = startLocalHub(folder);
    await test(hub, {
      device: "cpu",
      dtype: "fp32",
      remoteHost: hub.url,
      cacheDir,
      download: QUICK,
    }, cacheDir);
  }
  await Deno.remove(cacheDir, { recursive: true });
}

async function assertLoadFails(
  reason: string,
  idOrPath: string,
  options: LoadModelOptions,
): Promise<ModelLoadError> {
  const error = await assertRejects(() => loadModel(idOrPath, options), ModelLoadError);
  assertEquals(`${error.reason}: ${error.message}`, `${reason}: ${error.message}`);
  assertEquals(error.code, "model_load");
  assertEquals(error.model, idOrPath);
  return error;
}

/** Asserts that a model loads and computes. */
async function assertLoads(idOrPath: string, options: LoadModelOptions): Promise<void> {
  await using model = await loadModel(idOrPath, options);
  const sequence = await model.openSequence();
  assertEquals((await sequence.append([1, 2, 3])).length, model.info.logitsSize);
}

/** A copy of the tiny model's folder to spoil. */
async function copyTiny(): Promise<string> {
  const from = await ensureTinyModel();
  const to = await Deno.makeTempDir();
  await Deno.mkdir(join(to, "onnx"));
  for (const folder of ["", "onnx"]) {
    for await (const entry of Deno.readDir(join(from, folder))) {
      if (entry.isFile) {
        await Deno.copyFile(join(from, folder, entry.name), join(to, folder, entry.name));
      }
    }
  }
  return to;
}

Deno.test("a model loads from a folder by path and by file URL, with facts and a tokenizer", async () => {
  const folder = await ensureTinyModel();
  for (const name of [folder, `file://${folder}`]) {
    await using model = await loadModel(name, { device: "cpu" });
    const { info, vocabulary, tokenizer } = model;
    assertEquals([info.id, info.device, info.dtype, info.contextLength], [name, "cpu", "q4", 4096]);
    assertEquals(vocabulary.logitsSize, info.logitsSize);
    assert(info.loadMs > 0 && vocabulary.tokenCount < info.logitsSize);
    assertEquals(tokenizer.decode(vocabulary.eosTokenIds), "");
  }
});

Deno.test("a model loads from the hub with progress, and again without a network", async () => {
  await withHub(async (hub, options, cacheDir) => {
    const events: LoadProgress[] = [];
    await assertLoads(ID, { ...options, onProgress: (event) => events.push(event) });
    const files = new Set(
      events.filter(({ phase }) => phase === "download").map(({ file }) => file),
    );
    assert(files.has("config.json") && files.has(GRAPH));
    for (const file of files) {
      const last = events.filter((event) => event.file === file && event.phase === "download").at(
        -1,
      )!;
      assertEquals(last.loadedBytes, last.totalBytes);
    }
    assertEquals(events.slice(-2).map(({ phase }) => phase), ["load", "ready"]);
    const requestCount = hub.requests.length;
    await hub[Symbol.asyncDispose]();
    await assertLoads(ID, options);
    assertEquals(hub.requests.length, requestCount);
    for await (const entry of Deno.readDir(join(cacheDir, "test", "tiny", "main", "onnx"))) {
      assertEquals(entry.name, "model.onnx"); // nothing is left over
    }
  });
});

Deno.test("the default dtype is the best that the model has", async () => {
  await withHub(async (hub, options) => {
    hub.absent.add("onnx/model_q4.onnx");
    await using model = await loadModel(ID, { ...options, dtype: undefined });
    assertEquals(model.info.dtype, "q8");
  });
});

Deno.test("an unknown id is not_found, with and without the hub's own headers", async () => {
  await withHub(async (hub, options) => {
    const error = await assertLoadFails("not_found", "test/unknown", options);
    assertStringIncludes(error.message, "test/unknown");
    hub.hubHeaders = false;
    await assertLoadFails("not_found", "test/unknown", options);
    await assertLoadFails("not_found", ID, { ...options, revision: "v9" });
    assertEquals((await assertLoadFails("not_found", "no such name!", options)).file, undefined);
  });
});

Deno.test("a name with path tricks never leaves the cache folder", async () => {
  await withHub(async (_hub, options) => {
    for (const id of ["a/../../b", "a/..", "a//b", "a/b/c", "-/x", "a%2f/b"]) {
      await assertLoadFails("not_found", id, options);
    }
    await assertLoadFails("not_found", ID, { ...options, revision: "../../x" });
  });
});

Deno.test("a model that lacks a file is missing_file, and the error names it", async () => {
  await withHub(async (hub, options) => {
    for (const file of ["config.json", "tokenizer.json", GRAPH]) {
      hub.absent = new Set([file]);
      assertEquals((await assertLoadFails("missing_file", ID, options)).file, file);
    }
  });
});

Deno.test("a hub that cannot be reached is a network error", async () => {
  await withHub(async (hub, options) => {
    await hub[Symbol.asyncDispose]();
    const error = await assertLoadFails("network", ID, options);
    assertStringIncludes(error.message, new URL(hub.url).host);
    assert(error.cause instanceof Error);
  });
});

Deno.test("server errors are tried again, and end as a network error when they stay", async () => {
  await withHub(async (hub, options) => {
    hub.faults.set("tokenizer.json", { status: 503, times: 2 });
    await assertLoads(ID, options);
  });
  await withHub(async (hub, options) => {
    hub.faults.set("tokenizer.json", { status: 503 });
    assertEquals((await assertLoadFails("network", ID, options)).file, "tokenizer.json");
  });
});

Deno.test("a connection that is cut is resumed where it broke", async () => {
  await withHub(async (hub, options) => {
    hub.faults.set(GRAPH, { cutAfterBytes: 400_000, times: 2 });
    await assertLoads(ID, options);
    const ranges = hub.requests.filter(({ file }) => file === GRAPH).map(({ range }) => range);
    assertEquals(ranges, [null, "bytes=400000-", "bytes=800000-"]);
  });
});

Deno.test("a later call goes on from where an earlier one was aborted", async () => {
  await withHub(async (hub, options, cacheDir) => {
    hub.faults.set(GRAPH, { cutAfterBytes: 500_000 });
    await assertLoadFails("network", ID, { ...options, download: { ...QUICK, attempts: 1 } });
    const partial = join(cacheDir, "test", "tiny", "main", `${GRAPH}.partial`);
    assertEquals((await Deno.stat(partial)).size, 500_000);
    hub.faults.clear();
    const controller = new AbortController();
    const aborted = assertLoadFails("aborted", ID, {
      ...options,
      signal: controller.signal,
      onProgress: ({ file }) => file === GRAPH && controller.abort(new Error("stop")),
    });
    assertEquals(((await aborted).cause as Error).message, "stop");
    hub.requests.length = 0;
    await assertLoads(ID, options);
    const ranges = hub.requests.filter(({ file }) => file === GRAPH).map(({ range }) => range);
    assertEquals(ranges.length, 1);
    assert(Number(/^bytes=(\d+)-$/.exec(ranges[0] ?? "")?.[1]) >= 500_000, `${ranges}`);
  });
});

Deno.test("a file that changed on the hub is not glued to the beginning of the old one", async () => {
  await withHub(async (hub, options, cacheDir) => {
    const partial = join(cacheDir, "test", "tiny", "main", `${GRAPH}.partial`);
    await Deno.mkdir(dirname(partial), { recursive: true });
    await Deno.writeFile(partial, new Uint8Array(1000));
    const version = { etag: '"older"', totalBytes: 5000, sha256: null };
    await Deno.writeTextFile(`${partial}.json`, JSON.stringify(version));
    await assertLoads(ID, options);
    assertEquals(hub.requests.find(({ file }) => file === GRAPH)?.range, "bytes=1000-");
  });
});

Deno.test("a connection that brings nothing counts as broken", async () => {
  await withHub(async (hub, options) => {
    hub.faults.set("config.json", { stallMs: 2000 });
    const download = { attempts: 2, firstPauseMs: 5, stallTimeoutMs: 50 };
    assertEquals(
      (await assertLoadFails("network", ID, { ...options, download })).file,
      "config.json",
    );
  });
});

Deno.test("a truncated or altered download is corrupt_file, and the next load fetches it again", async () => {
  await withHub(async (hub, options) => {
    hub.hubHeaders = false; // no checksum: the graph's own structure gives it away
    hub.faults.set(GRAPH, { truncateTo: 700_000 });
    assertEquals((await assertLoadFails("corrupt_file", ID, options)).file, GRAPH);
    hub.faults.clear();
    hub.hubHeaders = true;
    hub.claimedSha256 = "0".repeat(64);
    assertEquals((await assertLoadFails("corrupt_file", ID, options)).file, GRAPH);
    hub.claimedSha256 = undefined;
    hub.faults.set("config.json", { truncateTo: 40 });
    await assertLoads(ID, options);
  });
});

Deno.test("parallel loads of one model download it once", async () => {
  await withHub(async (hub, options) => {
    await Promise.all([
      assertLoads(ID, options),
      assertLoads(ID, options),
      assertLoads(ID, options),
    ]);
    assertEquals(hub.requests.filter(({ file }) => file === GRAPH).length, 1);
  });
});

Deno.test("a cache folder that cannot be written is a storage error", async () => {
  await withHub(async (_hub, options, cacheDir) => {
    const file = join(cacheDir, "file");
    await Deno.writeTextFile(file, "");
    await assertLoadFails("storage", ID, { ...options, cacheDir: file });
  });
});

Deno.test("spoiled folders are refused by name", async () => {
  const options = { device: "cpu", dtype: "fp32" } as const;
  await assertLoadFails("not_found", "./no/such/folder", options);
  const spoilt: [string, string, string | Uint8Array | null][] = [
    ["config.json", "missing_file", null],
    ["config.json", "corrupt_file", '{"model_type": "qwen2"'],
    ["tokenizer.json", "corrupt_file", "[]"],
    ["tokenizer.json", "unsupported_model", "{}"],
    [GRAPH, "corrupt_file", new Uint8Array(0)],
    [GRAPH, "corrupt_file", "<!DOCTYPE html><html>not a model</html>"],
    [GRAPH, "corrupt_file", crypto.getRandomValues(new Uint8Array(5000))],
  ];
  for (const [file, reason, content] of spoilt) {
    const folder = await copyTiny();
    const path = join(folder, file);
    if (content === null) await Deno.remove(path);
    else if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    assertEquals((await assertLoadFails(reason, folder, options)).file, file);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a graph that the runtime does not accept is a runtime error on cpu and on wasm", async () => {
  const folder = await copyTiny();
  const path = join(folder, GRAPH);
  const bytes = await Deno.readFile(path);
  const text = new TextDecoder("latin1").decode(bytes);
  for (let at = text.indexOf("MatMul"); at >= 0; at = text.indexOf("MatMul", at + 1)) {
    bytes.set(new TextEncoder().encode("MatMil"), at); // an operator that does not exist
  }
  await Deno.writeFile(path, bytes);
  for (const device of ["cpu", "wasm"] as const) {
    const error = await assertLoadFails("runtime", folder, { device, dtype: "fp32" });
    assertStringIncludes(error.message, "MatMil");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("devices and dtypes that do not go together are refused with what would", async () => {
  const folder = await ensureTinyModel();
  const cases: [Record<string, unknown>, string, string][] = [
    [{ device: "wasm", dtype: "q4" }, "unsupported_dtype", "q8"],
    [{ device: "cpu", dtype: "q4f16" }, "unsupported_dtype", "q4"],
    [{ device: "cpu", dtype: "q5" }, "unsupported_dtype", "q5"],
    [{ device: "cpu", dtype: "toString" }, "unsupported_dtype", "toString"],
    [{ device: "tpu" }, "unsupported_device", "tpu"],
    [{ device: "cpu", dtype: "int8" }, "missing_file", "model_int8.onnx"],
  ];
  for (const [options, reason, text] of cases) {
    assertStringIncludes((await assertLoadFails(reason, folder, options)).message, text);
  }
  await assertRejects(() => loadModel(folder, { threads: 0 }), RangeError);
});

Deno.test("failed and aborted loads and disposed models leave no Worker behind", async () => {
  const folder = await ensureTinyModel();
  const script = `
    import { loadModel } from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
    const folder = ${JSON.stringify(folder)};
    await loadModel(folder, { device: "wasm", dtype: "q4" }).catch(() => {});
    for (const milliseconds of [0, 20, 60, 120, 200]) {
      for (const device of ["cpu", "wasm"]) {
        const signal = AbortSignal.timeout(milliseconds);
        await loadModel(folder, { device, dtype: "fp32", signal, threads: 1 })
          .then((model) => model.dispose(), (error) => {
            if (error.reason !== "aborted") throw error;
          });
      }
    }
    const model = await loadModel(folder, { device: "cpu" });
    const sequence = await model.openSequence();
    const pending = sequence.append(new Array(2000).fill(1)).catch((error) => error);
    await model.dispose();
    console.log((await pending).reason);
  `;
  // The process ends by itself only if no Worker is left.
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--config",
      fromFileUrl(new URL("../../deno.json", import.meta.url)),
      "-",
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals([code, new TextDecoder().decode(stdout).trim()], [0, "disposed"]);
});
