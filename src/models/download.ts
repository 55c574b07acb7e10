/**
 * Downloads one file so that an interruption costs nothing but time.
 *
 * Bottom of the models layer, used by `model_files.ts`. Bytes go to `<file>.partial`, with what identifies the
 * remote version beside it in `<file>.partial.json`; a later call asks for the rest (`Range`, guarded
 * by `If-Range`). The file appears under its own name only when its length, and its SHA-256 where the hub states
 * one, are right. Parallel callers, other processes included, wait for each other on a lock.
 *
 * A connection that breaks, stalls or answers 429 or 5xx is tried again, with growing pauses, until
 * {@link DownloadOptions.attempts} in a row brought nothing.
 *
 * Source: RFC 9110, sections 13.1.5 and 14; the hub's `X-Linked-Etag` and `X-Linked-Size` headers.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname } from "@std/path";

/** What to download, and to where. */
export interface DownloadOptions {
  /** Where from. */
  url: string;
  /** Path of the finished file; folders are made. */
  path: string;
  /** Sent to the URL's own origin only, not to where it redirects. */
  headers?: Record<string, string>;
  /** Stops the download. */
  signal?: AbortSignal;
  /** Called with every chunk that has been stored. */
  onProgress?: (loadedBytes: number, totalBytes: number | undefined) => void;
  /** Failures in a row without a new byte before giving up; default 5. */
  attempts?: number;
  /** Pause after the first failure, doubled after each; default 500 ms. */
  firstPauseMs?: number;
  /** A connection that brings nothing for so long counts as broken; default 30 s. */
  stallTimeoutMs?: number;
}

/** The server has no such file, or does not show it. */
export class HttpStatusError extends Error {
  override readonly name = "HttpStatusError";

  /**
   * @param status HTTP status.
   * @param hubCode The hub's own code, such as `"RepoNotFound"` or `"EntryNotFound"`; null elsewhere.
   */
  constructor(readonly url: string, readonly status: number, readonly hubCode: string | null) {
    super(`${url} answered ${status}${hubCode ? ` (${hubCode})` : ""}`);
  }
}

/** The server could not be reached, or broke off too often. */
export class DownloadFailedError extends Error {
  override readonly name = "DownloadFailedError";
}

/** What arrived is not what the hub's checksum says. */
export class ChecksumError extends Error {
  override readonly name = "ChecksumError";
}

/** What identifies a version of a remote file. */
interface RemoteVersion {
  etag: string | null;
  totalBytes: number | null;
  sha256: string | null;
}

interface Attempt {
  body: ReadableStream<Uint8Array> | null;
  version: RemoteVersion;
  /** Where the body starts in the file. */
  offset: number;
  /** Whether the file is complete already. */
  complete: boolean;
}

const MAX_REDIRECTS = 5;

/**
 * Downloads a file, unless it is there already.
 *
 * @throws {HttpStatusError} For a status that trying again does not change (4xx but 408, 425 and 429).
 * @throws {DownloadFailedError} If the server cannot be reached.
 * @throws {ChecksumError} If the content is wrong; what was downloaded is removed.
 * @throws The signal's reason, if it fires. What has been downloaded stays for the next call.
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { path, signal } = options;
  signal?.throwIfAborted();
  if (await exists(path)) return;
  await Deno.mkdir(dirname(path), { recursive: true });
  using lock = await Deno.open(`${path}.lock`, { create: true, write: true });
  await acquire(lock, signal);
  if (await exists(path)) return; // somebody else has been at it
  const version = await fetchWithRetries(options);
  if (version.sha256 !== null) await verify(`${path}.partial`, version.sha256, signal);
  await Deno.rename(`${path}.partial`, path);
  await removeIfThere(`${path}.partial.json`);
  await removeIfThere(`${path}.lock`);
}

/** Waits for the lock without holding up an abort. */
async function acquire(lock: Deno.FsFile, signal?: AbortSignal): Promise<void> {
  while (!(await lock.tryLock(true))) await pause(100, signal);
}

async function fetchWithRetries(options: DownloadOptions): Promise<RemoteVersion> {
  const { attempts = 5, firstPauseMs = 500, signal } = options;
  let failures = 0;
  while (true) {
    const before = await partialSize(options.path);
    try {
      return await fetchRest(options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof HttpStatusError || isStorageError(error)) throw error;
      failures = await partialSize(options.path) > before ? 1 : failures + 1;
      if (failures >= attempts) {
        throw new DownloadFailedError(
          `${options.url} could not be downloaded: ${messageOf(error)}`,
          { cause: error },
        );
      }
      await pause(firstPauseMs * 2 ** (failures - 1), signal);
    }
  }
}

