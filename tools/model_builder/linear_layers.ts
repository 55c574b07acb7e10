/**
 * Matrix products and the embedding, in the operators that run best for each weight format.
 *
 * Fourth layer of the model builder. One {@link LinearLayers} implementation a dtype:
 * - fp32: `MatMul` with the weight stored `[inputs, outputs]`.
 * - q8: `DynamicQuantizeLinear` + `MatMulInteger`, one scale an output. Chosen over 8-bit `MatMulNBits` because
 *   ONNX Runtime's WebAssembly build has integer kernels for the former only; inputs are quantised once for all
 *   products that share them. Weights are unsigned: u8×i8 products overflow their 16-bit sums on CPUs
 *   without VNNI, and then cpu and wasm differ.
 * - q4: `MatMulNBits` with `accuracy_level` 4 (8-bit activations), which onnxruntime-node runs fastest.
 *
 * The embedding is tied to the output product: one stored matrix serves both (fp32 and q8 gather columns of
 * the transposed matrix; q4 reads the same bytes through `GatherBlockQuantized`).
 *
 * Memory while building: a panel of {@link PANEL_ROWS} rows.
 *
 * @module
 */

import { CONTRIB, type GraphBuilder } from "./graph_builder.ts";
import type { WeightShape, WeightSource } from "./model_shape.ts";
import type { Initializer } from "./onnx_format.ts";
import {
  Q4_BLOCK_SIZE,
  Q8_ZERO_POINT,
  quantizeQ4,
  quantizeQ8Transposed,
  transpose,
} from "./quantization.ts";
import { bytesOf, type Region } from "./weight_file.ts";

/** Rows that are read, converted and written at a time. */
const PANEL_ROWS = 4096;

/** Weight formats that can be built. */
export const DTYPES = ["fp32", "q8", "q4"] as const;

/** A weight format. */
export type Dtype = (typeof DTYPES)[number];

/** Products of activations with stored weights. */
export interface LinearLayers {
  /** `input × weightᵀ`; `weightName` is a matrix `[outputs, inputs]` of the source. */
  product(input: string, weightName: string): string;
  /** Rows of the embedding for token ids `[batch, sequence]`, float32 `[batch, sequence, hidden]`. */
  embed(tokenIds: string): string;
  /** Logits: the product with the embedding. */
  logits(hidden: string): string;
}

const EMBEDDING = "model.embed_tokens.weight";

/** Makes the implementation for a dtype. */
export function createLinearLayers(
  dtype: Dtype,
  graph: GraphBuilder,
  source: WeightSource,
  shapes: ReadonlyMap<string, WeightShape>,
): LinearLayers {
  if (dtype === "fp32") return new FloatLayers(graph, source, shapes);
  if (dtype === "q8") return new IntegerLayers(graph, source, shapes);
  return new BlockLayers(graph, source, shapes);
}

abstract class StoredWeights {
  constructor(
    protected readonly graph: GraphBuilder,
    protected readonly source: WeightSource,
    protected readonly shapes: ReadonlyMap<string, WeightShape>,
  ) {}

  protected shapeOf(name: string): WeightShape {
    const shape = this.shapes.get(name);
    if (!shape) throw new TypeError(`no weight is named "${name}"`);
    return shape;
  }

  /** Calls back with panels of rows. */
  protected eachPanel(name: string, visit: (rowStart: number, values: Float32Array) => void): void {
    const { rows } = this.shapeOf(name);
    for (let start = 0; start < rows; start += PANEL_ROWS) {
      visit(start, this.source.readRows(name, start, Math.min(rows, start + PANEL_ROWS)));
    }
  }

  /** Writes a transposed panel into its columns of a `[columns, rows]` constant. */
  protected writeColumns(
    region: Region,
    rows: number,
    rowStart: number,
    panel: Float32Array | Uint8Array,
    panelRows: number,
  ): void {
    const elementBytes = panel.BYTES_PER_ELEMENT;
    const bytes = bytesOf(panel);
    const lineBytes = panelRows * elementBytes;
    if (panelRows === rows) return region.write(0, bytes);
    for (let column = 0; column * panelRows < panel.length; column++) {
      region.write(
        (column * rows + rowStart) * elementBytes,
        bytes.subarray(column * lineBytes, (column + 1) * lineBytes),
      );
    }
  }

  /** Columns of a `[hidden, vocabulary]` constant, one a token id, as `[batch, sequence, hidden]`. */
  protected gatherColumns(matrix: string, tokenIds: string): string {
    const columns = this.graph.node("Gather", [matrix, tokenIds], {
      attributes: { axis: { int: 1 } },
    });
    return this.graph.node("Transpose", [columns], { attributes: { perm: { ints: [1, 2, 0] } } });
  }
}

class FloatLayers extends StoredWeights implements LinearLayers {
  readonly #stored = new Set<string>();

