/**
 * The reader of expressions in Lark's notation: what stands behind a name's colon.
 *
 * Under `lark_reader.ts`, which reads the statements. Recursive descent, one pass. What may stand in a rule
 * but not in a terminal (rules, tokens, schemas), and the other way round, is told apart here, where the
 * position is at hand.
 *
 * @module
 */

import { PatternSyntaxError, UnsupportedPatternError } from "../automata/mod.ts";
import { UnsupportedGrammarError } from "./errors.ts";
import { choiceOf, repeatOf, sequenceOf } from "./expressions.ts";
import type { Expression, SourcePosition, TokenExpression } from "./grammar_form.ts";
import type { GrammarText } from "./grammar_text.ts";
import { readJsonObject, readQuotedText, readSubstring } from "./lark_literals.ts";
import { isTerminalName, type TemplateUse } from "./lark_text.ts";
import { translatePythonRegex } from "./python_regex.ts";
import { looksOut, regexTree } from "./regex_expression.ts";
import { readTokenSet } from "./token_literal.ts";

/** Space within a line: comments and continued lines count. */
export const INLINE_SPACE = /(?:[ \t\f]|\\[ \t]*\r?\n|#[^\r\n]*|\/\/[^\r\n]*)+/y;
/** Space within parentheses and between statements. */
export const ANY_SPACE = /(?:[ \t\f\r\n]|\\[ \t]*\r?\n|#[^\r\n]*|\/\/[^\r\n]*)+/y;
/** A bar on a line of its own goes on with the definition. */
const NEXT_LINE_BAR = /(?:[ \t\f\r\n]|#[^\r\n]*|\/\/[^\r\n]*)+(?=\|)/y;
/** Lark's names; dashes inside them are llguidance's. */
const NAME = /_*[A-Za-z](?:[A-Za-z0-9_]|-(?!>))*/y;
const ITEM = 'a name, a text in quotes, a regular expression "/", a token "<", "(", "["';
const TERMINAL_ITEM = 'a terminal, a text in quotes, a regular expression "/", "(", "["';

/** What reading expressions may leave for the reader of statements. */
export interface LarkSink {
  /** A regular expression looks past its ends, where there is nothing for it to see. */
  warnOfLook(position: SourcePosition): void;
  /** Defines a terminal under a new name, which is returned. */
  defineTerminal(prefix: string, expression: Expression, position: SourcePosition): string;
}

/** Reads the expressions of one text. */
export class LarkExpressionReader {
  /** Whether the expression that is read belongs to a terminal. */
  private inTerminal = false;
  /** How many parentheses are open: line ends count as space there. */
  private nesting = 0;

  constructor(private readonly source: GrammarText, private readonly sink: LarkSink) {}

  /** Reads a name, all in lower case or all in upper case. */
  readName(expected: string): string {
    const { source } = this;
    const start = source.offset;
    const name = source.match(NAME)?.[0] ?? source.fail(expected);
    if (/[a-z]/.test(name) && /[A-Z]/.test(name)) {
      source.fail("a name all in lower case (a rule's) or all in upper case (a terminal's)", start);
    }
    return name;
  }

  /** Reads the alternatives behind the colon of a definition, up to the end of its last line. */
  readDefinition(isTerminal: boolean): Expression {
    this.inTerminal = isTerminal;
    const expression = this.readAlternatives();
    const { source } = this;
    if (!source.atEnd && !/[\r\n]/.test(source.unit)) {
      this.refuseOperator();
      source.fail(`${isTerminal ? TERMINAL_ITEM : ITEM}, "|", "->" or a new line`);
    }
    return expression;
  }

  private skipSpace(): void {
    this.source.match(this.nesting > 0 ? ANY_SPACE : INLINE_SPACE);
  }

  private readAlternatives(): Expression {
    const { source } = this;
    const options: Expression[] = [];
    do {
      options.push(this.readSequence());
      this.readAlias();
      if (this.nesting === 0) source.match(NEXT_LINE_BAR);
    } while (source.eat("|"));
    return choiceOf(options);
  }

  /** An alias names a node of Lark's trees; texts are the same without. */
  private readAlias(): void {
    if (!this.source.eat("->")) return;
    this.skipSpace();
    this.readName("the name of an alias");
    this.skipSpace();
  }

  private readSequence(): Expression {
    const { source } = this;
    const parts: Expression[] = [];
    for (;;) {
      this.skipSpace();
      const item = this.readItem();
      if (item === undefined) return sequenceOf(parts);
      source.budget.addNode();
      parts.push(this.readRepeat(item));
    }
  }

  private readItem(): Expression | undefined {
    const { source } = this;
    const position = source.position();
    switch (source.unit) {
      case '"':
        return this.readTextOrRange(position);
      case "/":
        return this.readRegex(position);
      case "(":
        return this.readGroup("(", ")");
      case "[":
        return repeatOf(this.readGroup("[", "]"), 0, 1);
      case "<":
      case "!":
        return this.readToken(position);
      case "%":
        return this.readEmbedded(position);
    }
    if (!/[A-Za-z_]/.test(source.unit)) return undefined;
    return this.readReference(position);
  }

  private readGroup(open: string, close: string): Expression {
    const { source } = this;
    const start = source.offset;
    source.eat(open);
    source.enter();
    this.nesting++;
    const inner = this.readAlternatives();
    if (!source.eat(close)) {
      this.refuseOperator();
      const { line, column } = source.positionAt(start);
      source.fail(
        `${this.inTerminal ? TERMINAL_ITEM : ITEM}, "|", or the "${close}" for the "${open}" at ` +
          `line ${line}, column ${column}`,
      );
    }
    this.nesting--;
    source.leave();
    return inner;
  }

  private readReference(position: SourcePosition): Expression {
    const { source } = this;
    const start = source.offset;
    const name = this.readName(ITEM);
    if (this.inTerminal && !isTerminalName(name)) {
      source.fail("a terminal (rules may not stand in terminals)", start);
    }
    // A number behind the brace is a repeat, anything else is an argument.
    if (source.match(/[ \t]*\{(?=\s*[^\s\d,}])/y) === undefined) {
      return { kind: "rule", name, position };
    }
    source.enter();
    this.nesting++;
    const values: Expression[] = [];
    do values.push(this.readArgument()); while (source.eat(","));
    if (!source.eat("}")) source.fail('"," or "}"');
    this.nesting--;
    source.leave();
    const use: TemplateUse = { kind: "rule", name, arguments: values, position };
    return use;
  }

  private readArgument(): Expression {
    const before = this.source.offset;
    const value = this.readAlternatives();
    if (value.kind === "sequence" && value.parts.length === 0) {
      this.source.fail("an argument of the template", before);
    }
    return value;
  }

  private readRepeat(item: Expression): Expression {
    const { source } = this;
    this.skipSpace();
    if (source.eat("*")) return repeatOf(item, 0, null);
    if (source.eat("+")) return repeatOf(item, 1, null);
    if (source.eat("?")) return repeatOf(item, 0, 1);
    const start = source.offset;
    let min: number | undefined, max: number | null | undefined;
    if (source.eat("~")) {
      min = this.readCount() ?? source.fail("a number of repeats");
      max = source.eat("..") ? this.readCount() ?? source.fail("a number of repeats") : min;
    } else if (source.eat("{")) {
      min = this.readCount();
      const hasComma = source.eat(",");
      max = hasComma ? this.readCount() ?? null : min;
      if (min === undefined && max === undefined || min === undefined && max === null) {
        source.fail("a number of repeats");
      }
      if (!source.eat("}")) source.fail(hasComma ? 'a number or "}"' : '"," or "}"');
    } else return item;
    min ??= 0;
    max ??= null;
    if (max !== null && max < min) {
      source.fail(`bounds in order (${min} is more than ${max})`, start);
    }
    return repeatOf(item, min, max);
  }

  private readCount(): number | undefined {
    const { source } = this;
    source.match(ANY_SPACE);
    const digits = source.match(/[0-9]+/y)?.[0];
    // Only space that belongs to the repeat: a line may end behind the last number.
    source.match(/[ \t]*(?=\.\.|[,}])/y);
    if (digits === undefined) return undefined;
    source.budget.checkRepeat(Number(digits));
    return Number(digits);
  }

  private readTextOrRange(position: SourcePosition): Expression {
    const { source } = this;
    const start = source.offset;
    const text = readQuotedText(source);
    if (source.match(/[ \t]*\.\./y) === undefined) {
      // The flag stands directly behind the quotes.
      return {
        kind: "text",
        text,
        ignoresCase: source.match(/i(?![A-Za-z0-9_])/y) !== undefined,
        position,
      };
    }
    source.match(/[ \t]*/y);
    if (source.unit !== '"') source.fail("the last character of the range, in quotes");
    const end = readQuotedText(source);
    const [first, last] = [text, end].map((side) => {
      if ([...side].length !== 1) {
        source.fail("a single character on each side of the range", start);
      }
      return side.codePointAt(0)!;
    });
    if (first! > last!) source.fail("a range in order", start);
    return { kind: "characters", ranges: [[first!, last!]], isNegated: false, position };
  }

  private readRegex(position: SourcePosition): Expression {
    const { source } = this;
    const start = source.offset;
    const found = source.match(/\/(?!\/)((?:\\[^]|[^\\/])+)\/([aimslux]*)/y) ??
      source.fail('a regular expression: "/", the expression and "/"');
    const [, written = "", flags = ""] = found;
    const lineEnd = written.search(/[\r\n]/);
    if (lineEnd >= 0 && !flags.includes("x")) {
      source.fail(`the "/" that ends the regular expression on its line`, start + 1 + lineEnd);
    }
    const at = (offset: number) => source.positionAt(start + 1 + offset);
    const regex = translatePythonRegex(written, flags, {
      fail: (offset, expected) => source.fail(expected, start + 1 + offset),
      refuse: (offset, feature, reason) => {
        throw new UnsupportedGrammarError(feature, reason, at(offset));
      },
    });
    try {
      if (looksOut(regexTree(regex))) this.sink.warnOfLook(position);
    } catch (cause) {
      if (cause instanceof PatternSyntaxError) {
        source.fail(`a regular expression (${cause.reason})`, start, { cause });
      }
      if (cause instanceof UnsupportedPatternError) {
        throw new UnsupportedGrammarError(cause.feature, "no lexeme can follow it", position, {
          cause,
        });
      }
      throw cause;
    }
    return { kind: "regex", ...regex, position };
  }

  private readToken(position: SourcePosition): Expression {
    const { source } = this;
    const start = source.offset;
    if (this.inTerminal) source.fail("no token (tokens may stand in rules only)", start);
    const isNegated = source.eat("!");
    const literal = source.match(/<[^>\r\n]+>/y)?.[0] ??
      source.fail('a token: "<", its text or [id], and ">" on the same line');
    if (!literal.startsWith("<[")) return { kind: "token", token: literal, isNegated, position };
    const set = readTokenSet(literal) ??
      source.fail("token ids as <[5]>, <[5-7,9]> or <[^5]>", start);
    if (set.isNegated && isNegated) source.fail("one negation of the token", start);
    const negated = set.isNegated || isNegated;
    if (negated && set.ids.length > 1) {
      throw new UnsupportedGrammarError(literal, "only a single token can be excluded", position);
    }
    const tokens: TokenExpression[] = [];
    for (const token of set.ids) {
      source.budget.addNode();
      tokens.push({ kind: "token", token, isNegated: negated, position });
    }
    return choiceOf(tokens);
  }

  /** Reads `%json {…}` or `%regex {…}`. */
  private readEmbedded(position: SourcePosition): Expression | undefined {
    const { source } = this;
    const start = source.offset;
    const kind = source.match(/%(json|regex|lark)(?![A-Za-z0-9_])/y)?.[1];
    if (kind === undefined) return undefined;
    if (kind === "lark") {
      throw new UnsupportedGrammarError("%lark", "import the other grammar's rules", position);
    }
    if (kind === "json" && this.inTerminal) {
      source.fail("no %json (schemas may stand in rules only)", start);
    }
    source.match(ANY_SPACE);
    const value = readJsonObject(source);
    if (kind === "json") return { kind: "json", schema: value, position };
    const expression = readSubstring(value, position, source);
    if (this.inTerminal) return expression;
    return {
      kind: "rule",
      name: this.sink.defineTerminal("_SUBSTRING", expression, position),
      position,
    };
  }

  /** Says by name what llguidance's relatives of the notation have, and this one has not. */
  private refuseOperator(): void {
    const { source } = this;
    const reasons: Readonly<Record<string, string>> = {
      "&": "write one regular expression with a look-ahead instead",
      "~": "write a regular expression with a negative look-ahead instead",
      "@": "import the other grammar's rules",
    };
    const reason = reasons[source.unit];
    if (reason !== undefined) {
      throw new UnsupportedGrammarError(`the operator ${source.unit}`, reason, source.position());
    }
  }
}
