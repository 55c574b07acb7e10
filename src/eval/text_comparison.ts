/**
 * When two values say the same: exactly, in another form, or in part.
 *
 * - **exact**: equal as JSON.
 * - **normalised**: equal after Unicode compatibility forms, case, whitespace and punctuation; or the same number
 *   (`RM 1,234.50` and `1234.5`); or dates that have a reading in common (`25/12/2018`, `2018-12-25`, `25 Dec 2018`). Which
 *   of day and month comes first is not asked: `01/03/18` agrees with both of its readings.
 * - **token F1**: harmonic mean of precision and recall over the words of the normalised texts, as for SQuAD (Rajpurkar
 *   et al., EMNLP 2016), but without dropping articles, which would be English only.
 *
 * O(length) each.
 *
 * @module
 */

/** Whether two values are equal as JSON; a missing value and null are the same. */
export function isSame(expected: unknown, found: unknown): boolean {
  if (expected === found) return true;
  if (isMissing(expected) || isMissing(found)) return isMissing(expected) && isMissing(found);
  if (typeof expected !== "object" || typeof found !== "object") return false;
  if (Array.isArray(expected) !== Array.isArray(found)) return false;
  const before = Object.entries(expected!), after = Object.entries(found!);
  return before.length === after.length &&
    before.every(([key, value]) =>
      Object.hasOwn(found!, key) && isSame(value, (found as Record<string, unknown>)[key])
    );
}

/**
 * Whether two values say the same in whatever form; texts and numbers may stand for each other.
 *
 * @param expected The right value; a missing one, null and `""` are the same.
 * @param found The value to judge.
 */
export function saysTheSame(expected: unknown, found: unknown): boolean {
  if (isSame(expected, found)) return true;
  const before = plainText(expected), after = plainText(found);
  if (before === null || after === null) return false;
  const words = normalizeText(before);
  if (words === normalizeText(after)) return words !== "" || before.trim() === after.trim();
  const number = readNumber(before);
  if (number !== null) return number === readNumber(after);
  const readings = readDates(before);
  return readings.length > 0 && readDates(after).some((reading) => readings.includes(reading));
}

/**
 * The share of words that two texts have in common, 0 to 1; of two empty ones 1.
 *
 * @param expected The right value.
 * @param found The value to judge.
 */
export function tokenF1(expected: unknown, found: unknown): number {
  if (saysTheSame(expected, found)) return 1;
  const before = wordsOf(expected), after = wordsOf(found);
  const left = new Map<string, number>();
  for (const word of before) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of after) {
    const count = left.get(word) ?? 0;
    if (count > 0) {
      left.set(word, count - 1);
      shared++;
    }
  }
  return shared === 0 ? 0 : 2 * shared / (before.length + after.length);
}

/** A text in lower case, its words parted by single spaces, without punctuation. */
export function normalizeText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[\p{P}\p{S}]+/gu, " ").replace(/\s+/g, " ")
    .trim();
}

function wordsOf(value: unknown): string[] {
  const words = normalizeText(plainText(value) ?? JSON.stringify(value));
  return words === "" ? [] : words.split(" ");
}

/** What a scalar reads like; null for lists and objects. */
function plainText(value: unknown): string | null {
  if (isMissing(value)) return "";
  return typeof value === "object" ? null : String(value);
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** A number with or without a currency before or after it and commas between thousands; null for other texts. */
function readNumber(text: string): number | null {
  const match =
    /^(?:\p{Sc}|[A-Z]{2,3})?\s*([+-]?)\s*(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s*(?:\p{Sc}|%|[A-Z]{3})?$/u
      .exec(text.normalize("NFKC").trim());
  if (match === null) return null;
  const [, sign, whole = "", fraction = ""] = match;
  return whole + fraction === "" ? null : Number(`${sign}${whole.replaceAll(",", "")}${fraction}`);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The days that a text may mean, as YYYY-MM-DD; empty where it is no date. */
function readDates(text: string): string[] {
  const parts = text.toLowerCase().match(/\d+|\p{L}+/gu) ?? [];
  if (parts.length !== 3) return [];
  const numbers = parts.map((part) => /^\d+$/.test(part) ? Number(part) : null);
  const named = parts.findIndex((part) => MONTHS.includes(part.slice(0, 3)));
  const [a, b, c] = numbers;
  const readings: string[] = [];
  const add = (year: number, month: number, day: number, yearDigits: number) => {
    if (yearDigits === 2) year += 2000;
    else if (yearDigits !== 4) return;
    if (month < 1 || month > 12 || day < 1 || day > 31) return;
    readings.push(`${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`);
  };
  const digits = parts.map((part) => part.length);
  if (named >= 0) {
    const month = MONTHS.indexOf(parts[named]!.slice(0, 3)) + 1;
    const [first, second] = [0, 1, 2].filter((place) => place !== named) as [number, number];
    const early = numbers[first], late = numbers[second];
    if (early == null || late == null) return [];
    add(late, month, early, digits[second]!);
    add(early, month, late, digits[first]!);
  } else if (a != null && b != null && c != null) {
    add(c, b, a, digits[2]!); // day, month, year
    add(c, a, b, digits[2]!); // month, day, year
    add(a, b, c, digits[0]!); // year, month, day
  }
  return readings;
}
