/**
 * `unevaluatedProperties` and `unevaluatedItems`: a schema as a union of cases, each with what it evaluates.
 *
 * What counts as evaluated depends on which subschemas hold. So a schema is split into cases that exclude each other
 * (this branch of `anyOf` and not that one, `if` or `else`, …); within a case the evaluated properties are known, and
 * the keyword becomes an ordinary `additionalProperties`-like assertion. The cases are exact, so that the
 * negation of their union is right as well.
 *
 * Source: JSON Schema core, draft 2020-12, section 11.
 *
 * @module
 */

import { UnsupportedSchemaError } from "./errors.ts";
import { type ApplicatorEvaluation, dynamicTarget } from "./applicators.ts";
import { and, type Formula, or } from "./formula.ts";
import { ALWAYS, type Literal, NEVER, type SchemaReference } from "./goal.ts";
import type { SchemaNode } from "./schema_node.ts";

/** A case of a schema. */
export interface EvaluatedCase<A, E> {
  readonly formula: Formula<A>;
  readonly evaluated: E;
}

/** What differs between properties and items. */
export interface EvaluationRules<A, E> {
  readonly keyword: "unevaluatedProperties" | "unevaluatedItems";
  readonly nothing: E;
  readonly everything: E;
  /** What the node's own keywords evaluate. */
  own(node: SchemaNode): E;
  merge(a: E, b: E): E;
  /** The schema of what is left unevaluated, if the node has one. */
  rest(node: SchemaNode): SchemaNode | undefined;
  /** What that schema asserts where `evaluated` is evaluated. */
  restFormula(reference: SchemaReference, rest: SchemaNode, evaluated: E): Formula<A>;
  /** `dependentSchemas`: the condition that a name is there, where that means something. */
  presence?(name: string, present: boolean): Formula<A>;
}

/** Most branches of one `anyOf` that may evaluate different things. */
const MAXIMUM_BRANCHES = 7;
const MAXIMUM_CASES = 512;

/** Splits schemas into cases. */
export class UnevaluatedCases<A, E> {
  readonly #active = new Set<number>();

  constructor(
    private readonly evaluation: ApplicatorEvaluation<Formula<A>>,
    private readonly rules: EvaluationRules<A, E>,
  ) {}

  /** The formula of a schema that has the keyword; undefined for any other schema. */
  formula(reference: SchemaReference): Formula<A> | undefined {
    if (this.rules.rest(reference.node) === undefined) return undefined;
    return or(this.cases(reference).map((one) => one.formula));
  }

  /** The cases of a schema, the keyword's own assertion included. */
  cases(reference: SchemaReference): EvaluatedCase<A, E>[] {
    const { rules } = this;
    const inner = this.casesWithout(reference);
    const rest = rules.rest(reference.node);
    if (rest === undefined) return inner;
    return inner.map(({ formula, evaluated }) => ({
      formula: and([formula, rules.restFormula(reference, rest, evaluated)]),
      evaluated: rules.everything,
    }));
  }

  private casesWithout(reference: SchemaReference): EvaluatedCase<A, E>[] {
    if (this.#active.has(reference.id)) {
      throw new UnsupportedSchemaError(
        "$ref",
        reference.node.pointer,
        "the schema refers to itself without a property or an item in between",
      );
    }
    this.#active.add(reference.id);
    try {
      return this.splitCases(reference);
    } finally {
      this.#active.delete(reference.id);
    }
  }

