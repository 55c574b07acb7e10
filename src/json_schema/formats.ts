/**
 * The languages of the formats that JSON Schema defines.
 *
 * Called by the JSON Schema front end for the keyword `format` when formats assert. Where a format's language is
 * not regular or needs tables without end (A-labels, regular expressions), the language here is a part of it, so
 * that some right texts cannot be written. The one exception is the length of U-labels, which is bounded from above.
 * Each module says what it leaves out.
 * Cost: a format is built anew on each call, in 0.02 to 0.5 ms once the code is warm (`regex` 2 to 9 ms,
 * `idn-email` 3 ms, `idn-hostname` 28 ms); the first call in a process takes up to 10 ms, for the last three up to
 * 200 ms. The caller keeps the result.
 * Source: JSON Schema 2020-12 Validation, section 7.3.
 *
 * @module
 */

import type { LanguageAlgebra } from "../automata/mod.ts";
import { FormatBuilder, type FormatOptions } from "./format_builder.ts";
import {
  dateLanguage,
  dateTimeLanguage,
  durationLanguage,
  timeLanguage,
} from "./format_date_time.ts";
import { emailLanguage, idnEmailLanguage } from "./format_email.ts";
import { hostnameLanguage, idnHostnameLanguage } from "./format_hostname.ts";
import { ipv4Language, ipv6Language } from "./format_ip.ts";
import { jsonPointerLanguage, relativeJsonPointerLanguage } from "./format_pointer.ts";
import { regexLanguage } from "./format_regex.ts";
import {
  iriLanguage,
  iriReferenceLanguage,
  uriLanguage,
  uriReferenceLanguage,
  uriTemplateLanguage,
} from "./format_uri.ts";

const FORMATS: ReadonlyMap<string, <T>(builder: FormatBuilder<T>) => T> = new Map<
  string,
  <T>(builder: FormatBuilder<T>) => T
>([
  ["date", dateLanguage],
  ["time", timeLanguage],
  ["date-time", dateTimeLanguage],
  ["duration", durationLanguage],
  ["email", emailLanguage],
  ["idn-email", idnEmailLanguage],
  ["hostname", hostnameLanguage],
  ["idn-hostname", idnHostnameLanguage],
  ["ipv4", ipv4Language],
  ["ipv6", ipv6Language],
  ["uri", uriLanguage],
  ["uri-reference", uriReferenceLanguage],
  ["iri", iriLanguage],
  ["iri-reference", iriReferenceLanguage],
  ["uri-template", uriTemplateLanguage],
  ["uuid", uuidLanguage],
  ["json-pointer", jsonPointerLanguage],
  ["relative-json-pointer", relativeJsonPointerLanguage],
  ["regex", regexLanguage],
]);

/** The names of all formats that have a language. */
export const formatNames: readonly string[] = [...FORMATS.keys()];

/**
 * The texts that a format allows.
 *
 * @param name As in the schema: `date-time`.
 * @param algebra Where the language is wanted.
 * @returns The language, or undefined for a format that asserts nothing here.
 */
export function formatLanguage<T>(
  name: string,
  algebra: LanguageAlgebra<T>,
  options: FormatOptions = {},
): T | undefined {
  return FORMATS.get(name)?.(new FormatBuilder(algebra, options));
}

/** RFC 4122, section 3: hexadecimal digits of either case; any version and variant. */
function uuidLanguage<T>(b: FormatBuilder<T>): T {
  const digits = (count: number) => b.times(b.hexDigit, count);
  return b.seq(digits(8), "-", digits(4), "-", digits(4), "-", digits(4), "-", digits(12));
}
