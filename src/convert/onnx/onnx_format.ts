/**
 * The part of the ONNX file format that a decoder graph needs, written as protobuf.
 *
 * Bottom of the graph writer: plain records in, bytes out; knows nothing of models. The wire format
 * comes from `@bufbuild/protobuf`; the field numbers below are those of `onnx.proto3`. Only what is
 * written here is supported: tensors carry raw little-endian bytes or point into an external file.
 *
 * Cost: linear in the bytes written. Weights inside the file are copied once, so large models should keep
 * theirs outside (see `weight_file.ts`); a protobuf message cannot exceed 2 GiB anyway.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 *
 * @module
 */

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Element types by their `TensorProto.DataType` number. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
} as const;

/** Name of an element type. */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** Bytes an element takes. */
export const ELEMENT_BYTES: Record<ElementType, number> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  float16: 2,
};

/** A constant of the graph. */
export interface Initializer {
  name: string;
  elementType: ElementType;
  dims: readonly number[];
  /** Raw little-endian bytes, or where they lie in a file beside the model. */
  data: Uint8Array | { location: string; byteOffset: number; byteLength: number };
}

/** Value of a node's attribute. */
export type Attribute = { int: number } | { float: number } | { ints: readonly number[] };

/** One operator call. An empty string stands for an optional input or output that is left out. */
export interface Node {
  opType: string;
  /** `""` is ONNX itself, `"com.microsoft"` ONNX Runtime's contributed operators. */
  domain: string;
  name: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output of the graph; a string names a dimension that varies. */
export interface ValueInfo {
  name: string;
  elementType: ElementType;
  dims: readonly (number | string)[];
}

/** A whole model. */
export interface OnnxModel {
  graphName: string;
  nodes: readonly Node[];
  initializers: readonly Initializer[];
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  /** Operator set version by domain. */
  operatorSets: Readonly<Record<string, number>>;
}

const IR_VERSION = 8;
const EXTERNAL = 1; // TensorProto.DataLocation
const ATTRIBUTE_FLOAT = 1, ATTRIBUTE_INT = 2, ATTRIBUTE_INTS = 7; // AttributeProto.AttributeType

/**
 * Serialises a model.
 *
 * @param model The graph; names must be unique and nodes in an order in which they can run.
 * @returns The content of an `.onnx` file.
 */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  intField(writer, 1, IR_VERSION);
  stringField(writer, 2, "espalier");
  message(writer, 7, () => encodeGraph(writer, model));
  for (const [domain, version] of Object.entries(model.operatorSets)) {
    message(writer, 8, () => {
      stringField(writer, 1, domain);
      intField(writer, 2, version);
    });
  }
  return writer.finish();
}

function encodeGraph(writer: BinaryWriter, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, () => encodeNode(writer, node));
  stringField(writer, 2, model.graphName);
  for (const tensor of model.initializers) message(writer, 5, () => encodeTensor(writer, tensor));
  for (const input of model.inputs) message(writer, 11, () => encodeValueInfo(writer, input));
  for (const output of model.outputs) message(writer, 12, () => encodeValueInfo(writer, output));
}

function encodeNode(writer: BinaryWriter, node: Node): void {
  for (const input of node.inputs) stringField(writer, 1, input);
  for (const output of node.outputs) stringField(writer, 2, output);
  stringField(writer, 3, node.name);
  stringField(writer, 4, node.opType);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, () => encodeAttribute(writer, name, value));
  }
  if (node.domain !== "") stringField(writer, 7, node.domain);
}

function encodeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  stringField(writer, 1, name);
  if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    intField(writer, 20, ATTRIBUTE_FLOAT);
  } else if ("int" in value) {
    intField(writer, 3, value.int);
    intField(writer, 20, ATTRIBUTE_INT);
  } else {
    for (const item of value.ints) intField(writer, 8, item);
    intField(writer, 20, ATTRIBUTE_INTS);
  }
}

function encodeTensor(writer: BinaryWriter, tensor: Initializer): void {
  for (const dim of tensor.dims) intField(writer, 1, dim);
  intField(writer, 2, ELEMENT_TYPES[tensor.elementType]);
  stringField(writer, 8, tensor.name);
  if (tensor.data instanceof Uint8Array) {
    writer.tag(9, WireType.LengthDelimited).bytes(tensor.data);
    return;
  }
  const { location, byteOffset, byteLength } = tensor.data;
  const entries = { location, offset: String(byteOffset), length: String(byteLength) };
  for (const [key, value] of Object.entries(entries)) {
    message(writer, 13, () => {
      stringField(writer, 1, key);
      stringField(writer, 2, value);
    });
  }
  intField(writer, 14, EXTERNAL);
}

function encodeValueInfo(writer: BinaryWriter, info: ValueInfo): void {
  stringField(writer, 1, info.name);
  message(writer, 2, () =>
    // TypeProto
    message(writer, 1, () => { // TypeProto.Tensor
      intField(writer, 1, ELEMENT_TYPES[info.elementType]);
      message(writer, 2, () => { // TensorShapeProto: present but empty for a scalar
        for (const dim of info.dims) {
          message(writer, 1, () => {
            if (typeof dim === "number") intField(writer, 1, dim);
            else stringField(writer, 2, dim);
          });
        }
      });
    }));
}

function message(writer: BinaryWriter, fieldNumber: number, write: () => void): void {
  writer.tag(fieldNumber, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function stringField(writer: BinaryWriter, fieldNumber: number, value: string): void {
  writer.tag(fieldNumber, WireType.LengthDelimited).string(value);
}

function intField(writer: BinaryWriter, fieldNumber: number, value: number): void {
  writer.tag(fieldNumber, WireType.Varint).int64(BigInt(value));
}
