/**
 * The door to the readers: text in either notation in, a grammar and what is worth telling about it out.
 *
 * @module
 */

import { analyzeGrammar } from "./analyze_grammar.ts";
import { readGbnf } from "./gbnf_reader.ts";
import type { Grammar } from "./grammar_form.ts";
import { GrammarBudget, type GrammarLimits } from "./grammar_text.ts";
import { readLark } from "./lark_assembly.ts";
import type { GrammarImports } from "./lark_imports.ts";
import type { GrammarWarning } from "./lark_text.ts";
import { detectNotation, type GrammarNotation } from "./notation.ts";

/** How a grammar's text is read. */
export interface ParseGrammarOptions {
  /** Default `auto`: GBNF if the first definition has `::=`, else Lark's. */
  readonly notation?: GrammarNotation | "auto";
  /** Name of the rule that a whole text fits. Default `root` in GBNF, `start` in Lark's notation. */
  readonly start?: string;
  /** The texts that Lark's `%import` reads from. Default: none but the library `common`. */
  readonly imports?: GrammarImports;
  /** Bounds; see {@link GrammarLimits}. */
  readonly limits?: GrammarLimits;
}

/** A grammar that was read. */
export interface ParsedGrammar {
  /** What was read. */
  readonly grammar: Grammar;
  /** The notation that the text was in. */
  readonly notation: GrammarNotation;
  /** In no particular order; empty for a text without oddities. */
  readonly warnings: readonly GrammarWarning[];
}

/**
 * Reads a grammar.
 *
 * @param text The grammar, in GBNF or in Lark's notation.
 * @param options Notation, start rule, imports and limits.
 * @throws {GrammarSyntaxError} The text is not what the notation allows.
 * @throws {UnsupportedGrammarError} It has what means nothing here; only Lark's notation has such things.
 * @throws {UndefinedRuleError} It uses a name that it does not define, or has no start rule.
 * @throws {DuplicateRuleError} It defines a name twice.
 * @throws {RecursiveTerminalError} A terminal reaches itself.
 * @throws {GrammarImportError} Something cannot be imported.
 * @throws {LimitExceededError} It is too long, too deep, or has too much in it.
 *
 * @example
 * ```ts
 * import { parseGrammar } from "@espalier/core/grammar";
 *
 * const { notation, warnings } = parseGrammar('start: "a" start?\nleft: "b"');
 * console.assert(notation === "lark");
 * console.assert(warnings[0]?.code === "unreachable_rule");
 * ```
 */
export function parseGrammar(text: string, options: ParseGrammarOptions = {}): ParsedGrammar {
  if (typeof text !== "string") {
    throw new TypeError(`the grammar must be a string, got ${typeof text}`);
  }
  const { notation: asked = "auto", start, imports, limits } = options;
  if (asked !== "auto" && asked !== "gbnf" && asked !== "lark") {
    throw new TypeError(`notation must be "gbnf", "lark" or "auto", got ${JSON.stringify(asked)}`);
  }
  const notation = asked === "auto" ? detectNotation(text) : asked;
  const warnings: GrammarWarning[] = [];
  const grammar = notation === "gbnf"
    ? readGbnf(text, start ?? "root", new GrammarBudget(limits))
    : readLark(text, { start, imports, limits }, warnings);
  addAnalysis(grammar, warnings);
  return { grammar, notation, warnings };
}

function addAnalysis(grammar: Grammar, warnings: GrammarWarning[]): void {
  const analysis = analyzeGrammar(grammar);
  const positions = new Map(grammar.rules.map(({ name, position }) => [name, position]));
  const add = (code: GrammarWarning["code"], rule: string, what: string) => {
    const position = positions.get(rule);
    warnings.push({
      code,
      message: `${what} ${JSON.stringify(rule)}`,
      rule,
      ...position && { position },
    });
  };
  for (const rule of analysis.unproductiveRules) add("unproductive_rule", rule, "no text fits");
  for (const rule of analysis.unreachableRules) {
    add("unreachable_rule", rule, `nothing leads from ${JSON.stringify(grammar.start)} to`);
  }
}
