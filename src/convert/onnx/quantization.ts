/**
 * Weights as small integers, in the two layouts that ONNX Runtime's operators read.
 *
 * Third layer of the graph writer: float32 rows in, packed bytes and scales out; knows nothing of graphs.
 * Both forms are symmetric (the zero point is the middle of the range), so no zero points are stored.
 *
 * Cost: linear, about 3 ns a number.
 * Source: operator documentation of `MatMulNBits` (com.microsoft) and `MatMulInteger` (ai.onnx).
 *
 * @module
 */

/** Numbers that share a scale in the 4-bit form; the block size of the models on the hub. */
export const Q4_BLOCK_SIZE = 32;

/** Middle of the unsigned 8-bit range. */
export const Q8_ZERO_POINT = 128;

/** Largest distance from the middle that is used, on both sides. */
export const Q8_RANGE = 127;

/**
 * Quantises rows to 4 bits in blocks of {@link Q4_BLOCK_SIZE} along the columns.
 *
 * In each block the number furthest from zero becomes −8, which uses the whole range −8..7. Numbers are
 * stored plus 8, two a byte, the even column in the low half.
 *
 * @param values `rows × columns`, row by row.
 * @param columns A multiple of {@link Q4_BLOCK_SIZE}.
 * @returns Packed numbers, `rows × columns / 2` bytes, and a scale a block, both row by row.
 */
export function quantizeQ4(
  values: Float32Array,
  columns: number,
): { packed: Uint8Array; scales: Float32Array } {
  if (columns % Q4_BLOCK_SIZE !== 0) {
    throw new RangeError(`columns must be a multiple of ${Q4_BLOCK_SIZE}, given ${columns}`);
  }
  const packed = new Uint8Array(values.length / 2);
  const scales = new Float32Array(values.length / Q4_BLOCK_SIZE);
  for (let block = 0; block < scales.length; block++) {
    const start = block * Q4_BLOCK_SIZE;
    let extreme = 0;
    for (let index = start; index < start + Q4_BLOCK_SIZE; index++) {
      if (Math.abs(values[index]!) > Math.abs(extreme)) extreme = values[index]!;
    }
    const scale = extreme / -8;
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let index = start; index < start + Q4_BLOCK_SIZE; index += 2) {
      const low = Math.min(15, Math.max(0, Math.round(values[index]! * inverse) + 8));
      const high = Math.min(15, Math.max(0, Math.round(values[index + 1]! * inverse) + 8));
      packed[index / 2] = low | (high << 4);
    }
  }
  return { packed, scales };
}

/**
 * Quantises rows to 8 bits with one scale a row.
 *
 * @param values `rows × columns`, row by row.
 * @returns The numbers plus {@link Q8_ZERO_POINT}, and a scale a row.
 */
export function quantizeQ8(
  values: Float32Array,
  columns: number,
): { numbers: Uint8Array<ArrayBuffer>; scales: Float32Array } {
  const rows = values.length / columns;
  const numbers = new Uint8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns, end = start + columns;
    let extreme = 0;
    for (let index = start; index < end; index++) {
      const size = Math.abs(values[index]!);
      if (size > extreme) extreme = size;
    }
    const scale = extreme / Q8_RANGE;
    scales[row] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let index = start; index < end; index++) {
      numbers[index] = Math.round(values[index]! * inverse) + Q8_ZERO_POINT;
    }
  }
  return { numbers, scales };
}

/** Side of the squares in which a matrix is transposed, so that both sides stay in the processor's cache. */
const TILE = 32;

/** Transposes `rows × columns` numbers. */
export function transpose<Numbers extends Float32Array | Uint8Array>(
  values: Numbers,
  columns: number,
): Numbers {
  const rows = values.length / columns;
  const transposed = new (values.constructor as new (length: number) => Numbers)(values.length);
  for (let rowTile = 0; rowTile < rows; rowTile += TILE) {
    const rowEnd = Math.min(rows, rowTile + TILE);
    for (let columnTile = 0; columnTile < columns; columnTile += TILE) {
      const columnEnd = Math.min(columns, columnTile + TILE);
      for (let column = columnTile; column < columnEnd; column++) {
        for (let row = rowTile; row < rowEnd; row++) {
          transposed[column * rows + row] = values[row * columns + column]!;
        }
      }
    }
  }
  return transposed;
}
