/**
 * `%import`: rules and terminals of other texts, under names of their own.
 *
 * Second stage of Lark's notation. What is imported brings along what it uses; those come under the text's
 * name and two underscores (`common.NUMBER` brings `COMMON__FLOAT`), so that nothing meets by chance. Other
 * texts may be in GBNF: a rule of one that gets a name in upper case becomes a terminal, with all that it
 * uses. Each text is read once for each text that imports it.
 *
 * @module
 */

import { EspalierError, LimitExceededError } from "../errors.ts";
import { DuplicateRuleError, GrammarImportError } from "./errors.ts";
import { choiceOf, visitExpressions, withParts } from "./expressions.ts";
import { readGbnf } from "./gbnf_reader.ts";
import type { Expression, SourcePosition } from "./grammar_form.ts";
import { type GrammarBudget, GrammarText } from "./grammar_text.ts";
import { LARK_COMMON } from "./lark_common.ts";
import { readLarkText } from "./lark_reader.ts";
import { checkReferences } from "./lark_references.ts";
import {
  type GrammarWarning,
  isTemplateUse,
  isTerminalName,
  type LarkDefinition,
  type LarkImport,
  type LarkImportedName,
  type LarkText,
} from "./lark_text.ts";
import { detectNotation } from "./notation.ts";
import { unusedName } from "./rule_names.ts";

/**
 * The texts that grammars import from: by name, or a function of the name.
 *
 * `%import .dates.DAY` and `%import dates.DAY` ask for `dates.lark`, `dates.gbnf` and `dates`, in this
 * order; `%import .units.si.METRE` for `units/si.lark` and so on; `%import "dates.gbnf" (day)` for
 * `dates.gbnf` only. `common` without a dot is the built-in library.
 */
export type GrammarImports =
  | Readonly<Record<string, string>>
  | ((name: string) => string | undefined);

/** What following imports needs. */
export interface ImportContext {
  readonly imports: GrammarImports;
  readonly budget: GrammarBudget;
  readonly warnings: GrammarWarning[];
  /** Names of the texts that are being imported, outermost first. */
  readonly path: readonly string[];
}

/**
 * All definitions of a text: its own, those that it imports, and its changes to them.
 *
 * @param text What was read.
 * @param context Where imported texts are.
 * @throws {GrammarImportError} A text to import is missing, wrong, imports itself, or lacks what is imported.
 * @throws {DuplicateRuleError} A name is imported and defined.
 */
export function definitionsOf(text: LarkText, context: ImportContext): Map<string, LarkDefinition> {
  const definitions = new Map(text.definitions);
  const sources = new Map<string, ImportedText>();
  for (const statement of text.imports) {
    const key = JSON.stringify([statement.isFileName, statement.isRelative, statement.from]);
    let source = sources.get(key);
    if (source === undefined) {
      source = new ImportedText(statement, readImported(statement, context), definitions, context);
      sources.set(key, source);
    }
    for (const name of statement.names) source.want(name);
  }
  for (const source of sources.values()) source.bringAlong();
  for (const { change, ...changed } of text.changes) {
    const old = definitions.get(changed.name);
    if (old === undefined) {
      throw new GrammarImportError(
        changed.name,
        `there is nothing of this name to ${change}`,
        changed.position,
      );
    }
    const expression = change === "override"
      ? changed.expression
      : choiceOf([old.expression, changed.expression]);
    definitions.set(changed.name, { ...changed, expression });
  }
  return definitions;
}

/** Reads the text that a statement names, and what that text imports itself. */
function readImported(statement: LarkImport, context: ImportContext): Map<string, LarkDefinition> {
  const { from, position } = statement;
  const isBuiltIn = !statement.isRelative && !statement.isFileName && from === "common";
  const { name, text } = isBuiltIn
    ? { name: from, text: LARK_COMMON }
    : findText(statement, context.imports);
  if (!isBuiltIn && context.path.includes(name)) {
    const path = [...context.path.slice(context.path.indexOf(name)), name];
    throw new GrammarImportError(from, `it imports itself: ${path.join(" -> ")}`, position);
  }
  const inner: ImportContext = { ...context, path: [...context.path, name] };
  try {
    let definitions: Map<string, LarkDefinition>;
    if (detectNotation(text) === "lark") {
      const warnings = isBuiltIn ? [] : context.warnings;
      definitions = definitionsOf(
        readLarkText(new GrammarText(text, context.budget), warnings),
        inner,
      );
    } else {
      const { rules } = readGbnf(text, undefined, context.budget);
      definitions = new Map(
        rules.map((rule) => [rule.name, { ...rule, position: rule.position!, parameters: [] }]),
      );
    }
    checkReferences(definitions);
    return definitions;
  } catch (cause) {
    if (!(cause instanceof EspalierError) || cause instanceof LimitExceededError) throw cause;
    throw new GrammarImportError(from, cause.message, position, { cause });
  }
}

