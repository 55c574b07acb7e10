/**
 * Time of one choice out of Qwen2.5's 151,936 logits, by mask and by sampling options.
 *
 * `deno bench bench/sampling_bench.ts`. The rows are drawn from a normal distribution, which is flatter
 * than a real model's output and so harder for top_p.
 *
 * @module
 */

import { RandomSource, Sampler, type SamplingOptions } from "../src/decoding/mod.ts";

const WIDTH = 151_936;
const random = new RandomSource(1);
const logits = new Float32Array(WIDTH).map(() =>
  3 * Math.sqrt(-2 * Math.log(1 - random.nextFloat())) *
  Math.cos(2 * Math.PI * random.nextFloat())
);

/** Inside a string: nearly everything. */
const open = new Uint32Array(WIDTH / 32).fill(~0);
for (let i = 0; i < 12_000; i++) open[random.nextInteger(open.length)]! &= ~(1 << (i & 31));
/** Before a number: a few ids. */
const narrow = new Uint32Array(WIDTH / 32);
for (let i = 0; i < 12; i++) narrow[random.nextInteger(narrow.length)]! |= 1 << (i & 31);

const cases: Record<string, SamplingOptions> = {
  greedy: {},
  "temperature 1": { temperature: 1, seed: 1 },
  "temperature 0.7, topK 20, topP 0.8": { temperature: 0.7, topK: 20, topP: 0.8, seed: 1 },
  "temperature 1, topP 0.95": { temperature: 1, topP: 0.95, seed: 1 },
};
for (const [name, mask] of Object.entries({ open, narrow })) {
  for (const [options, sampling] of Object.entries(cases)) {
    const sampler = new Sampler(sampling);
    Deno.bench({
      name: options,
      group: `${name} mask`,
      fn: () => {
        sampler.sample(logits, mask);
      },
    });
  }
}
