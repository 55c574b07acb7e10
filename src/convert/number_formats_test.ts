import { assertAlmostEquals, assertEquals } from "@std/assert";
import { GGML_FORMATS, type NumberFormat, SAFETENSORS_FORMATS } from "./number_formats.ts";

function decode(format: NumberFormat, bytes: number[]): number[] {
  const numbers = new Float32Array(bytes.length / format.blockBytes * format.blockNumbers);
  format.decode(Uint8Array.from(bytes), numbers);
  return [...numbers];
}

function formatNamed(name: string): NumberFormat {
  return [...GGML_FORMATS.values()].find((format) => format.name === name)!;
}

/** Two bytes of a float16. */
function half(value: number): number[] {
  return [...new Uint8Array(Float16Array.of(value).buffer)];
}

/** Bytes that differ from one another, for the numbers of a block. */
function pattern(length: number, seed: number): number[] {
  return Array.from({ length }, (_, index) => (index * 37 + seed * 101 + 11) % 256);
}

Deno.test("numbers that stand by themselves are read at any alignment", () => {
  const { F32, F16, BF16, F64 } = SAFETENSORS_FORMATS;
  const values = [1, -2.5, 0.0078125];
  const bytesOf = (array: ArrayBufferView) => [...new Uint8Array(array.buffer)];
  assertEquals(decode(F32!, bytesOf(Float32Array.from(values))), values);
  assertEquals(decode(F16!, bytesOf(Float16Array.from(values))), values);
  assertEquals(decode(F64!, bytesOf(Float64Array.from(values))), values);
  // 1 and -2.5 are 0x3f80 and 0xc020 in bfloat16.
  assertEquals(decode(BF16!, [0x80, 0x3f, 0x20, 0xc0]), [1, -2.5]);
  const shifted = Uint8Array.from([9, 9, 9, ...half(3), ...half(4)]).subarray(3);
  const numbers = new Float32Array(2);
  F16!.decode(shifted, numbers);
  assertEquals([...numbers], [3, 4]);
});

Deno.test("blocks of 32 are a scale times small integers, with or without a minimum", () => {
  const signed = pattern(32, 1);
  assertEquals(
    decode(formatNamed("Q8_0"), [...half(0.5), ...signed]),
    signed.map((byte) => 0.5 * (byte > 127 ? byte - 256 : byte)),
  );
  const pairs = pattern(16, 2);
  const nibbles = [...pairs.map((pair) => pair & 15), ...pairs.map((pair) => pair >> 4)];
  assertEquals(
    decode(formatNamed("Q4_0"), [...half(0.25), ...pairs]),
    nibbles.map((number) => 0.25 * (number - 8)),
  );
  assertEquals(
    decode(formatNamed("Q4_1"), [...half(0.25), ...half(-3), ...pairs]),
    nibbles.map((number) => 0.25 * number - 3),
  );
  const fifths = [0b1010_0101, 0xff, 0x00, 0b0000_0001];
  const fiveBits = nibbles.map((number, index) =>
    number + 16 * ((fifths[index >> 3]! >> (index & 7)) & 1)
  );
  assertEquals(
    decode(formatNamed("Q5_0"), [...half(0.25), ...fifths, ...pairs]),
    fiveBits.map((number) => 0.25 * (number - 16)),
  );
  assertEquals(
    decode(formatNamed("Q5_1"), [...half(0.25), ...half(-3), ...fifths, ...pairs]),
    fiveBits.map((number) => 0.25 * number - 3),
  );
});

/** Eight pairs of six-bit numbers as K blocks pack them. */
function packScales(scales: number[], minima: number[]): number[] {
  const first = scales.slice(0, 4).map((scale, part) => scale | ((scales[part + 4]! >> 4) << 6));
  const second = minima.slice(0, 4).map((scale, part) => scale | ((minima[part + 4]! >> 4) << 6));
  const third = scales.slice(4).map((scale, part) =>
    (scale & 15) | ((minima[part + 4]! & 15) << 4)
  );
  return [...first, ...second, ...third];
}

Deno.test("K blocks have a scale and a minimum for each 32 of 256 numbers", () => {
  const scales = [1, 63, 20, 35, 7, 48, 33, 62], minima = [0, 5, 63, 17, 34, 50, 2, 61];
  const header = [...half(0.5), ...half(0.125), ...packScales(scales, minima)];
  // 64 numbers take 32 bytes: the first half in the low bits, the second in the high ones.
  const pairs = pattern(128, 3);
  const nibbleAt = (index: number) => {
    const pair = pairs[(index >> 6) * 32 + (index & 31)]!;
    return index & 32 ? pair >> 4 : pair & 15;
  };
  const value = (index: number, number: number) =>
    Math.fround(0.5 * scales[index >> 5]! * number - 0.125 * minima[index >> 5]!);
  const indices = Array.from({ length: 256 }, (_, index) => index);
  assertEquals(
    decode(formatNamed("Q4_K"), [...header, ...pairs]),
    indices.map((index) => value(index, nibbleAt(index))),
  );
  const fifths = pattern(32, 4);
  assertEquals(
    decode(formatNamed("Q5_K"), [...header, ...fifths, ...pairs]),
    indices.map((index) =>
      value(index, nibbleAt(index) + 16 * ((fifths[index & 31]! >> (index >> 5)) & 1))
    ),
  );
});

Deno.test("Q6_K has a signed scale for each 16 of 256 numbers", () => {
  const lows = pattern(128, 5), highs = pattern(64, 6), scales = pattern(16, 7);
  const expected = Array.from({ length: 256 }, (_, index) => {
    const part = index >> 7, inPart = index & 127, column = inPart & 31, quarter = inPart >> 5;
    const lowByte = lows[part * 64 + (quarter & 1) * 32 + column]!;
    const low = quarter >= 2 ? lowByte >> 4 : lowByte & 15;
    const high = (highs[part * 32 + column]! >> (quarter * 2)) & 3;
    const scale = scales[index >> 4]!;
    return 0.5 * (scale > 127 ? scale - 256 : scale) * (low + 16 * high - 32);
  });
  const numbers = decode(formatNamed("Q6_K"), [...lows, ...highs, ...scales, ...half(0.5)]);
  for (const [index, number] of numbers.entries()) assertAlmostEquals(number, expected[index]!);
});
