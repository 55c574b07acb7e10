/**
 * Records on disk, one JSON a line, so that a run that was stopped goes on where it was.
 *
 * The first line says what was run: the model, the set's digest, the token limit. A run that differs in one of them is
 * another run and is refused. Each record is written out before the next item begins; a line that a crash cut
 * short is dropped, and its item run again.
 *
 * @module
 */

import type { EvaluationRecord, RecordKey } from "./evaluation_record.ts";
import { EvaluationRecordsError } from "./errors.ts";

/** What all records of a file have in common. */
export interface RunIdentity {
  /** The model's id or path, as given. */
  readonly model: string;
  /** Where it ran. */
  readonly device: string;
  /** Its weight format. */
  readonly dtype: string;
  /** SHA-256 of the set's text, hexadecimal. */
  readonly setDigest: string;
  /** Most tokens of an answer. */
  readonly maxTokens: number;
}

const FORMAT = "espalier-eval-1";

/** The records of one run, on disk and in memory. */
export class RecordFile implements Disposable {
  /** All records, those of earlier runs first. */
  readonly records: EvaluationRecord[];
  readonly #file: Deno.FsFile;
  readonly #done: Set<string>;

  private constructor(file: Deno.FsFile, records: EvaluationRecord[]) {
    this.#file = file;
    this.records = records;
    this.#done = new Set(records.map(keyOf));
  }

  /**
   * Opens a file, or begins one.
   *
   * @param path Where it is; its folder exists.
   * @param identity What is run now.
   * @throws {EvaluationRecordsError} The file is of another run, or is no file of records.
   */
  static async open(path: string, identity: RunIdentity): Promise<RecordFile> {
    const text = await readIfThere(path);
    const header = JSON.stringify({ format: FORMAT, ...identity });
    const lines = text.split("\n");
    // What comes after the last line break was cut short.
    const records = readRecords(lines.slice(0, -1), path, header);
    const kept = [header, ...records.map((record) => JSON.stringify(record))].join("\n") + "\n";
    if (kept !== text) await Deno.writeTextFile(path, kept);
    return new RecordFile(await Deno.open(path, { append: true }), records);
  }

  /** Whether there is a record of this item and variant. */
  has(key: RecordKey): boolean {
    return this.#done.has(keyOf(key));
  }

  /** Adds a record. */
  async append(record: EvaluationRecord): Promise<void> {
    this.records.push(record);
    this.#done.add(keyOf(record));
    const bytes = new TextEncoder().encode(JSON.stringify(record) + "\n");
    for (let done = 0; done < bytes.length;) done += await this.#file.write(bytes.subarray(done));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function readRecords(lines: readonly string[], path: string, header: string): EvaluationRecord[] {
  const [first, ...rest] = lines;
  if (first === undefined) return [];
  if (first !== header) {
    const isOurs = first.startsWith(`{"format":"${FORMAT}"`);
    throw new EvaluationRecordsError(
      path,
      isOurs
        ? `are of another run: they began with ${first}, this run is ${header}`
        : "are no records of an evaluation",
    );
  }
  return rest.map((line, index) => {
    try {
      return JSON.parse(line);
    } catch {
      throw new EvaluationRecordsError(path, `are damaged in line ${index + 2}`);
    }
  });
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function keyOf({ id, variant }: RecordKey): string {
  return JSON.stringify([variant, id]);
}