function findText(
  { from, isFileName, position }: LarkImport,
  imports: GrammarImports,
): { name: string; text: string } {
  const names = isFileName ? [from] : [`${from}.lark`, `${from}.gbnf`, from];
  for (const name of names) {
    const text = typeof imports === "function"
      ? imports(name)
      : Object.hasOwn(imports, name)
      ? imports[name]
      : undefined;
    if (text !== undefined) return { name, text };
  }
  throw new GrammarImportError(from, `there is no text ${names.join(" or ")}`, position);
}

/** A name in the imported text, and whether it is wanted as a terminal. */
interface Wanted {
  readonly name: string;
  readonly asTerminal: boolean;
}

/** The definitions of one imported text on their way into the one that imports them. */
class ImportedText {
  /** New names, by what is wanted. */
  readonly #names = new Map<string, string>();
  readonly #queue: Wanted[] = [];

  constructor(
    private readonly statement: LarkImport,
    private readonly imported: ReadonlyMap<string, LarkDefinition>,
    private readonly target: Map<string, LarkDefinition>,
    private readonly context: ImportContext,
  ) {}

  /** Takes a name that the statement lists. */
  want({ name, alias, position }: LarkImportedName): void {
    const definition = this.imported.get(name);
    if (definition === undefined) this.#refuse(`it has no ${JSON.stringify(name)}`, position);
    const asTerminal = isTerminalName(alias);
    if (definition.isTerminal && !asTerminal) {
      this.#refuse(`${name} is a terminal, and ${alias} is a rule's name`, position);
    }
    if (this.target.has(alias)) {
      throw new DuplicateRuleError(alias, position, this.target.get(alias)!.position);
    }
    const wanted = { name, asTerminal };
    const known = this.#names.get(keyOf(wanted));
    if (known === undefined) {
      this.#names.set(keyOf(wanted), alias);
      this.#queue.push(wanted);
      // Holds the place until `bringAlong` fills it.
      this.target.set(alias, { ...definition, isTerminal: asTerminal, position });
    } else {
      if (definition.parameters.length > 0) {
        this.#refuse(`the template ${name} is imported as ${known} already`, position);
      }
      this.context.budget.addRule();
      this.target.set(alias, {
        name: alias,
        parameters: [],
        expression: { kind: "rule", name: known },
        isTerminal: asTerminal,
        position,
      });
    }
  }

  /** Brings in what is wanted, and what that uses. */
  bringAlong(): void {
    for (let wanted = this.#queue.pop(); wanted !== undefined; wanted = this.#queue.pop()) {
      const definition = this.imported.get(wanted.name)!;
      if (wanted.asTerminal && !definition.isTerminal) this.#checkRegular(definition);
      this.context.budget.addRule();
      const name = this.#names.get(keyOf(wanted))!;
      this.target.set(name, {
        name,
        parameters: definition.parameters,
        expression: this.#renamed(definition.expression, definition.parameters, wanted.asTerminal),
        isTerminal: wanted.asTerminal,
        position: this.target.get(name)?.position ?? this.statement.position,
      });
    }
  }

  /** The expression with the new names, and without positions, which are those of another text. */
  #renamed(expression: Expression, parameters: readonly string[], asTerminal: boolean): Expression {
    const rename = (part: Expression): Expression => {
      const { position: _, ...bare } = part;
      if (bare.kind !== "rule") return withParts(bare, rename);
      const name = parameters.includes(bare.name)
        ? bare.name
        : this.#newName(bare.name, asTerminal);
      if (!isTemplateUse(part)) return { kind: "rule", name };
      return { ...bare, name, arguments: part.arguments.map(rename) } as Expression;
    };
    return rename(expression);
  }

  #newName(name: string, inTerminal: boolean): string {
    const wanted = { name, asTerminal: inTerminal || this.imported.get(name)!.isTerminal };
    let newName = this.#names.get(keyOf(wanted));
    if (newName === undefined) {
      const module = this.statement.from.replace(/\.[a-z]+$/, "").replace(/[^A-Za-z0-9]+/g, "_");
      const spelled = `${module}__${name}`.replace(/^_+|-/g, "_");
      newName = unusedName(
        wanted.asTerminal ? spelled.toUpperCase() : spelled.toLowerCase(),
        this.target,
      );
      this.#names.set(keyOf(wanted), newName);
      this.#queue.push(wanted);
      // So that no other text takes the name.
      this.target.set(newName, { ...this.imported.get(name)!, position: this.statement.position });
    }
    return newName;
  }

  /**
   * A rule can become a terminal if it has neither tokens nor schemas; whether it recurses is seen by all
   * terminals' check.
   */
  #checkRegular({ name, expression }: LarkDefinition): void {
    visitExpressions(expression, ({ kind }) => {
      if (kind === "token" || kind === "json") {
        this.#refuse(`${name} cannot be a terminal: it has a ${kind}`, this.statement.position);
      }
    });
  }

  #refuse(reason: string, position: SourcePosition): never {
    throw new GrammarImportError(this.statement.from, reason, position);
  }
}

function keyOf({ name, asTerminal }: Wanted): string {
  return `${asTerminal ? "T" : "r"}${name}`;
}
