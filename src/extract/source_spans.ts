/**
 * Where the values of an extraction stand in the text that they were extracted from.
 *
 * What a reader would accept as "it says so there": a string as it stands, or with other case and whitespace; a number in
 * the ways in which people write numbers; a date in the usual forms. A value that is found nowhere was concluded or
 * made up, and has no spans.
 *
 * - strings: exact occurrences at word boundaries; where there are none, anywhere; then the same without regard to case, width
 *   and whitespace (compatibility normalisation, Unicode Standard Annex #15).
 * - numbers: every number of the text, read with `.` and with `,` as the decimal sign, compared as a number.
 * - dates and times (RFC 3339): the date in the orders that are in use, months by number or English name; a time by
 *   its hours and minutes.
 *
 * Cost: some passes over the text for each value; a table of its numbers and dates once.
 *
 * @module
 */

/** A part of the source text, in UTF-16 code units as `slice` takes them. */
export interface SourceSpan {
  /** Offset of its first code unit. */
  readonly start: number;
  /** Offset after its last one. */
  readonly end: number;
}

/** Most spans of one value. */
const MAXIMUM_SPANS = 16;

/** Finds values in one source text. */
export class SourceIndex {
  #folded: { text: string; offsets: number[] } | undefined;
  #numbers: (SourceSpan & { readonly values: readonly number[] })[] | undefined;
  #dates: (SourceSpan & { readonly dates: readonly string[] })[] | undefined;

  constructor(private readonly source: string) {}

  /**
   * The places that say a value.
   *
   * @param value A leaf. Booleans, null, and empty values are said by no words of their own.
   * @returns At most 16, in the order of the text; null where there is none.
   */
  find(value: unknown): readonly SourceSpan[] | null {
    const spans = typeof value === "string"
      ? this.#findString(value)
      : typeof value === "number"
      ? this.#findNumber(value)
      : [];
    return spans.length > 0 ? spans.slice(0, MAXIMUM_SPANS) : null;
  }

  #findString(value: string): SourceSpan[] {
    const words = value.trim();
    if (words === "") return [];
    const exact = occurrences(this.source, words);
    const whole = exact.filter((span) => this.#isWhole(span));
    if (whole.length > 0) return whole;
    if (exact.length > 0) return exact;
    const folded = this.#foldedOccurrences(words);
    if (folded.length > 0) return folded;
    const date = /^(\d{4}-\d{2}-\d{2})(?:$|[Tt ])/.exec(words)?.[1];
    if (date !== undefined) return this.#findDate(date);
    const time = /^(\d{2}:\d{2})(?::00(?:\.0+)?)?(?:[Zz]|[+-]\d{2}:\d{2})?$/.exec(words)?.[1];
    if (time !== undefined) return this.#findTime(time);
    // A number that a schema wants as a string, in another spelling.
    return /^-?\d[\d.,]*$/.test(words)
      ? readings(words).flatMap((one) => this.#findNumber(one))
      : [];
  }

  /** Whether no letter or digit goes on at either end. */
  #isWhole({ start, end }: SourceSpan): boolean {
    const { source } = this;
    return !(isWordPart(source, start - 1) && isWordPart(source, start)) &&
      !(isWordPart(source, end - 1) && isWordPart(source, end));
  }

  #foldedOccurrences(words: string): SourceSpan[] {
    const { text, offsets } = this.#folded ??= fold(this.source);
    return occurrences(text, fold(words).text.trim()).map(({ start, end }) => ({
      start: offsets[start]!,
      end: endOfCharacter(this.source, offsets[end - 1]!),
    }));
  }

  #findNumber(value: number): SourceSpan[] {
    this.#numbers ??= [...this.source.matchAll(NUMBERS)].map(({ 0: text, index }) => ({
      start: index,
      end: index + text.length,
      values: readings(text),
    }));
    return this.#numbers
      .filter(({ values }) => values.some((one) => one === value || one === -value && value !== 0))
      .map(({ start, end }) => ({ start, end }));
  }

  #findDate(date: string): SourceSpan[] {
    this.#dates ??= datesOf(this.source);
    return this.#dates.filter(({ dates }) => dates.includes(date))
      .map(({ start, end }) => ({ start, end }));
  }

  #findTime(time: string): SourceSpan[] {
    const [hours, minutes] = time.split(":").map(Number) as [number, number];
    const spans: SourceSpan[] = [];
    for (const match of this.source.matchAll(TIMES)) {
      const half = match[3]?.toLowerCase();
      const hour = Number(match[1]) % (half ? 12 : 24) + (half?.startsWith("p") ? 12 : 0);
      if (hour === hours && Number(match[2] ?? 0) === minutes && (match[2] || half)) {
        spans.push({ start: match.index, end: match.index + match[0].length });
      }
    }
    return spans;
  }
}

