/**
 * A small store of regular expressions over characters, for working out look-arounds.
 *
 * Between the pattern parser and the engine's own algebra: `pattern_language.ts` builds a pattern's language
 * here first, because anchors and look-arounds need questions that an algebra does not answer (is the
 * empty text a member, what remains after this character, what is the reversed language).
 * Idea: hash-consed nodes, so that equality is identity and a shared part is stored once; constructors
 * apply the identities that keep an ordinary pattern's expression as small as the pattern; derivatives
 * (Brzozowski 1964) and a reversal that works part by part. A concatenation is a head and a tail, so that what goes on
 * with the same rest shares it, and a pattern of 100,000 characters is 100,000 nodes. One store lives for one translation.
 * Cost: a constructor is linear in its parts. What descends into parts recursively relies on the bound on nesting,
 * in which a tail counts as no deeper; along tails it goes in loops.
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
    /** How deep parts are nested in it; a tail that is a concatenation too adds nothing. */
    readonly depth: number;
  }
  & (
    | { readonly kind: "empty" | "epsilon" | "all" }
    | { readonly kind: "characters"; readonly set: CodePointSet }
    | { readonly kind: "concat"; readonly head: Expression; readonly tail: Expression }
    | { readonly kind: "union" | "intersect"; readonly parts: readonly Expression[] }
    | { readonly kind: "complement"; readonly part: Expression }
    | {
      readonly kind: "repeat";
      readonly part: Expression;
      readonly min: number;
      readonly max: number;
    }
  );

type Shape = Expression extends infer E ? E extends Expression ? Omit<E, "id" | "depth"> : never
  : never;

/** Most nodes that one pattern may need. */
export const MAX_PATTERN_EXPRESSIONS = 250_000;
/** Most parts that the nodes of one pattern may have together. */
export const MAX_PATTERN_PARTS = 2_000_000;
/** Deepest nesting of nodes. */
export const MAX_PATTERN_NESTING = 500;

/** Makes and remembers {@link Expression}s. */
export class ExpressionStore {
  private readonly nodes = new Map<string, Expression>();
  /** By identity, because the key of a large set (`\\p{L}`: 1,300 numbers) takes 50 µs to write. */
  private readonly bySet = new Map<CodePointSet, Expression>();
  private readonly derivatives = new Map<string, Expression>();
  private partCount = 0;

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
      const depth = depthOf(shape);
      if (depth > MAX_PATTERN_NESTING) {
        throw new LimitExceededError("patternNesting", depth, MAX_PATTERN_NESTING);
      }
      if ("parts" in shape) this.partCount += shape.parts.length;
      if (this.partCount > MAX_PATTERN_PARTS) {
        throw new LimitExceededError("patternParts", Infinity, MAX_PATTERN_PARTS);
      }
      node = { ...shape, id: this.nodes.size, depth } as Expression;
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
    let result = parts.at(-1) ?? this.epsilon;
    for (let i = parts.length - 2; i >= 0; i--) {
      for (const head of headsOf(parts[i]!).reverse()) result = this.prepend(head, result);
    }
    return result;
  }

  private prepend(head: Expression, tail: Expression): Expression {
    if (head === this.empty || tail === this.empty) return this.empty;
    if (head === this.epsilon) return tail;
    if (tail === this.epsilon) return head;
    const next = tail.kind === "concat" ? tail.head : tail;
    if (head === this.all && next === head) return tail;
    const nullable = head.nullable && tail.nullable;
    return this.make(`.${head.id},${tail.id}`, { kind: "concat", head, tail, nullable });
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
        let rest: Expression = node;
        while (rest.kind === "concat") {
          options.push(this.concat([of(rest.head), rest.tail]));
          if (!rest.head.nullable) return this.union(options);
          rest = rest.tail;
        }
        return this.union([...options, of(rest)]);
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
        return this.concat(headsOf(node).map((part) => this.reverse(part)).reverse());
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

  /** Adds the character sets that occur in an expression to `into`, once each. */
  collectSets(root: Expression, into: Set<CodePointSet>): void {
    const seen = new Set([root]);
    for (const node of seen) {
      if (node.kind === "characters") into.add(node.set);
      for (const part of partsOf(node)) seen.add(part);
    }
  }
}

function depthOf(shape: Shape): number {
  if (shape.kind === "concat") {
    const { head, tail } = shape;
    return Math.max(head.depth + 1, tail.kind === "concat" ? tail.depth : tail.depth + 1);
  }
  let depth = 0;
  for (const part of partsOf(shape)) depth = Math.max(depth, part.depth + 1);
  return depth;
}

function partsOf(node: Shape): readonly Expression[] {
  if (node.kind === "concat") return [node.head, node.tail];
  if ("parts" in node) return node.parts;
  return "part" in node ? [node.part] : [];
}

/** What a concatenation puts one after the other; anything else stands alone. */
function headsOf(node: Expression): Expression[] {
  const heads: Expression[] = [];
  while (node.kind === "concat") {
    heads.push(node.head);
    node = node.tail;
  }
  heads.push(node);
  return heads;
}

/** A key for a list of expressions of one store. */
export function expressionKey(parts: readonly Expression[]): string {
  return parts.map((part) => part.id).join();
}

/**
 * Says an expression in another algebra.
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
        const { set } = node;
        const isOne = set.length === 2 && set[0] === set[1];
        return isOne ? algebra.literal(String.fromCodePoint(set[0]!)) : algebra.characters(set);
      }
      case "concat": {
        // From the last part on, so that nothing waits for a tail; each tail is said once.
        const waiting: (Expression & { kind: "concat" })[] = [];
        let rest: Expression = node;
        for (; rest.kind === "concat" && !done.has(rest); rest = rest.tail) waiting.push(rest);
        let result = convert(rest);
        for (const one of waiting.reverse()) {
          result = algebra.concat([convert(one.head), result]);
          done.set(one, result);
        }
        return result;
      }
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
