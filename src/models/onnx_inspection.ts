/**
 * Reads an ONNX file's outline without its weights: is it whole, what does it take in and give out, which
 * files does it need beside it.
 *
 * Used before a model is loaded, so that a truncated download is reported as what it is and not as
 * whatever the runtime makes of it. Every message says how long it is; the walk goes from one to the next, skips
 * constants by seeking, and must end exactly where the file does.
 *
 * Cost: reads the graph (some 100 kB) in 64 kB pieces; milliseconds, whatever the weights' size.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 *
 * @module
 */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** An input or output of the graph; a string stands for a dimension that varies. */
export interface GraphValue {
  name: string;
  dims: (number | string)[];
}

/** Outline of an ONNX file. */
export interface OnnxOutline {
  inputs: GraphValue[];
  outputs: GraphValue[];
  /** Files with constants, by name, and how long each must at least be. */
  externalFiles: Map<string, number>;
}

/** The file is not a whole ONNX file. */
export class OnnxFormatError extends Error {
  override readonly name = "OnnxFormatError";
}

const WINDOW_BYTES = 65_536;

/**
 * Reads the outline of an ONNX file.
 *
 * @throws {OnnxFormatError} If the file is truncated or is not ONNX.
 */
export function readOnnxOutline(path: string): OnnxOutline {
  using file = Deno.openSync(path, { read: true });
  const cursor = new FileCursor(file);
  const outline: OnnxOutline = { inputs: [], outputs: [], externalFiles: new Map() };
  let graphCount = 0;
  eachField(cursor, cursor.sizeBytes, (fieldNumber, wireType, length) => {
    if (fieldNumber !== 7 || wireType !== WireType.LengthDelimited) return false; // ModelProto.graph
    graphCount++;
    readGraph(cursor, cursor.position + length, outline);
    return true;
  });
  if (graphCount !== 1) throw new OnnxFormatError("the file holds no ONNX graph");
  return outline;
}

function readGraph(cursor: FileCursor, end: number, outline: OnnxOutline): void {
  eachField(cursor, end, (fieldNumber, wireType, length) => {
    if (wireType !== WireType.LengthDelimited) return false;
    if (fieldNumber === 5) { // initializer
      readInitializer(cursor, cursor.position + length, outline.externalFiles);
      return true;
    }
    if (fieldNumber !== 11 && fieldNumber !== 12) return false; // input, output
    const value = parseValueInfo(cursor.read(length));
    (fieldNumber === 11 ? outline.inputs : outline.outputs).push(value);
    return true;
  });
}

function readInitializer(
  cursor: FileCursor,
  end: number,
  externalFiles: Map<string, number>,
): void {
  const entries = new Map<string, string>();
  eachField(cursor, end, (fieldNumber, wireType, length) => {
    if (fieldNumber !== 13 || wireType !== WireType.LengthDelimited) return false; // external_data
    const [key, value] = parseStringEntry(cursor.read(length));
    entries.set(key, value);
    return true;
  });
  const location = entries.get("location");
  if (location === undefined) return;
  const needed = Number(entries.get("offset") ?? 0) + Number(entries.get("length") ?? 0);
  externalFiles.set(location, Math.max(externalFiles.get(location) ?? 0, needed));
}

/** Visits the fields up to `end`; `visit` consumes a field and returns true, or leaves it to be skipped. */
function eachField(
  cursor: FileCursor,
  end: number,
  visit: (fieldNumber: number, wireType: WireType, length: number) => boolean,
): void {
  while (cursor.position < end) {
    const tag = cursor.varint();
    const fieldNumber = Math.floor(tag / 8), wireType = tag % 8;
    if (fieldNumber === 0) throw new OnnxFormatError(`field number 0 at byte ${cursor.position}`);
    if (wireType === WireType.Varint) {
      cursor.varint();
      continue;
    }
    const length = wireType === WireType.LengthDelimited
      ? cursor.varint()
      : wireType === WireType.Bit64
      ? 8
      : wireType === WireType.Bit32
      ? 4
      : NaN;
    if (!(cursor.position + length <= end)) {
      throw new OnnxFormatError(
        Number.isNaN(length)
          ? `wire type ${wireType} at byte ${cursor.position}`
          : `${length} bytes announced at byte ${cursor.position}, ${end - cursor.position} left`,
      );
    }
    const next = cursor.position + length;
    if (!visit(fieldNumber, wireType, length)) cursor.skip(length);
    if (cursor.position !== next) {
      throw new OnnxFormatError(`a message does not end at byte ${next}`);
    }
  }
}

