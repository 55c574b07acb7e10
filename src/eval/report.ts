/**
 * The report of an evaluation as data: what was run, the figures, and every item with its verdict.
 *
 * Both other forms, the table and the page, are made from it. It is what is written as `report.json`.
 *
 * @module
 */

import { assess, type Assessment } from "./assessment.ts";
import type { EvaluationRecord } from "./evaluation_record.ts";
import type { EvaluationItem } from "./evaluation_set.ts";
import type { RunIdentity } from "./record_file.ts";
import { summarize, type VariantSummary } from "./summary.ts";

/** What a report says about its run. */
export interface RunDescription extends RunIdentity {
  /** The set's file name. */
  readonly set: string;
  /** How many items the set has. */
  readonly setItemCount: number;
  /** How the items were chosen, in words. */
  readonly selection: string;
  /** When the report was made, ISO 8601. */
  readonly createdAt: string;
}

/** A report. */
export interface EvaluationReport {
  /** What was run. */
  readonly run: RunDescription;
  /** The figures, in the order of the variants. */
  readonly variants: readonly VariantSummary[];
  /** Every item under every variant. */
  readonly assessments: readonly Assessment[];
}

/**
 * Judges records and sums them up.
 *
 * @param items What was to be run; a record of another item is left out.
 * @param records What became of it.
 * @param variantNames Which variants to report, in this order; without records, a variant is left out.
 * @param run What to say about the run.
 */
export function makeReport(
  items: readonly EvaluationItem[],
  records: readonly EvaluationRecord[],
  variantNames: readonly string[],
  run: RunDescription,
): EvaluationReport {
  const byKey = new Map(records.map((record) => [`${record.variant}\n${record.id}`, record]));
  const perVariant = variantNames.map((variant) => ({
    variant,
    assessments: items.flatMap((item) => {
      const record = byKey.get(`${variant}\n${item.id}`);
      return record === undefined ? [] : [assess(item, record)];
    }),
  })).filter(({ assessments }) => assessments.length > 0);
  return {
    run,
    variants: perVariant.map(({ variant, assessments }) => summarize(variant, assessments)),
    assessments: perVariant.flatMap(({ assessments }) => assessments),
  };
}

/**
 * The report as JSON; of each item what tells it, not the item itself, which is in the set.
 *
 * @param report A report.
 */
export function reportToJson(report: EvaluationReport): string {
  const { run, variants } = report;
  const items = report.assessments.map((one) => ({
    id: one.item.id,
    category: one.item.category,
    variant: one.record.variant,
    isRight: one.isRight,
    isSchemaValid: one.isSchemaValid,
    isReadable: one.isReadable,
    expected: one.item.expected,
    found: one.found,
    fields: one.fields,
    mismatch: one.mismatch,
    notInText: one.grounding.filter(({ span }) => span === null).map(({ value }) => value),
    record: one.record,
  }));
  return JSON.stringify({ run, variants, items }, null, 1) + "\n";
}
