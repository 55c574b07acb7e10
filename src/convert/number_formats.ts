/**
 * Formats that checkpoints store numbers in, and how each becomes float32.
 *
 * Bottom of the checkpoint readers. The formats of safetensors store each number by itself. Those of ggml store
 * blocks of 32 or 256 numbers that share scales; a row is a whole number of blocks. In the names, Q8_0 and
 * Q4_0 are `scale × q`, Q4_1 is `scale × q + minimum`, and the K formats split a block of 256 into parts
 * whose scales (and minima) are small integers times a scale of the block.
 *
 * Cost: 1 to 4 ns a number.
 * Source: the layout of ggml's blocks, https://github.com/ggml-org/ggml (`ggml-common.h`, `ggml-quants.c`).
 *
 * @module
 */

/** How numbers are stored. */
export interface NumberFormat {
  readonly name: string;
  /** Numbers in a block; 1 where each stands by itself. */
  readonly blockNumbers: number;
  readonly blockBytes: number;
  /**
   * Decodes whole blocks.
   *
   * @param bytes A multiple of `blockBytes`, at any alignment.
   * @param numbers Receives `bytes.length / blockBytes * blockNumbers` numbers.
   */
  decode(bytes: Uint8Array<ArrayBuffer>, numbers: Float32Array): void;
}

const F32: NumberFormat = {
  name: "F32",
  blockNumbers: 1,
  blockBytes: 4,
  decode(bytes, numbers) {
    new Uint8Array(numbers.buffer, numbers.byteOffset, bytes.length).set(bytes);
  },
};

const F16: NumberFormat = {
  name: "F16",
  blockNumbers: 1,
  blockBytes: 2,
  decode(bytes, numbers) {
    numbers.set(new Float16Array(aligned(bytes, 2), 0, bytes.length / 2));
  },
};

const BF16: NumberFormat = {
  name: "BF16",
  blockNumbers: 1,
  blockBytes: 2,
  decode(bytes, numbers) {
    // The upper half of a float32.
    const halves = new Uint16Array(aligned(bytes, 2), 0, bytes.length / 2);
    const words = new Uint32Array(numbers.buffer, numbers.byteOffset, halves.length);
    for (let index = 0; index < halves.length; index++) words[index] = halves[index]! << 16;
  },
};

const F64: NumberFormat = {
  name: "F64",
  blockNumbers: 1,
  blockBytes: 8,
  decode(bytes, numbers) {
    numbers.set(new Float64Array(aligned(bytes, 8), 0, bytes.length / 8));
  },
};

const Q8_0 = blockFormat("Q8_0", 32, 34, (bytes, at, numbers, to) => {
  const scale = half(bytes, at);
  for (let index = 0; index < 32; index++) {
    numbers[to + index] = scale * signed(bytes[at + 2 + index]!);
  }
});

const Q4_0 = blockFormat("Q4_0", 32, 18, (bytes, at, numbers, to) => {
  const scale = half(bytes, at);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[at + 2 + index]!;
    numbers[to + index] = scale * ((pair & 15) - 8);
    numbers[to + index + 16] = scale * ((pair >> 4) - 8);
  }
});

const Q4_1 = blockFormat("Q4_1", 32, 20, (bytes, at, numbers, to) => {
  const scale = half(bytes, at), minimum = half(bytes, at + 2);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[at + 4 + index]!;
    numbers[to + index] = scale * (pair & 15) + minimum;
    numbers[to + index + 16] = scale * (pair >> 4) + minimum;
  }
});

const Q5_0 = blockFormat("Q5_0", 32, 22, (bytes, at, numbers, to) => {
  const scale = half(bytes, at);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[at + 6 + index]!;
    numbers[to + index] = scale * (((pair & 15) | fifthBit(bytes, at + 2, index)) - 16);
    numbers[to + index + 16] = scale * (((pair >> 4) | fifthBit(bytes, at + 2, index + 16)) - 16);
  }
});

const Q5_1 = blockFormat("Q5_1", 32, 24, (bytes, at, numbers, to) => {
  const scale = half(bytes, at), minimum = half(bytes, at + 2);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[at + 8 + index]!;
    numbers[to + index] = scale * ((pair & 15) | fifthBit(bytes, at + 4, index)) + minimum;
    numbers[to + index + 16] = scale * ((pair >> 4) | fifthBit(bytes, at + 4, index + 16)) +
      minimum;
  }
});

/** Scale and minimum of each eighth of the block being decoded. */
const partScales = new Float32Array(8), partMinima = new Float32Array(8);

// scale, minimum scale, 12 bytes of six-bit scales, 128 bytes of four-bit numbers
const Q4_K = blockFormat("Q4_K", 256, 144, (bytes, at, numbers, to) => {
  readPartScales(bytes, at);
  for (let pairOfParts = 0; pairOfParts < 4; pairOfParts++) {
    const low = 2 * pairOfParts, high = low + 1;
    for (let index = 0; index < 32; index++) {
      const pair = bytes[at + 16 + pairOfParts * 32 + index]!;
      numbers[to + low * 32 + index] = partScales[low]! * (pair & 15) - partMinima[low]!;
      numbers[to + high * 32 + index] = partScales[high]! * (pair >> 4) - partMinima[high]!;
    }
  }
});

