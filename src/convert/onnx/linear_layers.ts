/**
 * Matrix products and the embedding, in the operators that run best for each weight format.
 *
 * Fourth layer of the graph writer. One {@link LinearLayers} implementation a kind of format:
 * - fp32, fp16: `MatMul` with the weight stored `[inputs, outputs]`.
 * - q8: `MatMulInteger`, one scale an output. Chosen over 8-bit `MatMulNBits` because ONNX Runtime's WebAssembly
 *   build has integer kernels for the former only. Activations are turned (`block_rotation.ts`) and quantised with one
 *   scale a position, in plain operators, once for all products that share them. `DynamicQuantizeLinear` would
 *   have one scale for all positions; a token's logits then depend on what else is fed with it. Weights are
 *   unsigned: u8×i8 products overflow their 16-bit sums on CPUs without VNNI, and then cpu and wasm differ.
 * - q4, q4f16: `MatMulNBits` with `accuracy_level` 4 (8-bit activations), which onnxruntime-node runs fastest.
 *
 * Where the embedding is tied to the output product, one stored matrix serves both (the float formats and q8 gather
 * columns of the transposed matrix; q4 reads the same bytes through `GatherBlockQuantized`).
 *
 * @module
 */

import { hadamardMatrix, rotateBlocks, rotationBlockSize } from "./block_rotation.ts";
import { EMBEDDING, OUTPUT_MATRIX } from "./decoder_shape.ts";
import { CONTRIB, type GraphBuilder } from "./graph_builder.ts";
import { ELEMENT_TYPES, type Initializer } from "./onnx_format.ts";
import {
  Q4_BLOCK_SIZE,
  Q8_RANGE,
  Q8_ZERO_POINT,
  quantizeQ4,
  quantizeQ8,
  transpose,
} from "./quantization.ts";
import { bytesOf, type Region } from "./weight_file.ts";
import type { WeightPlan } from "./weight_plan.ts";

/** Weight formats that can be written. */
export const DTYPES = ["fp32", "fp16", "q8", "q4", "q4f16"] as const;

/** A weight format. */
export type Dtype = (typeof DTYPES)[number];

/** Type of the activations, norms, biases and the cache. */
export type FloatType = "float32" | "float16";

/** The type that goes with a weight format. */
export function floatTypeOf(dtype: Dtype): FloatType {
  return dtype === "fp16" || dtype === "q4f16" ? "float16" : "float32";
}

/** Numbers in the form in which they are stored. */
export function encodeFloats(values: Float32Array, type: FloatType): Uint8Array {
  return bytesOf(type === "float32" ? values : Float16Array.from(values));
}

/** Products of activations with stored weights. */
export interface LinearLayers {
  /** `input × weightᵀ`; `weightName` is a matrix `[outputs, inputs]` of the checkpoint. */
  product(input: string, weightName: string): string;
  /** Rows of the embedding for token ids `[batch, sequence]`, `[batch, sequence, hidden]`. */
  embed(tokenIds: string): string;
  /** The product with the output matrix, which may be the embedding. */
  logits(hidden: string): string;
}

/** Makes the implementation for a weight format. */
export function createLinearLayers(
  dtype: Dtype,
  graph: GraphBuilder,
  plan: WeightPlan,
): LinearLayers {
  const type = floatTypeOf(dtype);
  if (dtype === "q8") return new IntegerLayers(graph, plan, type);
  return dtype.startsWith("q4")
    ? new BlockLayers(graph, plan, type)
    : new FloatLayers(graph, plan, type);
}

abstract class StoredWeights implements LinearLayers {
  readonly #stored = new Set<string>();
  /** The matrix that makes the logits. */
  readonly #outputMatrix: string;

  constructor(
    protected readonly graph: GraphBuilder,
    protected readonly plan: WeightPlan,
    protected readonly type: FloatType,
  ) {
    this.#outputMatrix = plan.has(OUTPUT_MATRIX) ? OUTPUT_MATRIX : EMBEDDING;
  }

  product(input: string, weightName: string): string {
    if (!this.#stored.has(weightName)) {
      this.#stored.add(weightName);
      this.storeTransposed(weightName);
    }
    return this.multiply(input, weightName);
  }

  embed(tokenIds: string): string {
    if (this.#outputMatrix === EMBEDDING) {
      this.#stored.add(EMBEDDING);
      this.storeTransposed(EMBEDDING);
      return this.gather(tokenIds, true);
    }
    this.storeRows(EMBEDDING);
    return this.gather(tokenIds, false);
  }

