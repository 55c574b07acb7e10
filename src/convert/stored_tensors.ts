/**
 * A checkpoint's weights as they lie in its files, read row by row into float32.
 *
 * Between the checkpoint readers, which say where each tensor lies, and the graph writer, which asks for rows. Files
 * stay open and nothing is kept but two scratch buffers of a panel's size.
 *
 * @module
 */

import type { WeightShape, WeightSource } from "./onnx/decoder_shape.ts";
import { ConversionError } from "./errors.ts";
import type { NumberFormat } from "./number_formats.ts";

/** Where a tensor lies. */
export interface StoredTensor {
  /** Path of the file. */
  file: string;
  /** Name in that file, for error messages. */
  name: string;
  format: NumberFormat;
  /** Outermost first; a matrix is `[outputs, inputs]`. */
  dims: readonly number[];
  byteOffset: number;
  /**
   * Number of heads whose rows lie in another order: GGUF stores Llama's queries and keys with the two numbers that
   * are turned together side by side, checkpoints with half a head between them.
   */
  interleavedHeads?: number;
}

/** Bytes that a tensor takes. */
export function storedSizeBytes({ format, dims }: StoredTensor): number {
  const numbers = dims.reduce((product, dim) => product * dim, 1);
  return numbers / format.blockNumbers * format.blockBytes;
}

/** Reads rows of stored tensors. */
export class StoredTensors implements WeightSource, Disposable {
  readonly #files = new Map<string, Deno.FsFile>();
  #bytes = new Uint8Array(0);
  #numbers = new Float32Array(0);

  /** @param tensors By the names that a Hugging Face checkpoint gives them. */
  constructor(readonly tensors: ReadonlyMap<string, StoredTensor>) {}

  /**
   * Checks that exactly the wanted tensors are there, with the wanted shapes, and that files hold them.
   *
   * @param shapes The wanted ones.
   * @throws {ConversionError} `missing_tensor`, `unexpected_tensor`, `wrong_shape`, `truncated_file`.
   */
  check(shapes: ReadonlyMap<string, WeightShape>): void {
    for (const name of shapes.keys()) {
      if (this.tensors.has(name)) continue;
      throw new ConversionError("missing_tensor", `the checkpoint has no weight "${name}"`, {
        tensor: name,
      });
    }
    const sizes = new Map<string, number>();
    for (const [name, tensor] of this.tensors) {
      const { file, format, dims } = tensor;
      const context = { file, tensor: tensor.name };
      const shape = shapes.get(name);
      if (!shape) {
        throw new ConversionError(
          "unexpected_tensor",
          `the weight "${tensor.name}" has no place in this architecture; without it the model would not be the same`,
          context,
        );
      }
      const wanted = shape.columns === 1 ? [shape.rows] : [shape.rows, shape.columns];
      if (dims.length !== wanted.length || dims.some((dim, axis) => dim !== wanted[axis])) {
        throw new ConversionError(
          "wrong_shape",
          `the weight "${tensor.name}" has the shape [${dims}], the configuration asks for [${wanted}]`,
          context,
        );
      }
      if (dims.at(-1)! % format.blockNumbers !== 0) {
        throw new ConversionError(
          "wrong_shape",
          `a row of "${tensor.name}" has ${
            dims.at(-1)
          } numbers, not a multiple of the ${format.blockNumbers} of a block of ${format.name}`,
          context,
        );
      }
      const end = tensor.byteOffset + storedSizeBytes(tensor);
      let sizeBytes = sizes.get(file);
      if (sizeBytes === undefined) sizes.set(file, sizeBytes = Deno.statSync(file).size);
      if (end > sizeBytes) throw truncated(tensor, end, sizeBytes);
    }
  }

  readRows(name: string, rowStart: number, rowEnd: number): Float32Array {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new TypeError(`no weight is named "${name}"`);
    const { interleavedHeads, dims } = tensor;
    if (interleavedHeads === undefined) return this.#read(tensor, rowStart, rowEnd);
    // Whole heads are read, as a head's rows change places among themselves.
    const headRows = dims[0]! / interleavedHeads;
    const firstRow = Math.floor(rowStart / headRows) * headRows;
    const lastRow = Math.ceil(rowEnd / headRows) * headRows;
    const stored = this.#read(tensor, firstRow, lastRow);
    const columns = dims[1] ?? 1;
    const rows = new Float32Array((rowEnd - rowStart) * columns);
    for (let row = rowStart; row < rowEnd; row++) {
      const inHead = row % headRows;
      const half = inHead < headRows / 2 ? 0 : 1;
      const storedRow = row - inHead + 2 * (inHead - half * headRows / 2) + half;
      const from = (storedRow - firstRow) * columns;
      rows.set(stored.subarray(from, from + columns), (row - rowStart) * columns);
    }
    return rows;
  }

  /** Closes the files. */
  [Symbol.dispose](): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #read(tensor: StoredTensor, rowStart: number, rowEnd: number): Float32Array {
    const { dims, format, byteOffset } = tensor;
    // A vector is one row in the file, but its numbers are the rows that are asked for.
    const rowNumbers = dims[1] ?? 1;
    const numberCount = (rowEnd - rowStart) * rowNumbers;
    const bytesOf = (numbers: number) => numbers / format.blockNumbers * format.blockBytes;
    const length = bytesOf(numberCount), start = byteOffset + bytesOf(rowStart * rowNumbers);
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(Math.ceil(length / 8) * 8);
    if (this.#numbers.length < numberCount) this.#numbers = new Float32Array(numberCount);
    const bytes = this.#bytes.subarray(0, length);
    let file = this.#files.get(tensor.file);
    if (!file) this.#files.set(tensor.file, file = Deno.openSync(tensor.file));
    file.seekSync(start, Deno.SeekMode.Start);
    for (let done = 0; done < length;) {
      const count = file.readSync(bytes.subarray(done));
      if (count === null) throw truncated(tensor, start + length, start + done);
      done += count;
    }
    const numbers = this.#numbers.subarray(0, numberCount);
    format.decode(bytes, numbers);
    return numbers;
  }
}

function truncated(tensor: StoredTensor, needed: number, present: number): ConversionError {
  return new ConversionError(
    "truncated_file",
    `"${tensor.file}" is cut short: "${tensor.name}" ends at byte ${needed}, the file at byte ${present}`,
    { file: tensor.file, tensor: tensor.name },
  );
}
