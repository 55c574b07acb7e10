/**
 * Standard output for results, standard error for everything else.
 *
 * A closed standard output is an error of its own: a command must stop working when nobody reads. A closed
 * standard error is ignored, as there is nobody left to be told.
 *
 * @module
 */

import { OutputClosedError } from "./failure.ts";

const encoder = new TextEncoder();

/**
 * Writes a text to standard output; resolves when the system has taken all of it.
 *
 * @throws {OutputClosedError} If the reader has gone.
 */
export async function print(text: string): Promise<void> {
  const bytes = encoder.encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += await Deno.stdout.write(bytes.subarray(done));
  } catch (error) {
    throw explain(error);
  }
}

/**
 * As {@link print}, at once: for short texts written by a library that does not wait.
 *
 * @throws {OutputClosedError} If the reader has gone.
 */
export function printSync(text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
  } catch (error) {
    throw explain(error);
  }
}

/** Writes a line to standard error. */
export function note(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function explain(error: unknown): unknown {
  return error instanceof Deno.errors.BrokenPipe ? new OutputClosedError({ cause: error }) : error;
}
