/**
 * Runs the checks on random schemas, and makes a finding as small as it can.
 *
 * @module
 */

import fc from "fast-check";
import { check, type Finding, type Tally } from "./check.ts";
import { type JsonSchema, schemaArbitrary } from "./schemas.ts";

/** A finding with everything that is needed to see it again. */
export interface Reproducer extends Finding {
  readonly schema: JsonSchema;
  /** For `check()` with the schema. */
  readonly seed: number;
  readonly shrinkCount: number;
}

/**
 * Checks random schemas until something is found.
 *
 * @param seed Decides about all of them.
 * @param limits Whichever comes first; shrinking a finding has as much time again.
 * @param onStart Called before each schema.
 * @returns The smallest reproducer that was found, or null.
 */
export async function search(
  seed: number,
  limits: { readonly schemas: number; readonly timeMs: number },
  tally: Tally,
  onStart?: (schema: JsonSchema, textSeed: number) => void,
): Promise<Reproducer | null> {
  const deadline = performance.now() + limits.timeMs;
  let found: { finding: Finding; shrinkUntil: number } | null = null;
  const property = fc.asyncProperty(
    schemaArbitrary(),
    fc.noShrink(fc.nat({ max: 2 ** 31 - 1 })),
    async (schema, textSeed) => {
      if (performance.now() > (found?.shrinkUntil ?? deadline)) return;
      onStart?.(schema, textSeed);
      const finding = await check(schema, textSeed, tally);
      if (finding === null) return;
      found ??= { finding, shrinkUntil: performance.now() + Math.max(10_000, limits.timeMs) };
      found.finding = finding;
      throw new Error(finding.what);
    },
  );
  const result = await fc.check(property, { seed, numRuns: limits.schemas });
  if (!result.failed || result.counterexample === null || found === null) return null;
  const [schema, textSeed] = result.counterexample;
  const { finding } = found as { finding: Finding };
  return { ...finding, schema, seed: textSeed, shrinkCount: result.numShrinks };
}

/** The reproducer in words. */
export function describeReproducer({ what, text, layout, schema, seed }: Reproducer): string {
  return [
    what,
    `  schema: ${JSON.stringify(schema)}`,
    ...text === undefined ? [] : [`  text:   ${text}`],
    ...layout === undefined ? [] : [`  layout: ${layout}`],
    `  seed of the texts: ${seed}`,
  ].join("\n");
}
