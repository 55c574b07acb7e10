/**
 * What can be wrong with a grammar's text, each with the place where it is.
 *
 * Shared by the readers of all notations and by the formatters. Limits throw `LimitExceededError`, with the
 * names of {@link GrammarLimits}.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";
import type { SourcePosition } from "./grammar_form.ts";

/** The text is not what the notation allows there. */
export class GrammarSyntaxError extends EspalierError {
  /** Always `"grammar_syntax"`. */
  readonly code = "grammar_syntax";
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;

  /**
   * Makes the error.
   *
   * @param position Where the text stops making sense.
   * @param found What stands there, quoted, or `the end of the text`.
   * @param expected What could stand there, in words.
   * @param options `cause`: the error underneath, where there is one.
   */
  constructor(
    position: SourcePosition,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`${place(position)}: expected ${expected}, found ${found}`, options);
    this.line = position.line;
    this.column = position.column;
  }
}

/** A rule is used, or is to be where texts start, but has no definition. */
export class UndefinedRuleError extends EspalierError {
  /** Always `"undefined_rule"`. */
  readonly code = "undefined_rule";

  /**
   * Makes the error.
   *
   * @param rule Its name.
   * @param position Where it is used; absent for the rule where texts start.
   */
  constructor(readonly rule: string, readonly position?: SourcePosition) {
    super(
      position === undefined
        ? `there is no rule ${JSON.stringify(rule)} for texts to start with`
        : `${place(position)}: there is no rule ${JSON.stringify(rule)}`,
    );
  }
}

/** A rule is defined twice. */
export class DuplicateRuleError extends EspalierError {
  /** Always `"duplicate_rule"`. */
  readonly code = "duplicate_rule";

  /**
   * Makes the error.
   *
   * @param rule Its name.
   * @param position Of the second definition.
   * @param first Of the first one, where it has one.
   */
  constructor(
    readonly rule: string,
    readonly position: SourcePosition,
    readonly first?: SourcePosition,
  ) {
    super(
      `${place(position)}: there is a rule ${JSON.stringify(rule)} already` +
        (first === undefined ? "" : `, at ${place(first)}`),
    );
  }
}

/** A terminal reaches itself: it is to be regular, and only rules may recurse. */
export class RecursiveTerminalError extends EspalierError {
  /** Always `"recursive_terminal"`. */
  readonly code = "recursive_terminal";

  /**
   * Makes the error.
   *
   * @param path Names of the terminals, from the first back to itself.
   * @param position Where the first one is defined.
   */
  constructor(readonly path: readonly string[], readonly position: SourcePosition) {
    super(`${place(position)}: terminals may not reach themselves: ${path.join(" -> ")}`);
  }
}

/** What is written is part of the notation, or of a relative of it, but means nothing here; never ignored. */
export class UnsupportedGrammarError extends EspalierError {
  /** Always `"unsupported_grammar"`. */
  readonly code = "unsupported_grammar";

  /**
   * Makes the error.
   *
   * @param feature What is refused, as it is written or called: `%declare`, `back-reference`.
   * @param reason Why, or what to write instead.
   * @param position Where it stands.
   * @param options `cause`: the error underneath, where there is one.
   */
  constructor(
    readonly feature: string,
    readonly reason: string,
    readonly position: SourcePosition,
    options?: ErrorOptions,
  ) {
    super(`${place(position)}: ${feature} is not supported: ${reason}`, options);
  }
}

/** A text to import is not there, has not what is imported, imports itself, or is wrong. */
export class GrammarImportError extends EspalierError {
  /** Always `"grammar_import"`. */
  readonly code = "grammar_import";

  /**
   * Makes the error.
   *
   * @param from The name of the text, as the import gives it.
   * @param reason What is wrong.
   * @param position Of the import.
   * @param options `cause`: what is wrong inside the imported text.
   */
  constructor(
    readonly from: string,
    readonly reason: string,
    readonly position: SourcePosition,
    options?: ErrorOptions,
  ) {
    super(`${place(position)}: cannot import from ${JSON.stringify(from)}: ${reason}`, options);
  }
}

/** A part of the grammar cannot be written in the notation that is asked for. */
export class GrammarFormatError extends EspalierError {
  /** Always `"grammar_format"`. */
  readonly code = "grammar_format";

  /**
   * Makes the error.
   *
   * @param notation The notation.
   * @param feature What has no equivalent there, in words.
   * @param rule Name of the rule that has it.
   */
  constructor(
    readonly notation: "gbnf" | "lark",
    readonly feature: string,
    readonly rule: string,
  ) {
    super(`rule ${JSON.stringify(rule)}: ${feature} has no equivalent in ${NAMES[notation]}`);
  }
}

const NAMES = { gbnf: "GBNF", lark: "Lark's notation" } as const;

function place({ line, column }: SourcePosition): string {
  return `line ${line}, column ${column}`;
}
