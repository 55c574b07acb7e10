/**
 * The reader of grammars in Lark's notation, with what llguidance adds to it.
 *
 *     start: "answer:" (YES | number)     // a rule: what is ignored may stand between its parts
 *     number: INT ("," INT)*
 *     YES: "yes"i                         // a terminal: one piece of text
 *     %import common (INT, WS)
 *     %ignore WS
 *
 * First the statements are read, text by text (this file, and `lark_expressions.ts` for what stands behind
 * the colons), then `lark_assembly.ts` follows imports and fills in templates. Accepted without effect on
 * the language: the marks `?` and `!` before names, aliases (`-> name`), priorities (`.2`) and llguidance's
 * `[capture]`: they shape trees, or choose between several readings of one text. From llguidance: `%json
 * {…}`, `%regex {…}`, tokens `<name>`, `{m,n}`, `#` comments, dashes in names. Linear in the text and what
 * is made from its templates. Source: Lark's grammar reference (1.3); llguidance's guide to its syntax.
 *
 * @module
 */

import { DuplicateRuleError, UnsupportedGrammarError } from "./errors.ts";
import type { Expression, SourcePosition } from "./grammar_form.ts";
import type { GrammarText } from "./grammar_text.ts";
import {
  ANY_SPACE,
  INLINE_SPACE,
  LarkExpressionReader,
  type LarkSink,
} from "./lark_expressions.ts";
import {
  type GrammarWarning,
  isTemplateUse,
  isTerminalName,
  type LarkChange,
  type LarkDefinition,
  type LarkImport,
  type LarkImportedName,
  type LarkText,
} from "./lark_text.ts";
import { unusedName } from "./rule_names.ts";

/**
 * Reads the statements of one text.
 *
 * @param source The text, from its beginning.
 * @param warnings What is worth telling is added here.
 */
export function readLarkText(source: GrammarText, warnings: GrammarWarning[]): LarkText {
  return new LarkReader(source, warnings).read();
}

const STATEMENT = "a definition (name: …) or a directive (%ignore, %import)";
const PATH_NAME = /[A-Za-z_](?:[A-Za-z0-9_]|-(?!>))*/y;

class LarkReader implements LarkSink {
  readonly #definitions = new Map<string, LarkDefinition>();
  readonly #changes: LarkChange[] = [];
  readonly #imports: LarkImport[] = [];
  readonly #ignored: { name: string; position: SourcePosition }[] = [];
  readonly #expressions: LarkExpressionReader;
  readonly #source: GrammarText;
  readonly #warnings: GrammarWarning[];
  /** Name of what is being defined, for warnings. */
  #current = "";

  constructor(source: GrammarText, warnings: GrammarWarning[]) {
    this.#source = source;
    this.#warnings = warnings;
    this.#expressions = new LarkExpressionReader(source, this);
  }

  read(): LarkText {
    const source = this.#source;
    source.match(ANY_SPACE);
    while (!source.atEnd) {
      if (source.unit === "%") this.#readDirective();
      else this.#define(this.#readDefinition());
      if (!source.atEnd && !/[\r\n]/.test(source.unit)) source.fail("a new line");
      source.match(ANY_SPACE);
    }
    return {
      definitions: this.#definitions,
      changes: this.#changes,
      imports: this.#imports,
      ignored: this.#ignored,
    };
  }

