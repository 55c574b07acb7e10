/**
 * How expressions are put together and taken apart: what readers, formatters and checks of grammars share.
 *
 * Sequences and choices of one part are that part, so that a text means the same however many parentheses
 * it has.
 *
 * @module
 */

import type { Expression, SourcePosition, TextExpression } from "./grammar_form.ts";

/** The empty text. */
export const NOTHING: Expression = { kind: "sequence", parts: [] };

/** One part after the other. */
export function sequenceOf(parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
}

/** One of the options, of which there is at least one. */
export function choiceOf(options: readonly Expression[]): Expression {
  return options.length === 1 ? options[0]! : { kind: "choice", options };
}

/** A part again and again; `max` of `null` is no bound. */
export function repeatOf(part: Expression, min: number, max: number | null): Expression {
  return { kind: "repeat", part, min, max };
}

/** A text as it stands. */
export function textOf(text: string, position?: SourcePosition): TextExpression {
  return { kind: "text", text, ignoresCase: false, ...position && { position } };
}

/** The expressions directly inside one. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "sequence":
      return expression.parts;
    case "choice":
      return expression.options;
    case "repeat":
      return [expression.part];
    default:
      return [];
  }
}

/** The same expression over other parts. */
export function withParts(
  expression: Expression,
  change: (part: Expression) => Expression,
): Expression {
  switch (expression.kind) {
    case "sequence":
      return { ...expression, parts: expression.parts.map(change) };
    case "choice":
      return { ...expression, options: expression.options.map(change) };
    case "repeat":
      return { ...expression, part: change(expression.part) };
    default:
      return expression;
  }
}

/** Calls `visit` on an expression and all inside it, outermost first. */
export function visitExpressions(
  expression: Expression,
  visit: (expression: Expression) => void,
): void {
  visit(expression);
  for (const part of partsOf(expression)) visitExpressions(part, visit);
}
