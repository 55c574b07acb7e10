/**
 * The table of contents of a safetensors file.
 *
 * A reader of checkpoints. The format: eight bytes with the length of a JSON text, that text (a name, type, shape
 * and byte range for each tensor), then the tensors' bytes, little-endian, row by row.
 *
 * Source: https://github.com/huggingface/safetensors#format
 *
 * @module
 */

import { ConversionError } from "./errors.ts";
import { isJsonObject, parseJsonObject } from "./json_file.ts";
import { SAFETENSORS_FORMATS } from "./number_formats.ts";
import { storedSizeBytes, type StoredTensor } from "./stored_tensors.ts";

const LENGTH_BYTES = 8;

/** The limit of the format's own implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads which tensors a file holds.
 *
 * @returns The tensors by name; their bytes are in the file.
 * @throws {ConversionError} `truncated_file`, `corrupt_file` or `unsupported_tensor_type`.
 */
export async function readSafetensorsFile(path: string): Promise<Map<string, StoredTensor>> {
  using file = await Deno.open(path);
  const { size: fileBytes } = await file.stat();
  const corrupt = (what: string, tensor?: string) =>
    new ConversionError("corrupt_file", `"${path}" is not a safetensors file: ${what}`, {
      file: path,
      tensor,
    });
  const cut = (neededBytes: number) =>
    new ConversionError(
      "truncated_file",
      `"${path}" is cut short: it has ${fileBytes} bytes and should have ${neededBytes}`,
      { file: path },
    );
  if (fileBytes < LENGTH_BYTES) throw cut(LENGTH_BYTES);
  const lengthBytes = await readExactly(file, LENGTH_BYTES);
  const headerBytes = Number(new DataView(lengthBytes.buffer).getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) throw corrupt(`its header claims ${headerBytes} bytes`);
  const dataStart = LENGTH_BYTES + headerBytes;
  if (fileBytes < dataStart) throw cut(dataStart);
  const header = parseJsonObject(
    new TextDecoder().decode(await readExactly(file, headerBytes)),
    path,
  );

  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (!isJsonObject(entry)) throw corrupt(`"${name}" has no description`, name);
    const { dtype, shape, data_offsets: range } = entry;
    if (!isSizeList(shape) || !isSizeList(range) || range.length !== 2) {
      throw corrupt(`"${name}" has no shape or no place`, name);
    }
    const format = SAFETENSORS_FORMATS[String(dtype)];
    if (!format) {
      throw new ConversionError(
        "unsupported_tensor_type",
        `the weight "${name}" is stored as ${dtype}; read are ${
          Object.keys(SAFETENSORS_FORMATS).join(", ")
        }`,
        { file: path, tensor: name },
      );
    }
    const [start, end] = range as [number, number];
    const tensor = { file: path, name, format, dims: shape, byteOffset: dataStart + start };
    const sizeBytes = storedSizeBytes(tensor);
    if (end - start !== sizeBytes) {
      throw corrupt(`"${name}" takes ${sizeBytes} bytes and is given ${end - start}`, name);
    }
    if (dataStart + end > fileBytes) throw cut(dataStart + end);
    tensors.set(name, tensor);
  }
  return tensors;
}

function isSizeList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

async function readExactly(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) break; // the size was checked; a file that shrinks meanwhile gives zeros
    done += count;
  }
  return bytes;
}
