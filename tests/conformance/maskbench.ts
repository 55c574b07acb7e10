// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task maskbench`: 9,043 real-world schemas and their instances through the masks.
 *
 * Prints how many schemas compile, how many are wholly right (every valid instance accepted, every
 * invalid one refused), why the rest is not, and the times of the masks; then compares each schema with
 * `maskbench.baseline.txt`, which may only get better.
 *
 * @module
 */

import { commandOptions, conclude, tallyCases } from "./_command.ts";
import { DATA_MISSING, dataFolder, maskBenchCases } from "./data.ts";

const TITLE =
  "MaskBench schemas that are not wholly right; `deno task maskbench --update` rewrites this.";

const options = commandOptions("deno task maskbench: MaskBench through masks");
const folder = dataFolder();
if (folder === undefined) {
  console.log(DATA_MISSING);
} else {
  let taken = 0;
  const cases = maskBenchCases(folder, (index, id) => {
    if (index % options.stride !== 0 || taken >= options.limit) return false;
    if (options.filter && !options.filter.test(id)) return false;
    taken++;
    return true;
  });
  const tally = await tallyCases(cases, options, {});
  conclude(
    TITLE,
    tally,
    tally.schemas,
    new URL("maskbench.baseline.txt", import.meta.url),
    options,
  );
}
