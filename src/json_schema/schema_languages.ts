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

/** The shared store of string languages. */
export class SchemaLanguages {
  readonly store: RegexStore;
  readonly automaton: Automaton;
  readonly strings: JsonStringAlgebra;
  readonly #patterns = new Map<string, Regex>();
  readonly #formats = new Map<string, Regex>();
  readonly #encoder = new TextEncoder();

  /** @param spelling Which spellings of a text the languages hold. */
  constructor(spelling: JsonSpelling = "any") {
    this.store = new RegexStore();
    this.automaton = new Automaton(this.store);
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

  /** The texts of a format; all texts for an unknown one. */
  format(name: string): Regex {
    let regex = this.#formats.get(name);
    if (regex === undefined) {
      regex = formatLanguage(name, this.strings) ?? this.strings.all;
      const narrowing = this.strings.spelling === "plain" ? NARROWED.get(name) : undefined;
      if (narrowing !== undefined) {
        regex = this.strings.intersect([regex, this.pattern(narrowing, "format", "")]);
      }
      this.#formats.set(name, regex);
    }
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
