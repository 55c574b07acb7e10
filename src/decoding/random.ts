/**
 * Seeded random numbers, the same on every machine.
 *
 * The only source of chance in the decoding loop. A seed and the same logits give the same text, whatever
 * the device, so neither `Math.random` nor anything that depends on the platform is used.
 *
 * Generator: xoshiro128** (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 2021), 128 bits of state in four 32-bit integers; the state is filled from the seed by a 32-bit
 * finaliser over a Weyl sequence, so that near seeds give unrelated streams. A few nanoseconds a draw.
 *
 * @module
 */

/** A stream of random numbers that its seed determines. */
export class RandomSource {
  /** The seed, 0..2^53-1. */
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /**
   * Starts a stream.
   *
   * @param seed An integer, 0..2^53-1.
   * @throws {RangeError} If the seed is not such an integer.
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed must be an integer from 0 to 2^53-1, got ${seed}`);
    }
    this.seed = seed;
    const low = seed >>> 0;
    const high = Math.floor(seed / 0x1_0000_0000);
    let weyl = low;
    const fill = () => {
      weyl = (weyl + 0x9e37_79b9) | 0;
      return mix(mix(weyl) ^ high);
    };
    this.#a = fill();
    this.#b = fill();
    this.#c = fill();
    this.#d = fill() | 1; // the all-zero state is the one fixed point
  }

  /** A source whose seed comes from the platform's secure generator. */
  static fromEntropy(): RandomSource {
    return new RandomSource(crypto.getRandomValues(new Uint32Array(1))[0]!);
  }

  /** 32 random bits, as an unsigned integer. */
  nextUint32(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return scrambled;
  }

  /** A number in [0, 1) with 53 random bits. */
  nextFloat(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  /** An integer in [0, bound), every one equally likely up to 2^-53. */
  nextInteger(bound: number): number {
    return Math.floor(this.nextFloat() * bound);
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** A bijection on 32-bit integers in which every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0_aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a_2d97);
  return (x ^ (x >>> 15)) | 0;
}