const NUMBERS = /(?<![\p{L}\d.,])[-+−]?\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?!\d)/gu;
const TIMES = /\b(\d{1,2})(?:[:.](\d{2}))?(?::00)?\s*([ap]\.?m\.?)?/gi;

/** The numbers that a spelling may stand for: `1.234` is 1.234 and, in other countries, 1234. */
function readings(text: string): number[] {
  const sign = /^[-−]/.test(text) ? -1 : 1;
  const digits = text.replace(/^[-+−]/, "").replace(/['’\u00a0\u202f ]/g, "");
  const found = new Set<number>();
  const point = /^(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)?$/.exec(digits);
  if (point) found.add(sign * Number(point[1]!.replaceAll(",", "") + (point[2] ?? "")));
  const comma = /^(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?$/.exec(digits);
  if (comma) found.add(sign * Number(`${comma[1]!.replaceAll(".", "")}.${comma[2] ?? 0}`));
  return [...found];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const YEAR = "('?\\d{2}|\\d{4})";
const DAY = "(\\d{1,2})(?:st|nd|rd|th)?";

/** Forms of dates, and which of their groups are year, month and day, in each order that is in use. */
const DATE_FORMS: readonly [RegExp, readonly (readonly [number, number, number])[]][] = [
  [/\b(\d{4})[-./](\d{1,2})[-./](\d{1,2})\b/g, [[1, 2, 3]]],
  [/\b(\d{1,2})[-./](\d{1,2})[-./](\d{2}|\d{4})\b/g, [[3, 2, 1], [3, 1, 2]]],
  [new RegExp(`\\b${DAY}(?: of)?[ -]${MONTH},?[ -]${YEAR}\\b`, "gi"), [[3, 2, 1]]],
  [new RegExp(`\\b${MONTH} ${DAY},? ${YEAR}\\b`, "gi"), [[3, 1, 2]]],
  [/\b(\d{4})(\d{2})(\d{2})\b/g, [[1, 2, 3]]],
];

function datesOf(source: string): (SourceSpan & { readonly dates: readonly string[] })[] {
  const found: (SourceSpan & { readonly dates: readonly string[] })[] = [];
  for (const [form, orders] of DATE_FORMS) {
    for (const match of source.matchAll(form)) {
      const dates = orders.map(([year, month, day]) =>
        isoDate(match[year]!, match[month]!, match[day]!)
      ).filter((date) => date !== null);
      if (dates.length > 0) {
        found.push({ start: match.index, end: match.index + match[0].length, dates });
      }
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function isoDate(yearText: string, monthText: string, dayText: string): string | null {
  const yearDigits = yearText.replace("'", "");
  // Two digits: the century in which most documents were written.
  const year = Number(yearDigits) +
    (yearDigits.length > 2 ? 0 : Number(yearDigits) < 70 ? 2000 : 1900);
  const month = /^\d/.test(monthText)
    ? Number(monthText)
    : MONTHS.indexOf(monthText.slice(0, 3).toLowerCase()) + 1;
  const day = Number(dayText);
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function occurrences(text: string, words: string): SourceSpan[] {
  const spans: SourceSpan[] = [];
  if (words === "") return spans;
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
    spans.push({ start: at, end: at + words.length });
    if (spans.length > 4 * MAXIMUM_SPANS) break;
  }
  return spans;
}

/** Lower case, compatibility forms, single spaces; with the offset in the text of every code unit. */
function fold(text: string): { text: string; offsets: number[] } {
  let folded = "";
  const offsets: number[] = [];
  let at = 0;
  for (const character of text) {
    let form = character.normalize("NFKC").toLowerCase();
    if (/^\s+$/.test(form)) form = folded.endsWith(" ") ? "" : " ";
    for (let i = 0; i < form.length; i++) offsets.push(at);
    folded += form;
    at += character.length;
  }
  return { text: folded, offsets };
}

function endOfCharacter(text: string, start: number): number {
  return start + (text.codePointAt(start)! > 0xffff ? 2 : 1);
}

function isWordPart(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}]/u.test(text[at]!);
}
