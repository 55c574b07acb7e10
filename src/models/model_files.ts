/**
 * Where a model's files come from: a folder, or the hub by way of a cache folder.
 *
 * Used by `model_folder.ts`. A {@link ModelFiles} is asked for one file after another and sees to it that each
 * lies in its folder. Cached files are not asked for again, so that a model once downloaded loads without a network;
 * a new state of a moving revision such as `main` needs a new cache folder.
 *
 * @module
 */

import { fromFileUrl, join, resolve } from "@std/path";
import {
  ChecksumError,
  downloadFile,
  type DownloadOptions,
  HttpStatusError,
  isStorageError,
} from "./download.ts";
import { ModelLoadError } from "./errors.ts";

/** What happens while a model is being loaded. */
export interface LoadProgress {
  /** `"download"`, then `"load"` while the runtime opens the model, then once `"ready"`. */
  phase: "download" | "load" | "ready";
  /** File concerned, relative to the model's folder. */
  file: string;
  /** Bytes of it that are there. */
  loadedBytes: number;
  /** `undefined` where the server does not say. */
  totalBytes: number | undefined;
}

/** The files of one model. */
export interface ModelFiles {
  /** Folder that the files lie in, once asked for. */
  readonly folder: string;
  /** Makes sure that a file is in the folder; false where the model does not have it. */
  ensure(file: string): Promise<boolean>;
  /** Forgets a file that turned out to be corrupt, so that the next load fetches it again. */
  discard(file: string): Promise<void>;
}

/** Where and how to look for a model. */
export interface ModelFilesOptions {
  /** Folder that downloads are kept in; default {@link defaultCacheDir}. */
  cacheDir?: string;
  /** Where models are downloaded from; default the Hugging Face hub. */
  remoteHost?: string;
  /** Branch, tag or commit; default `main`. */
  revision?: string;
  /** Told how far the files have come. */
  onProgress?: (progress: LoadProgress) => void;
  /** Stops downloads. */
  signal?: AbortSignal;
  /** Of single downloads; for tests. */
  download?: Pick<DownloadOptions, "attempts" | "firstPauseMs" | "stallTimeoutMs">;
}

const DEFAULT_HOST = "https://huggingface.co/";
const HUB_ID = /^[A-Za-z0-9][\w.-]{0,95}(\/[A-Za-z0-9][\w.-]{0,95})?$/;
const REVISION = /^[A-Za-z0-9][\w./-]{0,127}$/;

/** Progress events of one file come at most this often. */
const PROGRESS_INTERVAL_MS = 100;

/** Opens a folder if the name is a path or names a folder with a `config.json`, else a model of the hub. */
export async function openModelFiles(
  idOrPath: string,
  options: ModelFilesOptions,
): Promise<ModelFiles> {
  const path = idOrPath.startsWith("file:") ? fromFileUrl(idOrPath) : idOrPath;
  const isPath = path !== idOrPath || /^(\.{0,2}[\\/]|\.{1,2}$|[A-Za-z]:[\\/])/.test(path) ||
    path.includes("\\");
  const folder = resolve(path);
  if (isPath && !(await isFolder(folder))) {
    throw new ModelLoadError("not_found", idOrPath, `there is no folder ${folder}`);
  }
  if (isPath || await isFile(join(folder, "config.json"))) return new LocalFiles(folder);
  return new HubFiles(idOrPath, options);
}

/** The folder that models are kept in by default: the user's cache folder, by the platform's custom. */
export function defaultCacheDir(): string {
  const chosen = Deno.env.get("ESPALIER_CACHE");
  if (chosen) return chosen;
  if (Deno.build.os === "windows") {
    return join(Deno.env.get("LOCALAPPDATA") ?? homeFolder(), "espalier", "models");
  }
  if (Deno.build.os === "darwin") {
    return join(homeFolder(), "Library", "Caches", "espalier", "models");
  }
  return join(Deno.env.get("XDG_CACHE_HOME") || join(homeFolder(), ".cache"), "espalier", "models");
}

class LocalFiles implements ModelFiles {
  constructor(readonly folder: string) {}

  ensure(file: string): Promise<boolean> {
    return isFile(join(this.folder, file));
  }

  discard(): Promise<void> {
    return Promise.resolve(); // somebody else's file
  }
}

class HubFiles implements ModelFiles {
  readonly folder: string;
  readonly #baseUrl: URL;
  readonly #headers: Record<string, string>;

