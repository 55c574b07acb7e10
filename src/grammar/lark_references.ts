/**
 * Whether names in Lark's notation lead somewhere, and templates get as many arguments as they have parameters.
 *
 * @module
 */

import { GrammarSyntaxError, UndefinedRuleError } from "./errors.ts";
import { partsOf } from "./expressions.ts";
import type { Expression } from "./grammar_form.ts";
import { isTemplateUse, type LarkDefinition } from "./lark_text.ts";

/**
 * Checks the names in all definitions of a text, imports included.
 *
 * @throws {UndefinedRuleError} A name has no definition.
 * @throws {GrammarSyntaxError} A template lacks arguments, has too many, or what has some is no template.
 */
export function checkReferences(definitions: ReadonlyMap<string, LarkDefinition>): void {
  for (const definition of definitions.values()) {
    const check = (expression: Expression): void => {
      partsOf(expression).forEach(check);
      if (expression.kind !== "rule") return;
      const values = isTemplateUse(expression) ? expression.arguments : [];
      values.forEach(check);
      const position = expression.position ?? definition.position;
      const isParameter = definition.parameters.includes(expression.name);
      const target = definitions.get(expression.name);
      if (target === undefined && !isParameter) {
        throw new UndefinedRuleError(expression.name, position);
      }
      const expected = isParameter ? 0 : target!.parameters.length;
      if (values.length !== expected) {
        throw new GrammarSyntaxError(
          position,
          `${JSON.stringify(expression.name)} with ${values.length}`,
          `${expected} argument${expected === 1 ? "" : "s"}`,
        );
      }
    };
    check(definition.expression);
  }
}
