/**
 * What a schema says of one kind of value, computed through its in-place applicators.
 *
 * `allOf`, `anyOf`, `oneOf`, `not`, `if`, `$ref` mean the same for strings, numbers, arrays and objects: Boolean
 * operations on what the parts say. So they are evaluated once, here, over any Boolean algebra; what a schema object's
 * own keywords say (`own`) is the algebra's business. Scalars use sets, arrays and objects use formulas.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import {
  ALWAYS,
  type GoalStore,
  type Literal,
  MAXIMUM_CHAIN,
  NEVER,
  type SchemaReference,
} from "./goal.ts";
import type { SchemaNode } from "./schema_node.ts";

/** A Boolean algebra with the meaning of schema objects' own keywords. */
export interface KeywordAlgebra<T> {
  readonly all: T;
  readonly none: T;
  and(parts: readonly T[]): T;
  or(parts: readonly T[]): T;
  not(part: T): T;
  /** What the keywords of the node itself say, applicators in place left out. */
  own(reference: SchemaReference): T;
  /** A value whose negation is better made from scratch than from the value. */
  dual?(positive: () => T, negative: () => T): T;
  /** What the whole schema says, where that is more than its own keywords and its applicators. */
  whole?(reference: SchemaReference): T | undefined;
}

/** Evaluates schemas over one algebra; each schema once. */
export class ApplicatorEvaluation<T> {
  readonly #known = new Map<number, T>();
  readonly #active = new Set<number>();

  constructor(readonly goals: GoalStore, readonly algebra: KeywordAlgebra<T>) {}

  /** What a literal says. */
  literal(literal: Literal): T {
    if (literal === ALWAYS) return this.algebra.all;
    if (literal === NEVER) return this.algebra.none;
    const value = this.reference(this.goals.reference(literal));
    return (literal & 1) === 1 ? this.algebra.not(value) : value;
  }

  /** What a schema says. */
  reference(reference: SchemaReference): T {
    const known = this.#known.get(reference.id);
    if (known !== undefined) return known;
    if (this.#active.has(reference.id)) {
      throw new UnsupportedSchemaError(
        "$ref",
        reference.node.pointer,
        "the schema refers to itself without a property or an item in between",
      );
    }
    if (this.#active.size >= MAXIMUM_CHAIN) {
      throw new LimitExceededError("referenceChain", this.#active.size + 1, MAXIMUM_CHAIN);
    }
    this.#active.add(reference.id);
    try {
      const value = this.algebra.whole?.(reference) ?? this.algebra.and([
        this.algebra.own(reference),
        ...this.applicators(reference),
      ]);
      this.#known.set(reference.id, value);
      return value;
    } finally {
      this.#active.delete(reference.id);
    }
  }

  /** What the applicators of a schema say, a part for each. */
  applicators({ node, scope }: SchemaReference): T[] {
    const { algebra } = this;
    const of = (child: SchemaNode) => this.literal(this.goals.literal(child, scope));
    const parts: T[] = node.allOf.map(of);
    if (node.ref !== undefined) parts.push(of(node.ref));
    const dynamic = dynamicTarget(this.goals, { node, scope });
    if (dynamic !== undefined) parts.push(this.literal(dynamic));
    if (node.anyOf !== undefined) parts.push(algebra.or(node.anyOf.map(of)));
    if (node.oneOf !== undefined) parts.push(this.exactlyOne(node.oneOf.map(of)));
    if (node.not !== undefined) parts.push(algebra.not(of(node.not)));
    if (node.if !== undefined && (node.then !== undefined || node.else !== undefined)) {
      const condition = of(node.if);
      const whenTrue = node.then === undefined ? algebra.all : of(node.then);
      const whenFalse = node.else === undefined ? algebra.all : of(node.else);
      parts.push(algebra.or([
        algebra.and([condition, whenTrue]),
        algebra.and([algebra.not(condition), whenFalse]),
      ]));
    }
    return parts;
  }

  /** One part holds and no other. */
  exactlyOne(parts: readonly T[]): T {
    const { algebra } = this;
    if (parts.length === 1) return parts[0]!;
    const negated = parts.map((part) => algebra.not(part));
    const one = () =>
      algebra.or(
        parts.map((part, i) => algebra.and([part, ...negated.filter((_, j) => j !== i)])),
      );
    const noneOrTwo = () =>
      algebra.or([
        algebra.and(negated),
        ...parts.flatMap((part, i) =>
          parts.slice(i + 1).map((other) => algebra.and([part, other]))
        ),
      ]);
    return algebra.dual?.(one, noneOrTwo) ?? one();
  }
}

/** The schema that `$dynamicRef` or `$recursiveRef` means here; undefined without one. */
export function dynamicTarget(
  goals: GoalStore,
  { node, scope }: Pick<SchemaReference, "node" | "scope">,
): Literal | undefined {
  if (node.dynamicRef === undefined) return undefined;
  const { anchor, initial } = node.dynamicRef;
  let target = initial;
  if (anchor !== null) {
    const inner = goals.enter(scope, initial.resource);
    const outermost = inner.resources.find((resource) => resource.dynamicAnchors.has(anchor));
    target = outermost?.dynamicAnchors.get(anchor) ?? initial;
  }
  return goals.literal(target, scope);
}