  logits(hidden: string): string {
    return this.product(hidden, this.#outputMatrix);
  }

  /** Plans a matrix in the form that {@link multiply} wants. */
  protected abstract storeTransposed(name: string): void;
  /** Plans a matrix of which only rows are wanted. */
  protected abstract storeRows(name: string): void;
  protected abstract multiply(input: string, name: string): string;
  /** Embeds token ids; `isTransposed` says how the embedding is stored. */
  protected abstract gather(tokenIds: string, isTransposed: boolean): string;

  /** Writes a transposed panel into its columns of a `[columns, rows]` constant. */
  protected writeColumns(
    region: Region,
    rows: number,
    rowStart: number,
    panel: Uint8Array,
    panelRows: number,
    elementBytes: number,
  ): void {
    const lineBytes = panelRows * elementBytes;
    if (panelRows === rows) return region.write(0, panel);
    for (let column = 0; column * lineBytes < panel.length; column++) {
      region.write(
        (column * rows + rowStart) * elementBytes,
        panel.subarray(column * lineBytes, (column + 1) * lineBytes),
      );
    }
  }

  /** Rows for token ids, or columns of a transposed matrix, as `[batch, sequence, hidden]`. */
  protected gatherFrom(matrix: string, tokenIds: string, isTransposed: boolean): string {
    if (!isTransposed) return this.graph.node("Gather", [matrix, tokenIds]);
    const columns = this.graph.node("Gather", [matrix, tokenIds], {
      attributes: { axis: { int: 1 } },
    });
    return this.graph.node("Transpose", [columns], { attributes: { perm: { ints: [1, 2, 0] } } });
  }
}

class FloatLayers extends StoredWeights {
  protected multiply(input: string, name: string): string {
    return this.graph.node("MatMul", [input, name]);
  }

  protected gather(tokenIds: string, isTransposed: boolean): string {
    return this.gatherFrom(EMBEDDING, tokenIds, isTransposed);
  }

  protected storeTransposed(name: string): void {
    const { rows, columns } = this.plan.shapeOf(name);
    const region = this.graph.weights.reserve(name, this.type, [columns, rows]);
    this.plan.add(name, (rowStart, values) => {
      const panel = encodeFloats(transpose(values, columns), this.type);
      const panelRows = values.length / columns;
      this.writeColumns(region, rows, rowStart, panel, panelRows, panel.length / values.length);
    });
  }

  protected storeRows(name: string): void {
    const { rows, columns } = this.plan.shapeOf(name);
    const region = this.graph.weights.reserve(name, this.type, [rows, columns]);
    this.plan.add(name, (rowStart, values) => {
      const panel = encodeFloats(values, this.type);
      region.write(rowStart * columns * (panel.length / values.length), panel);
    });
  }
}

class IntegerLayers extends StoredWeights {
  readonly #quantizedInputs = new Map<string, [numbers: string, scale: string]>();

  protected gather(tokenIds: string, isTransposed: boolean): string {
    const graph = this.graph;
    const gathered = this.gatherFrom(`${EMBEDDING}_q8`, tokenIds, isTransposed);
    const numbers = graph.node("Cast", [gathered], {
      attributes: { to: { int: ELEMENT_TYPES.float32 } },
    });
    const middle = graph.float32("q8_zero_point", [], Float32Array.of(Q8_ZERO_POINT));
    const centred = graph.node("Sub", [numbers, middle]);
    const scales = graph.node("Gather", [`${EMBEDDING}_scales`, tokenIds]);
    const rows = graph.node("Mul", [centred, graph.node("Unsqueeze", [scales, graph.int64([2])])]);
    return this.#rotate(rows, EMBEDDING); // back: the rotation is its own inverse
  }

  protected multiply(input: string, name: string): string {
    const graph = this.graph;
    const [numbers, scale] = this.#quantize(input, name);
    const middle = graph.uint8(Q8_ZERO_POINT);
    const sums = graph.node("MatMulInteger", [numbers, `${name}_q8`, middle, middle]);
    const floats = graph.node("Cast", [sums], {
      attributes: { to: { int: ELEMENT_TYPES.float32 } },
    });
    // One after the other: their product would be a matrix of the size of the result.
    return graph.node("Mul", [graph.node("Mul", [floats, `${name}_scales`]), scale]);
  }

  /** Activations `[batch, sequence, columns]`, each block turned. */
  #rotate(input: string, weightName: string): string {
    const graph = this.graph, { columns } = this.plan.shapeOf(weightName);
    const size = rotationBlockSize(columns);
    const matrix = graph.float32(`rotation_${size}`, [size, size], hadamardMatrix(size));
    const blocks = graph.node("Reshape", [input, graph.int64([0, 0, -1, size])]);
    const turned = graph.node("MatMul", [blocks, matrix]);
    return graph.node("Reshape", [turned, graph.int64([0, 0, columns])]);
  }

