/**
 * Weights as small integers, in the two layouts that ONNX Runtime's operators read.
 *
 * Third layer of the model builder: float32 rows in, packed bytes and scales out; knows nothing of graphs.
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
 * Quantises rows to 8 bits with one scale a row, and transposes them.
 *
 * @param values `rows × columns`, row by row.
 * @returns `columns × rows` numbers plus {@link Q8_ZERO_POINT}, and a scale a row.
 */
export function quantizeQ8Transposed(
  values: Float32Array,
  columns: number,
): { transposed: Uint8Array; scales: Float32Array } {
  const rows = values.length / columns;
  const transposed = new Uint8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let extreme = 0;
    for (let column = 0; column < columns; column++) {
      extreme = Math.max(extreme, Math.abs(values[start + column]!));
    }
    const scale = extreme / 127;
    scales[row] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = Math.round(values[start + column]! * inverse) +
        Q8_ZERO_POINT;
    }
  }
  return { transposed, scales };
}

/** Transposes `rows × columns` numbers. */
export function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = values[row * columns + column]!;
    }
  }
  return transposed;
}
