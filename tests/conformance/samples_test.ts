import { assertEquals } from "@std/assert";
import { Samples } from "./samples.ts";

Deno.test("percentiles are nearest ranks, over more samples than the first buffer holds", () => {
  const samples = new Samples();
  for (let value = 5000; value > 0; value--) samples.add(value);
  assertEquals(samples.summary(), { count: 5000, p50: 2500, p90: 4500, p99: 4950, max: 5000 });
  samples.add(9999);
  assertEquals(samples.percentile(1), 9999);
  assertEquals(new Samples().percentile(0.5), NaN);
});
