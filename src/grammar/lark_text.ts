/**
 * What one text in Lark's notation says, before imports are followed and templates are filled in.
 *
 * Between the reader (`lark_reader.ts`) and the assembly (`lark_assembly.ts`), and the same for imported texts.
 *
 * @module
 */

import type { Expression, RuleExpression, SourcePosition } from "./grammar_form.ts";

/** Worth telling, though nothing is refused. Codes are stable. */
export interface GrammarWarning {
  /**
   * - `unreachable_rule`: nothing leads from the start to the rule.
   * - `unproductive_rule`: no text fits the rule.
   * - `local_look_around`: a look-around or word boundary stands at an end of a terminal, and sees that
   *   terminal's text only.
   */
  readonly code: "unreachable_rule" | "unproductive_rule" | "local_look_around";
  /** For people. */
  readonly message: string;
  /** Name of the rule that it is about. */
  readonly rule: string;
  /** Where the rule, or the part of it, stands. */
  readonly position?: SourcePosition;
}

/** A rule, a terminal or a template of one. */
export interface LarkDefinition {
  readonly name: string;
  /** A template has some. */
  readonly parameters: readonly string[];
  /** May hold {@link TemplateUse}. */
  readonly expression: Expression;
  readonly isTerminal: boolean;
  readonly position: SourcePosition;
}

/** A definition that changes an imported one. */
export interface LarkChange extends LarkDefinition {
  readonly change: "override" | "extend";
}

/** A template with its arguments; a reference to a rule once that rule is made. */
export interface TemplateUse extends RuleExpression {
  readonly arguments: readonly Expression[];
}

/** Whether a reference has arguments. */
export function isTemplateUse(expression: Expression): expression is TemplateUse {
  return expression.kind === "rule" && "arguments" in expression;
}

/** One `%import`. */
export interface LarkImport {
  /** The text's name, as {@link GrammarImports} are asked for it. */
  readonly from: string;
  /** Whether the name is a file's, to be taken as it is. */
  readonly isFileName: boolean;
  /** Whether it begins with a dot: never the library `common`. */
  readonly isRelative: boolean;
  readonly names: readonly LarkImportedName[];
  readonly position: SourcePosition;
}

/** One name of a `%import`. */
export interface LarkImportedName {
  readonly name: string;
  readonly alias: string;
  readonly position: SourcePosition;
}

/** A whole text. */
export interface LarkText {
  readonly definitions: ReadonlyMap<string, LarkDefinition>;
  readonly changes: readonly LarkChange[];
  readonly imports: readonly LarkImport[];
  /** Names of terminals. */
  readonly ignored: readonly { readonly name: string; readonly position: SourcePosition }[];
}

/** Whether a name is a terminal's: upper case, leading underscores aside. */
export function isTerminalName(name: string): boolean {
  return /^_*[A-Z]/.test(name);
}
