/**
 * The writer of GBNF: the common form in, text out that llama.cpp reads, too.
 *
 * What GBNF has no words for is said in others where that is possible: ignored terminals are written into the
 * rules, regular expressions and texts of either case become groups and classes. Look-arounds and JSON Schemas
 * have no equivalent. The start rule is `root`; other names keep to letters, digits and dashes, since underscores
 * are read by newer versions of llama.cpp only.
 *
 * @module
 */

import type { CharactersExpression, Expression, Grammar } from "./grammar_form.ts";
import { withIgnoredWritten } from "./ignored_text.ts";
import { regexTree, textPattern, treeExpression } from "./regex_expression.ts";
import { renamedRules } from "./rule_names.ts";
import {
  escapeUnseen,
  type LeafExpression,
  LINE_LENGTH,
  type Place,
  quoteText,
  RuleWriter,
} from "./rule_writer.ts";
import { tokenLiteral } from "./token_literal.ts";

/**
 * Writes a grammar in GBNF.
 *
 * @param grammar The grammar.
 * @returns The text, with a line end behind each rule. `parseGbnf` reads it as a grammar of the same language.
 * @throws {GrammarFormatError} Something in it has no equivalent in GBNF.
 *
 * @example
 * ```ts
 * import { formatGbnf, parseGbnf } from "@espalier/core/grammar";
 *
 * const grammar = parseGbnf('root::="a"|( "b" )');
 * console.assert(formatGbnf(grammar) === 'root ::= "a" | "b"\n');
 * ```
 */
export function formatGbnf(grammar: Grammar): string {
  const written = withIgnoredWritten(grammar);
  const names = renamedRules(written, "root", ({ name }) => gbnfName(name), "-");
  return written.rules.map((rule) => new GbnfWriter("gbnf", rule, names).write()).join("");
}

function gbnfName(name: string): string {
  const changed = name.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return changed === "" ? "rule" : changed;
}

class GbnfWriter extends RuleWriter {
  protected override readonly nothing = '""';

  write(): string {
    const { expression } = this.rule;
    const line = `${this.name} ::= ${this.format(expression, "rule")}`;
    if (line.length <= LINE_LENGTH || expression.kind !== "choice") return `${line}\n`;
    // llama.cpp goes on with a rule behind a bar only, so the bars stand at the ends of the lines.
    return `${this.name} ::=\n  ${this.formatOptions(expression).join(" |\n  ")}\n`;
  }

  protected override formatLeaf(leaf: LeafExpression, place: Place): string {
    switch (leaf.kind) {
      case "text":
        return leaf.ignoresCase
          ? this.formatPattern(textPattern(leaf), "", place)
          : quoteText(leaf.text);
      case "textUntil":
        return this.refuse("free text up to a given one");
      case "characters":
        return this.formatCharacters(leaf);
      case "regex":
        return this.formatPattern(leaf.pattern, leaf.flags, place);
      case "token": {
        const literal = tokenLiteral(leaf) ??
          this.refuse(`the token ${JSON.stringify(leaf.token)}, which is not written as <…>,`);
        return (leaf.isNegated ? "!" : "") + literal;
      }
      case "json":
        return this.refuse("a JSON Schema");
    }
  }

  protected override formatRepeat(part: string, min: number, max: number | null): string {
    if (max === null) return part + (min === 0 ? "*" : min === 1 ? "+" : `{${min},}`);
    if (min === 0 && max === 1) return `${part}?`;
    return part + (min === max ? `{${min}}` : `{${min},${max}}`);
  }

  private formatPattern(pattern: string, flags: string, place: Place): string {
    const expression: Expression = treeExpression(regexTree({ pattern, flags })) ??
      this.refuse(`the look-around or anchor of /${pattern}/`);
    return this.format(expression, place);
  }

  private formatCharacters({ ranges, isNegated }: CharactersExpression): string {
    if (ranges.length === 0) return isNegated ? "." : this.refuse("a class without members");
    // A dash between others is a range; at the end it is itself.
    const isDash = ([first, last]: readonly [number, number]) => first === 0x2d && last === 0x2d;
    const members = ranges.filter((range) => !isDash(range)).map(([first, last], i) => {
      const from = classCharacter(first, i === 0 && !isNegated);
      return first === last ? from : `${from}-${classCharacter(last, false)}`;
    });
    return `[${isNegated ? "^" : ""}${members.join("")}${ranges.some(isDash) ? "-" : ""}]`;
  }
}

function classCharacter(codePoint: number, isFirst: boolean): string {
  const character = String.fromCodePoint(codePoint);
  if (character === "^" && isFirst) return "\\x5E";
  return "[]\\".includes(character) ? `\\${character}` : escapeUnseen(character);
}