  private splitCases(reference: SchemaReference): EvaluatedCase<A, E>[] {
    const { node, scope } = reference;
    const { rules, evaluation } = this;
    const { algebra, goals } = evaluation;
    const literal = (child: SchemaNode) => goals.literal(child, scope);
    let cases: EvaluatedCase<A, E>[] = [
      { formula: algebra.own(reference), evaluated: rules.own(node) },
    ];
    const times = (others: readonly EvaluatedCase<A, E>[]) => {
      cases = this.product(reference, cases, others);
    };
    for (const child of node.allOf) times(this.literalCases(literal(child)));
    if (node.ref !== undefined) times(this.literalCases(literal(node.ref)));
    const dynamic = dynamicTarget(goals, reference);
    if (dynamic !== undefined) times(this.literalCases(dynamic));
    if (node.not !== undefined) {
      times([this.plain(algebra.not(evaluation.literal(literal(node.not))))]);
    }
    if (node.oneOf !== undefined) {
      const literals = node.oneOf.map(literal);
      times(literals.flatMap((chosen, i) => {
        const others = literals.filter((_, j) => j !== i)
          .map((other) => algebra.not(evaluation.literal(other)));
        return this.product(reference, this.literalCases(chosen), [this.plain(and(others))]);
      }));
    }
    if (node.anyOf !== undefined) times(this.anyOf(reference, node.anyOf.map(literal)));
    if (node.if !== undefined) {
      const condition = literal(node.if);
      const branch = (child: SchemaNode | undefined) =>
        child === undefined
          ? [this.plain(evaluation.literal(ALWAYS))]
          : this.literalCases(literal(child));
      times([
        ...this.product(reference, this.literalCases(condition), branch(node.then)),
        ...this.product(
          reference,
          [this.plain(algebra.not(evaluation.literal(condition)))],
          branch(node.else),
        ),
      ]);
    }
    if (rules.presence !== undefined) {
      for (const [name, child] of node.dependentSchemas) {
        times([
          this.plain(rules.presence(name, false)),
          ...this.product(
            reference,
            [this.plain(rules.presence(name, true))],
            this.literalCases(literal(child)),
          ),
        ]);
      }
    }
    return cases;
  }

  private plain(formula: Formula<A>): EvaluatedCase<A, E> {
    return { formula, evaluated: this.rules.nothing };
  }

  private literalCases(literal: Literal): EvaluatedCase<A, E>[] {
    if (literal === NEVER) return [];
    if (literal === ALWAYS || (literal & 1) === 1) {
      return [this.plain(this.evaluation.literal(literal))];
    }
    return this.cases(this.evaluation.goals.reference(literal));
  }

  /** All subsets of the branches but the empty one: those hold, the others do not. */
  private anyOf(reference: SchemaReference, literals: readonly Literal[]): EvaluatedCase<A, E>[] {
    const { evaluation, rules } = this;
    const { algebra } = evaluation;
    const all = literals.map((literal) => this.literalCases(literal));
    const silent: Literal[] = [], speaking: number[] = [];
    all.forEach((cases, i) => {
      if (cases.every((one) => one.evaluated === rules.nothing)) silent.push(literals[i]!);
      else speaking.push(i);
    });
    if (speaking.length > MAXIMUM_BRANCHES) {
      throw new UnsupportedSchemaError(
        rules.keyword,
        reference.node.pointer,
        `beside an anyOf of ${speaking.length} branches that evaluate something; at most ` +
          `${MAXIMUM_BRANCHES} are supported`,
      );
    }
    const someSilent = or(silent.map((literal) => evaluation.literal(literal)));
    const result: EvaluatedCase<A, E>[] = [];
    for (let subset = 0; subset < 1 << speaking.length; subset++) {
      let cases: EvaluatedCase<A, E>[] = [
        this.plain(subset === 0 ? someSilent : evaluation.literal(ALWAYS)),
      ];
      speaking.forEach((index, bit) => {
        const holds = (subset >> bit & 1) === 1;
        cases = this.product(
          reference,
          cases,
          holds ? all[index]! : [this.plain(algebra.not(evaluation.literal(literals[index]!)))],
        );
      });
      result.push(...cases);
    }
    return result;
  }

  private product(
    reference: SchemaReference,
    left: readonly EvaluatedCase<A, E>[],
    right: readonly EvaluatedCase<A, E>[],
  ): EvaluatedCase<A, E>[] {
    const { rules } = this;
    const result: EvaluatedCase<A, E>[] = [];
    for (const a of left) {
      for (const b of right) {
        const formula = and([a.formula, b.formula]);
        if (formula.op === "false") continue;
        const evaluated = a.evaluated === rules.nothing
          ? b.evaluated
          : b.evaluated === rules.nothing
          ? a.evaluated
          : rules.merge(a.evaluated, b.evaluated);
        result.push({ formula, evaluated });
      }
    }
    if (result.length > MAXIMUM_CASES) {
      throw new UnsupportedSchemaError(
        rules.keyword,
        reference.node.pointer,
        `the schemas beside it combine in more than ${MAXIMUM_CASES} ways`,
      );
    }
    return result;
  }
}
