/**
 * What the writers of both notations share: where parentheses go, and how characters that are not seen are
 * written.
 *
 * @module
 */

import { GrammarFormatError } from "./errors.ts";
import type {
  CharactersExpression,
  Expression,
  GrammarRule,
  JsonExpression,
  RegexExpression,
  TextExpression,
  TextUntilExpression,
  TokenExpression,
} from "./grammar_form.ts";
import type { GrammarNotation } from "./notation.ts";

/** Longest line of a rule that is not broken up at its alternatives. */
export const LINE_LENGTH = 100;

/** What stands around an expression: how tightly that binds. */
export type Place =
  /** The whole body of a rule, or the inside of parentheses. */
  | "rule"
  /** Between other items. */
  | "sequence"
  /** In front of a repeat. */
  | "repeat";

/** Everything that is not made of others in the same rule. */
export type LeafExpression =
  | TextExpression
  | TextUntilExpression
  | CharactersExpression
  | RegexExpression
  | TokenExpression
  | JsonExpression;

/** Writes the expressions of one rule. */
export abstract class RuleWriter {
  /**
   * Starts a rule.
   *
   * @param notation The notation, for errors.
   * @param rule The rule.
   * @param names What rules are called in the notation, by their names in the grammar.
   */
  constructor(
    private readonly notation: GrammarNotation,
    protected readonly rule: GrammarRule,
    protected readonly names: ReadonlyMap<string, string>,
  ) {}

  /** How the empty text is written. */
  protected abstract readonly nothing: string;

  /** Writes what is not made of others. */
  protected abstract formatLeaf(leaf: LeafExpression, place: Place): string;

  /** Writes a repeat around a part that is written already. */
  protected abstract formatRepeat(part: string, min: number, max: number | null): string;

  /** The rule's name in the notation. */
  protected get name(): string {
    return this.names.get(this.rule.name)!;
  }

  /** Writes an expression, in parentheses where its place needs them. */
  protected format(expression: Expression, place: Place): string {
    switch (expression.kind) {
      case "rule":
        return this.names.get(expression.name) ??
          this.refuse(`the undefined rule ${JSON.stringify(expression.name)}`);
      case "sequence": {
        const { parts } = expression;
        if (parts.length === 1) return this.format(parts[0]!, place);
        if (parts.length === 0) return this.nothing;
        const text = parts.map((part) => this.format(part, "sequence")).join(" ");
        return place === "repeat" ? `(${text})` : text;
      }
      case "choice": {
        if (expression.options.length === 1) return this.format(expression.options[0]!, place);
        const text = this.formatOptions(expression).join(" | ");
        return place === "rule" ? text : `(${text})`;
      }
      case "repeat": {
        const { part, min, max } = expression;
        if (max === 0) return this.nothing;
        const text = this.formatRepeat(this.format(part, "repeat"), min, max);
        return place === "repeat" ? `(${text})` : text;
      }
      default:
        return this.formatLeaf(expression, place);
    }
  }

  /** Writes the options of a choice, each on its own. */
  protected formatOptions({ options }: { readonly options: readonly Expression[] }): string[] {
    return options.map((option) => this.format(option, "sequence"));
  }

  /** @throws {GrammarFormatError} Always. */
  protected refuse(feature: string): never {
    throw new GrammarFormatError(this.notation, feature, this.rule.name);
  }
}

/** What is printed as it is seen; everything else gets an escape. */
const SEEN = /^[\p{L}\p{N}\p{P}\p{S} ]$/u;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The character, or an escape that both notations know where it would not be seen, or not survive
 * normalisation.
 */
export function escapeUnseen(character: string): string {
  if (SEEN.test(character) && character.normalize() === character) return character;
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const hex = character.codePointAt(0)!.toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** A text in double quotes, as both notations write it. */
export function quoteText(text: string): string {
  const inner = Array.from(
    text,
    (character) =>
      character === '"' || character === "\\" ? `\\${character}` : escapeUnseen(character),
  );
  return `"${inner.join("")}"`;
}
