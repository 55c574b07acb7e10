/**
 * One schema and its instances through the engine: compile, drive, judge.
 *
 * @module
 */

import { EspalierError } from "../../src/errors.ts";
import { compileJsonSchema, Matcher } from "../../src/matcher/mod.ts";
import type { ConformanceCase } from "./data.ts";
import { drive, type DriveOutcome, type DriveTimings } from "./drive.ts";
import type { TextTokens } from "./qwen_tokens.ts";
import { type Verdict, worst } from "./verdict.ts";

/** What became of one case. Plain data: it is posted between threads. */
export interface CaseResult {
  readonly id: string;
  /** One verdict per instance, in order. */
  readonly verdicts: readonly Verdict[];
  /** Why, where it is not `pass`: the error, or the text up to where it was stopped. */
  readonly details: readonly string[];
  /** Set when the schema was refused at compile time. */
  readonly refusal?: Refusal;
  /** Compilation, ms. */
  readonly compileMs?: number;
  /** Compilation and the first mask after it, ms. */
  readonly firstMaskMs?: number;
  /** Microseconds of each mask and each accepted token of all instances. */
  readonly maskUs: readonly number[];
  readonly acceptUs: readonly number[];
}

/** A schema refused by an error of the engine's own. */
export interface Refusal {
  /** The error's `code`. */
  readonly code: string;
  /** The keyword or limit that it names, if any. */
  readonly subject: string;
  readonly message: string;
}

/** What all cases of a run share. */
export interface RunOptions {
  /** Schemas that `$ref` may reach, by URL. */
  readonly externalSchemas: Record<string, unknown>;
}

/**
 * Runs a case to its end, however long that takes; the caller watches the clock.
 *
 * @param onCompiled Called once the schema has compiled.
 */
export function runCase(
  conformanceCase: ConformanceCase,
  { vocabulary, encode }: TextTokens,
  options: RunOptions,
  onCompiled: () => void,
): CaseResult {
  const { id, schema, assertFormats, instances } = conformanceCase;
  const timings: DriveTimings = { maskUs: [], acceptUs: [] };
  const failWith = (verdict: (valid: boolean) => Verdict, detail: string, refusal?: Refusal) => ({
    id,
    verdicts: instances.map(({ valid }) => verdict(valid)),
    details: instances.map(() => detail),
    ...(refusal ? { refusal } : {}),
    ...timings,
  });

  const startedAt = performance.now();
  let matcher: Matcher;
  try {
    const grammar = compileJsonSchema(schema, vocabulary, {
      whitespace: "any",
      propertyOrder: "any",
      externalSchemas: options.externalSchemas,
      assertFormats,
      cache: false,
    });
    matcher = new Matcher(grammar);
  } catch (error) {
    if (!(error instanceof EspalierError)) return failWith(() => "crash", describe(error));
    const refusal = refusalOf(error);
    if (error.code === "unsatisfiable_schema") {
      // An answer, not a refusal: no instance is valid.
      return failWith((valid) => valid ? "false_negative" : "pass", error.message, refusal);
    }
    const needed = instances.some(({ valid }) => valid);
    return failWith(
      () => needed ? "refused_valid" : "refused_invalid_only",
      error.message,
      refusal,
    );
  }
  const compileMs = performance.now() - startedAt;
  onCompiled();

  const mask = new Uint32Array(vocabulary.maskWordCount);
  let firstMaskMs: number;
  try {
    const maskStartedAt = performance.now();
    const alive = matcher.fillMask(mask);
    const maskMs = performance.now() - maskStartedAt;
    timings.maskUs.push(maskMs * 1000);
    firstMaskMs = compileMs + maskMs;
    if (!alive) return failWith(() => "dead_end", "the first mask is empty");
  } catch (error) {
    return failWith(() => "crash", describe(error));
  }
  const verdicts: Verdict[] = [];
  const details: string[] = [];
  for (const { valid, texts } of instances) {
    const outcomes: { verdict: Verdict; detail: string }[] = [];
    for (const text of texts) {
      const tokenIds = encode(text);
      try {
        matcher.reset();
        const { outcome, acceptedCount } = drive(
          matcher,
          tokenIds,
          vocabulary.eosTokenIds,
          mask,
          timings,
        );
        const verdict = judge(outcome, valid);
        outcomes.push({
          verdict,
          detail: verdict === "pass"
            ? ""
            : `${outcome} after ${acceptedCount} of ${tokenIds.length} tokens of ${excerpt(text)}`,
        });
      } catch (error) {
        outcomes.push({ verdict: "crash", detail: `${describe(error)} on ${excerpt(text)}` });
      }
    }
    const verdict = worst(outcomes.map((outcome) => outcome.verdict));
    verdicts.push(verdict);
    details.push(outcomes.find((outcome) => outcome.verdict === verdict)?.detail ?? "");
  }
  return {
    id,
    verdicts,
    details,
    compileMs,
    firstMaskMs,
    ...timings,
  };
}

function judge(outcome: DriveOutcome, valid: boolean): Verdict {
  switch (outcome) {
    case "accepted":
      return valid ? "pass" : "false_positive";
    case "refused":
      return valid ? "false_negative" : "pass";
    case "dead_end":
      return "dead_end";
    case "inconsistent":
      return "crash";
  }
}

function refusalOf(error: EspalierError): Refusal {
  const { keyword, limit } = error as { keyword?: unknown; limit?: unknown };
  return { code: error.code, subject: String(keyword ?? limit ?? ""), message: error.message };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const origin = error.stack?.split("\n").find((line) => line.includes("/src/"))?.trim() ?? "";
  return `${error.name}: ${error.message} ${origin.replace(/file:.*\/src\//, "src/")}`;
}

function excerpt(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
