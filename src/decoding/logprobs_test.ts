import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { stepProbabilities } from "./logprobs.ts";

Deno.test("probabilities are those of a plain softmax, with and without the mask", () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: 2, maxLength: 70 }),
      fc.nat(),
      fc.nat({ max: 5 }),
      (numbers, seed, topCount) => {
        const logits = Float32Array.from(numbers);
        const mask = new Uint32Array((logits.length + 31) >>> 5);
        const allowed = numbers.map((_, id) => id).filter((id) => (id * 7 + seed) % 3 !== 0);
        if (allowed.length === 0) allowed.push(0);
        for (const id of allowed) mask[id >>> 5]! |= 1 << (id & 31);
        const all = [...logits].map(Math.exp);
        const total = all.reduce((sum, one) => sum + one, 0);
        const allowedTotal = allowed.reduce((sum, id) => sum + all[id]!, 0);
        const tokenId = allowed[seed % allowed.length]!;
        const found = stepProbabilities(logits, mask, tokenId, topCount);
        assertAlmostEquals(Math.exp(found.logprob), all[tokenId]! / allowedTotal, 1e-6);
        assertAlmostEquals(Math.exp(found.unmaskedLogprob), all[tokenId]! / total, 1e-6);
        assertAlmostEquals(found.removedMass, 1 - allowedTotal / total, 1e-6);
        const best = (ids: number[]) =>
          ids.toSorted((a, b) => logits[b]! - logits[a]! || a - b).slice(0, topCount);
        assertEquals(found.top.map(({ tokenId }) => tokenId), best(allowed));
        assertEquals(
          found.unmaskedTop.map(({ tokenId }) => tokenId),
          best(numbers.map((_, id) => id)),
        );
      },
    ),
  );
});

Deno.test("what the model finds next to impossible still has a probability under the mask", () => {
  const logits = Float32Array.of(1000, 0, 1, NaN, -Infinity);
  const { logprob, removedMass, unmaskedTop } = stepProbabilities(
    logits,
    Uint32Array.of(0b11110),
    2,
    3,
  );
  assertAlmostEquals(Math.exp(logprob), Math.E / (1 + Math.E), 1e-6);
  assertEquals(removedMass, 1);
  assertEquals(unmaskedTop[0]!.logprob, -Infinity);
  assert(unmaskedTop[0]!.tokenId === 0);
});
