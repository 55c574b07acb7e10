/**
 * A small store of regular expressions over characters, for working out look-arounds.
 *
 * Between the pattern parser and the engine's own algebra: `pattern_language.ts` builds a pattern's language
 * here first, because anchors and look-arounds need questions that an algebra does not answer (is the
 * empty text a member, what remains after this character, what is the reversed language).
 * Idea: hash-consed nodes, so that equality is identity and a shared part is stored once; constructors
 * apply the identities that keep an ordinary pattern's expression as small as the pattern; derivatives
 * (Brzozowski 1964) and a reversal that works part by part. One store lives for one translation.
 * Cost: a constructor is linear in its parts.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import type { CodePointSet, LanguageAlgebra } from "./language_algebra.ts";
import { everyCodePoint, intersectSets, setHas, unionOfSets } from "./unicode_sets.ts";

/** A node; equal expressions of one store are the same object. */
export type Expression =
  & {
    /** Position in order of making: parts have smaller ids than what is made of them. */
    readonly id: number;
    /** Whether the empty text is a member. */
    readonly nullable: boolean;
  }
  & (
    | { readonly kind: "empty" | "epsilon" | "all" }
    | { readonly kind: "characters"; readonly set: CodePointSet }
    | { readonly kind: "concat" | "union" | "intersect"; readonly parts: readonly Expression[] }
    | { readonly kind: "complement"; readonly part: Expression }
    | {
      readonly kind: "repeat";
      readonly part: Expression;
      readonly min: number;
      readonly max: number;
    }
  );

type Shape = Expression extends infer E ? E extends Expression ? Omit<E, "id"> : never : never;

/** Most nodes that one pattern may need. */
export const MAX_PATTERN_EXPRESSIONS = 50_000;

/** Makes and remembers {@link Expression}s. */
export class ExpressionStore {
  private readonly nodes = new Map<string, Expression>();
  /** By identity, because the key of a large set (`\\p{L}`: 1,300 numbers) takes 50 µs to write. */
  private readonly bySet = new Map<CodePointSet, Expression>();
  private readonly derivatives = new Map<string, Expression>();

  readonly empty: Expression = this.make("0", { kind: "empty", nullable: false });
  readonly epsilon: Expression = this.make("1", { kind: "epsilon", nullable: true });
  readonly all: Expression = this.make("*", { kind: "all", nullable: true });
  /** Any one character. */
  readonly any: Expression = this.characters(everyCodePoint);
  /** Every text but the empty one. */
  readonly nonEmpty: Expression = this.concat([this.any, this.all]);

  private make(key: string, shape: Shape): Expression {
    let node = this.nodes.get(key);
    if (node === undefined) {
      if (this.nodes.size >= MAX_PATTERN_EXPRESSIONS) {
        throw new LimitExceededError("patternExpressions", Infinity, MAX_PATTERN_EXPRESSIONS);
      }
      node = { ...shape, id: this.nodes.size } as Expression;
      this.nodes.set(key, node);
    }
    return node;
  }

  characters(set: CodePointSet): Expression {
    if (set.length === 0) return this.empty;
    let node = this.bySet.get(set);
    if (node === undefined) {
      node = this.make("c" + set.join(), { kind: "characters", set, nullable: false });
      this.bySet.set(set, node);
    }
    return node;
  }

  concat(parts: readonly Expression[]): Expression {
    const flat: Expression[] = [];
    for (const part of parts) {
      if (part === this.empty) return part;
      if (part === this.epsilon || part === this.all && flat.at(-1) === part) continue;
      if (part.kind !== "concat") flat.push(part);
      else if (part.parts[0] === this.all && flat.at(-1) === this.all) {
        flat.push(...part.parts.slice(1));
      } else flat.push(...part.parts);
    }
    if (flat.length < 2) return flat[0] ?? this.epsilon;
    const nullable = flat.every((part) => part.nullable);
    return this.make("." + expressionKey(flat), { kind: "concat", parts: flat, nullable });
  }

