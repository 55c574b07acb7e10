/**
 * From the definitions of a text in Lark's notation to a grammar: templates become rules, and terminals are
 * checked.
 *
 * Last stage of Lark's notation. A template with certain arguments is one rule, however often it is used,
 * so recursive templates end. Those whose arguments grow with each use do not; the limits on rules, nodes
 * and depth stop them. Linear in the rules that come out.
 *
 * @module
 */

import { GrammarSyntaxError, RecursiveTerminalError, UndefinedRuleError } from "./errors.ts";
import { visitExpressions, withParts } from "./expressions.ts";
import type { Expression, Grammar, GrammarRule } from "./grammar_form.ts";
import { GrammarBudget, type GrammarLimits, GrammarText } from "./grammar_text.ts";
import { definitionsOf, type GrammarImports } from "./lark_imports.ts";
import { readLarkText } from "./lark_reader.ts";
import { checkReferences } from "./lark_references.ts";
import {
  type GrammarWarning,
  isTemplateUse,
  type LarkDefinition,
  type TemplateUse,
} from "./lark_text.ts";
import { unusedName } from "./rule_names.ts";

/** How a text in Lark's notation is read. */
export interface LarkOptions {
  /** Name of the rule that a whole text fits. Default `start`. */
  readonly start?: string;
  /** The texts to import from. Default: none but the library `common`. */
  readonly imports?: GrammarImports;
  /** Bounds; see {@link GrammarLimits}. */
  readonly limits?: GrammarLimits;
}

/**
 * Reads a grammar in Lark's notation.
 *
 * @param text The grammar.
 * @param options Start rule, imports and limits.
 * @returns The grammar; its own rules in the order of the text, then those that are imported or made from
 *   templates.
 * @throws {GrammarSyntaxError} The text is not what the notation allows.
 * @throws {UnsupportedGrammarError} It has what means nothing here, such as `%declare` or a back-reference.
 * @throws {UndefinedRuleError} It uses a name that it does not define, or has no start rule.
 * @throws {DuplicateRuleError} It defines a name twice.
 * @throws {RecursiveTerminalError} A terminal reaches itself.
 * @throws {GrammarImportError} Something cannot be imported.
 * @throws {LimitExceededError} It is too long, too deep, or has too much in it.
 *
 * @example
 * ```ts
 * import { parseLark } from "@espalier/core/grammar";
 *
 * const grammar = parseLark('start: INT ("," INT)*\n%import common.INT');
 * console.assert(grammar.rules.map(({ name }) => name).join() === "start,INT");
 * ```
 */
export function parseLark(text: string, options: LarkOptions = {}): Grammar {
  return readLark(text, options, []);
}

/** Reads a grammar, and adds what is worth telling to `warnings`. */
export function readLark(text: string, options: LarkOptions, warnings: GrammarWarning[]): Grammar {
  const { start = "start", imports = {}, limits } = options;
  const budget = new GrammarBudget(limits);
  const read = readLarkText(new GrammarText(text, budget), warnings);
  const definitions = definitionsOf(read, { imports, budget, warnings, path: [] });
  checkReferences(definitions);
  const rules = new TemplateFiller(definitions, budget).fill();
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  if (!byName.has(start)) throw new UndefinedRuleError(start);
  for (const { name, position } of read.ignored) {
    if (!byName.has(name)) throw new UndefinedRuleError(name, position);
  }
  checkTerminals(byName);
  return { start, rules, ignored: [...new Set(read.ignored.map(({ name }) => name))] };
}

/** Makes rules of definitions. */
class TemplateFiller {
  readonly #rules: GrammarRule[] = [];
  /** Names of the rules made from templates, by template and arguments. */
  readonly #made = new Map<string, string>();
  readonly #taken: Set<string>;
  readonly #queue: (() => void)[] = [];

  constructor(
    private readonly definitions: ReadonlyMap<string, LarkDefinition>,
    private readonly budget: GrammarBudget,
  ) {
    this.#taken = new Set(definitions.keys());
  }

