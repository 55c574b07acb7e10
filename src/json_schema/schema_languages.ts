/**
 * Patterns, formats and lengths as languages of JSON string contents, made once each.
 *
 * One {@link SchemaLanguages} holds the regular expressions of all schemas that are compiled with it, so two schemas
 * that use the same pattern, or just "any string", share the automaton and everything that was computed for it.
 *
 * @module
 */

import {
  Automaton,
  type JsonSpelling,
  JsonStringAlgebra,
  parsePattern,
  patternLanguage,
  PatternSyntaxError,
  type Regex,
  RegexStore,
  TextSet,
  textSetMachine,
  UnsupportedPatternError,
} from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import { InvalidSchemaError, UnsupportedSchemaError } from "./errors.ts";
import { formatLanguage } from "./formats.ts";

/**
 * Texts that the specification of a format allows and common validators refuse are not written by a generator: mail
 * to a top-level domain or to a quoted name, a URI that is a scheme and nothing else.
 */
const NARROWED: ReadonlyMap<string, string> = new Map([
  ["email", '^[^"@]+@[^@\\[\\]]+\\.[^@\\[\\].]+$'],
  ["idn-email", '^[^"@]+@[^@\\[\\]]+\\.[^@\\[\\].]+$'],
  ["uri", "^[^:/?#]+:[^?#]"],
  ["iri", "^[^:/?#]+:[^?#]"],
]);

/** Longest list of texts that is written out as an expression, and longest text in it; others become a text set. */
const FEW_TEXTS = 3;
const SHORT_TEXT = 4096;
/** Lists of at least so many texts have automata that are worth sharing. */
const LONG_LIST = 64;
/** Longest list of texts whose members are tried against other languages one by one. */
const MAXIMUM_TESTED = 2000;

/** Rows of the automaton that a few hundred schemas come to. */
const EXPECTED_ROWS = 32_768;

/** The shared store of string languages. */
export class SchemaLanguages {
  readonly store: RegexStore;
  readonly automaton: Automaton;
  readonly strings: JsonStringAlgebra;
  readonly #patterns = new Map<string, Regex>();
  readonly #formats = new Map<string, Regex>();
  readonly #encoder = new TextEncoder();
  /** Languages that are lists of texts, and complements of such. */
  readonly #finite = new Map<Regex, ReadonlySet<string>>();
  readonly #cofinite = new Map<Regex, ReadonlySet<string>>();

  /** @param spelling Which spellings of a text the languages hold. */
  constructor(spelling: JsonSpelling = "any") {
    this.store = new RegexStore();
    this.automaton = new Automaton(this.store, { expectedRows: EXPECTED_ROWS });
    this.strings = new JsonStringAlgebra(this.store, spelling);
  }

  /**
   * A set of texts to be read byte by byte: with every spelling by `TextSet.step`, or, where spellings are plain, as the
   * bytes of that spelling by `TextSet.stepRaw`.
   */
  textSet(texts: Iterable<string>): TextSet {
    if (this.strings.spelling === "any") return TextSet.of(texts);
    return TextSet.of(
      Array.from(texts).filter((text) => text.isWellFormed())
        .map((text) => JSON.stringify(text).slice(1, -1)),
    );
  }

  /** The text at an index of a {@link SchemaLanguages.textSet}. */
  textAt(set: TextSet, index: number): string {
    const text = set.text(index);
    return this.strings.spelling === "any" ? text : JSON.parse(`"${text}"`) as string;
  }

  /** The index of a text in a {@link SchemaLanguages.textSet}, -1 when it is no member. */
  indexIn(set: TextSet, text: string): number {
    if (this.strings.spelling === "any") return set.indexOf(text);
    return text.isWellFormed() ? set.indexOf(JSON.stringify(text).slice(1, -1)) : -1;
  }

  /**
   * The texts in which an ECMA-262 pattern finds a match.
   *
   * @param keyword The keyword that has the pattern, and where, for the error.
   * @throws {InvalidSchemaError} It is no pattern.
   * @throws {UnsupportedSchemaError} It cannot be followed by an automaton.
   */
  pattern(source: string, keyword: string, pointer: string): Regex {
    let regex = this.#patterns.get(source);
    if (regex === undefined) {
      try {
        regex = patternLanguage(parsePattern(source), this.strings);
      } catch (cause) {
        if (cause instanceof PatternSyntaxError) {
          throw new InvalidSchemaError(keyword, pointer, cause.message, { cause });
        }
        if (cause instanceof UnsupportedPatternError || cause instanceof LimitExceededError) {
          throw new UnsupportedSchemaError(keyword, pointer, cause.message, { cause });
        }
        throw cause;
      }
      this.#patterns.set(source, regex);
    }
    return regex;
  }

