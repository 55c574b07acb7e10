/**
 * What a schema says of objects, as a formula over a few kinds of atoms.
 *
 * Universal atoms bind whatever is written (`block`, `names`); the others are facts about a finished object. Negation maps
 * atoms to atoms: an object that violates `properties` has a property whose value violates its schema.
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { ApplicatorEvaluation, type KeywordAlgebra } from "./applicators.ts";
import { and, atom, checkAlternatives, FALSE, type Formula, or, TRUE } from "./formula.ts";
import {
  ALWAYS,
  type GoalStore,
  type Literal,
  NEVER,
  opposite,
  type SchemaReference,
} from "./goal.ts";
import { assertedAtoms, FormulaAlgebra } from "./formula_algebra.ts";
import { canonicalText, isJsonObject } from "./json_value.ts";
import type { MadeNodes } from "./made_node.ts";
import type { SchemaLanguages } from "./schema_languages.ts";
import { type JsonValue, type SchemaNode, TYPE_OBJECT } from "./schema_node.ts";
import { type EvaluationRules, UnevaluatedCases } from "./unevaluated.ts";

/** `properties`, `patternProperties` and `additionalProperties` of one schema object. */
export class PropertyBlock {
  readonly #known = new Map<string, readonly Literal[]>();

  constructor(
    readonly names: ReadonlyMap<string, Literal>,
    readonly patterns: readonly { readonly language: Regex; readonly literal: Literal }[],
    /** For names that neither `names` nor `patterns` speak of. */
    readonly rest: Literal,
    private readonly languages: SchemaLanguages,
  ) {}

