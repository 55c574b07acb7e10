/**
 * Assembles an ONNX graph node by node.
 *
 * Third layer of the graph writer: names nodes and values, keeps shared constants, and leaves weights to a
 * {@link WeightStore}. Values are strings, as in ONNX; `node` returns the name of its first output.
 *
 * @module
 */

import type { Attribute, Initializer, Node, OnnxModel, ValueInfo } from "./onnx_format.ts";
import { bytesOf, type WeightStore } from "./weight_file.ts";

/** Domain of ONNX Runtime's contributed operators. */
export const CONTRIB = "com.microsoft";

/** Operators that ONNX Runtime registers in ONNX's own domain have `domain: ""`, the default. */
export interface NodeOptions {
  domain?: string;
  attributes?: Record<string, Attribute>;
  /** Names of all outputs, where there are several or a fixed name is wanted; `""` leaves one out. */
  outputs?: string[];
}

/** A graph under construction. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #constants = new Map<string, Initializer>();
  #nextId = 0;

  /** @param weights Where the large constants go. */
  constructor(readonly weights: WeightStore) {}

  /** Declares an input of the graph and returns its name. */
  input(name: string, elementType: ValueInfo["elementType"], dims: ValueInfo["dims"]): string {
    this.#inputs.push({ name, elementType, dims });
    return name;
  }

  /** Declares a value that some node has as its output to be an output of the graph. */
  output(name: string, elementType: ValueInfo["elementType"], dims: ValueInfo["dims"]): void {
    this.#outputs.push({ name, elementType, dims });
  }

  /** Adds an operator call and returns the name of its first output. */
  node(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const name = `${opType}_${this.#nextId++}`;
    const outputs = options.outputs ?? [`${name}_output`];
    this.#nodes.push({
      opType,
      domain: options.domain ?? "",
      name,
      inputs,
      outputs,
      attributes: options.attributes ?? {},
    });
    return outputs[0]!;
  }

  /** A name that no other value has. */
  freshName(stem: string): string {
    return `${stem}_${this.#nextId++}`;
  }

  /** A small constant of 64-bit integers: a list, or a scalar where a number is given. */
  int64(value: number | readonly number[]): string {
    const list = typeof value === "number" ? [value] : value;
    const name = `const_i64_${typeof value === "number" ? "scalar_" : ""}${list.join("_")}`;
    this.#constant(
      name,
      "int64",
      typeof value === "number" ? [] : [list.length],
      () => bytesOf(BigInt64Array.from(list, BigInt)),
    );
    return name;
  }

  /** A scalar constant of type uint8. */
  uint8(value: number): string {
    const name = `const_u8_${value}`;
    this.#constant(name, "uint8", [], () => Uint8Array.of(value));
    return name;
  }

  /** A small named float32 constant, kept inside the `.onnx` file. */
  float32(name: string, dims: readonly number[], values: Float32Array): string {
    this.#constant(name, "float32", dims, () => bytesOf(values));
    return name;
  }

  /** Adds a constant that shares its bytes with a stored one. */
  addInitializer(initializer: Initializer): void {
    this.#constants.set(initializer.name, initializer);
  }

  /** The finished graph. */
  build(graphName: string): OnnxModel {
    return {
      graphName,
      nodes: this.#nodes,
      initializers: [...this.#constants.values(), ...this.weights.initializers],
      inputs: this.#inputs,
      outputs: this.#outputs,
      operatorSets: { "": 17, [CONTRIB]: 1 },
    };
  }

  #constant(
    name: string,
    elementType: Initializer["elementType"],
    dims: readonly number[],
    data: () => Uint8Array,
  ): void {
    if (!this.#constants.has(name)) {
      this.#constants.set(name, { name, elementType, dims, data: data() });
    }
  }
}
