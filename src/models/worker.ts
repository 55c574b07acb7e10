/**
 * The Worker that a model lives in.
 *
 * Started by `worker_client.ts`. Requests are worked off one after another; between two chunks of a long
 * input the Worker yields to its message queue, so that a `cancel` gets through. On wasm a forward pass yields only
 * microtasks, hence the real task (a posted message) in {@link nextTask}.
 *
 * @module
 */

import { ForwardPass } from "./forward_pass.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import { openModel, type RuntimeDevice } from "./transformers_runtime.ts";
import type {
  LoadRequest,
  Reply,
  Request,
  RequestBody,
  SerializedError,
} from "./worker_protocol.ts";

/** The part of a Worker's global scope that is used. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
};

/** Thrown inside the Worker when a request was cancelled. */
class Cancelled extends Error {}

const queue: (RequestBody & { requestId: number })[] = [];
const cancelled = new Set<number>();
const caches = new Map<number, KeyValueCache>();
let busy = false;
let pass: ForwardPass | null = null;
let device: RuntimeDevice = "cpu";

scope.onmessage = (event) => {
  const request = event.data;
  if (request.type === "cancel") {
    cancelled.add(request.requestId);
    return;
  }
  queue.push(request);
  if (!busy) void workOff();
};

async function workOff(): Promise<void> {
  busy = true;
  for (let request = queue.shift(); request; request = queue.shift()) {
    const { requestId } = request;
    let running = false;
    try {
      if (cancelled.has(requestId)) throw new Cancelled();
      running = true;
      const logits = await handle(request);
      scope.postMessage({ type: "done", requestId, logits }, logits ? [logits.buffer] : []);
    } catch (error) {
      scope.postMessage({ type: "failed", requestId, error: serialize(error, running) });
    }
    cancelled.delete(requestId);
    await nextTask();
    cancelled.delete(requestId); // a cancel that came while the answer was on its way
  }
  busy = false;
}

async function handle(
  request: RequestBody & { requestId: number },
): Promise<Float32Array<ArrayBuffer> | undefined> {
  switch (request.type) {
    case "load":
      await load(request.options);
      return undefined;
    case "append": {
      const current = loadedPass();
      const past = caches.get(request.sequence) ?? current.emptyCache();
      const logits = logitsBuffer(request.logitCount * current.logitsSize, request.recycled);
      const longer = await current.append(past, request.tokenIds, logits, async () => {
        await nextTask();
        if (cancelled.has(request.requestId)) throw new Cancelled();
      });
      caches.set(request.sequence, longer);
      past.release();
      return logits;
    }
    case "truncate": {
      const past = caches.get(request.sequence);
      if (!past || past.tokenCount <= request.tokenCount) return undefined;
      if (request.tokenCount === 0) caches.delete(request.sequence);
      else {
        caches.set(
          request.sequence,
          past.shortened(request.tokenCount, loadedPass().transformers),
        );
      }
      past.release();
      return undefined;
    }
    case "fork": {
      const past = caches.get(request.sequence);
      if (past) caches.set(request.newSequence, past.share());
      return undefined;
    }
    case "close":
      caches.get(request.sequence)?.release();
      caches.delete(request.sequence);
      return undefined;
  }
}

async function load(options: LoadRequest): Promise<void> {
  device = options.device;
  const { transformers, model } = await openModel(options);
  pass = new ForwardPass(transformers, model, device, options.logitsSize, options.contextLength);
}

function loadedPass(): ForwardPass {
  if (!pass) throw new TypeError("no model is loaded in this Worker");
  return pass;
}

/** A view of the recycled buffer where it is large enough, else of a new one. */
function logitsBuffer(length: number, recycled?: ArrayBuffer): Float32Array<ArrayBuffer> {
  return recycled && recycled.byteLength >= length * 4
    ? new Float32Array(recycled, 0, length)
    : new Float32Array(length);
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Resolves in a new task, after the messages that have arrived. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}

function serialize(error: unknown, running: boolean): SerializedError {
  if (error instanceof Cancelled) {
    return { kind: "aborted", name: "AbortError", message: "aborted", fatal: false };
  }
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  // Our own checks throw TypeError and RangeError before anything runs; what the runtime throws after that
  // breaks the web build's chain of passes for good.
  const outOfMemory = isOutOfMemory(message);
  const ours = !outOfMemory && (error instanceof RangeError || error instanceof TypeError);
  return {
    kind: outOfMemory ? "out_of_memory" : "failed",
    name,
    message,
    fatal: running && !ours && (device !== "cpu" || outOfMemory),
  };
}

/**
 * Whether the runtime ran out of memory. ONNX Runtime and V8 say so in words only: this is the one place where a
 * message decides, and it decides about a foreign one.
 */
function isOutOfMemory(message: string): boolean {
  return /bad_?alloc|out of memory|allocation failed|failed to allocate|memory access out of bounds|Cannot enlarge memory/i
    .test(message) || /^\d+$/.test(message); // Emscripten throws a bare pointer where C++ threw
}
