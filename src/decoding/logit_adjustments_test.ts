import { assertEquals, assertThrows } from "@std/assert";
import { LogitAdjustments } from "./logit_adjustments.ts";

Deno.test("biases and penalties change a row, and are taken back from it", () => {
  const adjustments = new LogitAdjustments({
    logitBias: { 0: 1.5, 9: 5 },
    repetitionPenalty: 2,
    presencePenalty: 0.5,
    frequencyPenalty: 0.25,
  });
  for (const id of [1, 1, 2]) adjustments.count(id);
  const row = Float32Array.of(1, 4, -4, 7);
  adjustments.apply(row, false);
  // 1: 4 / 2 - 0.5 - 2 × 0.25; 2: -4 × 2 - 0.5 - 0.25; 9 is beyond the row.
  assertEquals([...row], [2.5, 1, -8.75, 7]);
  adjustments.takeBack(row);
  assertEquals([...row], [1, 4, -4, 7]);
  adjustments.apply(row, true);
  assertEquals([...row], [2.5, 4, -4, 7]);
});

Deno.test("a token that is biased and repeated gets its first logit back", () => {
  const adjustments = new LogitAdjustments({ logitBias: { 0: 3 }, presencePenalty: 1 });
  adjustments.count(0);
  const row = Float32Array.of(10);
  adjustments.apply(row, false);
  assertEquals(row[0], 12);
  adjustments.takeBack(row);
  assertEquals(row[0], 10);
});

Deno.test("adjustments out of range are refused with the value", () => {
  for (
    const [options, words] of [
      [{ repetitionPenalty: 0 }, "repetitionPenalty must be above 0, got 0"],
      [{ presencePenalty: 2.1 }, "presencePenalty must be in [-2, 2], got 2.1"],
      [{ frequencyPenalty: NaN }, "frequencyPenalty"],
      [{ logitBias: { 5: Infinity } }, "logitBias[5]"],
      [{ logitBias: { [-1]: 1 } }, "token ids, got -1"],
      [{ logitBias: Object.fromEntries(Array.from({ length: 1025 }, (_, id) => [id, 1])) }, "1025"],
    ] as const
  ) assertThrows(() => new LogitAdjustments(options), RangeError, words);
});