  warnOfLook(position: SourcePosition): void {
    this.#warnings.push({
      code: "local_look_around",
      message:
        "a look-around or word boundary at an end of a terminal sees that terminal's own text only",
      rule: this.#current,
      position,
    });
  }

  defineTerminal(prefix: string, expression: Expression, position: SourcePosition): string {
    const name = unusedName(`${prefix}_${position.line}`, this.#definitions);
    this.#define({ name, parameters: [], expression, isTerminal: true, position });
    return name;
  }

  #define(definition: LarkDefinition): void {
    const { name, position } = definition;
    const first = this.#definitions.get(name);
    if (first !== undefined) throw new DuplicateRuleError(name, position, first.position);
    this.#source.budget.addRule();
    this.#definitions.set(name, definition);
  }

  #readDefinition(): LarkDefinition {
    const source = this.#source;
    // Marks for the shape of Lark's trees.
    source.match(/[!?]+/y);
    const position = source.position();
    const name = this.#expressions.readName(STATEMENT);
    const isTerminal = isTerminalName(name);
    this.#current = name;
    source.match(INLINE_SPACE);
    this.#readAttributes();
    const parameters = this.#readParameters(isTerminal);
    source.match(INLINE_SPACE);
    if (source.match(/\.[ \t]*[+-]?[0-9]+/y) !== undefined) source.match(INLINE_SPACE);
    if (source.isAt("::")) {
      throw new UnsupportedGrammarError(
        "a rule with a parameter (name::…)",
        "a rule stands for the same texts wherever it is used",
        source.position(),
      );
    }
    if (!source.eat(":")) source.fail(`":" after the name ${JSON.stringify(name)}`);
    const expression = this.#expressions.readDefinition(isTerminal);
    return { name, parameters, expression, isTerminal, position };
  }

  /** Reads llguidance's `[capture]`; its other attributes would change the language. */
  #readAttributes(): void {
    const source = this.#source;
    const open = source.position();
    const found = source.match(/\[([^\]\r\n]*)\]/y)?.[1];
    if (found === undefined) return;
    if (!/^\s*capture(?:\s*=\s*"(?:[^"\\]|\\.)*")?\s*$/.test(found)) {
      throw new UnsupportedGrammarError(
        `[${found}]`,
        "of the attributes of rules, only capture leaves the language as it is",
        open,
      );
    }
    source.match(INLINE_SPACE);
  }

  #readParameters(isTerminal: boolean): string[] {
    const source = this.#source;
    if (!source.eat("{")) return [];
    const parameters: string[] = [];
    do {
      source.match(ANY_SPACE);
      const start = source.offset;
      const name = this.#expressions.readName("the name of a parameter");
      if (parameters.includes(name)) source.fail("parameters with different names", start);
      if (isTerminal && !isTerminalName(name)) {
        source.fail("a parameter in upper case (it stands for a terminal)", start);
      }
      parameters.push(name);
      source.match(ANY_SPACE);
    } while (source.eat(","));
    if (!source.eat("}")) source.fail('"," or "}"');
    return parameters;
  }

  #readDirective(): void {
    const source = this.#source;
    const position = source.position();
    const directive = source.match(/%[a-zA-Z]*/y)![0];
    source.match(INLINE_SPACE);
    switch (directive) {
      case "%ignore":
        return this.#readIgnored(position);
      case "%import":
        this.#imports.push(this.#readImport(position));
        source.match(INLINE_SPACE);
        return;
      case "%override":
      case "%extend":
        this.#changes.push({
          ...this.#readDefinition(),
          change: directive === "%override" ? "override" : "extend",
        });
        return;
      case "%declare":
        throw new UnsupportedGrammarError(
          directive,
          "every terminal needs a definition, as no lexer stands beside the grammar",
          position,
        );
      case "%llguidance":
        // An empty one only says whose notation it is.
        if (source.match(/\{\s*\}/y) !== undefined) return;
        throw new UnsupportedGrammarError(directive, "only the empty {} is accepted", position);
    }
    source.fail(STATEMENT, source.offset - directive.length);
  }

  #readIgnored(position: SourcePosition): void {
    this.#current = "%ignore";
    const expression = this.#expressions.readDefinition(true);
    const isName = expression.kind === "rule" && !isTemplateUse(expression);
    const name = isName ? expression.name : this.defineTerminal("_IGNORED", expression, position);
    this.#ignored.push({ name, position: expression.position ?? position });
  }

  #readImport(position: SourcePosition): LarkImport {
    const source = this.#source;
    const isFileName = source.unit === '"';
    const isRelative = !isFileName && source.eat(".");
    let from: string;
    let single: LarkImportedName | undefined;
    if (isFileName) {
      from = source.match(/"([^"\\\r\n]+)"/y)?.[1] ?? source.fail("the name of a file, in quotes");
      if (source.eat(".")) single = this.#readImportedName();
    } else {
      const path = [this.#readPathName()];
      let last = source.position();
      while (source.eat(".")) {
        last = source.position();
        path.push(this.#readPathName());
      }
      source.match(INLINE_SPACE);
      if (source.unit !== "(") {
        const name = path.pop()!;
        if (path.length === 0) source.fail('"." and a name, or names in parentheses "("');
        single = this.#readAlias(name, last);
      }
      from = path.join("/");
    }
    source.match(INLINE_SPACE);
    const names = single === undefined ? this.#readImportedNames() : [single];
    return { from, isFileName, isRelative, names, position };
  }

  #readImportedNames(): LarkImportedName[] {
    const source = this.#source;
    if (!source.eat("(")) source.fail('names in parentheses "("');
    const names: LarkImportedName[] = [];
    do {
      source.match(ANY_SPACE);
      names.push(this.#readImportedName());
      source.match(ANY_SPACE);
    } while (source.eat(","));
    if (!source.eat(")")) source.fail('"," or ")"');
    return names;
  }

  #readImportedName(): LarkImportedName {
    const position = this.#source.position();
    return this.#readAlias(this.#readPathName(), position);
  }

  #readAlias(name: string, position: SourcePosition): LarkImportedName {
    const source = this.#source;
    source.match(INLINE_SPACE);
    if (!source.eat("->")) return { name, alias: name, position };
    source.match(INLINE_SPACE);
    return { name, alias: this.#expressions.readName("the new name"), position };
  }

  /** Names of files, and of what is in those of other notations, may be of either case. */
  #readPathName(): string {
    return this.#source.match(PATH_NAME)?.[0] ?? this.#source.fail("a name");
  }
}
