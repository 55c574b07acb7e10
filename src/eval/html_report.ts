/**
 * A report as one HTML page that needs nothing else: figures, filters, and every item, misses first.
 *
 * Works from a file, without a network, in light and in dark. Everything that a model or a set wrote is escaped by
 * `html.ts`; the page's policy forbids whatever would be loaded. Some two to five kilobytes an item.
 *
 * @module
 */

import type { Assessment } from "./assessment.ts";
import { isFieldRight } from "./assessment.ts";
import type { FieldOutcome } from "./field_outcomes.ts";
import { highlightedText } from "./highlighted_text.ts";
import { Html, markup } from "./html.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./html_page.ts";
import type { EvaluationReport } from "./report.ts";
import { comparisonTables, type SummaryTable, variantTables } from "./summary_table.ts";

/**
 * Writes the page.
 *
 * @param report A report.
 * @returns A whole HTML document.
 */
export function reportToHtml(report: EvaluationReport): string {
  const { run, assessments } = report;
  const title = `${run.set}: ${run.model}`;
  const details = variantTables(report);
  const sorted = assessments.toSorted((a, b) => badness(b) - badness(a));
  const variants = report.variants.map(({ variant }) => variant);
  const categories = [...new Set(assessments.map(({ item }) => item.category))].sort();
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        <title>${title}</title>
        <style>${new Html(PAGE_STYLE)}</style>
      </head>
      <body>
        <header>
          <h1>${run.set}</h1>
          <p>${run.model} on ${run.device} (${run.dtype}); ${run.selection} of ${run.setItemCount} items; at most ${run.maxTokens} tokens an answer; ${run.createdAt}</p>
        </header>
        <main>
    ${comparisonTables(report).map(table)}
    ${
    details.length === 0
      ? ""
      : markup`<details><summary>Each variant by itself</summary>${details.map(table)}</details>`
  }
    <h2>Items</h2>
    <form class="filters">
    ${select("variant", variants)}
    ${select("category", categories)}
    ${select("verdict", ["wrong", "invalid", "right", "error"])}
    <label>search <input type="search" name="search" placeholder="id, text, value"></label>
    <output name="count"></output>
    </form>
    <p class="legend"><mark class="right">right</mark> <mark class="wrong">found, not expected</mark> <mark class="missed">expected, not found</mark></p>
    <section class="items">
    ${sorted.map(itemView)}
    </section>
        </main>
        <script>${new Html(PAGE_SCRIPT)}</script>
      </body>
    </html>
`;
  return page.text;
}

/** What is to be looked at first is largest. */
function badness({ record, isSchemaValid, isRight, fields }: Assessment): number {
  if (record.error) return 4;
  if (!isSchemaValid) return 3;
  if (isRight) return 0;
  const wrong = fields.filter((outcome) => !isFieldRight(outcome)).length;
  return 1 + (fields.length === 0 ? 1 : wrong / fields.length);
}

function verdictOf({ record, isSchemaValid, isRight }: Assessment): string {
  return record.error ? "error" : !isSchemaValid ? "invalid" : isRight ? "right" : "wrong";
}

function select(name: string, choices: readonly string[]): Html {
  return markup`<label>${name} <select name="${name}"><option value="">all</option>${
    choices.map((choice) => markup`<option>${choice}</option>`)
  }</select></label>`;
}

function table({ title, headings, rows }: SummaryTable): Html {
  return markup`<div class="scroll">
      <table>
        <caption>${title}</caption>
        <thead>
          <tr>${headings.map((heading) => markup`<th scope="col">${heading}</th>`)}</tr>
        </thead>
        <tbody>${
    rows.map(([name, ...cells]) =>
      markup`<tr><th scope="row">${name!}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`
    )
  }</tbody>
      </table>
    </div>
  `;
}

function itemView(assessment: Assessment): Html {
  const { item, record } = assessment;
  const verdict = verdictOf(assessment);
  return markup`<details class="item" data-variant="${record.variant}" data-category="${item.category}"
      data-verdict="${verdict}">
      <summary><span class="verdict ${verdict}">${verdict}</span> <b>${item.id}</b> <span class="quiet">${record.variant}${
    record.error ? "" : markup`
        · ${record.usage.completionTokens} tokens${
      record.finishReason === "length" ? ", at the limit" : ""
    } · ${(record.elapsedMs / 1000).toFixed(1)} s
      `
  }</span> <span class="reason">${reasonOf(assessment)}</span></summary>
      <div class="columns">
        <div>${
    item.kind === "extraction" ? highlightedText(item.text, assessment) : conversation(assessment)
  }</div>
        <div>${item.kind === "extraction" ? fieldTable(assessment.fields) : callTable(assessment)}${
    record.error ? "" : markup`
          <details>
            <summary>as written</summary>
            <pre>${record.text}</pre>
          </details>
        `
  }</div>
      </div>
    </details>
  `;
}

function reasonOf({ record, mismatch, fields, isReadable }: Assessment): string {
  if (record.error) return `${record.error.code}: ${record.error.message}`;
  if (!isReadable) return "nothing that can be read";
  if (mismatch !== null) return mismatch;
  const wrong = fields.filter((outcome) => !isFieldRight(outcome)).map(({ field }) => field);
  return wrong.length === 0 ? "" : `not right: ${wrong.join(", ")}`;
}

function fieldTable(fields: readonly FieldOutcome[]): Html {
  // A list that is expected to be empty and is says nothing.
  const shown = fields.filter((outcome) =>
    outcome.kind === "single" || outcome.expected.length + outcome.found.length > 0
  );
  return markup`<div class="scroll">
      <table class="fields">
        <thead>
          <tr>
            <th scope="col">field</th>
            <th scope="col">expected</th>
            <th scope="col">found</th>
          </tr>
        </thead>
        <tbody>${
    shown.map((outcome) =>
      markup`
            <tr class="${isFieldRight(outcome) ? "right" : "wrong"}">
              <th scope="row">${outcome.field || "(value)"}</th>
              <td>${valueText(outcome.expected)}</td>
              <td>${valueText(outcome.found)}</td>
            </tr>
          `
    )
  }</tbody>
      </table>
    </div>
  `;
}

function valueText(value: unknown): Html | string {
  if (value === undefined) return markup`<i>nothing</i>`;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return markup`<ul>${value.map((one) => markup`<li>${valueText(one)}</li>`)}</ul>`;
}

function conversation({ item }: Assessment): Html {
  if (item.kind !== "tool_call") return markup``;
  return markup`
    ${
    item.messages.map(({ role, content }) =>
      markup`
        <p class="quiet">${role}</p>
        <pre class="text">${content}</pre>
      `
    )
  }<details>
      <summary>${item.tools.length} tools</summary>
      <pre>${JSON.stringify(item.tools, null, 2)}</pre>
    </details>
  `;
}

function callTable({ item, found, record }: Assessment): Html {
  const wanted = item.kind !== "tool_call"
    ? []
    : item.expected.map(({ name, accepted }) => `${name} ${JSON.stringify(accepted)}`);
  const made = (found as { name: string; arguments: unknown }[]).map((call) =>
    `${call.name} ${JSON.stringify(call.arguments)}`
  );
  const probability = record.error ? undefined : record.callProbability;
  return markup`<h3>expected</h3>${callList(wanted)}<h3>made</h3>${callList(made)}${
    probability === undefined
      ? ""
      : markup`<p class="quiet">probability of a call: ${probability.toPrecision(3)}</p>`
  }`;
}

function callList(calls: readonly string[]): Html {
  if (calls.length === 0) return markup`<p><i>no call</i></p>`;
  return markup`<ul class="calls">${
    calls.map((call) => markup`<li><code>${call}</code></li>`)
  }</ul>`;
}
