/**
 * The writer of Lark's notation: the common form in, text out that Lark and llguidance read, as far as they
 * know what is in it.
 *
 * Everything in the form has an equivalent. Rules whose names are not Lark's are renamed, with lower case
 * for rules and upper case for terminals; the start rule is `start`. Beyond Lark go token literals, `%json`
 * and `\p{…}`; beyond llguidance look-arounds, and a token that is excluded by its text (`!<think>`).
 *
 * @module
 */

import type {
  CharactersExpression,
  Grammar,
  GrammarRule,
  RegexExpression,
} from "./grammar_form.ts";
import { larkRegex } from "./lark_regex.ts";
import { textUntilRegex } from "./regex_expression.ts";
import { renamedRules } from "./rule_names.ts";
import {
  escapeUnseen,
  type LeafExpression,
  LINE_LENGTH,
  quoteText,
  RuleWriter,
} from "./rule_writer.ts";
import { tokenLiteral } from "./token_literal.ts";

/**
 * Writes a grammar in Lark's notation.
 *
 * @param grammar The grammar.
 * @returns The text, with a line end behind each rule. `parseLark` reads it as a grammar of the same language.
 * @throws {GrammarFormatError} Something in it has no equivalent: a token's text that is not written as
 *   `<…>`, an anchor.
 *
 * @example
 * ```ts
 * import { formatLark, parseLark } from "@espalier/core/grammar";
 *
 * const grammar = parseLark('start:WORD   ("," WORD)*\nWORD : /[a-z]+/\n%ignore   " "');
 * console.log(formatLark(grammar));
 * ```
 */
export function formatLark(grammar: Grammar): string {
  const names = renamedRules(grammar, "start", larkName, "_");
  const rules = grammar.rules.map((rule) => new LarkWriter("lark", rule, names).write());
  const ignored = grammar.ignored.map((name) => `%ignore ${names.get(name)}\n`);
  return [...rules, ...ignored].join("");
}

function larkName({ name, isTerminal }: GrammarRule): string {
  const wanted = isTerminal ? name.toUpperCase() : name.toLowerCase();
  const [, dash = "", rest = ""] = /^(_?)(.*)$/.exec(wanted.replace(/[^A-Za-z0-9]+/g, "_"))!;
  if (/^[A-Za-z]/.test(rest)) return dash + rest;
  return `${isTerminal ? "TERMINAL_" : "rule_"}${rest}`;
}

class LarkWriter extends RuleWriter {
  protected override readonly nothing = "()";

  write(): string {
    const { expression } = this.rule;
    const line = `${this.name}: ${this.format(expression, "rule")}`;
    if (line.length <= LINE_LENGTH || expression.kind !== "choice") return `${line}\n`;
    return `${this.name}: ${this.formatOptions(expression).join("\n  | ")}\n`;
  }

  protected override formatLeaf(leaf: LeafExpression): string {
    switch (leaf.kind) {
      case "text":
        if (leaf.text === "") return this.nothing;
        return quoteText(leaf.text) + (leaf.ignoresCase ? "i" : "");
      case "characters":
        return this.formatCharacters(leaf);
      case "regex":
        return this.formatRegex(leaf);
      case "textUntil":
        return this.formatRegex(textUntilRegex(leaf));
      case "token": {
        if (leaf.isNegated && typeof leaf.token === "number") return `<[^${leaf.token}]>`;
        const literal = tokenLiteral(leaf) ??
          this.refuse(`the token ${JSON.stringify(leaf.token)}, which is not written as <…>,`);
        return (leaf.isNegated ? "!" : "") + literal;
      }
      case "json":
        return `%json ${JSON.stringify(schemaObject(leaf.schema), null, 2)}`;
    }
  }

  protected override formatRepeat(part: string, min: number, max: number | null): string {
    if (max === null) {
      return min === 0 ? `${part}*` : min === 1 ? `${part}+` : `(${part}~${min} ${part}*)`;
    }
    if (min === 0 && max === 1) return `${part}?`;
    return min === max ? `${part}~${min}` : `${part}~${min}..${max}`;
  }

  private formatRegex({ pattern, flags }: Pick<RegexExpression, "pattern" | "flags">): string {
    const written = larkRegex(
      pattern,
      flags,
      (anchor) => this.refuse(`the anchor ${anchor} of /${pattern}/`),
    );
    return written === "" ? this.nothing : `/${written}/${flags}`;
  }

  private formatCharacters({ ranges, isNegated }: CharactersExpression): string {
    if (ranges.length === 0) return isNegated ? "/./s" : "/[^\\s\\S]/";
    const [first, last] = ranges[0]!;
    if (ranges.length === 1 && !isNegated) {
      const from = quoteText(String.fromCodePoint(first));
      return first === last ? from : `${from}..${quoteText(String.fromCodePoint(last))}`;
    }
    const members = ranges.map(([from, to]) =>
      from === to ? classCharacter(from) : `${classCharacter(from)}-${classCharacter(to)}`
    );
    return `/[${isNegated ? "^" : ""}${members.join("")}]/`;
  }
}

/** A schema as an object, since that is what stands behind `%json`. */
function schemaObject(schema: unknown): unknown {
  return typeof schema === "boolean" ? (schema ? {} : { not: {} }) : schema;
}

function classCharacter(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  return "[]\\^-/".includes(character) ? `\\${character}` : escapeUnseen(character);
}
