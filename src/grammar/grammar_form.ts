/**
 * The one form that all grammar notations are read into and written from.
 *
 *     GBNF text ─┐                     ┌─> matcher (Earley over bytes)
 *                ├─> Grammar (this) ───┼─> checks: productive, reachable, finite sentence
 *     Lark text ─┘                     └─> GBNF or Lark text (the formatters), samples
 *
 * A grammar is a list of named rules over expressions. It describes texts exactly: a text belongs to it if some way of
 * deriving it exists, whatever a lexer would have cut first. Rules that are terminals are regular (they do not reach
 * themselves), and `ignored` terminals may stand before and after every terminal and text of a rule that is not one.
 *
 * Plain data: structured clones and JSON keep it whole.
 *
 * @module
 */

/** Where something stands in the notation's text. */
export interface SourcePosition {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

/** A grammar, whatever it was written in. */
export interface Grammar {
  /** Name of the rule that a whole text fits. */
  readonly start: string;
  /** By name, in the order of the text. */
  readonly rules: readonly GrammarRule[];
  /** Names of terminals that may stand between other terminals (`%ignore`). */
  readonly ignored: readonly string[];
}

/** One rule. */
export interface GrammarRule {
  /** Unlike that of all other rules. */
  readonly name: string;
  /** What it stands for. */
  readonly expression: Expression;
  /**
   * Whether it is a terminal: one regular piece of text within which nothing is ignored. Lark's upper-case names are; GBNF has
   * none (nothing is ignored there, so it makes no difference).
   */
  readonly isTerminal: boolean;
  /** Where its name stands in the text, if it was read from one. */
  readonly position?: SourcePosition;
}

/** What a rule, or a part of one, stands for. */
export type Expression =
  | TextExpression
  | CharactersExpression
  | RegexExpression
  | TextUntilExpression
  | TokenExpression
  | JsonExpression
  | RuleExpression
  | SequenceExpression
  | ChoiceExpression
  | RepeatExpression;

/** What every expression has. */
export interface Positioned {
  /** Where it stands in the text, if it was read from one. */
  readonly position?: SourcePosition;
}

/** A text as it stands. The empty text is allowed. */
export interface TextExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "text";
  /** The text. */
  readonly text: string;
  /** Whether upper and lower case are the same (simple case folding, as ECMA-262's `iu`). */
  readonly ignoresCase: boolean;
}

/** One character out of a set. */
export interface CharactersExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "characters";
  /** Code points `[first, last]`, inclusive; not sorted, may overlap. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Whether any character that is not in the ranges is meant. `ranges: []` and `true` is any character. */
  readonly isNegated: boolean;
}

/** An ECMA-262 regular expression with the `u` flag, without anchors at its ends. */
export interface RegexExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "regex";
  /** Without slashes and flags. */
  readonly pattern: string;
  /** Of `i`, `m`, `s`; may be empty. */
  readonly flags: string;
}

/**
 * Free text up to the first place where one of some texts stands. No notation writes it; sections in free text are made of it.
 */
export interface TextUntilExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "textUntil";
  /** At least one, none empty. */
  readonly ends: readonly string[];
  /** Whether the text goes on to the end of the first of them that comes; else it holds none. */
  readonly includesEnd: boolean;
}

/** One token of the vocabulary, whatever its bytes; for special tokens such as `<tool_call>`. */
export interface TokenExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "token";
  /** Its id, or the text that the tokenizer has for it. */
  readonly token: number | string;
  /** Whether any other token is meant. */
  readonly isNegated: boolean;
}

/** A JSON text that is valid against a schema. */
export interface JsonExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "json";
  /** The schema: a JSON object, or a Boolean. */
  readonly schema: unknown;
}

/** What another rule stands for. */
export interface RuleExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "rule";
  /** The rule's name. */
  readonly name: string;
}

/** One part after the other; none: the empty text. */
export interface SequenceExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "sequence";
  /** In their order. */
  readonly parts: readonly Expression[];
}

/** One of the options; all of them at once where more fit. At least one. */
export interface ChoiceExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "choice";
  /** In no order that would matter. */
  readonly options: readonly Expression[];
}

/** A part again and again. */
export interface RepeatExpression extends Positioned {
  /** Tells the expressions apart. */
  readonly kind: "repeat";
  /** What is repeated. */
  readonly part: Expression;
  /** How often at least. */
  readonly min: number;
  /** `null`: no bound. At least `min`. */
  readonly max: number | null;
}
