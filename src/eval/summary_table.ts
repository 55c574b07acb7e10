/**
 * A report's figures as Markdown tables, which a terminal shows as well as a page does.
 *
 * @module
 */

import type { EvaluationReport } from "./report.ts";
import type { GroupSummary, VariantSummary } from "./summary.ts";

/** A column: its heading and what a group has there; null for nothing. */
interface Column {
  /** Its heading. */
  readonly heading: string;
  /** What stands in it. */
  readonly cell: (summary: GroupSummary) => string | null;
}

/** The columns of the figures; those that have nothing to say are left out. */
const COLUMNS: readonly Column[] = [
  { heading: "items", cell: ({ itemCount }) => String(itemCount) },
  { heading: "errors", cell: ({ errorCount }) => errorCount === 0 ? null : String(errorCount) },
  { heading: "schema-valid", cell: ({ schemaValid }) => percent(schemaValid) },
  { heading: "readable", cell: ({ readable }) => percent(readable) },
  { heading: "only JSON", cell: ({ bare, decision }) => decision ? null : percent(bare) },
  { heading: "all right", cell: ({ right }) => percent(right) },
  { heading: "exact", cell: ({ single }) => percent(single?.exact) },
  { heading: "normalised", cell: ({ single }) => percent(single?.normalized) },
  { heading: "token F1", cell: ({ single }) => percent(single?.f1) },
  { heading: "precision", cell: ({ list }) => percent(list?.precision) },
  { heading: "recall", cell: ({ list }) => percent(list?.recall) },
  { heading: "F1", cell: ({ list }) => percent(list?.f1) },
  { heading: "in the text", cell: ({ grounded }) => percent(grounded) },
  { heading: "called if needed", cell: ({ decision }) => percent(decision?.calledWhenNeeded) },
  { heading: "silent if not", cell: ({ decision }) => percent(decision?.silentWhenNot) },
  { heading: "separation", cell: ({ decision }) => decision?.separation?.toFixed(2) ?? null },
  { heading: "at the limit", cell: ({ lengthCount }) => String(lengthCount) },
  { heading: "prompt tokens", cell: ({ promptTokens }) => promptTokens.toFixed(0) },
  {
    heading: "of them known",
    cell: ({ cachedTokens }) => cachedTokens === 0 ? null : cachedTokens.toFixed(0),
  },
  { heading: "output tokens", cell: ({ completionTokens }) => completionTokens.toFixed(0) },
  { heading: "s/item", cell: ({ elapsedMs }) => (elapsedMs / 1000).toFixed(2) },
];

/** A table of variants, of one variant's categories, or of its fields. */
export interface SummaryTable {
  /** What it shows. */
  readonly title: string;
  /** Headings. */
  readonly headings: readonly string[];
  /** Cells, the first of each row its name. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * The tables that compare the variants: all figures, then one figure by category and one by field.
 *
 * @param report A report.
 */
export function comparisonTables({ variants }: EvaluationReport): SummaryTable[] {
  const tables = [groupTable("Variants", "variant", variants.map((one) => [one.variant, one]))];
  const categories = [
    ...new Set(variants.flatMap((one) => one.categories.map(({ group }) => group))),
  ];
  const headings = variants.map(({ variant }) => variant);
  if (categories.length > 0) {
    const isLists = variants.some(({ list }) => list !== null);
    tables.push({
      title: isLists ? "F1 by category" : "All right, by category",
      headings: ["category", ...headings],
      rows: categories.map((name) => [
        name,
        ...variants.map((one) => {
          const group = one.categories.find((category) => category.group === name);
          return percent(isLists ? group?.list?.f1 : group?.right) ?? "–";
        }),
      ]),
    });
  }
  const fields = new Set(variants.flatMap((one) => one.fields.map(({ field }) => field)));
  const rows = [...fields].map((name) => [
    name || "(value)",
    ...variants.map((one) => {
      const field = one.fields.find((other) => other.field === name);
      return percent(field?.single?.normalized ?? field?.list?.f1) ?? "–";
    }),
  ]).filter((row) => row.some((cell, column) => column > 0 && cell !== "–"));
  if (rows.length > 0) {
    tables.push({
      title: "By field: normalised, or F1 for lists",
      headings: ["field", ...headings],
      rows,
    });
  }
  return tables;
}

/**
 * The tables of each variant by itself: its categories and its fields.
 *
 * @param report A report.
 */
export function variantTables({ variants }: EvaluationReport): SummaryTable[] {
  return variants.flatMap((one) => [
    ...(one.categories.length === 0 ? [] : [
      groupTable(
        `Categories, ${one.variant}`,
        "category",
        one.categories.map((category) => [category.group, category]),
      ),
    ]),
    ...fieldTables(one),
  ]);
}

function groupTable(
  title: string,
  firstHeading: string,
  groups: readonly (readonly [string, GroupSummary])[],
): SummaryTable {
  const columns = COLUMNS.filter(({ cell }) => groups.some(([, group]) => cell(group) !== null));
  return {
    title,
    headings: [firstHeading, ...columns.map(({ heading }) => heading)],
    rows: groups.map(([name, group]) => [name, ...columns.map(({ cell }) => cell(group) ?? "–")]),
  };
}

function fieldTables({ variant, fields }: VariantSummary): SummaryTable[] {
  const singles = fields.flatMap(({ field, itemCount, single }) =>
    single === null ? [] : [[
      field || "(value)",
      String(itemCount),
      percent(single.exact)!,
      percent(single.normalized)!,
      percent(single.f1)!,
    ]]
  );
  const lists = fields.flatMap(({ field, list }) =>
    list === null ? [] : [[
      field,
      String(list.expectedCount),
      String(list.foundCount),
      percent(list.precision) ?? "–",
      percent(list.recall) ?? "–",
      percent(list.f1)!,
    ]]
  );
  const tables: SummaryTable[] = [
    {
      title: `Fields, ${variant}`,
      headings: ["field", "items", "exact", "normalised", "token F1"],
      rows: singles,
    },
    {
      title: `Lists, ${variant}`,
      headings: ["field", "expected", "found", "precision", "recall", "F1"],
      rows: lists,
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/**
 * A table as Markdown, its columns aligned.
 *
 * @param table A table.
 */
export function toMarkdown({ headings, rows }: SummaryTable): string {
  const cells = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = headings.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]!.length))
  );
  const line = (row: readonly string[]) =>
    `| ${
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
      ).join(" | ")
    } |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":"
  );
  return [line(cells[0]!), line(rule), ...cells.slice(1).map(line)].join("\n");
}

function percent(share: number | null | undefined): string | null {
  return share == null ? null : `${(share * 100).toFixed(1)}%`;
}