// as Q4_K, with 32 bytes of fifth bits before the four-bit numbers
const Q5_K = blockFormat("Q5_K", 256, 176, (bytes, at, numbers, to) => {
  readPartScales(bytes, at);
  for (let pairOfParts = 0; pairOfParts < 4; pairOfParts++) {
    const low = 2 * pairOfParts, high = low + 1;
    for (let index = 0; index < 32; index++) {
      const pair = bytes[at + 48 + pairOfParts * 32 + index]!;
      const fifth = bytes[at + 16 + index]!;
      const lowNumber = (pair & 15) | (((fifth >> low) & 1) << 4);
      const highNumber = (pair >> 4) | (((fifth >> high) & 1) << 4);
      numbers[to + low * 32 + index] = partScales[low]! * lowNumber - partMinima[low]!;
      numbers[to + high * 32 + index] = partScales[high]! * highNumber - partMinima[high]!;
    }
  }
});

// 128 bytes of low four bits, 64 of high two bits, 16 signed scales, the block's scale
const Q6_K = blockFormat("Q6_K", 256, 210, (bytes, at, numbers, to) => {
  const scale = half(bytes, at + 208);
  for (let part = 0; part < 2; part++) {
    const lowAt = at + part * 64, highAt = at + 128 + part * 32, scalesAt = at + 192 + part * 8;
    for (let index = 0; index < 128; index++) {
      const quarter = index >> 5, column = index & 31;
      const lowByte = bytes[lowAt + column + (quarter & 1) * 32]!;
      const low = quarter < 2 ? lowByte & 15 : lowByte >> 4;
      const high = (bytes[highAt + column]! >> (2 * quarter)) & 3;
      const partScale = signed(bytes[scalesAt + (index >> 4)]!);
      numbers[to + part * 128 + index] = scale * partScale * ((low | (high << 4)) - 32);
    }
  }
});

/** The formats of safetensors files that are read, by the name of their `dtype`. */
export const SAFETENSORS_FORMATS: Readonly<Record<string, NumberFormat>> = { F32, F16, BF16, F64 };

/** The formats of GGUF files that are read, by ggml's number of the type. */
export const GGML_FORMATS: ReadonlyMap<number, NumberFormat> = new Map([
  [0, F32],
  [1, F16],
  [2, Q4_0],
  [3, Q4_1],
  [6, Q5_0],
  [7, Q5_1],
  [8, Q8_0],
  [12, Q4_K],
  [13, Q5_K],
  [14, Q6_K],
  [28, F64],
  [30, BF16],
]);

function blockFormat(
  name: string,
  blockNumbers: number,
  blockBytes: number,
  decodeBlock: (bytes: Uint8Array, at: number, numbers: Float32Array, to: number) => void,
): NumberFormat {
  return {
    name,
    blockNumbers,
    blockBytes,
    decode(bytes, numbers) {
      for (let at = 0, to = 0; at < bytes.length; at += blockBytes, to += blockNumbers) {
        decodeBlock(bytes, at, numbers, to);
      }
    },
  };
}

/**
 * Unpacks the eight pairs of six-bit scales of a K block: the first four pairs lie in the low six bits of
 * bytes 0..3 and 4..7, the other four have their low four bits in bytes 8..11 and their high two bits on top of
 * the first ones.
 */
function readPartScales(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at), minimumScale = half(bytes, at + 2), packed = at + 4;
  for (let part = 0; part < 4; part++) {
    const scaleByte = bytes[packed + part]!, minimumByte = bytes[packed + 4 + part]!;
    const rest = bytes[packed + 8 + part]!;
    partScales[part] = scale * (scaleByte & 63);
    partMinima[part] = minimumScale * (minimumByte & 63);
    partScales[part + 4] = scale * ((rest & 15) | ((scaleByte >> 6) << 4));
    partMinima[part + 4] = minimumScale * ((rest >> 4) | ((minimumByte >> 6) << 4));
  }
}

/** Bit `index` of four bytes, in the place of a fifth bit. */
function fifthBit(bytes: Uint8Array, at: number, index: number): number {
  return ((bytes[at + (index >> 3)]! >> (index & 7)) & 1) << 4;
}

const halfBits = new Uint16Array(1), halfValue = new Float16Array(halfBits.buffer);

function half(bytes: Uint8Array, at: number): number {
  halfBits[0] = bytes[at]! | (bytes[at + 1]! << 8);
  return halfValue[0]!;
}

function signed(byte: number): number {
  return byte << 24 >> 24;
}

/** The bytes in a buffer of their own, unless they begin where their buffer does. */
function aligned(bytes: Uint8Array<ArrayBuffer>, elementBytes: number): ArrayBuffer {
  return bytes.byteOffset === 0 && bytes.buffer.byteLength % elementBytes === 0
    ? bytes.buffer
    : bytes.slice().buffer;
}