  union(parts: readonly Expression[]): Expression {
    const members = this.gather("union", parts);
    if (members.has(this.all)) return this.all;
    members.delete(this.empty);
    const sets = [...members].filter((part) => part.kind === "characters");
    if (sets.length > 1) {
      for (const part of sets) members.delete(part);
      members.add(this.characters(unionOfSets(sets.map((part) => part.set))));
    }
    if ([...members].some((part) => part.nullable && part !== this.epsilon)) {
      members.delete(this.epsilon);
    }
    const flat = [...members].sort((a, b) => a.id - b.id);
    if (flat.length < 2) return flat[0] ?? this.empty;
    const nullable = flat.some((part) => part.nullable);
    return this.make("|" + expressionKey(flat), { kind: "union", parts: flat, nullable });
  }

  intersect(parts: readonly Expression[]): Expression {
    const members = this.gather("intersect", parts);
    if (members.has(this.empty)) return this.empty;
    members.delete(this.all);
    const nullable = [...members].every((part) => part.nullable);
    if (members.has(this.epsilon)) return nullable ? this.epsilon : this.empty;
    for (const part of members) {
      if (part.kind === "complement" && members.has(part.part)) return this.empty;
    }
    const sets = [...members].filter((part) => part.kind === "characters");
    if (sets.length > 1) {
      for (const part of sets) members.delete(part);
      const set = sets.map((part) => part.set).reduce(intersectSets);
      if (set.length === 0) return this.empty;
      members.add(this.characters(set));
    }
    // "Not empty" says nothing about what cannot be empty anyway.
    if (members.size > 1 && !nullable) {
      const others = [...members].filter((part) => part !== this.nonEmpty);
      if (others.some((part) => !part.nullable)) members.delete(this.nonEmpty);
    }
    const flat = [...members].sort((a, b) => a.id - b.id);
    if (flat.length < 2) return flat[0] ?? this.all;
    return this.make("&" + expressionKey(flat), { kind: "intersect", parts: flat, nullable });
  }

  private gather(kind: "union" | "intersect", parts: readonly Expression[]): Set<Expression> {
    const members = new Set<Expression>();
    for (const part of parts) {
      if (part.kind === kind) { for (const inner of part.parts) members.add(inner); }
      else members.add(part);
    }
    return members;
  }

  complement(part: Expression): Expression {
    if (part.kind === "complement") return part.part;
    if (part === this.empty) return this.all;
    if (part === this.all) return this.empty;
    if (part === this.epsilon) return this.nonEmpty;
    if (part === this.nonEmpty) return this.epsilon;
    return this.make("!" + part.id, { kind: "complement", part, nullable: !part.nullable });
  }

  repeat(part: Expression, min: number, max: number): Expression {
    if (max === 0 || part === this.epsilon) return this.epsilon;
    if (part === this.empty) return min === 0 ? this.epsilon : part;
    if (part === this.all || min === 1 && max === 1) return part;
    if (part === this.any && max === Infinity && min < 2) {
      return min === 0 ? this.all : this.nonEmpty;
    }
    if (part.kind === "repeat" && part.min <= 1 && part.max === Infinity && min <= 1) {
      if (max === Infinity || part.min === 0 || min === max) {
        return this.repeat(part.part, Math.min(min, part.min), Infinity);
      }
    }
    const nullable = min === 0 || part.nullable;
    return this.make(`{${part.id},${min},${max}`, { kind: "repeat", part, min, max, nullable });
  }

  /** The texts that, with the character in front, are members of `node`. */
  derivative(node: Expression, codePoint: number): Expression {
    switch (node.kind) {
      case "empty":
      case "epsilon":
        return this.empty;
      case "all":
        return node;
      case "characters":
        return setHas(node.set, codePoint) ? this.epsilon : this.empty;
    }
    const key = `${node.id},${codePoint}`;
    let result = this.derivatives.get(key);
    if (result === undefined) {
      result = this.computeDerivative(node, codePoint);
      this.derivatives.set(key, result);
    }
    return result;
  }