  product(input: string, weightName: string): string {
    return this.graph.node("MatMul", [input, this.#store(weightName)]);
  }

  embed(tokenIds: string): string {
    return this.gatherColumns(this.#store(EMBEDDING), tokenIds);
  }

  logits(hidden: string): string {
    return this.graph.node("MatMul", [hidden, this.#store(EMBEDDING)], { outputs: ["logits"] });
  }

  #store(name: string): string {
    if (this.#stored.has(name)) return name;
    this.#stored.add(name);
    const { rows, columns } = this.shapeOf(name);
    const region = this.graph.weights.reserve(name, "float32", [columns, rows]);
    this.eachPanel(name, (rowStart, values) => {
      this.writeColumns(
        region,
        rows,
        rowStart,
        transpose(values, columns),
        values.length / columns,
      );
    });
    return name;
  }
}

class IntegerLayers extends StoredWeights implements LinearLayers {
  readonly #stored = new Set<string>();
  readonly #quantizedInputs = new Map<
    string,
    [numbers: string, scale: string, zeroPoint: string]
  >();

  product(input: string, weightName: string): string {
    return this.#product(input, weightName);
  }

  embed(tokenIds: string): string {
    const graph = this.graph;
    this.#store(EMBEDDING);
    const numbers = graph.node("Cast", [this.gatherColumns(`${EMBEDDING}_q8`, tokenIds)], {
      attributes: { to: { int: 1 } },
    });
    const middle = graph.float32("q8_zero_point", [], Float32Array.of(Q8_ZERO_POINT));
    const centred = graph.node("Sub", [numbers, middle]);
    const scales = graph.node("Gather", [`${EMBEDDING}_scales`, tokenIds]);
    return graph.node("Mul", [centred, graph.node("Unsqueeze", [scales, graph.int64([2])])]);
  }

  logits(hidden: string): string {
    return this.#product(hidden, EMBEDDING, "logits");
  }

  #product(input: string, weightName: string, output?: string): string {
    const graph = this.graph;
    this.#store(weightName);
    let quantized = this.#quantizedInputs.get(input);
    if (!quantized) {
      quantized = ["numbers", "scale", "zero_point"].map((part) =>
        graph.freshName(`${input}_${part}`)
      ) as [string, string, string];
      graph.node("DynamicQuantizeLinear", [input], { outputs: quantized });
      this.#quantizedInputs.set(input, quantized);
    }
    const [numbers, scale, zeroPoint] = quantized;
    const sums = graph.node("MatMulInteger", [
      numbers,
      `${weightName}_q8`,
      zeroPoint,
      graph.uint8(Q8_ZERO_POINT),
    ]);
    const floats = graph.node("Cast", [sums], { attributes: { to: { int: 1 } } });
    const scales = graph.node("Mul", [scale, `${weightName}_scales`]);
    return graph.node("Mul", [floats, scales], output ? { outputs: [output] } : {});
  }

  #store(name: string): void {
    if (this.#stored.has(name)) return;
    this.#stored.add(name);
    const { rows, columns } = this.shapeOf(name);
    const region = this.graph.weights.reserve(`${name}_q8`, "uint8", [columns, rows]);
    const scales = this.graph.weights.reserve(`${name}_scales`, "float32", [rows]);
    this.eachPanel(name, (rowStart, values) => {
      const panel = quantizeQ8Transposed(values, columns);
      this.writeColumns(region, rows, rowStart, panel.transposed, panel.scales.length);
      scales.write(rowStart * 4, bytesOf(panel.scales));
    });
  }
}

class BlockLayers extends StoredWeights implements LinearLayers {
  product(input: string, weightName: string): string {
    const [numbers, scales] = this.#store(weightName);
    return this.#product(input, weightName, numbers, scales);
  }

  embed(tokenIds: string): string {
    const { rows, columns } = this.shapeOf(EMBEDDING);
    const [numbers, scales] = this.#store(EMBEDDING);
    // The bytes are the same; only the declared shape differs between the two operators.
    const viewNumbers = this.#view(numbers, `${EMBEDDING}_gather`, [rows, columns / 2]);
    const viewScales = this.#view(scales, `${EMBEDDING}_gather_scales`, [
      rows,
      columns / Q4_BLOCK_SIZE,
    ]);
    return this.graph.node("GatherBlockQuantized", [viewNumbers, tokenIds, viewScales], {
      domain: CONTRIB,
      attributes: {
        gather_axis: { int: 0 },
        quantize_axis: { int: 1 },
        block_size: { int: Q4_BLOCK_SIZE },
        bits: { int: 4 },
      },
    });
  }

  logits(hidden: string): string {
    return this.#product(hidden, EMBEDDING, `${EMBEDDING}_q4`, `${EMBEDDING}_scales`, "logits");
  }

  #product(
    input: string,
    weightName: string,
    numbers: string,
    scales: string,
    output?: string,
  ): string {
    const { rows, columns } = this.shapeOf(weightName);
    return this.graph.node("MatMulNBits", [input, numbers, scales], {
      domain: CONTRIB,
      attributes: {
        K: { int: columns },
        N: { int: rows },
        bits: { int: 4 },
        block_size: { int: Q4_BLOCK_SIZE },
        accuracy_level: { int: 4 },
      },
      ...(output ? { outputs: [output] } : {}),
    });
  }

  #store(name: string): [numbers: string, scales: string] {
    const { rows, columns } = this.shapeOf(name);
    const blocks = columns / Q4_BLOCK_SIZE;
    const region = this.graph.weights.reserve(`${name}_q4`, "uint8", [
      rows,
      blocks,
      Q4_BLOCK_SIZE / 2,
    ]);
    const scales = this.graph.weights.reserve(`${name}_scales`, "float32", [rows, blocks]);
    this.eachPanel(name, (rowStart, values) => {
      const panel = quantizeQ4(values, columns);
      region.write(rowStart * columns / 2, panel.packed);
      scales.write(rowStart * blocks * 4, bytesOf(panel.scales));
    });
    return [`${name}_q4`, `${name}_scales`];
  }

  /** A second constant over the bytes of a stored one, under another shape. */
  #view(storedName: string, name: string, dims: readonly number[]): string {
    const stored = this.graph.weights.initializers.find((item) => item.name === storedName)!;
    const view: Initializer = { ...stored, name, dims };
    this.graph.addInitializer(view);
    return name;
  }
}
