/**
 * Where a model's constants go while a graph is being built: into memory, or into files beside it.
 *
 * Second layer of the graph writer. A constant is reserved first and then written in pieces, in any
 * order, so that a matrix can be transposed panel by panel without ever being in memory as a whole.
 * Files are split below a given size, and constants start on page boundaries so that ONNX Runtime can map
 * them. Peak memory with files: the piece being written.
 *
 * Source: the external-data convention of ONNX (`<file>_data`) with transformers.js's numbering of
 * several files (`_data`, `_data_1`, …).
 *
 * @module
 */

import { ELEMENT_BYTES, type ElementType, type Initializer } from "./onnx_format.ts";

/** Page size that ONNX Runtime asks of constants it is to map. */
const ALIGNMENT_BYTES = 4096;

/** A reserved constant, written in pieces. */
export interface Region {
  readonly initializer: Initializer;
  /** Writes bytes at an offset within the constant. */
  write(byteOffset: number, bytes: Uint8Array): void;
}

/** Collects constants in the order in which they are reserved. */
export interface WeightStore {
  readonly initializers: readonly Initializer[];
  /** Number of external files written so far. */
  readonly externalFileCount: number;
  reserve(name: string, elementType: ElementType, dims: readonly number[]): Region;
  close(): void;
}

/** Bytes of a constant of the given type and shape. */
export function sizeBytesOf(elementType: ElementType, dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, ELEMENT_BYTES[elementType]);
}

/** The bytes under a typed array. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Keeps constants in memory; they become part of the `.onnx` file. */
export class MemoryWeightStore implements WeightStore {
  readonly initializers: Initializer[] = [];
  readonly externalFileCount = 0;

  reserve(name: string, elementType: ElementType, dims: readonly number[]): Region {
    const data = new Uint8Array(sizeBytesOf(elementType, dims));
    const initializer: Initializer = { name, elementType, dims, data };
    this.initializers.push(initializer);
    return { initializer, write: (byteOffset, bytes) => data.set(bytes, byteOffset) };
  }

  close(): void {}
}

/** Writes constants to `<modelPath>_data`, `<modelPath>_data_1`, … */
export class FileWeightStore implements WeightStore, Disposable {
  readonly initializers: Initializer[] = [];
  #files: { file: Deno.FsFile; sizeBytes: number }[] = [];

  /**
   * @param modelPath Path of the `.onnx` file that the data belongs to.
   * @param maxFileBytes Size at which a new file is started; a larger constant gets a file of its own.
   */
  constructor(readonly modelPath: string, readonly maxFileBytes = 1_900_000_000) {}

  get externalFileCount(): number {
    return this.#files.length;
  }

  reserve(name: string, elementType: ElementType, dims: readonly number[]): Region {
    const byteLength = sizeBytesOf(elementType, dims);
    let current = this.#files.at(-1);
    if (!current || (current.sizeBytes > 0 && current.sizeBytes + byteLength > this.maxFileBytes)) {
      const path = this.#pathOf(this.#files.length);
      current = {
        file: Deno.openSync(path, { create: true, write: true, truncate: true }),
        sizeBytes: 0,
      };
      this.#files.push(current);
    }
    const { file, sizeBytes: start } = current;
    current.sizeBytes = Math.ceil((start + byteLength) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    file.truncateSync(current.sizeBytes);
    const location = this.#pathOf(this.#files.length - 1).split(/[\\/]/).at(-1)!;
    const initializer: Initializer = {
      name,
      elementType,
      dims,
      data: { location, byteOffset: start, byteLength },
    };
    this.initializers.push(initializer);
    return {
      initializer,
      write(byteOffset, bytes) {
        if (byteOffset + bytes.length > byteLength) {
          throw new RangeError(
            `write of ${bytes.length} bytes at ${byteOffset} leaves constant "${name}" of ${byteLength} bytes`,
          );
        }
        file.seekSync(start + byteOffset, Deno.SeekMode.Start);
        for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      },
    };
  }

  close(): void {
    for (const { file } of this.#files) file.close();
  }

  /** As {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #pathOf(index: number): string {
    return `${this.modelPath}_data${index === 0 ? "" : `_${index}`}`;
  }
}
