/**
 * Results on disk, one JSON a line, so that a run that was stopped goes on where it was.
 *
 *     {"id":"a","index":0,"value":{…},"finishReason":"stop",…,"source":"0f3a…","task":"91bc…"}
 *     {"id":"b","index":1,"error":{"name":"…","code":"…","message":"…"},"source":"…","task":"…"}
 *
 * Used by `extract_many.ts`. Every line says by a digest which task it answers (schema, prompt, model) and which text; so
 * each is whole by itself, a file of another task is refused, and an item whose text has changed since is run again.
 * A line is written as soon as its item ends; one that a crash cut short has no line break, and is dropped.
 *
 * Memory: an id and a digest for each line, not the results.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { ResumeFileError } from "./errors.ts";
import type { NumberedItem } from "./many_items.ts";

/** What a line says besides the item's id, place and digests. */
export type ResumeRecord = Readonly<Record<string, unknown>>;

interface KnownItem {
  readonly source: string;
  readonly hasFailed: boolean;
}

/** Results of one task, on disk. */
export class ResumeFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #task: string;
  /** By id; a later line counts. */
  readonly #known = new Map<string, KnownItem>();
  /** A write waits for the one before it. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: Deno.FsFile, path: string, task: string) {
    this.#file = file;
    this.#path = path;
    this.#task = task;
  }

  /**
   * Opens a file, or begins one.
   *
   * @param path Where it is; its folder exists.
   * @param task What is asked, of whom: schema, prompt, model; JSON.
   * @throws {ResumeFileError} It is of another task, damaged, or in use.
   */
  static async open(path: string, task: unknown): Promise<ResumeFile> {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      // The system's own lock: it goes with the process, however that ends.
      if (!await file.tryLock(true)) {
        throw new ResumeFileError(path, "in_use", "are being written by another run");
      }
      const opened = new ResumeFile(file, path, await digest(JSON.stringify(task)));
      await opened.#read();
      return opened;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** What is known of an item's very text: its outcome, or null. */
  async outcomeOf(item: NumberedItem): Promise<"done" | "failed" | null> {
    const known = this.#known.get(item.id);
    if (known === undefined || known.source !== await digest(item.text)) return null;
    return known.hasFailed ? "failed" : "done";
  }

  /** Adds a line. What has been written when the process ends stays. */
  async append(item: NumberedItem, record: ResumeRecord): Promise<void> {
    const { id, index, text } = item;
    const source = await digest(text);
    const line = JSON.stringify({ id, index, ...record, source, task: this.#task }) + "\n";
    this.#known.set(id, { source, hasFailed: "error" in record });
    const written = this.#writing.then(() => this.#write(new TextEncoder().encode(line)));
    this.#writing = written.catch(() => {});
    await written;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await this.#file.write(bytes.subarray(done));
  }

  /** Reads all lines, and leaves the file's position after the last whole one. */
  async #read(): Promise<void> {
    using reader = await Deno.open(this.#path);
    let wholeBytes = 0, sizeBytes = 0;
    const lines: ReadableStream<string> = reader.readable.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          const lastBreak = chunk.lastIndexOf(0x0a);
          if (lastBreak >= 0) wholeBytes = sizeBytes + lastBreak + 1;
          sizeBytes += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    ).pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    let pending: string | null = null, lineNumber = 0;
    for await (const line of lines) {
      if (pending !== null) this.#readLine(pending, ++lineNumber);
      pending = line;
    }
    // The last one counts if a line break ends it.
    if (pending !== null && wholeBytes === sizeBytes) this.#readLine(pending, ++lineNumber);
    await this.#file.truncate(wholeBytes);
    await this.#file.seek(wholeBytes, Deno.SeekMode.Start);
  }

  #readLine(line: string, lineNumber: number): void {
    let record: Record<string, unknown>;
    try {
      record = JSON.parse(line);
    } catch {
      record = {};
    }
    const { id, source, task } = record ?? {};
    if (typeof id !== "string" || typeof source !== "string" || typeof task !== "string") {
      throw new ResumeFileError(
        this.#path,
        "damaged",
        `cannot be continued: line ${lineNumber} is no result of an extraction`,
      );
    }
    if (task !== this.#task) {
      throw new ResumeFileError(
        this.#path,
        "other_task",
        `are of another task (line ${lineNumber}): the schema, the prompt or the model was a different one`,
      );
    }
    this.#known.set(id, { source, hasFailed: "error" in record });
  }
}

/** SHA-256, of which 16 hexadecimal digits do: they tell apart, they do not protect. */
async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