  constructor(readonly id: string, readonly options: ModelFilesOptions) {
    const { revision = "main", remoteHost = DEFAULT_HOST } = options;
    if (!HUB_ID.test(id)) {
      throw new ModelLoadError(
        "not_found",
        id,
        `${JSON.stringify(id)} is neither a folder nor an id such as "owner/name"`,
      );
    }
    if (!REVISION.test(revision) || revision.includes("..")) {
      throw new ModelLoadError("not_found", id, `${JSON.stringify(revision)} is not a revision`);
    }
    const host = remoteHost.endsWith("/") ? remoteHost : `${remoteHost}/`;
    if (!URL.canParse(host)) throw new TypeError(`remoteHost must be a URL, given "${remoteHost}"`);
    this.#baseUrl = new URL(`${id}/resolve/${encodeURIComponent(revision)}/`, host);
    this.#headers = authorization(this.#baseUrl);
    this.folder = join(
      resolve(options.cacheDir ?? defaultCacheDir()),
      ...id.split("/"),
      encodeURIComponent(revision),
    );
  }

  async ensure(file: string): Promise<boolean> {
    const { signal, download } = this.options;
    try {
      await downloadFile({
        ...download,
        url: new URL(file, this.#baseUrl).href,
        path: join(this.folder, file),
        headers: this.#headers,
        signal,
        onProgress: this.#throttled(file),
      });
      return true;
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error instanceof HttpStatusError && this.#isAbsentFile(file, error)) return false;
      throw this.#explain(file, error);
    }
  }

  async discard(file: string): Promise<void> {
    await Deno.remove(join(this.folder, file)).catch(() => {});
  }

  /** Whether the status says that the model lacks this file, rather than that there is no such model. */
  #isAbsentFile(file: string, error: HttpStatusError): boolean {
    if (error.status !== 404) return false;
    if (error.hubCode !== null) return error.hubCode === "EntryNotFound";
    return file !== "config.json"; // asked for first: whatever comes later, the model exists
  }

  #explain(file: string, error: unknown): ModelLoadError {
    const { id } = this;
    const host = this.#baseUrl.host;
    const context = { file, cause: error };
    if (error instanceof HttpStatusError) {
      const revision = this.options.revision === undefined ? "" : ` at "${this.options.revision}"`;
      return new ModelLoadError(
        "not_found",
        id,
        `${host} has no model "${id}"${revision}, or it is not public (status ${error.status})`,
        context,
      );
    }
    if (error instanceof ChecksumError) {
      const message = `"${file}" of "${id}" arrived corrupt and was removed: ${error.message}`;
      return new ModelLoadError("corrupt_file", id, message, context);
    }
    const cause = error instanceof Error ? error.message : String(error);
    if (isStorageError(error) && !(error instanceof Deno.errors.NotCapable && /net/.test(cause))) {
      const message = `"${file}" of "${id}" cannot be stored in ${this.folder}: ${cause}`;
      return new ModelLoadError("storage", id, message, context);
    }
    return new ModelLoadError(
      "network",
      id,
      `"${file}" of "${id}" could not be downloaded from ${host}: ${cause}. What has arrived is kept; ` +
        "the next call goes on from there. A folder's path loads without a network.",
      context,
    );
  }

  #throttled(file: string): (loadedBytes: number, totalBytes: number | undefined) => void {
    const { onProgress } = this.options;
    let last = -Infinity;
    return (loadedBytes, totalBytes) => {
      const now = performance.now();
      if (loadedBytes !== totalBytes && now - last < PROGRESS_INTERVAL_MS) return;
      last = now;
      onProgress?.({ phase: "download", file, loadedBytes, totalBytes });
    };
  }
}

/** The user's hub token, for the hub alone: a mirror has no business with it. */
function authorization(url: URL): Record<string, string> {
  const isHub = url.protocol === "https:" &&
    (url.hostname === "huggingface.co" || url.hostname === "hf.co");
  const token = isHub ? Deno.env.get("HF_TOKEN") : undefined;
  return token ? { authorization: `Bearer ${token}` } : {};
}

function homeFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  if (home) return home;
  throw new TypeError("no home folder is known: pass cacheDir, or set ESPALIER_CACHE");
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOrNull(path))?.isDirectory ?? false;
}

async function isFile(path: string): Promise<boolean> {
  return (await statOrNull(path))?.isFile ?? false;
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw error;
  }
}
