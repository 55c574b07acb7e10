/**
 * What a schema says of arrays, as a formula over a few kinds of atoms; the sibling of `object_formula.ts`.
 *
 * @module
 */

import { ApplicatorEvaluation, type KeywordAlgebra } from "./applicators.ts";
import { and, atom, checkAlternatives, FALSE, type Formula, or, TRUE } from "./formula.ts";
import { FormulaAlgebra } from "./formula_algebra.ts";
import {
  ALWAYS,
  type GoalStore,
  type Literal,
  NEVER,
  opposite,
  type SchemaReference,
} from "./goal.ts";
import type { MadeNodes } from "./made_node.ts";
import { type JsonValue, type SchemaNode, TYPE_ARRAY } from "./schema_node.ts";
import { type EvaluationRules, UnevaluatedCases } from "./unevaluated.ts";

/** `prefixItems` and `items` of one schema object. */
export interface ItemBlock {
  readonly prefix: readonly Literal[];
  readonly rest: Literal;
}

/** A fact about an array. */
export type ArrayAtom =
  | { readonly kind: "block"; readonly block: ItemBlock }
  | { readonly kind: "min" | "max"; readonly count: number }
  /** No two items are equal. */
  | { readonly kind: "unique"; readonly pointer: string }
  /** Two items are equal. */
  | { readonly kind: "duplicate"; readonly pointer: string }
  /** At least `need` of the items `from <= index < to` fulfil the literal. */
  | {
    readonly kind: "some";
    readonly from: number;
    readonly to: number;
    readonly literal: Literal;
    readonly need: number;
  }
  /** At most `count` items fulfil the literal. */
  | { readonly kind: "atMost"; readonly literal: Literal; readonly count: number };

export type ArrayFormula = Formula<ArrayAtom>;

/** The formulas of schemas about arrays. */
export class ArrayFormulas extends FormulaAlgebra<ArrayAtom>
  implements KeywordAlgebra<ArrayFormula> {
  readonly evaluation: ApplicatorEvaluation<ArrayFormula>;
  readonly #unevaluated: UnevaluatedCases<ArrayAtom, EvaluatedItems>;

  constructor(private readonly goals: GoalStore, private readonly nodes: MadeNodes) {
    super();
    this.evaluation = new ApplicatorEvaluation(goals, this);
    this.#unevaluated = new UnevaluatedCases(this.evaluation, this.#evaluationRules());
  }

  whole(reference: SchemaReference): ArrayFormula | undefined {
    return this.#unevaluated.formula(reference);
  }

  own({ node, scope }: SchemaReference): ArrayFormula {
    if ((node.types & TYPE_ARRAY) === 0) return FALSE;
    const literal = (child: SchemaNode) => this.goals.literal(child, scope);
    const parts: ArrayFormula[] = [];
    if (node.constant !== undefined) parts.push(this.#oneOf([node.constant.value], node.pointer));
    if (node.enumeration !== undefined) {
      parts.push(this.#oneOf(node.enumeration, node.pointer, node.id < 0));
    }
    const rest = node.items === undefined ? ALWAYS : literal(node.items);
    if (node.prefixItems.length > 0 || rest !== ALWAYS) {
      const block = { prefix: node.prefixItems.map(literal), rest };
      parts.push(atom<ArrayAtom>({ kind: "block", block }));
    }
    if (node.minItems > 0) parts.push(atom<ArrayAtom>({ kind: "min", count: node.minItems }));
    if (node.maxItems < Infinity) {
      parts.push(atom<ArrayAtom>({ kind: "max", count: node.maxItems }));
    }
    if (node.uniqueItems) parts.push(atom<ArrayAtom>({ kind: "unique", pointer: node.pointer }));
    if (node.contains !== undefined) {
      const counted = literal(node.contains);
      if (node.minContains > 0) {
        const need = node.minContains;
        parts.push(
          atom<ArrayAtom>({ kind: "some", from: 0, to: Infinity, literal: counted, need }),
        );
      }
      if (node.maxContains < Infinity) {
        parts.push(atom<ArrayAtom>({ kind: "atMost", literal: counted, count: node.maxContains }));
      }
    }
    return and(parts);
  }

  /** @param isMade Whether the list is made here, to be negated; a list of a schema's is split into alternatives. */
  #oneOf(values: readonly JsonValue[], pointer: string, isMade = false): ArrayFormula {
    const arrays = values.filter((value): value is readonly JsonValue[] => Array.isArray(value));
    if (!isMade) checkAlternatives(arrays.length);
    return or(
      arrays.map((items) => {
        const prefix = items.map((item) =>
          this.goals.literal(this.nodes.oneOfValues([item], pointer), this.goals.rootScope)
        );
        return and([
          atom<ArrayAtom>({ kind: "block", block: { prefix, rest: NEVER } }),
          atom<ArrayAtom>({ kind: "min", count: items.length }),
        ]);
      }),
    );
  }

  protected override negateAtom(one: ArrayAtom): ArrayFormula {
    return negateAtom(one);
  }

  #evaluationRules(): EvaluationRules<ArrayAtom, EvaluatedItems> {
    const nothing: EvaluatedItems = { all: false, count: 0, matching: [] };
    const everything: EvaluatedItems = { all: true, count: 0, matching: [] };
    return {
      keyword: "unevaluatedItems",
      nothing,
      everything,
      own: (node) => {
        if (node.items !== undefined) return everything;
        const matching = node.contains !== undefined && node.containsEvaluates
          ? [node.contains]
          : [];
        const count = node.prefixItems.length;
        return count === 0 && matching.length === 0 ? nothing : { all: false, count, matching };
      },
      merge: (a, b) =>
        a.all || b.all ? everything : {
          all: false,
          count: Math.max(a.count, b.count),
          matching: [...a.matching, ...b.matching],
        },
      rest: (node) => node.unevaluatedItems,
      restFormula: ({ node, scope }, rest, evaluated) => {
        if (evaluated.all) return TRUE;
        const allowed = this.nodes.anyOf([rest, ...evaluated.matching], node.pointer);
        const literal = this.goals.literal(allowed, scope);
        if (literal === ALWAYS) return TRUE;
        const prefix = new Array<Literal>(evaluated.count).fill(ALWAYS);
        return atom<ArrayAtom>({ kind: "block", block: { prefix, rest: literal } });
      },
    };
  }
}