  /** What the value of a property has to fulfil. */
  literalsFor(name: string): readonly Literal[] {
    let literals = this.#known.get(name);
    if (literals === undefined) {
      const own = this.names.get(name);
      const found: Literal[] = own === undefined ? [] : [own];
      for (const { language, literal } of this.patterns) {
        if (this.languages.has(language, name)) found.push(literal);
      }
      literals = found.length > 0 ? found : [this.rest];
      if (this.#known.size < 4096) this.#known.set(name, literals);
    }
    return literals;
  }
}

/** A fact about an object. */
export type ObjectAtom =
  | { readonly kind: "block"; readonly block: PropertyBlock }
  /** Every name is a member. */
  | { readonly kind: "names"; readonly language: Regex }
  | { readonly kind: "present" | "absent"; readonly name: string }
  /** The property is there and its value fulfils the literal. */
  | { readonly kind: "value"; readonly name: string; readonly literal: Literal }
  /** Some property has a name in the language and a value that fulfils the literal. */
  | { readonly kind: "some"; readonly language: Regex; readonly literal: Literal }
  | { readonly kind: "min" | "max"; readonly count: number };

export type ObjectFormula = Formula<ObjectAtom>;

/** The formulas of schemas about objects. */
export class ObjectFormulas extends FormulaAlgebra<ObjectAtom>
  implements KeywordAlgebra<ObjectFormula> {
  readonly evaluation: ApplicatorEvaluation<ObjectFormula>;
  readonly #unevaluated: UnevaluatedCases<ObjectAtom, EvaluatedNames>;

  constructor(
    private readonly goals: GoalStore,
    private readonly languages: SchemaLanguages,
    private readonly nodes: MadeNodes,
    private readonly namesOf: (literal: Literal) => Regex,
  ) {
    super();
    this.evaluation = new ApplicatorEvaluation(goals, this);
    this.#unevaluated = new UnevaluatedCases(this.evaluation, this.#evaluationRules());
  }

  whole(reference: SchemaReference): ObjectFormula | undefined {
    return this.#unevaluated.formula(reference);
  }

  own(reference: SchemaReference): ObjectFormula {
    const { node, scope } = reference;
    if ((node.types & TYPE_OBJECT) === 0) return FALSE;
    const literal = (child: SchemaNode) => this.goals.literal(child, scope);
    const parts: ObjectFormula[] = [];
    if (node.constant !== undefined) parts.push(this.#oneOf([node.constant.value], node.pointer));
    if (node.enumeration !== undefined) {
      parts.push(this.#oneOf(node.enumeration, node.pointer, node.id < 0));
    }
    if (
      node.properties.size > 0 || node.patternProperties.size > 0 ||
      node.additionalProperties !== undefined
    ) {
      const names = new Map<string, Literal>();
      for (const [name, child] of node.properties) names.set(name, literal(child));
      const patterns: { language: Regex; literal: Literal }[] = [];
      for (const [source, child] of node.patternProperties) {
        const language = this.languages.pattern(source, "patternProperties", node.pointer);
        patterns.push({ language, literal: literal(child) });
      }
      const rest = node.additionalProperties === undefined
        ? ALWAYS
        : literal(node.additionalProperties);
      const block = new PropertyBlock(names, patterns, rest, this.languages);
      parts.push(atom<ObjectAtom>({ kind: "block", block }));
    }
    if (node.propertyNames !== undefined) {
      const language = this.namesOf(literal(node.propertyNames));
      if (language !== this.languages.strings.all) {
        parts.push(atom<ObjectAtom>({ kind: "names", language }));
      }
    }
    for (const name of node.required) parts.push(atom<ObjectAtom>({ kind: "present", name }));
    if (node.minProperties > 0) {
      parts.push(atom<ObjectAtom>({ kind: "min", count: node.minProperties }));
    }
    if (node.maxProperties < Infinity) {
      parts.push(atom<ObjectAtom>({ kind: "max", count: node.maxProperties }));
    }
    for (const [name, needed] of node.dependentRequired) {
      for (const other of needed) {
        parts.push(or<ObjectAtom>([
          atom<ObjectAtom>({ kind: "absent", name }),
          atom<ObjectAtom>({ kind: "present", name: other }),
        ]));
      }
    }
    for (const [name, child] of node.dependentSchemas) {
      parts.push(or<ObjectAtom>([
        atom<ObjectAtom>({ kind: "absent", name }),
        and<ObjectAtom>([
          atom<ObjectAtom>({ kind: "present", name }),
          this.evaluation.literal(literal(child)),
        ]),
      ]));
    }
    return and(parts);
  }

  /** @param isMade Whether the list is made here, to be negated; a list of a schema's is split into alternatives. */
  #oneOf(values: readonly JsonValue[], pointer: string, isMade = false): ObjectFormula {
    const objects = values.filter(isJsonObject);
    if (!isMade) checkAlternatives(objects.length);
    return or(
      objects.map((value) => {
        const names = new Map<string, Literal>();
        const parts: ObjectFormula[] = [];
        for (const [name, part] of Object.entries(value)) {
          const node = this.nodes.oneOfValues([part], pointer);
          names.set(name, this.goals.literal(node, this.goals.rootScope));
          parts.push(atom<ObjectAtom>({ kind: "present", name }));
        }
        const block = new PropertyBlock(names, [], NEVER, this.languages);
        return and([atom<ObjectAtom>({ kind: "block", block }), ...parts]);
      }),
    );
  }

  /** Whether all have a property in common that is one of a few scalars, in each of other ones. */
  protected override areExclusive(parts: readonly ObjectFormula[]): boolean {
    const candidates = parts.map((part) => this.#discriminators(part));
    for (const name of candidates[0]?.keys() ?? []) {
      const taken = new Set<string>();
      let count = 0;
      const isShared = candidates.every((one) => {
        const texts = one.get(name);
        for (const text of texts ?? []) taken.add(text);
        count += texts?.size ?? 0;
        return texts !== undefined && taken.size === count;
      });
      if (isShared) return true;
    }
    return false;
  }

  /** Properties that are required and can only be one of listed values, with the values' canonical texts. */
  #discriminators(part: ObjectFormula): ReadonlyMap<string, ReadonlySet<string>> {
    const atoms = assertedAtoms(part);
    const found = new Map<string, ReadonlySet<string>>();
    const required = new Set(atoms.flatMap((one) => one.kind === "present" ? [one.name] : []));
    if (required.size === 0) return found;
    for (const one of atoms) {
      if (one.kind !== "block") continue;
      for (const name of required) {
        const literal = one.block.names.get(name);
        if (literal === undefined || literal <= NEVER || (literal & 1) === 1) continue;
        const { constant, enumeration } = this.goals.reference(literal).node;
        const values = constant === undefined ? enumeration : [constant.value];
        if (values !== undefined) found.set(name, new Set(values.map(canonicalText)));
      }
    }
    return found;
  }

  protected override negateAtom(one: ObjectAtom): ObjectFormula {
    switch (one.kind) {
      case "block":
        return this.#violates(one.block);
      case "names":
        return atom<ObjectAtom>({
          kind: "some",
          language: this.languages.strings.complement(one.language),
          literal: ALWAYS,
        });
      case "present":
        return atom<ObjectAtom>({ kind: "absent", name: one.name });
      case "absent":
        return atom<ObjectAtom>({ kind: "present", name: one.name });
      case "value": {
        const names = new Map([[one.name, opposite(one.literal)]]);
        const block = new PropertyBlock(names, [], ALWAYS, this.languages);
        return or<ObjectAtom>([
          atom<ObjectAtom>({ kind: "absent", name: one.name }),
          atom<ObjectAtom>({ kind: "block", block }),
        ]);
      }
      case "some": {
        const patterns = [{ language: one.language, literal: opposite(one.literal) }];
        const block = new PropertyBlock(new Map(), patterns, ALWAYS, this.languages);
        return atom<ObjectAtom>({ kind: "block", block });
      }
      case "min":
        return one.count === 0 ? FALSE : atom<ObjectAtom>({ kind: "max", count: one.count - 1 });
      case "max":
        return atom<ObjectAtom>({ kind: "min", count: one.count + 1 });
    }
  }

  #violates(block: PropertyBlock): ObjectFormula {
    const parts: ObjectFormula[] = [];
    for (const [name, literal] of block.names) {
      if (literal === ALWAYS) continue;
      parts.push(
        literal === NEVER
          ? atom<ObjectAtom>({ kind: "present", name })
          : atom<ObjectAtom>({ kind: "value", name, literal: opposite(literal) }),
      );
    }
    const some = (language: Regex, literal: Literal) => {
      if (literal === ALWAYS) return;
      parts.push(atom<ObjectAtom>({ kind: "some", language, literal: opposite(literal) }));
    };
    for (const { language, literal } of block.patterns) some(language, literal);
    if (block.rest !== ALWAYS) some(this.#restNames(block), block.rest);
    return or(parts);
  }

  /** The names that a block leaves to its `rest`. */
  #restNames(block: PropertyBlock): Regex {
    const { strings } = this.languages;
    return strings.complement(strings.union([
      this.languages.texts([...block.names.keys()]),
      ...block.patterns.map(({ language }) => language),
    ]));
  }

  #evaluationRules(): EvaluationRules<ObjectAtom, EvaluatedNames> {
    const nothing: EvaluatedNames = { all: false, names: [], languages: [] };
    const everything: EvaluatedNames = { all: true, names: [], languages: [] };
    return {
      keyword: "unevaluatedProperties",
      nothing,
      everything,
      own: (node) => {
        if (node.additionalProperties !== undefined) return everything;
        if (node.properties.size === 0 && node.patternProperties.size === 0) return nothing;
        return {
          all: false,
          names: [...node.properties.keys()],
          languages: [...node.patternProperties.keys()].map((source) =>
            this.languages.pattern(source, "patternProperties", node.pointer)
          ),
        };
      },
      merge: (a, b) =>
        a.all || b.all ? everything : {
          all: false,
          names: [...a.names, ...b.names],
          languages: [...a.languages, ...b.languages],
        },
      rest: (node) => node.unevaluatedProperties,
      restFormula: ({ scope }, rest, evaluated) => {
        if (evaluated.all) return TRUE;
        const block = new PropertyBlock(
          new Map(evaluated.names.map((name) => [name, ALWAYS])),
          evaluated.languages.map((language) => ({ language, literal: ALWAYS })),
          this.goals.literal(rest, scope),
          this.languages,
        );
        return block.rest === ALWAYS ? TRUE : atom<ObjectAtom>({ kind: "block", block });
      },
      presence: (name, present) => atom<ObjectAtom>({ kind: present ? "present" : "absent", name }),
    };
  }
}

/** The properties that subschemas have evaluated. */
interface EvaluatedNames {
  readonly all: boolean;
  readonly names: readonly string[];
  readonly languages: readonly Regex[];
}
