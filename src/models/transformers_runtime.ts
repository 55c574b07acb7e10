/**
 * Loads the build of transformers.js that fits a device, inside a Worker, and opens a model folder with it.
 *
 * Bottom of the models layer and, with `forward_pass.ts`, the only code that touches transformers.js. The
 * package's default export is its Node build (onnxruntime-node: device `cpu`); `wasm` and `webgpu` need its web
 * build (onnxruntime-web), which needs four things put right before it runs in Deno:
 * 1. A Worker's `location.origin` is the string "null" and ONNX Runtime throws on it at import, so
 *    `location` is hidden first. (The Node build reads it too.)
 * 2. ONNX Runtime's factory module cannot be imported from a `blob:` URL by a module inside an npm package. It is
 *    given as a `data:` URL, on a property that transformers.js cannot overwrite with a blob.
 * 3. With several threads ONNX Runtime makes a blob of the factory by itself; `URL.createObjectURL` hands
 *    out the same `data:` URL for it.
 * 4. Model files are read with `Deno.readFile` instead of `fetch("file:…")`, which holds them twice.
 *
 * Cost: the Node build imports in about 0.3 s, the web build in about 0.5 s with the WebAssembly compiled.
 *
 * @module
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as TransformersModule from "@huggingface/transformers";

/** What is used of transformers.js; both builds have it. */
export type Transformers = typeof TransformersModule;

/** Devices that a forward pass can run on. */
export type RuntimeDevice = "webgpu" | "wasm" | "cpu";

/** A model as transformers.js gives it, with the parts that its type declarations leave out. */
export interface LoadedModel {
  forward(inputs: Record<string, unknown>): Promise<Record<string, TransformersModule.Tensor>>;
  sessions: Record<string, InferenceSession>;
  config: Record<string, unknown>;
  dispose(): Promise<unknown>;
}

/** The parts of an ONNX Runtime session that are read. */
export interface InferenceSession {
  inputNames: readonly string[];
  outputNames: readonly string[];
  inputMetadata: readonly { name: string; type: string; shape?: readonly (number | string)[] }[];
}

/** How to open a model. */
export interface OpenOptions {
  folder: string;
  device: RuntimeDevice;
  dtype: string;
  /** Threads of the forward pass; `undefined` leaves it to ONNX Runtime on cpu and means 1 on wasm. */
  threads: number | undefined;
  /** Number of files with external data beside the graph. */
  externalFileCount: number;
}

/** transformers.js prints nothing at this level; errors are thrown, not logged. */
const LOG_NOTHING = 50;

/** Imports the right build and opens the folder with it. To be called once in a Worker. */
export async function openModel(
  options: OpenOptions,
): Promise<{ transformers: Transformers; model: LoadedModel }> {
  Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });
  const transformers = options.device === "cpu"
    ? await import("@huggingface/transformers")
    : await importWebBuild(options.device, options.threads ?? 1);
  const env = transformers.env as unknown as Record<string, unknown>;
  Object.assign(env, {
    allowLocalModels: true,
    allowRemoteModels: false,
    useBrowserCache: false,
    useFSCache: false,
    logLevel: LOG_NOTHING,
  });
  const sessionOptions = options.device === "cpu" && options.threads !== undefined
    ? { intraOpNumThreads: options.threads }
    : {};
  const model = await transformers.AutoModelForCausalLM.from_pretrained(options.folder, {
    device: options.device,
    dtype: options.dtype as "q4",
    local_files_only: true,
    use_external_data_format: options.externalFileCount,
    session_options: sessionOptions,
  });
  return { transformers, model: model as unknown as LoadedModel };
}

async function importWebBuild(device: RuntimeDevice, threads: number): Promise<Transformers> {
  const entry = import.meta.resolve("@huggingface/transformers");
  const transformers: Transformers = await import(new URL("./transformers.web.js", entry).href);
  const require = createRequire(entry);
  // The plain build runs on wasm and can use threads; the other one can wait for a GPU.
  const variant = device === "webgpu" ? ".asyncify" : "";
  const fileUrl = (extension: string) =>
    pathToFileURL(require.resolve(`onnxruntime-web/ort-wasm-simd-threaded${variant}.${extension}`))
      .href;
  const source = (await Deno.readTextFile(new URL(fileUrl("mjs"))))
    .replaceAll("globalThis.process?.versions?.node", "false") // or it would load Node's modules
    .replaceAll('workerData:"em-pthread",', ""); // for Node only; Deno warns of it on stderr
  const factoryUrl = "data:text/javascript," + encodeURIComponent(source);

  const env = transformers.env as unknown as {
    fetch: (url: string | URL) => Promise<unknown>;
    backends: { onnx: { wasm: Record<string, unknown> } };
  };
  const wasm = env.backends.onnx.wasm;
  wasm.wasmPaths = Object.defineProperty({ wasm: fileUrl("wasm") }, "mjs", {
    enumerable: true,
    get: () => factoryUrl,
    set() {},
  });
  wasm.numThreads = threads;
  if (threads > 1) {
    const createObjectURL = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (object) =>
      object instanceof Blob && object.type.includes("javascript")
        ? factoryUrl
        : createObjectURL(object);
  }
  env.fetch = readLocalFile;
  return transformers;
}

/** Stands in for `fetch`: the web build asks for model files, and for its WebAssembly, by path or file URL. */
async function readLocalFile(target: string | URL): Promise<unknown> {
  const text = String(target);
  if (/^https?:/.test(text)) throw new TypeError(`only local files are read here, given ${text}`);
  const path = text.startsWith("file:") ? new URL(text) : text;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Response(null, { status: 404 });
    throw error;
  }
  return {
    ok: true,
    status: 200,
    headers: new Headers({ "content-length": String(bytes.length) }),
    arrayBuffer: () => Promise.resolve(bytes.buffer),
    text: () => Promise.resolve(new TextDecoder().decode(bytes)),
    json: () => Promise.resolve(JSON.parse(new TextDecoder().decode(bytes))),
  };
}
