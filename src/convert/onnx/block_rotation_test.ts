import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { hadamardMatrix, rotateBlocks, rotationBlockSize } from "./block_rotation.ts";

const values = () => Float32Array.from({ length: 16 }, (_, index) => (index * 7 % 5) - 2);

Deno.test("the transform is the product with the matrix, block by block, and its own inverse", () => {
  const matrix = hadamardMatrix(8), input = values();
  const turned = rotateBlocks(values(), 8);
  for (let index = 0; index < input.length; index++) {
    const block = index - index % 8;
    let sum = 0;
    for (let other = 0; other < 8; other++) {
      sum += input[block + other]! * matrix[other * 8 + index % 8]!;
    }
    assertAlmostEquals(turned[index]!, sum, 1e-6);
  }
  for (const [index, value] of rotateBlocks(turned, 8).entries()) {
    assertAlmostEquals(value, input[index]!, 1e-6);
  }
});

Deno.test("an outlier is shared out evenly", () => {
  const row = new Float32Array(64);
  row[17] = 80;
  const turned = rotateBlocks(row, 64);
  assertEquals(new Set(turned.map(Math.abs)), new Set([10]));
  assert(turned.includes(-10));
});

Deno.test("blocks divide a row evenly", () => {
  assertEquals([896, 4864, 576, 160, 24, 7].map(rotationBlockSize), [64, 64, 64, 32, 8, 1]);
});
