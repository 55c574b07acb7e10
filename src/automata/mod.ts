/**
 * Languages of bytes and their automata: what every lexeme of every grammar is made of.
 *
 * Lowest layer of the engine. A lexeme is a hash-consed expression in a {@link RegexStore}, closed under
 * union, intersection and complement; an {@link Automaton} makes its states on demand, by derivatives, and
 * never leads into a dead end. Languages of texts are described against the {@link LanguageAlgebra}
 * interface: {@link parsePattern} and {@link patternLanguage} turn an ECMAScript pattern into such a
 * language, look-arounds and all.
 *
 * @example The texts in which a pattern finds a match, as an automaton over UTF-8
 * ```ts
 * import {
 *   Automaton,
 *   parsePattern,
 *   patternLanguage,
 *   RegexStore,
 *   Utf8Algebra,
 * } from "@espalier/core/automata";
 *
 * const store = new RegexStore();
 * const language = patternLanguage(parsePattern("^[a-z]{2,3}$"), new Utf8Algebra(store));
 * const automaton = new Automaton(store);
 * console.assert(automaton.matches(language, new TextEncoder().encode("abc")));
 * console.assert(!automaton.matches(language, new TextEncoder().encode("abcd")));
 * ```
 *
 * @module
 */

export {
  ALL,
  EMPTY,
  EPSILON,
  KIND_ALL,
  KIND_BYTES,
  KIND_CONCAT,
  KIND_EMPTY,
  KIND_EPSILON,
  KIND_INTERSECT,
  KIND_LABEL,
  KIND_MACHINE,
  KIND_NOT,
  KIND_REPEAT,
  KIND_UNION,
  RegexTable,
} from "./regex_table.ts";
export type { Regex, RegexLimits } from "./regex_table.ts";
export { RegexStore } from "./regex_store.ts";
export type { Intervals } from "./interval_lists.ts";
export { Automaton } from "./automaton.ts";
export type { AutomatonLimits } from "./automaton.ts";
export type { Machine } from "./machine.ts";
export { JsonStringAlgebra } from "./json_string.ts";
export type { JsonSpelling } from "./json_string.ts";
export { Utf8Algebra } from "./utf8.ts";
export { TextAlgebra } from "./text_algebra.ts";
export { TextSet, textSetMachine } from "./text_set.ts";
export { Int32Column } from "./growable.ts";
export type { CodePointSet, LanguageAlgebra } from "./language_algebra.ts";
export {
  codePointSet,
  complementOfSet,
  everyCodePoint,
  intersectSets,
  unionOfSets,
} from "./unicode_sets.ts";
export {
  MAX_PATTERN_DEPTH,
  MAX_PATTERN_LENGTH,
  MAX_PATTERN_REPEAT,
  parsePattern,
} from "./ecma_regex_parser.ts";
export { PatternSyntaxError, UnsupportedPatternError } from "./ecma_regex_syntax.ts";
export type { PatternNode } from "./ecma_regex_syntax.ts";
export { EspalierError, LimitExceededError } from "../errors.ts";
export { fullMatchLanguage, patternLanguage } from "./pattern_language.ts";
export { workClock } from "./time_limit.ts";
