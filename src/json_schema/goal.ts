/**
 * Goals: what one value has to fulfil, as a set of schemas that must hold or must not.
 *
 * A property may be bound by many schemas at once (several branches of `allOf`, a pattern, an obligation from a
 * `not`). Their conjunction is a {@link Goal}: a set of literals, interned, so that equal conjunctions are the same
 * object and what is worked out for one (its normal form, whether it is empty) is worked out once. A literal is
 * a schema, seen from a dynamic scope, or its negation.
 *
 * @module
 */

import { workClock } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import type { SchemaNode, SchemaResource } from "./schema_node.ts";
import { ALL_TYPES } from "./schema_node.ts";

/** `2 * id` of a {@link SchemaReference}, plus 1 when it must not hold. */
export type Literal = number;

/** Holds for every value. */
export const ALWAYS: Literal = 0;
/** Holds for none. */
export const NEVER: Literal = 1;

/** Most schemas that say nothing but where to look next, or apply to the same value inside one another. */
export const MAXIMUM_CHAIN = 500;

/** The opposite literal. */
export function opposite(literal: Literal): Literal {
  return literal ^ 1;
}

/** A schema in a dynamic scope: what `$dynamicRef` inside of it leads to is settled. */
export interface SchemaReference {
  readonly id: number;
  readonly node: SchemaNode;
  readonly scope: DynamicScope;
}

/** The resources with dynamic anchors that were entered, outermost first. */
export interface DynamicScope {
  readonly id: number;
  readonly resources: readonly SchemaResource[];
}

/** A conjunction of literals. Equal conjunctions of one store are the same object. */
export interface Goal {
  readonly id: number;
  /** Ascending, without {@link ALWAYS}; `[NEVER]` is the goal that nothing fulfils. */
  readonly literals: readonly Literal[];
}

/** Interns goals, literals and scopes. */
export class GoalStore {
  /** Nothing has to hold. */
  readonly anything: Goal;
  /** Nothing fulfils it. */
  readonly nothing: Goal;
  readonly rootScope: DynamicScope = { id: 0, resources: [] };
  readonly #goals: Goal[] = [];
  readonly #goalIndex = new Map<string, Goal>();
  readonly #references: (SchemaReference | null)[] = [null];
  readonly #literalIndex = new Map<SchemaNode, Map<number, Literal>>();
  readonly #scopes = new Map<string, DynamicScope>();
  /** References that are being followed, one leading to the next. */
  #nesting = 0;

  constructor() {
    this.anything = this.#intern([]);
    this.nothing = this.#intern([NEVER]);
  }

  /** Goals made so far. */
  get size(): number {
    return this.#goals.length;
  }

  /** The schema of a literal other than {@link ALWAYS} and {@link NEVER}. */
  reference(literal: Literal): SchemaReference {
    return this.#references[literal >> 1]!;
  }

  /** The literal that a schema holds, in a scope from which it is entered. */
  literal(node: SchemaNode, scope: DynamicScope): Literal {
    const inner = this.enter(scope, node.resource);
    let byScope = this.#literalIndex.get(node);
    if (byScope === undefined) this.#literalIndex.set(node, byScope = new Map());
    let literal = byScope.get(inner.id);
    if (literal === undefined) {
      if (this.#nesting >= MAXIMUM_CHAIN) {
        throw new LimitExceededError("referenceChain", this.#nesting + 1, MAXIMUM_CHAIN);
      }
      byScope.set(inner.id, -1); // a reference that leads to itself meets this
      this.#nesting++;
      try {
        literal = this.#makeLiteral(node, inner);
      } catch (error) {
        byScope.delete(inner.id);
        throw error;
      } finally {
        this.#nesting--;
      }
      byScope.set(inner.id, literal);
    }
    return literal;
  }

  #makeLiteral(node: SchemaNode, scope: DynamicScope): Literal {
    if (node.boolean !== null) return node.boolean ? ALWAYS : NEVER;
    if (isBare(node)) {
      if (node.ref === undefined && node.not === undefined) return ALWAYS;
      if (node.ref !== undefined && node.not === undefined) {
        const target = this.literal(node.ref, scope);
        if (target >= 0) return target;
      }
      if (node.not !== undefined && node.ref === undefined) {
        const target = this.literal(node.not, scope);
        if (target >= 0) return opposite(target);
      }
    }
    const id = this.#references.length;
    this.#references.push({ id, node, scope });
    return id * 2;
  }

  /** The scope after entering a resource. */
  enter(scope: DynamicScope, resource: SchemaResource): DynamicScope {
    if (resource.dynamicAnchors.size === 0 || scope.resources.includes(resource)) return scope;
    const resources = [...scope.resources, resource];
    const key = resources.map((entry) => entry.id).join();
    let inner = this.#scopes.get(key);
    if (inner === undefined) {
      inner = { id: this.#scopes.size + 1, resources };
      this.#scopes.set(key, inner);
    }
    return inner;
  }

  /** The conjunction of literals, in any order, with duplicates or not. */
  goal(literals: readonly Literal[]): Goal {
    workClock.check();
    if (literals.length === 0) return this.anything;
    if (literals.length === 1) {
      const only = literals[0]!;
      return only === ALWAYS ? this.anything : this.#intern([only]);
    }
    const sorted = [...literals].sort((a, b) => a - b);
    const distinct: Literal[] = [];
    for (const literal of sorted) {
      if (literal === ALWAYS || literal === distinct[distinct.length - 1]) continue;
      // NEVER sorts first of what is left; a schema and its negation are neighbours.
      if (literal === NEVER || (literal & 1) === 1 && distinct.at(-1) === literal - 1) {
        return this.nothing;
      }
      distinct.push(literal);
    }
    return this.#intern(distinct);
  }

  #intern(literals: readonly Literal[]): Goal {
    const key = literals.join();
    let goal = this.#goalIndex.get(key);
    if (goal === undefined) {
      goal = { id: this.#goals.length, literals };
      this.#goals.push(goal);
      this.#goalIndex.set(key, goal);
    }
    return goal;
  }
}

/** Whether a schema asserts nothing but what its `$ref` and `not` say. */
function isBare(node: SchemaNode): boolean {
  return node.types === ALL_TYPES && node.constant === undefined &&
    node.enumeration === undefined && node.numbers === undefined && node.minLength === 0 &&
    node.maxLength === Infinity && node.pattern === undefined && node.format === undefined &&
    node.prefixItems.length === 0 && node.items === undefined && node.minItems === 0 &&
    node.maxItems === Infinity && !node.uniqueItems && node.contains === undefined &&
    node.unevaluatedItems === undefined && node.properties.size === 0 &&
    node.patternProperties.size === 0 && node.additionalProperties === undefined &&
    node.propertyNames === undefined && node.required.length === 0 && node.minProperties === 0 &&
    node.maxProperties === Infinity && node.dependentRequired.size === 0 &&
    node.dependentSchemas.size === 0 && node.unevaluatedProperties === undefined &&
    node.allOf.length === 0 && node.anyOf === undefined && node.oneOf === undefined &&
    node.if === undefined && node.dynamicRef === undefined;
}
