import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidLogitsError } from "./errors.ts";
import { RandomSource } from "./random.ts";
import { Sampler, type SamplingOptions } from "./sampling.ts";

/** The definition, written for reading: sort everything, filter, draw in the order of ids. */
function slowSample(
  logits: Float32Array,
  mask: Uint32Array | null,
  options: SamplingOptions,
): number {
  const { temperature = 0, topK = Infinity, topP = 1, minP = 0, seed = 0 } = options;
  const allowed = [...logits.keys()].filter((id) =>
    mask === null || (mask[id >>> 5]! >>> (id & 31) & 1) === 1
  );
  const sorted = allowed.toSorted((a, b) => logits[b]! - logits[a]! || a - b);
  const best = sorted[0]!;
  if (temperature === 0) return best;
  const weigh = (id: number) => Math.exp((logits[id]! - logits[best]!) * (1 / temperature));
  let kept = sorted.filter((id) => weigh(id) >= minP).slice(0, topK);
  const total = kept.reduce((sum, id) => sum + weigh(id), 0);
  if (topP < 1) {
    let mass = 0;
    kept = kept.filter((id) => {
      const isNeeded = mass < topP * total;
      mass += weigh(id);
      return isNeeded;
    });
  }
  kept.sort((a, b) => a - b);
  let rest = new RandomSource(seed).nextFloat() * kept.reduce((sum, id) => sum + weigh(id), 0);
  for (const id of kept) if ((rest -= weigh(id)) < 0) return id;
  return kept.at(-1)!;
}

const row = fc.integer({ min: 1, max: 200 }).chain((width) =>
  fc.record({
    // Few distinct values, so that ties are common.
    logits: fc.array(fc.integer({ min: -12, max: 12 }).map((n) => n / 3), {
      minLength: width,
      maxLength: width,
    }).map((values) => Float32Array.from(values)),
    mask: fc.option(
      fc.uniqueArray(fc.integer({ min: 0, max: width - 1 }), { minLength: 1 }).map((ids) => {
        const words = new Uint32Array((width + 31) >>> 5);
        for (const id of ids) words[id >>> 5]! |= 1 << (id & 31);
        return words;
      }),
      { nil: null },
    ),
  })
);

Deno.test("sampling agrees with sorting the whole row", () => {
  fc.assert(
    fc.property(
      row,
      fc.record({
        temperature: fc.constantFrom(0, 0.25, 1, 2),
        topK: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
        // Not a sum of the few weights that occur, so that rounding cannot decide.
        topP: fc.constantFrom(1, 0.917, 0.5123, 0.0371),
        minP: fc.constantFrom(0, 0.0513),
        seed: fc.integer({ min: 0, max: 1000 }),
      }),
      ({ logits, mask }, options) => {
        assertEquals(
          new Sampler(options).sample(logits, mask),
          slowSample(logits, mask, options),
        );
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("greedy takes the lowest id of equal logits", () => {
  const sampler = new Sampler();
  assertEquals(sampler.sample(Float32Array.of(1, 3, 3, 2), null), 1);
  assertEquals(sampler.sample(Float32Array.of(1, 3, 3, 2), Uint32Array.of(0b1101)), 2);
  assertEquals(sampler.seed, null);
});

Deno.test("a full mask word and single bits in the last, shorter word are read alike", () => {
  const logits = new Float32Array(70).map((_, id) => id % 7);
  logits[69] = 9;
  assertEquals(new Sampler().sample(logits, Uint32Array.of(~0, ~0, 0b100000)), 69);
  assertEquals(new Sampler().sample(logits, Uint32Array.of(~0, ~0, 0)), 6);
});

Deno.test("the drawn frequencies are the softmax over the allowed tokens", () => {
  const logits = Float32Array.of(0, 1, 2, 3);
  const mask = Uint32Array.of(0b1011);
  const sampler = new Sampler({ temperature: 1.5, seed: 7 });
  const counts = [0, 0, 0, 0];
  const draws = 40_000;
  for (let i = 0; i < draws; i++) counts[sampler.sample(logits, mask)]!++;
  const weights = [0, 1, 3].map((id) => Math.exp(logits[id]! / 1.5));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Chi-square with 2 degrees of freedom: 13.8 is exceeded by chance once in 1,000 seeds.
  const chiSquare = [0, 1, 3].reduce((sum, id, i) => {
    const expected = draws * weights[i]! / total;
    return sum + (counts[id]! - expected) ** 2 / expected;
  }, 0);
  assertEquals(counts[2], 0);
  assert(chiSquare < 13.8, `chi-square ${chiSquare}, counts ${counts}`);
});

Deno.test("one seed gives one sequence of draws, another seed another", () => {
  const logits = new Float32Array(1000).map((_, id) => Math.sin(id));
  const draw = (seed: number) => {
    const sampler = new Sampler({ temperature: 1, topP: 0.9, seed });
    return Array.from({ length: 20 }, () => sampler.sample(logits, null));
  };
  assertEquals(draw(1), draw(1));
  assert(draw(1).join() !== draw(2).join());
});

Deno.test("NaN is never chosen, and a row without a usable logit is an error", () => {
  const logits = Float32Array.of(NaN, -Infinity, 1, NaN);
  for (const temperature of [0, 1]) {
    assertEquals(new Sampler({ temperature, seed: 1 }).sample(logits, null), 2);
    assertThrows(
      () => new Sampler({ temperature, seed: 1 }).sample(logits, Uint32Array.of(0b1011)),
      InvalidLogitsError,
    );
  }
});

Deno.test("a temperature near zero and infinite logits still give a token", () => {
  const sampler = new Sampler({ temperature: 1e-300, seed: 1 });
  assertEquals(sampler.sample(Float32Array.of(1, 2, 2, 0), null) > 0, true);
  assertEquals(sampler.sample(Float32Array.of(1, Infinity, 2), null), 1);
});

Deno.test("options out of range are refused with the value", () => {
  assertThrows(() => new Sampler({ temperature: -1 }), RangeError, "got -1");
  assertThrows(() => new Sampler({ topP: 0 }), RangeError, "topP");
  assertThrows(() => new Sampler({ topK: 1.5 }), RangeError, "topK");
  assertThrows(() => new Sampler({ temperature: NaN }), RangeError, "NaN");
  assertThrows(() => new Sampler({ seed: -1 }), RangeError, "seed");
  assertThrows(
    () => new Sampler().sample(new Float32Array(64), new Uint32Array(3)),
    RangeError,
    "3 words",
  );
});
