import { assert, assertEquals, assertThrows } from "@std/assert";
import { quantizeQ4, quantizeQ8, transpose } from "./quantization.ts";

Deno.test("4-bit blocks give back numbers that were quantised to the same grid before", () => {
  // As in Q4_0: a scale times -8 to 7, the number furthest from zero being -8.
  const numbers = Float32Array.from({ length: 64 }, (_, index) => ((index * 5) % 16) - 8);
  const values = numbers.map((number, index) => number * (index < 32 ? 0.25 : -2));
  const { packed, scales } = quantizeQ4(values, 64);
  assertEquals([...scales], [0.25, -2]);
  const unpacked = [...packed].flatMap((pair) => [(pair & 15) - 8, (pair >> 4) - 8]);
  assertEquals(unpacked, [...numbers]);
});

Deno.test("no 4-bit number is off by more than its scale, no 8-bit number by more than half of it", () => {
  const values = Float32Array.from({ length: 320 }, (_, index) => Math.sin(index * index));
  const q4 = quantizeQ4(values, 320);
  const q8 = quantizeQ8(values, 160);
  for (const [index, value] of values.entries()) {
    const q4Scale = q4.scales[index >> 5]!, q8Scale = q8.scales[Math.floor(index / 160)]!;
    const number = (q4.packed[index >> 1]! >> (index % 2 * 4)) & 15;
    assert(Math.abs((number - 8) * q4Scale - value) <= Math.abs(q4Scale) * 1.001);
    assert(Math.abs((q8.numbers[index]! - 128) * q8Scale - value) <= q8Scale * 0.501);
  }
});

Deno.test("zeros stay zeros, and rows that no block divides are refused", () => {
  assertEquals(new Set(quantizeQ4(new Float32Array(32), 32).packed), new Set([0x88]));
  assertEquals(new Set(quantizeQ8(new Float32Array(4), 4).numbers), new Set([128]));
  assertThrows(() => quantizeQ4(new Float32Array(40), 40), RangeError);
});

Deno.test("transposing twice gives back a matrix of any shape", () => {
  const values = Float32Array.from({ length: 37 * 70 }, (_, index) => index);
  const transposed = transpose(values, 70);
  assertEquals([transposed[0], transposed[1], transposed[37]], [0, 70, 1]);
  assertEquals(transpose(transposed, 37), values);
});
