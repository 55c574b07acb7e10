import { assertAlmostEquals, assertEquals } from "@std/assert";
import { dividedRotation, plainRotation, scaledRotation } from "./rotation.ts";

Deno.test("an unscaled rotation turns the first pair by one radian and the others ever less", () => {
  const { inverseFrequencies, amplitude } = plainRotation(10_000, 8);
  assertEquals([...inverseFrequencies].map((angle) => angle.toFixed(6)), [
    "1.000000",
    "0.100000",
    "0.010000",
    "0.001000",
  ]);
  assertEquals(amplitude, 1);
});

Deno.test("linear scaling slows all angles down, factors those that they are for", () => {
  const plain = plainRotation(10_000, 8);
  const linear = scaledRotation(10_000, 8, { kind: "linear", factor: 4 });
  assertEquals(linear.inverseFrequencies, plain.inverseFrequencies.map((angle) => angle / 4));
  assertEquals([...dividedRotation(plain, [1, 2, 4, 8]).inverseFrequencies], [
    1,
    plain.inverseFrequencies[1]! / 2,
    plain.inverseFrequencies[2]! / 4,
    plain.inverseFrequencies[3]! / 8,
  ]);
});

Deno.test("YaRN leaves fast pairs alone, slows slow ones down, and scales by the factor's logarithm", () => {
  const scaling = {
    kind: "yarn",
    factor: 4,
    originalContextLength: 4096,
    betaFast: 32,
    betaSlow: 1,
    attentionFactor: undefined,
    truncate: true,
  } as const;
  const plain = plainRotation(10_000, 64), yarn = scaledRotation(10_000, 64, scaling);
  const ratio = (pair: number) => plain.inverseFrequencies[pair]! / yarn.inverseFrequencies[pair]!;
  assertEquals(ratio(0), 1);
  assertAlmostEquals(ratio(31), 4);
  for (let pair = 1; pair < 32; pair++) assertEquals(ratio(pair) >= ratio(pair - 1) - 1e-12, true);
  assertAlmostEquals(yarn.amplitude, 1.1386294361119891);
  assertEquals(scaledRotation(10_000, 64, { ...scaling, attentionFactor: 1 }).amplitude, 1);
});
