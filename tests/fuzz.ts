// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task fuzz -- --minutes N [--seed S]`: random schemas and texts against the engine, for as long as it is told.
 *
 * The same checks as `tests/properties/`. Prints what it has tried every ten seconds. On a finding it prints the smallest
 * reproducer it can come to, the schema, the text and the seeds, and exits with 1. A schema that takes longer than
 * half a minute is a finding too.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { FuzzMessage, FuzzOrder } from "./_fuzz_worker.ts";

const USAGE = `usage: deno task fuzz -- [--minutes N] [--seed S] [--keep-going]

  --minutes N    how long (default 5)
  --seed S       where to begin; printed with every finding
  --keep-going   do not stop at the first finding`;

/** Time for the checks of one schema. */
const STUCK_MS = 30_000;

const { values } = parseArgs({
  args: Deno.args.filter((argument) => argument !== "--"),
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string" },
    "keep-going": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(USAGE);
else {
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError(`--minutes must be above 0, got ${values.minutes}`);
  const seed = values.seed === undefined
    ? Math.floor(Math.random() * 2 ** 31)
    : Number(values.seed);
  if (!Number.isInteger(seed)) {
    throw new RangeError(`--seed must be an integer, got ${values.seed}`);
  }
  console.log(`seed ${seed}, ${minutes} minutes`);
  const findings = await fuzz({
    seed,
    timeMs: minutes * 60_000,
    keepsGoing: values["keep-going"],
  });
  console.log(findings === 0 ? "nothing found" : `${findings} findings`);
  Deno.exitCode = findings === 0 ? 0 : 1;
}

/** Runs the checks; the number of findings. */
async function fuzz(order: FuzzOrder): Promise<number> {
  const worker = new Worker(new URL("_fuzz_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let findings = 0;
  let current: { schema: string; seed: number; startedAt: number } | null = null;
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.onmessage = ({ data }: MessageEvent<FuzzMessage>) => {
    switch (data.kind) {
      case "start":
        current = { ...data, startedAt: performance.now() };
        return;
      case "found":
        findings++;
        console.log(`\nFOUND ${data.text}\n`);
        return;
      case "progress":
        console.log(data.text);
        return;
      case "done":
        console.log(data.text);
        resolve();
    }
  };
  const watch = setInterval(() => {
    if (current === null || performance.now() - current.startedAt < STUCK_MS) return;
    findings++;
    console.log(
      `\nFOUND no end after ${STUCK_MS / 1000} s\n  schema: ${current.schema}\n` +
        `  seed of the texts: ${current.seed}\n`,
    );
    resolve();
  }, 1000);
  worker.postMessage(order);
  try {
    await promise;
  } finally {
    clearInterval(watch);
    worker.terminate();
  }
  return findings;
}
