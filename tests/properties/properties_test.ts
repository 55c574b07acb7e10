// deno-lint-ignore-file no-console -- a seed that is not printed cannot be replayed

/**
 * Random schemas of all keywords: what the engine says of texts is what validators say.
 *
 * The checks are in `check.ts`. `ESPALIER_SEED` replays a run; `deno task fuzz` goes on for as long as it is told.
 *
 * @module
 */

import { assert } from "@std/assert";
import { Tally } from "./check.ts";
import { describeReproducer, search } from "./report.ts";

const seed = Number(Deno.env.get("ESPALIER_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const TIME_MS = 20_000;
const SCHEMAS = 2_500;

Deno.test("random schemas and texts: the engine accepts what validators accept, and walks end in it", async () => {
  const tally = new Tally();
  const reproducer = await search(seed, { schemas: SCHEMAS, timeMs: TIME_MS }, tally);
  console.log(`seed ${seed}: ${tally}`);
  assert(
    reproducer === null,
    reproducer === null ? "" : `ESPALIER_SEED=${seed}: ${describeReproducer(reproducer)}`,
  );
  // The generator must not drift towards schemas of which there is nothing to say.
  assert(tally.texts > 10 * tally.schemas, `${tally.texts} texts of ${tally.schemas} schemas`);
  assert(tally.validTexts > tally.texts / 4, `${tally.validTexts} of ${tally.texts} texts valid`);
  assert(tally.unclear < tally.texts / 20, `${tally.unclear} texts beyond doubles`);
  assert(tally.disputed < tally.texts / 20, `${tally.disputed} texts disputed`);
});