/** The items that subschemas have evaluated: the first `count`, and those that match one of `matching`. */
interface EvaluatedItems {
  readonly all: boolean;
  readonly count: number;
  readonly matching: readonly SchemaNode[];
}

function negateAtom(one: ArrayAtom): ArrayFormula {
  switch (one.kind) {
    case "block": {
      const { prefix, rest } = one.block;
      const parts: ArrayFormula[] = [];
      prefix.forEach((literal, index) => {
        if (literal === ALWAYS) return;
        const violation = opposite(literal);
        parts.push(
          atom<ArrayAtom>({
            kind: "some",
            from: index,
            to: index + 1,
            literal: violation,
            need: 1,
          }),
        );
      });
      if (rest !== ALWAYS) {
        parts.push(atom<ArrayAtom>({
          kind: "some",
          from: prefix.length,
          to: Infinity,
          literal: opposite(rest),
          need: 1,
        }));
      }
      return or(parts);
    }
    case "min":
      return one.count === 0 ? FALSE : atom<ArrayAtom>({ kind: "max", count: one.count - 1 });
    case "max":
      return atom<ArrayAtom>({ kind: "min", count: one.count + 1 });
    case "unique":
      return atom<ArrayAtom>({ kind: "duplicate", pointer: one.pointer });
    case "duplicate":
      return atom<ArrayAtom>({ kind: "unique", pointer: one.pointer });
    case "some": {
      if (one.need === 1) {
        if (one.to === Infinity || one.to === one.from + 1) {
          const prefix = new Array<Literal>(one.from).fill(ALWAYS);
          const literal = opposite(one.literal);
          if (one.to === Infinity) {
            return atom<ArrayAtom>({ kind: "block", block: { prefix, rest: literal } });
          }
          return atom<ArrayAtom>({
            kind: "block",
            block: { prefix: [...prefix, literal], rest: ALWAYS },
          });
        }
      }
      return atom<ArrayAtom>({ kind: "atMost", literal: one.literal, count: one.need - 1 });
    }
    case "atMost":
      return atom<ArrayAtom>({
        kind: "some",
        from: 0,
        to: Infinity,
        literal: one.literal,
        need: one.count + 1,
      });
  }
}