  fill(): GrammarRule[] {
    for (const definition of this.definitions.values()) {
      if (definition.parameters.length > 0) continue;
      this.#addRule(definition, definition.name, new Map());
    }
    // The queue grows while it is worked off.
    for (const makeRule of this.#queue) makeRule();
    return this.#rules;
  }

  #addRule(
    { expression, isTerminal, position }: LarkDefinition,
    name: string,
    values: ReadonlyMap<string, Expression>,
  ): void {
    this.#rules.push({
      name,
      expression: this.#filled(expression, values, 0),
      isTerminal,
      position,
    });
  }

  #filled(
    expression: Expression,
    values: ReadonlyMap<string, Expression>,
    depth: number,
  ): Expression {
    this.budget.addNode();
    this.budget.checkDepth(depth);
    if (isTemplateUse(expression)) {
      return this.#use(
        expression,
        expression.arguments.map((value) => this.#filled(value, values, depth + 1)),
      );
    }
    const value = expression.kind === "rule" ? values.get(expression.name) : undefined;
    // Going through the value counts its nodes and its depth again, as it is there once more.
    if (value !== undefined) return this.#filled(value, NO_VALUES, depth);
    return withParts(expression, (part) => this.#filled(part, values, depth + 1));
  }

  #use(use: TemplateUse, values: readonly Expression[]): Expression {
    const template = this.definitions.get(use.name)!;
    const key = JSON.stringify(
      [use.name, values],
      (name, value) => name === "position" ? undefined : value,
    );
    // Arguments may be long, and handed on many times.
    this.budget.addNode(key.length >> 4);
    let name = this.#made.get(key);
    if (name === undefined) {
      name = unusedName(`${use.name}__${this.#made.size + 1}`, this.#taken);
      this.#made.set(key, name);
      this.#taken.add(name);
      this.budget.addRule();
      const made = name;
      const bound = new Map(template.parameters.map((parameter, i) => [parameter, values[i]!]));
      this.#queue.push(() => this.#addRule(template, made, bound));
    }
    return { kind: "rule", name, ...use.position && { position: use.position } };
  }
}

const NO_VALUES: ReadonlyMap<string, Expression> = new Map();

/** What stands in terminals is regular: other terminals, none of which reaches itself. */
function checkTerminals(rules: ReadonlyMap<string, GrammarRule>): void {
  const uses = new Map<string, string[]>();
  for (const rule of rules.values()) {
    if (!rule.isTerminal) continue;
    const used = new Set<string>();
    visitExpressions(rule.expression, (part) => {
      const position = part.position ?? rule.position!;
      if (part.kind === "token" || part.kind === "json") {
        throw new GrammarSyntaxError(position, `a ${part.kind}`, "what may stand in a terminal");
      }
      if (part.kind !== "rule") return;
      if (!rules.get(part.name)!.isTerminal) {
        throw new GrammarSyntaxError(
          position,
          `the rule ${JSON.stringify(part.name)}`,
          "a terminal",
        );
      }
      used.add(part.name);
    });
    uses.set(rule.name, [...used]);
  }
  const done = new Set<string>();
  for (const first of uses.keys()) {
    // Depth first with a stack of its own: chains of terminals may be long.
    const path: { name: string; next: number }[] = [{ name: first, next: 0 }];
    const open = new Set([first]);
    while (path.length > 0) {
      const last = path.at(-1)!;
      const used = done.has(last.name) ? undefined : uses.get(last.name)![last.next++];
      if (used === undefined) {
        done.add(last.name);
        open.delete(last.name);
        path.pop();
      } else if (open.has(used)) {
        const names = path.map(({ name }) => name);
        throw new RecursiveTerminalError(
          [...names.slice(names.indexOf(used)), used],
          rules.get(used)!.position!,
        );
      } else if (!done.has(used)) {
        path.push({ name: used, next: 0 });
        open.add(used);
      }
    }
  }
}
