/**
 * The reader of GBNF, llama.cpp's notation of grammars.
 *
 *     root  ::= "answer: " ("yes" | "no") digit{1,3}   # a comment
 *     digit ::= [0-9]
 *
 * Text in, the common form out. Recursive descent, one pass, linear in the text. All that llama.cpp's guide
 * describes is read: alternatives, groups, character classes, `.`, the repeats `* + ? {m} {m,} {m,n}`,
 * token literals `<think>`, `<[1000]>` and their negations, comments. A line ends a rule, but not inside
 * parentheses, nor after `::=` or `|`. More than llama.cpp reads: a line that begins with `|` goes on with
 * the rule above, `{,n}` is `{0,n}`, and recursion on the left is fine. Stricter than llama.cpp: a rule may
 * be defined only once, and a class has at least one member. Source: the guide of llama.cpp's grammars
 * (grammars/README.md there).
 *
 * @module
 */

import { DuplicateRuleError, UndefinedRuleError } from "./errors.ts";
import { choiceOf, repeatOf, sequenceOf } from "./expressions.ts";
import type { Expression, Grammar, GrammarRule, SourcePosition } from "./grammar_form.ts";
import { GrammarBudget, type GrammarLimits, GrammarText } from "./grammar_text.ts";
import { tokenWithId } from "./token_literal.ts";

/** How a text in GBNF is read. */
export interface GbnfOptions {
  /** Name of the rule that a whole text fits. Default `root`. */
  readonly start?: string;
  /** Bounds; see {@link GrammarLimits}. */
  readonly limits?: GrammarLimits;
}

/**
 * Reads a grammar in GBNF.
 *
 * @param text The grammar.
 * @param options Start rule and limits.
 * @returns The grammar; its rules are in the order of the text.
 * @throws {GrammarSyntaxError} The text is no GBNF.
 * @throws {UndefinedRuleError} It uses a rule that it does not define, or has no start rule.
 * @throws {DuplicateRuleError} It defines a rule twice.
 * @throws {LimitExceededError} It is too long, too deep, or has too much in it.
 *
 * @example
 * ```ts
 * import { parseGbnf } from "@espalier/core/grammar";
 *
 * const grammar = parseGbnf('root ::= "yes" | "no"');
 * console.assert(grammar.rules[0]?.expression.kind === "choice");
 * ```
 */
export function parseGbnf(text: string, options: GbnfOptions = {}): Grammar {
  return readGbnf(text, options.start ?? "root", new GrammarBudget(options.limits));
}

/** Reads a text that counts against a budget; `start` of `undefined`: whatever rule comes first. */
export function readGbnf(text: string, start: string | undefined, budget: GrammarBudget): Grammar {
  return new GbnfReader(new GrammarText(text, budget)).read(start);
}