  private computeDerivative(node: Expression, codePoint: number): Expression {
    const of = (part: Expression) => this.derivative(part, codePoint);
    switch (node.kind) {
      case "concat": {
        const options: Expression[] = [];
        for (let i = 0; i < node.parts.length; i++) {
          options.push(this.concat([of(node.parts[i]!), ...node.parts.slice(i + 1)]));
          if (!node.parts[i]!.nullable) break;
        }
        return this.union(options);
      }
      case "union":
        return this.union(node.parts.map(of));
      case "intersect":
        return this.intersect(node.parts.map(of));
      case "complement":
        return this.complement(of(node.part));
      case "repeat": {
        const rest = this.repeat(node.part, Math.max(node.min - 1, 0), node.max - 1);
        return this.concat([of(node.part), rest]);
      }
      default:
        throw new TypeError(`no derivative by cases of a node of kind ${node.kind}`);
    }
  }

  /** The language of the members written backwards. */
  reverse(node: Expression): Expression {
    switch (node.kind) {
      case "concat":
        return this.concat(node.parts.map((part) => this.reverse(part)).reverse());
      case "union":
        return this.union(node.parts.map((part) => this.reverse(part)));
      case "intersect":
        return this.intersect(node.parts.map((part) => this.reverse(part)));
      case "complement":
        return this.complement(this.reverse(node.part));
      case "repeat":
        return this.repeat(this.reverse(node.part), node.min, node.max);
      default:
        return node;
    }
  }

  /** Adds the character sets that occur in `node` to `into`, once each. */
  collectSets(node: Expression, into: Set<CodePointSet>, seen: Set<Expression> = new Set()): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "characters") into.add(node.set);
    else if ("parts" in node) { for (const part of node.parts) this.collectSets(part, into, seen); }
    else if ("part" in node) this.collectSets(node.part, into, seen);
  }
}

/** A key for a list of expressions of one store. */
export function expressionKey(parts: readonly Expression[]): string {
  return parts.map((part) => part.id).join();
}

/**
 * Says an expression in another algebra; runs of single characters become literals.
 *
 * @param root The expression.
 * @param algebra Where the language is wanted.
 */
export function expressionInAlgebra<T>(root: Expression, algebra: LanguageAlgebra<T>): T {
  const done = new Map<Expression, T>();
  const convert = (node: Expression): T => {
    let result = done.get(node);
    if (result === undefined) {
      result = convertNode(node);
      done.set(node, result);
    }
    return result;
  };
  const convertNode = (node: Expression): T => {
    switch (node.kind) {
      case "empty":
      case "epsilon":
      case "all":
        return algebra[node.kind];
      case "characters": {
        const character = onlyCharacter(node);
        return character === null ? algebra.characters(node.set) : algebra.literal(character);
      }
      case "concat":
        return algebra.concat(joinLiterals(node.parts, algebra, convert));
      case "union":
        return algebra.union(node.parts.map(convert));
      case "intersect":
        return algebra.intersect(node.parts.map(convert));
      case "complement":
        return algebra.complement(convert(node.part));
      case "repeat":
        return algebra.repeat(convert(node.part), node.min, node.max);
    }
  };
  return convert(root);
}

function joinLiterals<T>(
  parts: readonly Expression[],
  algebra: LanguageAlgebra<T>,
  convert: (node: Expression) => T,
): T[] {
  const out: T[] = [];
  let literal = "";
  for (const part of parts) {
    const character = onlyCharacter(part);
    if (character !== null) {
      literal += character;
      continue;
    }
    if (literal !== "") out.push(algebra.literal(literal));
    literal = "";
    out.push(convert(part));
  }
  if (literal !== "") out.push(algebra.literal(literal));
  return out;
}

/** The character, for an expression that is exactly one character; else null. */
function onlyCharacter(node: Expression): string | null {
  if (node.kind !== "characters" || node.set.length !== 2 || node.set[0] !== node.set[1]) {
    return null;
  }
  return String.fromCodePoint(node.set[0]!);
}
