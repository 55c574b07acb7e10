/**
 * A text with the values that were found, and those that were missed, marked in it.
 *
 * Each value is marked where it stands first; where two would overlap, the longer one is marked. O(values × text).
 *
 * @module
 */

import type { Assessment } from "./assessment.ts";
import { findValue, type Span, stringsOf } from "./grounding.ts";
import { type Html, markup } from "./html.ts";
import { saysTheSame } from "./text_comparison.ts";

/** `"right"`: expected and found; `"wrong"`: found, not expected; `"missed"`: expected, not found. */
export type MarkKind = "right" | "wrong" | "missed";

interface Mark extends Span {
  readonly kind: MarkKind;
}

/**
 * Marks the values of an extraction.
 *
 * @param text What was extracted from.
 * @param assessment What came of it.
 */
export function highlightedText(text: string, assessment: Assessment): Html {
  const marks = chooseMarks(marksOf(text, assessment));
  const parts: Html[] = [];
  let at = 0;
  for (const { start, end, kind } of marks) {
    const marked = text.slice(start, end);
    parts.push(
      markup`${text.slice(at, start)}<mark class="${kind}" title="${kind}">${marked}</mark>`,
    );
    at = end;
  }
  return markup`<pre class="text">${parts}${text.slice(at)}</pre>`;
}

function marksOf(text: string, { item, grounding }: Assessment): Mark[] {
  const expected = stringsOf(item.expected);
  const found = grounding.map(({ value }) => value);
  const isAmong = (value: string, others: readonly string[]) =>
    others.some((other) => saysTheSame(other, value));
  const marks: Mark[] = grounding.flatMap(({ value, span }) =>
    span === null ? [] : [{ ...span, kind: isAmong(value, expected) ? "right" : "wrong" } as Mark]
  );
  for (const value of expected) {
    const span = isAmong(value, found) ? null : findValue(text, value);
    if (span !== null) marks.push({ ...span, kind: "missed" });
  }
  return marks;
}

/** The longest ones that do not overlap, in the order of the text. */
function chooseMarks(marks: readonly Mark[]): Mark[] {
  const chosen: Mark[] = [];
  for (const mark of marks.toSorted((a, b) => (b.end - b.start) - (a.end - a.start))) {
    if (chosen.every(({ start, end }) => mark.end <= start || mark.start >= end)) chosen.push(mark);
  }
  return chosen.sort((a, b) => a.start - b.start);
}