const NAME = /[A-Za-z0-9_-]+/y;
const INLINE_SPACE = /(?:[ \t]|#[^\r\n]*)+/y;
const ANY_SPACE = /(?:[ \t\r\n]|#[^\r\n]*)+/y;
/** Ends of lines and whatever is empty between them, up to a `|` that goes on with the rule. */
const NEXT_LINE_BAR = /(?:[ \t\r\n]|#[^\r\n]*)+(?=\|)/y;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9 };
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const ITEM = 'a rule name, a text in quotes, a class "[", ".", a token "<", "("';

class GbnfReader {
  readonly #rules = new Map<string, GrammarRule>();
  /** The first use of each rule. */
  readonly #uses = new Map<string, SourcePosition>();
  readonly #source: GrammarText;

  constructor(source: GrammarText) {
    this.#source = source;
  }

  read(start: string | undefined): Grammar {
    const source = this.#source;
    source.match(ANY_SPACE);
    while (!source.atEnd) this.#readRule();
    for (const [name, position] of this.#uses) {
      if (!this.#rules.has(name)) throw new UndefinedRuleError(name, position);
    }
    const rules = [...this.#rules.values()];
    const startName = start ?? rules[0]?.name ?? "root";
    if (!this.#rules.has(startName)) throw new UndefinedRuleError(startName);
    return { start: startName, rules, ignored: [] };
  }

  #readRule(): void {
    const source = this.#source;
    const position = source.position();
    const name = source.match(NAME)?.[0] ?? source.fail("a rule name");
    source.match(INLINE_SPACE);
    if (!source.eat("::=")) source.fail(`"::=" after the rule name ${JSON.stringify(name)}`);
    const first = this.#rules.get(name);
    if (first !== undefined) throw new DuplicateRuleError(name, position, first.position);
    source.budget.addRule();
    source.match(ANY_SPACE);
    const expression = this.#readAlternatives(false);
    this.#rules.set(name, { name, expression, isTerminal: false, position });
    if (source.isAt("::=")) {
      source.fail('the body of a rule (a rule for the empty text is written as: name ::= "")');
    }
    if (!source.atEnd && !/[\r\n]/.test(source.unit)) source.fail(`${ITEM}, "|", or a new line`);
    source.match(ANY_SPACE);
  }

  #readAlternatives(isNested: boolean): Expression {
    const source = this.#source;
    const options = [this.#readSequence(isNested)];
    while (source.eat("|")) {
      source.match(ANY_SPACE);
      options.push(this.#readSequence(isNested));
    }
    return choiceOf(options);
  }

  /** Reads items and the space after them, up to what is none. */
  #readSequence(isNested: boolean): Expression {
    const source = this.#source;
    const space = isNested ? ANY_SPACE : INLINE_SPACE;
    const parts: Expression[] = [];
    for (;;) {
      const item = this.#readItem();
      if (item === undefined) break;
      parts.push(this.#readRepeats(item, space));
    }
    if (!isNested) source.match(NEXT_LINE_BAR);
    return sequenceOf(parts);
  }

  #readItem(): Expression | undefined {
    const source = this.#source;
    source.budget.addNode();
    const position = source.position();
    switch (source.unit) {
      case '"':
        return { kind: "text", text: this.#readText(), ignoresCase: false, position };
      case "[":
        return this.#readClass(position);
      case ".":
        source.offset++;
        return { kind: "characters", ranges: [], isNegated: true, position };
      case "(":
        return this.#readGroup();
      case "<":
      case "!":
        return this.#readToken(position);
    }
    const name = source.match(NAME)?.[0];
    if (name === undefined) return undefined;
    if (!this.#uses.has(name)) this.#uses.set(name, position);
    return { kind: "rule", name, position };
  }

  #readGroup(): Expression {
    const source = this.#source;
    const open = source.offset++;
    source.enter();
    source.match(ANY_SPACE);
    const inner = this.#readAlternatives(true);
    if (!source.eat(")")) {
      source.fail(`${ITEM}, "|", or the ")" of line ${source.positionAt(open).line}`);
    }
    source.leave();
    return inner;
  }

  /** Reads the repeats behind an item; there may be several, one around the other. */
  #readRepeats(item: Expression, space: RegExp): Expression {
    const source = this.#source;
    let levels = 0;
    for (;;) {
      source.match(space);
      const bounds = this.#readRepeat();
      if (bounds === undefined) break;
      source.enter();
      levels++;
      item = repeatOf(item, bounds[0], bounds[1]);
    }
    source.leave(levels);
    return item;
  }

  #readRepeat(): [number, number | null] | undefined {
    const source = this.#source;
    if (source.eat("*")) return [0, null];
    if (source.eat("+")) return [1, null];
    if (source.eat("?")) return [0, 1];
    const open = source.offset;
    if (!source.eat("{")) return undefined;
    const min = this.#readCount();
    const hasComma = source.eat(",");
    source.match(ANY_SPACE);
    const max = hasComma ? this.#readCount() : min;
    if (min === undefined && max === undefined) source.fail("a number of repeats");
    if (!source.eat("}")) source.fail(hasComma ? 'a number or "}"' : '"," or "}"');
    if (max !== undefined && max < (min ?? 0)) {
      source.fail(`bounds in order (${min} is more than ${max})`, open);
    }
    return [min ?? 0, max ?? null];
  }

  #readCount(): number | undefined {
    const source = this.#source;
    source.match(ANY_SPACE);
    const digits = source.match(/[0-9]+/y)?.[0];
    source.match(ANY_SPACE);
    if (digits === undefined) return undefined;
    source.budget.checkRepeat(Number(digits));
    return Number(digits);
  }

  #readText(): string {
    const source = this.#source;
    const open = source.offset++;
    let text = "";
    while (!source.eat('"')) {
      this.#checkOpen(open, "text", '"');
      const plain = source.match(/[^"\\\r\n]+/y);
      text += plain?.[0] ?? String.fromCodePoint(this.#readEscape());
    }
    return text;
  }

  #readClass(position: SourcePosition): Expression {
    const source = this.#source;
    const open = source.offset++;
    const isNegated = source.eat("^");
    const ranges: [number, number][] = [];
    while (!source.eat("]")) {
      const rangeStart = source.offset;
      const first = this.#readClassCharacter(open);
      let last = first;
      if (source.isAt("-") && source.text[source.offset + 1] !== "]") {
        source.offset++;
        last = this.#readClassCharacter(open);
      }
      if (last < first) source.fail("a range in order", rangeStart);
      source.budget.addNode();
      ranges.push([first, last]);
    }
    if (ranges.length === 0) {
      source.fail('a member of the class (any character is written as ".")', source.offset - 1);
    }
    return { kind: "characters", ranges, isNegated, position };
  }

  #readClassCharacter(open: number): number {
    this.#checkOpen(open, "class", "]");
    return this.#source.unit === "\\" ? this.#readEscape() : this.#source.nextCodePoint();
  }

  #checkOpen(open: number, what: string, close: string): void {
    const source = this.#source;
    if (source.atEnd || /[\r\n]/.test(source.unit)) {
      const { line, column } = source.positionAt(open);
      const quoted = close === '"' ? `'"'` : `"${close}"`;
      source.fail(`the ${quoted} of the ${what} that begins at line ${line}, column ${column}`);
    }
  }

  #readEscape(): number {
    const source = this.#source;
    const start = source.offset++;
    const letter = source.unit;
    source.offset++;
    const hexLength = HEX_LENGTHS[letter];
    if (hexLength !== undefined) {
      const digits = source.text.slice(source.offset, source.offset + hexLength);
      if (!/^[0-9A-Fa-f]+$/.test(digits) || digits.length < hexLength) {
        source.fail(`${hexLength} hexadecimal digits after "\\${letter}"`);
      }
      const codePoint = parseInt(digits, 16);
      if (codePoint > 0x10ffff || codePoint >= 0xd800 && codePoint <= 0xdfff) {
        source.fail("a Unicode character (of two surrogates, write the one with \\U)", start);
      }
      source.offset += hexLength;
      return codePoint;
    }
    if (letter !== "" && '\\"[]-^'.includes(letter)) return letter.charCodeAt(0);
    return ESCAPES[letter] ??
      source.fail('one of \\n \\r \\t \\\\ \\" \\[ \\] \\- \\^ \\xNN \\uNNNN \\UNNNNNNNN', start);
  }

  #readToken(position: SourcePosition): Expression {
    const source = this.#source;
    const isNegated = source.eat("!");
    if (source.unit !== "<") source.fail('a token "<" after "!"');
    const open = source.offset;
    const token = source.match(/<[^>\r\n]+>/y)?.[0] ??
      source.fail('a token: "<", its text or [id], and ">" on the same line');
    if (!token.startsWith("<[")) return { kind: "token", token, isNegated, position };
    const id = tokenWithId(token) ??
      source.fail('a token\'s id as "<[1000]>"', open);
    return { kind: "token", token: id, isNegated, position };
  }
}
