/**
 * Evaluation: how well a model extracts and calls, on texts whose right answers are known.
 *
 *     set -> items -> runEvaluation (model × variants) -> records -> makeReport -> table, JSON, HTML
 *
 * @module
 */

export { assess, isFieldRight } from "./assessment.ts";
export type { Assessment, GroundedValue } from "./assessment.ts";
export { callMismatch } from "./call_match.ts";
export { EvaluationRecordsError, EvaluationSetError, UnknownVariantError } from "./errors.ts";
export type {
  EvaluationRecord,
  FailedRecord,
  RecordKey,
  WrittenRecord,
} from "./evaluation_record.ts";
export { readEvaluationSet } from "./evaluation_set.ts";
export type {
  AcceptedArguments,
  EvaluationItem,
  ExpectedCall,
  ExtractionItem,
  FunctionDescription,
  ToolCallItem,
} from "./evaluation_set.ts";
export { compareFields } from "./field_outcomes.ts";
export type { FieldOutcome, ListOutcome, SingleOutcome } from "./field_outcomes.ts";
export { functionSchema } from "./function_schema.ts";
export { findValue } from "./grounding.ts";
export type { Span } from "./grounding.ts";
export { reportToHtml } from "./html_report.ts";
export { RecordFile } from "./record_file.ts";
export type { RunIdentity } from "./record_file.ts";
export { makeReport, reportToJson } from "./report.ts";
export type { EvaluationReport, RunDescription } from "./report.ts";
export { runEvaluation } from "./run_evaluation.ts";
export type { EvaluationOptions } from "./run_evaluation.ts";
export { selectItems } from "./selection.ts";
export type { Selection } from "./selection.ts";
export { summarize } from "./summary.ts";
export type {
  DecisionSummary,
  FieldSummary,
  GroupSummary,
  ListScores,
  VariantSummary,
} from "./summary.ts";
export { comparisonTables, toMarkdown, variantTables } from "./summary_table.ts";
export type { SummaryTable } from "./summary_table.ts";
export { isSame, saysTheSame, tokenF1 } from "./text_comparison.ts";
export { parseVariant, VARIANT_PARTS } from "./variant.ts";
export type { Variant } from "./variant.ts";