  /** Activations turned and as 8-bit numbers, and the scale of each position. */
  #quantize(input: string, weightName: string): [numbers: string, scale: string] {
    const known = this.#quantizedInputs.get(input);
    if (known) return known;
    const graph = this.graph;
    const constant = (name: string, value: number) =>
      graph.float32(name, [], Float32Array.of(value));
    const turned = this.#rotate(input, weightName);
    const extreme = graph.node("ReduceMax", [graph.node("Abs", [turned])], {
      attributes: { axes: { ints: [-1] }, keepdims: { int: 1 } },
    });
    const scale = graph.node("Max", [
      graph.node("Mul", [extreme, constant("q8_unit", 1 / Q8_RANGE)]),
      constant("q8_least_scale", 1e-12), // for a row of zeros
    ]);
    const scaled = graph.node("Div", [turned, scale]);
    // A cast cuts off what is behind the point, so half of one is added for rounding.
    const shifted = graph.node("Add", [scaled, constant("q8_shift", Q8_ZERO_POINT + 0.5)]);
    const numbers = graph.node("Cast", [shifted], {
      attributes: { to: { int: ELEMENT_TYPES.uint8 } },
    });
    this.#quantizedInputs.set(input, [numbers, scale]);
    return [numbers, scale];
  }

  protected storeTransposed(name: string): void {
    const { rows, columns } = this.plan.shapeOf(name);
    const region = this.graph.weights.reserve(`${name}_q8`, "uint8", [columns, rows]);
    this.#store(name, (rowStart, numbers, panelRows) => {
      this.writeColumns(region, rows, rowStart, transpose(numbers, columns), panelRows, 1);
    });
  }

  protected storeRows(name: string): void {
    const { rows, columns } = this.plan.shapeOf(name);
    const region = this.graph.weights.reserve(`${name}_q8`, "uint8", [rows, columns]);
    this.#store(name, (rowStart, numbers) => region.write(rowStart * columns, numbers));
  }

  #store(
    name: string,
    write: (rowStart: number, numbers: Uint8Array, panelRows: number) => void,
  ): void {
    const { rows, columns } = this.plan.shapeOf(name);
    const scales = this.graph.weights.reserve(`${name}_scales`, "float32", [rows]);
    this.plan.add(name, (rowStart, values) => {
      const turned = rotateBlocks(values.slice(), rotationBlockSize(columns));
      const panel = quantizeQ8(turned, columns);
      write(rowStart, panel.numbers, panel.scales.length);
      scales.write(rowStart * 4, bytesOf(panel.scales));
    });
  }
}

class BlockLayers extends StoredWeights {
  protected gather(tokenIds: string): string {
    const { rows, columns } = this.plan.shapeOf(EMBEDDING);
    // The bytes are the same; only the declared shape differs between the two operators.
    const numbers = this.#view(`${EMBEDDING}_q4`, `${EMBEDDING}_gather`, [rows, columns / 2]);
    const scales = this.#view(`${EMBEDDING}_scales`, `${EMBEDDING}_gather_scales`, [
      rows,
      columns / Q4_BLOCK_SIZE,
    ]);
    return this.graph.node("GatherBlockQuantized", [numbers, tokenIds, scales], {
      domain: CONTRIB,
      attributes: {
        gather_axis: { int: 0 },
        quantize_axis: { int: 1 },
        block_size: { int: Q4_BLOCK_SIZE },
        bits: { int: 4 },
      },
    });
  }

  protected multiply(input: string, name: string): string {
    const { rows, columns } = this.plan.shapeOf(name);
    return this.graph.node("MatMulNBits", [input, `${name}_q4`, `${name}_scales`], {
      domain: CONTRIB,
      attributes: {
        K: { int: columns },
        N: { int: rows },
        bits: { int: 4 },
        block_size: { int: Q4_BLOCK_SIZE },
        accuracy_level: { int: 4 },
      },
    });
  }

  /** Blocks lie along the rows, so nothing is transposed. */
  protected storeTransposed(name: string): void {
    this.storeRows(name);
  }

  protected storeRows(name: string): void {
    const { rows, columns } = this.plan.shapeOf(name);
    const blocks = columns / Q4_BLOCK_SIZE;
    const region = this.graph.weights.reserve(`${name}_q4`, "uint8", [
      rows,
      blocks,
      Q4_BLOCK_SIZE / 2,
    ]);
    const scales = this.graph.weights.reserve(`${name}_scales`, this.type, [rows, blocks]);
    this.plan.add(name, (rowStart, values) => {
      const panel = quantizeQ4(values, columns);
      region.write(rowStart * columns / 2, panel.packed);
      const bytes = encodeFloats(panel.scales, this.type);
      scales.write(rowStart * blocks * (bytes.length / panel.scales.length), bytes);
    });
  }

  /** A second constant over the bytes of a stored one, under another shape. */
  #view(storedName: string, name: string, dims: readonly number[]): string {
    const stored = this.graph.weights.initializers.find((item) => item.name === storedName)!;
    const view: Initializer = { ...stored, name, dims };
    this.graph.addInitializer(view);
    return name;
  }
}
