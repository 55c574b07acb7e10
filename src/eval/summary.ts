/**
 * Many assessments as a few figures.
 *
 * Every share is over all items of its group: an item that failed is wrong, not left out. Lists are counted together
 * over all items before precision and recall are taken (micro average), as for named entities.
 *
 * @module
 */

import type { Assessment } from "./assessment.ts";

/** Precision, recall and their harmonic mean, 0 to 1, with the counts they come from. */
export interface ListScores {
  /** Expected values. */
  readonly expectedCount: number;
  /** Values that were written. */
  readonly foundCount: number;
  /** Expected values that were written. */
  readonly matchedCount: number;
  /** Of what was written, the right share; null where nothing was. */
  readonly precision: number | null;
  /** Of what was expected, the share that was written; null where nothing was. */
  readonly recall: number | null;
  /** The harmonic mean of the two; 0 where nothing matched. */
  readonly f1: number;
}

/** How one field came out over all items. */
export interface FieldSummary {
  /** As in `FieldOutcome`. */
  readonly field: string;
  /** Items that have the field, in the right value or in the one that was written. */
  readonly itemCount: number;
  /** For fields with one value, shares of the items; else null. */
  readonly single: {
    readonly exact: number;
    readonly normalized: number;
    readonly f1: number;
  } | null;
  /** For fields inside of lists; null for others, and where no item has any value. */
  readonly list: ListScores | null;
}

/** How well the decision to call told the items apart. */
export interface DecisionSummary {
  /** Of the items that need a call, the share that got one; null without such items. */
  readonly calledWhenNeeded: number | null;
  /** Of the items that no function fits, the share that got none; null without such items. */
  readonly silentWhenNot: number | null;
  /**
   * How often an item that needs a call has a higher probability of one than an item that needs none: 0.5 is chance, 1
   * a threshold that is always right. Null where probabilities or one of the kinds are lacking.
   */
  readonly separation: number | null;
}

/** The figures of a group of items under one variant. */
export interface GroupSummary {
  /** The category, or `"all"`. */
  readonly group: string;
  /** Items run. */
  readonly itemCount: number;
  /** Items that failed. */
  readonly errorCount: number;
  /** Share from which a value or calls could be read. */
  readonly readable: number;
  /** Share that is JSON as it stands. */
  readonly bare: number;
  /** Share that is valid, by ajv. */
  readonly schemaValid: number;
  /** Share in which every field or call is right. */
  readonly right: number;
  /** Items that the token limit ended. */
  readonly lengthCount: number;
  /** Of all texts that were written as values, the share that the item's text contains; null without any. */
  readonly grounded: number | null;
  /** Over all fields with one value of all items, the mean; null without any. */
  readonly single:
    | { readonly exact: number; readonly normalized: number; readonly f1: number }
    | null;
  /** Over all lists of all items; null where nothing was expected or written. */
  readonly list: ListScores | null;
  /** For tool calls; else null. */
  readonly decision: DecisionSummary | null;
  /** Means an item that did not fail. */
  readonly promptTokens: number;
  /** Those of them that an earlier prompt had at its beginning, and that were not computed again. */
  readonly cachedTokens: number;
  /** Likewise. */
  readonly completionTokens: number;
  /** Likewise. */
  readonly elapsedMs: number;
}

/** The figures of one variant. */
export interface VariantSummary extends GroupSummary {
  /** Its name. */
  readonly variant: string;
  /** By field, in the order of the first item. */
  readonly fields: readonly FieldSummary[];
  /** By category, where there are several. */
  readonly categories: readonly GroupSummary[];
}

/**
 * Sums up a variant.
 *
 * @param variant Its name.
 * @param assessments All of this variant; at least one.
 */
export function summarize(variant: string, assessments: readonly Assessment[]): VariantSummary {
  const categories = Map.groupBy(assessments, ({ item }) => item.category);
  return {
    variant,
    ...summarizeGroup("all", assessments),
    fields: summarizeFields(assessments),
    categories: categories.size < 2 ? [] : [...categories].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([group, members]) => summarizeGroup(group, members)),
  };
}