  /**
   * The texts of a format; all texts for an unknown one.
   *
   * @param isAlone Whether nothing else binds the text. Leap seconds in other time zones than UTC make every minute of
   *   the day a state of its own; where another automaton would be multiplied with that, and where texts
   *   are generated, they are left out.
   */
  format(name: string, isAlone: boolean): Regex {
    const isPlain = this.strings.spelling === "plain";
    const leapSeconds = isAlone && !isPlain ? "any" : "utc";
    const key = `${leapSeconds} ${name}`;
    let regex = this.#formats.get(key);
    if (regex === undefined) {
      regex = formatLanguage(name, this.strings, { leapSeconds }) ?? this.strings.all;
      const narrowing = isPlain ? NARROWED.get(name) : undefined;
      if (narrowing !== undefined) {
        regex = this.strings.intersect([regex, this.pattern(narrowing, "format", "")]);
      }
      this.#formats.set(key, regex);
    }
    return regex;
  }

  /** Exactly the given texts. */
  texts(texts: readonly string[]): Regex {
    const distinct = new Set(texts);
    let regex: Regex;
    if (distinct.size <= FEW_TEXTS && texts.every((text) => text.length <= SHORT_TEXT)) {
      regex = this.strings.union([...distinct].map((text) => this.strings.literal(text)));
    } else {
      const encoding = this.strings.spelling === "any" ? "json" : "utf8";
      regex = this.store.machine(textSetMachine(this.textSet(distinct), encoding));
    }
    this.#finite.set(regex, distinct);
    return regex;
  }

  /** The members of a language that was made as a list; undefined for any other. */
  listed(language: Regex): ReadonlySet<string> | undefined {
    return this.#finite.get(language);
  }

  /** The texts that are not members. */
  complement(language: Regex): Regex {
    const result = this.strings.complement(language);
    const finite = this.#finite.get(language);
    if (finite !== undefined) this.#cofinite.set(result, finite);
    return result;
  }

  /** The intersection of languages of which one is a known list of texts: a shorter list; null otherwise. */
  filtered(languages: readonly Regex[]): Regex | null {
    let shortest: ReadonlySet<string> | undefined;
    let source = -1;
    for (const language of languages) {
      const texts = this.#finite.get(language);
      if (texts === undefined || shortest !== undefined && texts.size >= shortest.size) continue;
      shortest = texts;
      source = language;
    }
    if (shortest === undefined) return null;
    const tests: ((text: string) => boolean)[] = [];
    for (const language of languages) {
      if (language === source || language === this.strings.all) continue;
      const finite = this.#finite.get(language), cofinite = this.#cofinite.get(language);
      if (finite !== undefined) tests.push((text) => finite.has(text));
      else if (cofinite !== undefined) tests.push((text) => !cofinite.has(text));
      else if (shortest.size > MAXIMUM_TESTED) return null;
      else tests.push((text) => this.has(language, text));
    }
    if (tests.length === 0) return source;
    const kept = [...shortest].filter((text) => tests.every((test) => test(text)));
    const removedCount = shortest.size - kept.length;
    if (removedCount === 0) return source;
    if (kept.length < LONG_LIST || removedCount * 4 > kept.length) return this.texts(kept);
    // A long list without a few: its automaton is shared wherever none of the few is in reach.
    const regex = this.strings.intersect(languages);
    this.#finite.set(regex, new Set(kept));
    return regex;
  }

  /** The texts of between `min` and `max` code points. */
  length(min: number, max: number): Regex {
    return this.strings.repeat(this.strings.any, min, max);
  }

  /** Whether a text is a member of a language of string contents. */
  has(language: Regex, text: string): boolean {
    if (language === this.strings.all) return true;
    return this.automaton.matches(
      language,
      this.#encoder.encode(JSON.stringify(text).slice(1, -1)),
    );
  }
}
