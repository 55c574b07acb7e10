/**
 * Files and standard input as text: bounded in size, and valid UTF-8 or refused.
 *
 * @module
 */

import { InputError, oneLine } from "./failure.ts";

/** Far more than any model's context; beyond it, reading on would only fill the memory. */
const MAX_INPUT_BYTES = 32 * 2 ** 20;

/**
 * Reads a text.
 *
 * @param path A file; `undefined` or `"-"` for standard input.
 * @param what What it is called in an error, such as `"text"`.
 * @returns The text, without a byte order mark.
 * @throws {InputError} If it cannot be read, is too large, or is not UTF-8.
 */
export async function readText(path: string | undefined, what: string): Promise<string> {
  const isStandardInput = path === undefined || path === "-";
  const name = isStandardInput ? "standard input" : `${what} file ${JSON.stringify(path)}`;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    if (isStandardInput) {
      bytes = await readBounded(Deno.stdin.readable, name);
    } else {
      using file = await Deno.open(path);
      // The stream closes the file at its end; a second close is harmless.
      bytes = await readBounded(file.readable, name);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name} cannot be read: ${systemMessage(error)}`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${name} is not UTF-8: byte ${firstInvalidByte(bytes)} is not`, { cause });
  }
}

async function readBounded(
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_INPUT_BYTES) {
      throw new InputError(`${name} is larger than ${MAX_INPUT_BYTES / 2 ** 20} MiB`);
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Offset of the first byte that no UTF-8 text could have there. O(n log n), for an error message only. */
function firstInvalidByte(bytes: Uint8Array<ArrayBuffer>): number {
  let valid = 0, invalid = bytes.length + 1; // lengths of prefixes
  while (invalid - valid > 1) {
    const length = (valid + invalid) >>> 1;
    if (isValidPrefix(bytes.subarray(0, length))) valid = length;
    else invalid = length;
  }
  return valid;
}

function isValidPrefix(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The system's words, without the name of the call that Deno puts behind them. */
function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return oneLine(message).replace(/: \w+ '.*'$/, "");
}