function parseStringEntry(bytes: Uint8Array): [key: string, value: string] {
  let key = "", value = "";
  eachSmallField(bytes, (reader, fieldNumber) => {
    if (fieldNumber === 1) key = reader.string();
    else if (fieldNumber === 2) value = reader.string();
    else return false;
    return true;
  });
  return [key, value];
}

function parseValueInfo(bytes: Uint8Array): GraphValue {
  const value: GraphValue = { name: "", dims: [] };
  const inside = (outerField: number, visit: (message: Uint8Array) => void) =>
  (
    reader: BinaryReader,
    fieldNumber: number,
  ) => {
    if (fieldNumber !== outerField) return false;
    visit(reader.bytes());
    return true;
  };
  const readDim = (message: Uint8Array) => {
    let dim: number | string = "";
    eachSmallField(message, (reader, fieldNumber) => {
      if (fieldNumber === 1) dim = Number(reader.int64());
      else if (fieldNumber === 2) dim = reader.string();
      else return false;
      return true;
    });
    value.dims.push(dim);
  };
  eachSmallField(bytes, (reader, fieldNumber) => {
    if (fieldNumber === 1) {
      value.name = reader.string();
      return true;
    }
    return inside(2, (type) =>
      // TypeProto > tensor_type > shape > dim
      eachSmallField(
        type,
        inside(1, (tensor) =>
          eachSmallField(
            tensor,
            inside(2, (shape) => eachSmallField(shape, inside(1, readDim))),
          )),
      ))(reader, fieldNumber);
  });
  return value;
}

function eachSmallField(
  bytes: Uint8Array,
  visit: (reader: BinaryReader, fieldNumber: number) => boolean,
): void {
  const reader = new BinaryReader(bytes);
  try {
    while (reader.pos < reader.len) {
      const [fieldNumber, wireType] = reader.tag();
      if (!visit(reader, fieldNumber)) reader.skip(wireType);
    }
  } catch (error) {
    throw error instanceof OnnxFormatError
      ? error
      : new OnnxFormatError("a message inside the graph cannot be read", { cause: error });
  }
}

/** Reads a file forwards through a window. */
class FileCursor {
  readonly sizeBytes: number;
  position = 0;
  readonly #file: Deno.FsFile;
  readonly #window = new Uint8Array(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;

  constructor(file: Deno.FsFile) {
    this.#file = file;
    this.sizeBytes = file.statSync().size;
  }

  varint(): number {
    let value = 0, factor = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor; // 64-bit values lose their low bits; lengths and tags do not
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new OnnxFormatError(`a number of more than ten bytes at byte ${this.position}`);
  }

  read(length: number): Uint8Array {
    if (length > 2 ** 24) throw new OnnxFormatError(`a description of ${length} bytes`);
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) bytes[index] = this.#byte();
    return bytes;
  }

  skip(length: number): void {
    this.position += length;
  }

  #byte(): number {
    let index = this.position - this.#windowStart;
    if (index < 0 || index >= this.#windowLength) {
      this.#file.seekSync(this.position, Deno.SeekMode.Start);
      this.#windowLength = this.#file.readSync(this.#window) ?? 0;
      this.#windowStart = this.position;
      index = 0;
      if (this.#windowLength === 0) {
        throw new OnnxFormatError(`the file ends at byte ${this.position}`);
      }
    }
    this.position++;
    return this.#window[index]!;
  }
}