function summarizeGroup(group: string, assessments: readonly Assessment[]): GroupSummary {
  const written = assessments.flatMap(({ record }) => record.error ? [] : [record]);
  const values = assessments.flatMap(({ grounding }) => grounding);
  const share = (test: (one: Assessment) => boolean) => mean(assessments.map((one) => +test(one)));
  return {
    group,
    itemCount: assessments.length,
    errorCount: assessments.length - written.length,
    readable: share((one) => one.isReadable),
    bare: share((one) => one.isBare),
    schemaValid: share((one) => one.isSchemaValid),
    right: share((one) => one.isRight),
    lengthCount: written.filter(({ finishReason }) => finishReason === "length").length,
    grounded: values.length === 0 ? null : mean(values.map(({ span }) => +(span !== null))),
    single: singleScores(assessments),
    list: listScores(assessments),
    decision: decisionOf(assessments),
    promptTokens: mean(written.map(({ usage }) => usage.promptTokens)),
    cachedTokens: mean(written.map(({ usage }) => usage.cachedTokens)),
    completionTokens: mean(written.map(({ usage }) => usage.completionTokens)),
    elapsedMs: mean(written.map(({ elapsedMs }) => elapsedMs)),
  };
}

function summarizeFields(assessments: readonly Assessment[]): FieldSummary[] {
  const names = new Set(assessments.flatMap(({ fields }) => fields.map(({ field }) => field)));
  return [...names].map((name) => {
    const only = assessments.map((one) => ({
      ...one,
      fields: one.fields.filter(({ field }) => field === name),
    })).filter(({ fields }) => fields.length > 0);
    return {
      field: name,
      itemCount: only.length,
      single: singleScores(only),
      list: listScores(only),
    };
  });
}

function singleScores(assessments: readonly Assessment[]): FieldSummary["single"] {
  const outcomes = assessments.flatMap(({ fields }) =>
    fields.flatMap((outcome) => outcome.kind === "single" ? [outcome] : [])
  );
  if (outcomes.length === 0) return null;
  return {
    exact: mean(outcomes.map(({ isExact }) => +isExact)),
    normalized: mean(outcomes.map(({ isNormalized }) => +isNormalized)),
    f1: mean(outcomes.map(({ f1 }) => f1)),
  };
}

function listScores(assessments: readonly Assessment[]): ListScores | null {
  const outcomes = assessments.flatMap(({ fields }) =>
    fields.flatMap((outcome) => outcome.kind === "list" ? [outcome] : [])
  );
  const expectedCount = sum(outcomes.map(({ expected }) => expected.length));
  const foundCount = sum(outcomes.map(({ found }) => found.length));
  if (expectedCount + foundCount === 0) return null;
  const matchedCount = sum(outcomes.map((outcome) => outcome.matchedCount));
  return {
    expectedCount,
    foundCount,
    matchedCount,
    precision: foundCount === 0 ? null : matchedCount / foundCount,
    recall: expectedCount === 0 ? null : matchedCount / expectedCount,
    f1: 2 * matchedCount / (expectedCount + foundCount),
  };
}

function decisionOf(assessments: readonly Assessment[]): DecisionSummary | null {
  const decisions = assessments.flatMap(({ item, record, found }) =>
    item.kind !== "tool_call" ? [] : [{
      isNeeded: item.expected.length > 0,
      isCalled: Array.isArray(found) && found.length > 0,
      probability: record.error ? undefined : record.callProbability,
    }]
  );
  if (decisions.length === 0) return null;
  const needed = decisions.filter(({ isNeeded }) => isNeeded);
  const unneeded = decisions.filter(({ isNeeded }) => !isNeeded);
  const high = needed.flatMap(({ probability }) => probability ?? []);
  const low = unneeded.flatMap(({ probability }) => probability ?? []);
  const pairs = high.flatMap((one) =>
    low.map((other) => one > other ? 1 : one === other ? 0.5 : 0)
  );
  return {
    calledWhenNeeded: needed.length === 0 ? null : mean(needed.map(({ isCalled }) => +isCalled)),
    silentWhenNot: unneeded.length === 0 ? null : mean(unneeded.map(({ isCalled }) => +!isCalled)),
    separation: pairs.length === 0 ? null : mean(pairs),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** 0 of nothing. */
function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : sum(numbers) / numbers.length;
}