/** One attempt: asks for what is missing and appends it. */
async function fetchRest(options: DownloadOptions): Promise<RemoteVersion> {
  const { path, signal, onProgress, stallTimeoutMs = 30_000 } = options;
  const partialPath = `${path}.partial`;
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restartTimer = () => {
    clearTimeout(timer);
    const reason = new DownloadFailedError(`nothing arrived for ${stallTimeoutMs} ms`);
    timer = setTimeout(() => stalled.abort(reason), stallTimeoutMs);
  };
  const anySignal = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
  restartTimer();
  try {
    const attempt = await request(options, anySignal);
    const { version } = attempt;
    const total = version.totalBytes ?? undefined;
    if (attempt.complete) {
      onProgress?.(attempt.offset, total);
      return version;
    }
    await Deno.writeTextFile(`${path}.partial.json`, JSON.stringify(version));
    using file = await Deno.open(partialPath, { create: true, write: true });
    await file.truncate(attempt.offset);
    await file.seek(attempt.offset, Deno.SeekMode.Start);
    let loadedBytes = attempt.offset;
    onProgress?.(loadedBytes, total);
    for await (const chunk of attempt.body ?? []) {
      restartTimer();
      for (let done = 0; done < chunk.length;) done += await file.write(chunk.subarray(done));
      loadedBytes += chunk.length;
      onProgress?.(loadedBytes, total);
    }
    if (total !== undefined && loadedBytes !== total) {
      if (loadedBytes > total) await file.truncate(0);
      throw new DownloadFailedError(`the connection ended at byte ${loadedBytes} of ${total}`);
    }
    return version;
  } finally {
    clearTimeout(timer);
  }
}

async function request(options: DownloadOptions, signal: AbortSignal): Promise<Attempt> {
  const have = await partialSize(options.path);
  const known = have > 0 ? await readVersion(options.path) : null;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (known?.etag) {
    headers.range = `bytes=${have}-`;
    if (!known.etag.startsWith("W/")) headers["if-range"] = known.etag;
  }
  const { response, linkedEtag, linkedSize } = await fetchFollowing(options, headers, signal);
  const etag = response.headers.get("etag");
  const sha256 = linkedEtag !== null && /^[0-9a-f]{64}$/.test(linkedEtag) ? linkedEtag : null;
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206 && range && Number(range[1]) === have && etag === known?.etag) {
    const version = { etag, totalBytes: Number(range[2]), sha256 };
    return { body: response.body, version, offset: have, complete: false };
  }
  if (response.status === 416 && known && known.totalBytes === have) {
    await response.body?.cancel();
    return { body: null, version: known, offset: have, complete: true };
  }
  if (response.status === 206 || response.status === 416) {
    await response.body?.cancel();
    await removeIfThere(`${options.path}.partial`);
    throw new DownloadFailedError("the remote file has changed since the download began");
  }
  if (!response.ok) {
    await response.body?.cancel();
    const { status } = response;
    if (status >= 500 || status === 408 || status === 425 || status === 429) {
      throw new DownloadFailedError(`${options.url} answered ${status}`);
    }
    throw new HttpStatusError(options.url, status, response.headers.get("x-error-code"));
  }
  const length = response.headers.get("content-length") ?? linkedSize;
  const totalBytes = length === null ? null : Number(length);
  return { body: response.body, version: { etag, totalBytes, sha256 }, offset: 0, complete: false };
}

/** Follows redirects by hand: the hub states size and checksum on the first answer, not on the last. */
async function fetchFollowing(
  options: DownloadOptions,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ response: Response; linkedEtag: string | null; linkedSize: string | null }> {
  let url = options.url;
  let linkedEtag: string | null = null, linkedSize: string | null = null;
  const origin = new URL(url).origin;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const own = new URL(url).origin === origin ? options.headers : {};
    const response = await fetch(url, {
      headers: { ...headers, ...own },
      redirect: "manual",
      signal,
    });
    linkedEtag ??= response.headers.get("x-linked-etag")?.replace(/^(W\/)?"|"$/g, "") ?? null;
    linkedSize ??= response.headers.get("x-linked-size");
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) {
      return { response, linkedEtag, linkedSize };
    }
    await response.body?.cancel();
    url = new URL(location, url).href;
  }
  throw new DownloadFailedError(`${options.url} redirects more than ${MAX_REDIRECTS} times`);
}

async function verify(path: string, sha256: string, signal?: AbortSignal): Promise<void> {
  const hash = createHash("sha256");
  const file = await Deno.open(path, { read: true });
  for await (const chunk of file.readable) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  const found = hash.digest("hex");
  if (found === sha256) return;
  await removeIfThere(path);
  await removeIfThere(`${path}.json`);
  throw new ChecksumError(`SHA-256 is ${found}, expected ${sha256}`);
}

async function readVersion(path: string): Promise<RemoteVersion | null> {
  try {
    return JSON.parse(await Deno.readTextFile(`${path}.partial.json`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function partialSize(path: string): Promise<number> {
  try {
    return (await Deno.stat(`${path}.partial`)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether the failure is the disk's, which trying again does not change. */
export function isStorageError(error: unknown): boolean {
  if (
    error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory
  ) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOSPC" || code === "EROFS" || code === "EDQUOT";
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
