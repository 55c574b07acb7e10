/**
 * One step of `deno task test`: a Deno subcommand, its output passed on as it comes.
 *
 * @module
 */

import { stripAnsiCode } from "@std/fmt/colors.js";

/** How a step ended. */
export interface StepResult {
  readonly name: string;
  /** Whether the process exited with 0. */
  readonly success: boolean;
  /** The test runner's own totals; absent for steps that are not tests. */
  readonly tests?: { readonly passed: number; readonly failed: number };
  readonly elapsedMs: number;
}

/** The line that ends the output of `deno test`. */
const TEST_TOTALS = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/m;

/**
 * Runs `deno <args>` in `root` with the Deno executable of this process.
 *
 * Standard output and error are forwarded while the step runs; the tail of the output is kept to
 * read the totals from.
 *
 * @param name Name for the summary.
 * @param args Arguments after `deno`.
 * @param root Working directory.
 * @returns The outcome; never throws for a failing step.
 */
export async function runStep(name: string, args: string[], root: URL): Promise<StepResult> {
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const tail = { text: "" };
  await Promise.all([
    forward(child.stdout, Deno.stdout, tail),
    forward(child.stderr, Deno.stderr, tail),
  ]);
  const { success } = await child.status;
  const totals = TEST_TOTALS.exec(stripAnsiCode(tail.text));
  const isTest = args[0] === "test";
  return {
    name,
    success,
    ...(isTest
      ? { tests: { passed: Number(totals?.[1] ?? 0), failed: Number(totals?.[2] ?? 0) } }
      : {}),
    elapsedMs: performance.now() - startedAt,
  };
}

/** Longest tail of output kept, in characters; the totals are in the last few hundred. */
const TAIL_LENGTH = 4096;

async function forward(
  from: ReadableStream<Uint8Array>,
  to: { write(bytes: Uint8Array): Promise<number> },
  tail: { text: string },
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of from) {
    tail.text = (tail.text + decoder.decode(chunk, { stream: true })).slice(-TAIL_LENGTH);
    for (let written = 0; written < chunk.length;) {
      written += await to.write(chunk.subarray(written));
    }
  }
}
