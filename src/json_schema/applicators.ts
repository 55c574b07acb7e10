/**
 * What a schema says of one kind of value, computed through its in-place applicators.
 *
 * `allOf`, `anyOf`, `oneOf`, `not`, `if`, `$ref` mean the same for strings, numbers, arrays and objects: Boolean
 * operations on what the parts say. So they are evaluated once, here, over any Boolean algebra; what a schema object's
 * own keywords say (`own`) is the algebra's business. Scalars use sets, arrays and objects use formulas.
 *
 * @module
 */

import { workClock } from "../automata/mod.ts";
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
  /** Whether a value is seen to be `none`, where that is not told by identity. */
  isNone?(part: T): boolean;
  /** That one part holds and no other, where there is a better way than to say it with the others. */
  exactlyOne?(parts: readonly T[]): T | undefined;
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

  private isNone(part: T): boolean {
    return part === this.algebra.none || (this.algebra.isNone?.(part) ?? false);
  }

  /** One part holds and no other. */
  exactlyOne(all: readonly T[]): T {
    const { algebra } = this;
    const parts = all.filter((part) => !this.isNone(part));
    if (parts.length === 0) return algebra.none;
    if (parts.length === 1) return parts[0]!;
    const known = algebra.exactlyOne?.(parts);
    if (known !== undefined) return known;
    const negated = parts.map((part) => algebra.not(part));
    const one = () =>
      algebra.or(
        parts.map((part, i) => {
          workClock.check();
          return algebra.and([part, ...negated.filter((_, j) => j !== i)]);
        }),
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

/**
 * The members of exactly one of several sets, by halves: what is in exactly one of a half's sets, and what is in any.
 * Linear in the number of sets, times its logarithm, where saying it with each set and the complements of all others is
 * quadratic.
 */
export function inExactlyOne<T>(
  sets: readonly T[],
  { and, or, not }: { and(a: T, b: T): T; or(a: T, b: T): T; not(a: T): T },
): T {
  const of = (from: number, to: number): { readonly one: T; readonly any: T } => {
    if (to === from + 1) return { one: sets[from]!, any: sets[from]! };
    const middle = (from + to) >> 1;
    const left = of(from, middle), right = of(middle, to);
    return {
      one: or(and(left.one, not(right.any)), and(right.one, not(left.any))),
      any: or(left.any, right.any),
    };
  };
  return of(0, sets.length).one;
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
