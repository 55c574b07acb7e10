/**
 * A stand-in for the model hub on 127.0.0.1, for tests: serves folders the way the hub does, and misbehaves on
 * request.
 *
 * @module
 */

import { join } from "@std/path";

/** How the server misbehaves for a file. */
export interface Fault {
  /** Sends so many bytes of the body and then breaks the connection, so many times. */
  cutAfterBytes?: number;
  times?: number;
  /** Sends the file shortened to so many bytes, as if that were all. */
  truncateTo?: number;
  /** Answers with this status, so many times. */
  status?: number;
  /** Sends nothing for so long. */
  stallMs?: number;
}

/** A running server. */
export interface LocalHub extends AsyncDisposable {
  /** For `remoteHost`. */
  url: string;
  /** Requests so far: file, and the `Range` header. */
  requests: { file: string; range: string | null }[];
  /** Misbehaviour by file, relative to the model's folder. */
  faults: Map<string, Fault>;
  /** Files that are not there. */
  absent: Set<string>;
  /** Whether the hub's own headers are sent: error codes, size and SHA-256. */
  hubHeaders: boolean;
  /** SHA-256 to claim instead of the true one. */
  claimedSha256: string | undefined;
}

/** Serves `folder` as the model `test/tiny`, revision `main`. */
export function startLocalHub(folder: string): LocalHub {
  const state: Omit<LocalHub, "url" | typeof Symbol.asyncDispose> = {
    requests: [],
    faults: new Map(),
    absent: new Set(),
    hubHeaders: true,
    claimedSha256: undefined,
  };
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    },
    (request) => answer(folder, state, request),
  );
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

async function answer(
  folder: string,
  state: Omit<LocalHub, "url" | typeof Symbol.asyncDispose>,
  request: Request,
): Promise<Response> {
  const path = new URL(request.url).pathname;
  if (path.startsWith("/cdn/")) return await content(folder, state, request, path.slice(5));
  const prefix = "/test/tiny/resolve/main/";
  const errorHeaders = (code: string): HeadersInit =>
    state.hubHeaders ? { "x-error-code": code } : {};
  if (!path.startsWith(prefix)) {
    return new Response("no such model", { status: 404, headers: errorHeaders("RepoNotFound") });
  }
  const file = path.slice(prefix.length);
  state.requests.push({ file, range: request.headers.get("range") });
  const bytes = state.absent.has(file) ? null : await read(folder, file);
  if (bytes === null) {
    return new Response("no such file", { status: 404, headers: errorHeaders("EntryNotFound") });
  }
  if (!state.hubHeaders || !file.endsWith(".onnx")) {
    return await content(folder, state, request, file);
  }
  // Large files live elsewhere; the first answer says how long they are, and their SHA-256.
  const headers = {
    location: `/cdn/${file}`,
    "x-linked-size": String(bytes.length),
    "x-linked-etag": `"${state.claimedSha256 ?? await sha256(bytes)}"`,
  };
  return new Response(null, { status: 302, headers });
}

async function content(
  folder: string,
  state: Omit<LocalHub, "url" | typeof Symbol.asyncDispose>,
  request: Request,
  file: string,
): Promise<Response> {
  let bytes = (await read(folder, file))!;
  const fault = state.faults.get(file) ?? {};
  const strikes = (fault.times ?? Infinity) > 0;
  if (fault.times !== undefined) fault.times--;
  if (strikes && fault.status !== undefined) return new Response("fault", { status: fault.status });
  if (fault.truncateTo !== undefined) bytes = bytes.subarray(0, fault.truncateTo);
  const etag = `"${(await sha256(bytes)).slice(0, 32)}"`;
  const headers = new Headers({ etag, "accept-ranges": "bytes" });
  const total = bytes.length;
  const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
  const condition = request.headers.get("if-range");
  let status = 200;
  if (range && (condition === null || condition === etag)) {
    const start = Number(range[1]);
    if (start >= total) return new Response(null, { status: 416, headers });
    headers.set("content-range", `bytes ${start}-${total - 1}/${total}`);
    bytes = bytes.subarray(start);
    status = 206;
  }
  headers.set("content-length", String(bytes.length));
  const { cutAfterBytes, stallMs } = strikes ? fault : {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = () => {
        controller.enqueue(bytes.subarray(0, cutAfterBytes ?? bytes.length));
        if (cutAfterBytes === undefined) controller.close();
        else timer = setTimeout(() => controller.error(new Error("cut")), 50); // after it has been sent
      };
      if (stallMs === undefined) send();
      else timer = setTimeout(send, stallMs);
    },
    cancel() {
      clearTimeout(timer);
    },
  });
  return new Response(body, { status, headers });
}

async function read(folder: string, file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(join(folder, file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
