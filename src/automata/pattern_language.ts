/**
 * The language of a parsed ECMAScript pattern, look-arounds and all.
 *
 * Second stage of the pattern front end: {@link PatternNode} in, a language in any
 * {@link LanguageAlgebra} out. Idea: the language is built from right to left. `advance(node, rest)` answers
 * "which texts start with `node` and go on with `rest`", where a text is what stands right of the current
 * place; so `(?=X)` is an intersection of `rest` with X·all, `(?!X)` one with its complement, and `$` leaves
 * the empty text only. What stands left of the place matters to `^`, `\b` and look-behinds: `rest` is a
 * vector, one entry for each state of an automaton (a {@link Tracker}) that has read the text so far. Where the
 * entries are all the same, as they are in an ordinary pattern, nothing is split and the expression is
 * as small as the pattern. A star over parts that see the state is a system of linear equations, solved by
 * Arden's rule; a star with look-aheads inside is one over pairs of a left state and the state, promised
 * for the right, of an automaton that reads backwards.
 * Refused: look-aheads inside look-behinds, and what needs more states than the limits below.
 * Cost: linear for ordinary patterns; cubic in the number of states for a star that sees them.
 *
 * @module
 */

import type { CodePointSet, LanguageAlgebra } from "./language_algebra.ts";
import { type PatternNode, UnsupportedPatternError } from "./ecma_regex_syntax.ts";
import { type Expression, expressionInAlgebra, ExpressionStore } from "./pattern_expression.ts";
import { type Tracker, trackLanguages } from "./pattern_tracker.ts";
import { everyCodePoint, intersectSets, partitionBySets, unionOfSets } from "./unicode_sets.ts";

/** Most states of the automaton behind look-behinds, and of pairs of states in a star. */
const MAX_STATES = 48;
/** Most states before minimisation. */
const MAX_RAW_STATES = 600;
/** Most copies of a repeat that has to be written out. */
const MAX_UNROLLED = 200;

/**
 * The language of all texts in which the pattern finds a match: what JSON Schema's `pattern` asserts.
 *
 * @param pattern What `parsePattern` gave.
 * @param algebra Where the language is wanted.
 * @throws {UnsupportedPatternError} A combination of look-arounds is beyond the limits.
 * @throws {LimitExceededError} The expression grows too large.
 */
export function patternLanguage<T>(pattern: PatternNode, algebra: LanguageAlgebra<T>): T {
  const anywhere: PatternNode = {
    kind: "repeat",
    part: { kind: "characters", set: everyCodePoint },
    min: 0,
    max: Infinity,
  };
  const store = new ExpressionStore();
  const whole: PatternNode = { kind: "sequence", parts: [anywhere, pattern] };
  return expressionInAlgebra(new Translator(store, whole).translate(store.all), algebra);
}

/**
 * The language of the texts that the pattern matches from their first character to their last.
 *
 * @param pattern What `parsePattern` gave.
 * @param algebra Where the language is wanted.
 * @throws {UnsupportedPatternError} A combination of look-arounds is beyond the limits.
 * @throws {LimitExceededError} The expression grows too large.
 */
export function fullMatchLanguage<T>(pattern: PatternNode, algebra: LanguageAlgebra<T>): T {
  const store = new ExpressionStore();
  return expressionInAlgebra(new Translator(store, pattern).translate(store.epsilon), algebra);
}

type LookNode = Extract<PatternNode, { kind: "look" }>;
type RepeatNode = Extract<PatternNode, { kind: "repeat" }>;

/** One language for each state: what may stand right of a place that is in that state. */
type Rest = readonly Expression[];

/** For each state, where the characters of a set lead from there. */
type Moves = readonly (readonly { readonly to: number; readonly set: CodePointSet }[])[];

/** How a walk over the pattern sees states: of the left side only, or of both sides. */
interface View {
  readonly stateCount: number;
  /** The moves out of each state with a character of the set. */
  moves(set: CodePointSet): Moves;
  /** What remains of `rest` where an assertion holds. */
  assert(node: PatternNode, rest: Rest): Rest;
  /** Whether looking ahead is a question about the state, not about the rest. */
  readonly seesAhead: boolean;
}

class Translator {
  private readonly left: Tracker;
  private readonly leftLanguage = new Map<PatternNode, number>();
  private readonly leftView: View;
  private readonly moves = new Map<Tracker, Map<CodePointSet, Moves>>();
  private readonly plain = new Map<PatternNode, Expression | null>();
  /** Look-aheads met inside stars are asked about often; by node. */
  private readonly ahead = new Map<PatternNode, Rest>();

  constructor(private readonly store: ExpressionStore, private readonly root: PatternNode) {
    const languages: Expression[] = [];
    this.collectLookBehinds(root, languages);
    this.left = this.track(languages);
    this.leftView = {
      stateCount: this.left.stateCount,
      moves: (set) => this.movesOf(this.left, set),
      assert: (node, rest) => this.assertFromLeft(node, rest),
      seesAhead: false,
    };
  }

  /** @param rest What may follow the pattern. */
  translate(rest: Expression): Expression {
    return this.advance(this.leftView, this.root, this.uniform(this.leftView, rest))[0]!;
  }

  // ---- The left side ----

  private collectLookBehinds(node: PatternNode, languages: Expression[]): void {
    if (node.kind === "text_start" || node.kind === "look" && !node.ahead) {
      const language = node.kind === "text_start" ? this.store.epsilon : this.prefixLanguage(node);
      let index = languages.indexOf(language);
      if (index < 0) index = languages.push(language) - 1;
      this.leftLanguage.set(node, index);
    } else for (const part of partsOf(node)) this.collectLookBehinds(part, languages);
  }

  /** The texts at whose end a look-behind's part has just matched. */
  private prefixLanguage(node: LookNode): Expression {
    const mirrored = mirror(node.part);
    if (hasLookBehind(mirrored)) this.refuse("a look-ahead, $ or \\b inside a look-behind");
    return this.store.reverse(new Translator(this.store, mirrored).translate(this.store.all));
  }

  private track(languages: readonly Expression[]): Tracker {
    const sets = new Set<CodePointSet>();
    for (const language of languages) this.store.collectSets(language, sets);
    const tracker = trackLanguages(this.store, languages, partitionBySets(sets), MAX_RAW_STATES);
    if (tracker === null || tracker.stateCount > MAX_STATES) this.refuse("look-arounds this large");
    return tracker;
  }

  private refuse(feature: string): never {
    throw new UnsupportedPatternError("", feature, -1);
  }

  private movesOf(tracker: Tracker, set: CodePointSet): Moves {
    let bySet = this.moves.get(tracker);
    if (bySet === undefined) this.moves.set(tracker, bySet = new Map());
    let moves = bySet.get(set);
    if (moves === undefined) bySet.set(set, moves = this.computeMoves(tracker, set));
    return moves;
  }

  private computeMoves(tracker: Tracker, set: CodePointSet): Moves {
    const pieces = tracker.classes.map((inClass) => intersectSets(inClass, set));
    return tracker.next.map((row) => {
      const byTarget = new Map<number, CodePointSet[]>();
      row.forEach((to, i) => {
        if (pieces[i]!.length > 0) byTarget.set(to, [...(byTarget.get(to) ?? []), pieces[i]!]);
      });
      return [...byTarget].map(([to, sets]) => ({ to, set: unionOfSets(sets) }));
    });
  }

  private assertFromLeft(node: PatternNode, rest: Rest): Rest {
    if (node.kind === "look" && node.ahead || node.kind === "text_end") {
      const wanted = this.lookAhead(node);
      return rest.map((language, state) => this.store.intersect([wanted[state]!, language]));
    }
    return rest.map((language, state) => this.holdsLeft(node, state) ? language : this.store.empty);
  }

  private holdsLeft(node: PatternNode, state: number): boolean {
    const found = this.left.accepts[state]![this.leftLanguage.get(node)!]!;
    return node.kind === "look" && node.negated ? !found : found;
  }

  /** By left state, the texts before which a look-ahead (or `$`) holds. */
  private lookAhead(node: PatternNode): Rest {
    if (node.kind !== "look") return this.uniform(this.leftView, this.store.epsilon);
    let wanted = this.ahead.get(node);
    if (wanted === undefined) {
      wanted = this.advance(this.leftView, node.part, this.uniform(this.leftView, this.store.all));
      if (node.negated) wanted = wanted.map((language) => this.store.complement(language));
      this.ahead.set(node, wanted);
    }
    return wanted;
  }

  // ---- From right to left ----

  private uniform(view: View, language: Expression): Rest {
    return new Array<Expression>(view.stateCount).fill(language);
  }

  private unite(a: Rest, b: Rest): Rest {
    return a.map((language, state) => this.store.union([language, b[state]!]));
  }

  /** The texts that start with `node` and go on with `rest`, by state. */
  private advance(view: View, node: PatternNode, rest: Rest): Rest {
    if (isUniform(rest)) {
      const expression = view.seesAhead ? null : this.plainExpression(node);
      if (expression !== null) {
        return this.uniform(view, this.store.concat([expression, rest[0]!]));
      }
    }
    switch (node.kind) {
      case "characters":
        return view.moves(node.set).map((moves) =>
          this.store.union(
            moves.map(({ to, set }) => this.store.concat([this.store.characters(set), rest[to]!])),
          )
        );
      case "sequence":
        return node.parts.reduceRight((after, part) => this.advance(view, part, after), rest);
      case "alternation":
        return this.advanceAlternation(view, node.parts, rest);
      case "repeat":
        return this.advanceRepeat(view, node, rest);
      default:
        return view.assert(node, rest);
    }
  }

  private advanceAlternation(view: View, parts: readonly PatternNode[], rest: Rest): Rest {
    // What can be said without states is said together, so that `rest` is not copied for each.
    const together: Expression[] = [], apart: Rest[] = [];
    const mayJoin = !view.seesAhead && isUniform(rest);
    for (const part of parts) {
      const expression = mayJoin ? this.plainExpression(part) : null;
      if (expression !== null) together.push(expression);
      else apart.push(this.advance(view, part, rest));
    }
    const joined = this.store.concat([this.store.union(together), rest[0]!]);
    return rest.map((_, state) =>
      this.store.union([joined, ...apart.map((languages) => languages[state]!)])
    );
  }

  private advanceRepeat(view: View, node: RepeatNode, rest: Rest): Rest {
    const { part, min, max } = node;
    if (max === 0) return rest;
    const once = this.advance(view, part, rest);
    const expression = view.seesAhead ? null : this.plainExpression(part);
    if (expression !== null && isUniform(once)) {
      // The last round forgets the state, so the rounds before it need not know it.
      const before = this.store.repeat(expression, Math.max(min - 1, 0), max - 1);
      const atLeastOnce = this.uniform(view, this.store.concat([before, once[0]!]));
      return min === 0 ? this.unite(rest, atLeastOnce) : atLeastOnce;
    }
    const copies = max === Infinity ? min : max;
    if (copies > MAX_UNROLLED) this.refuse("an assertion that sees into a repeat this long");
    let after = rest;
    if (max === Infinity) after = this.advanceStar(view, part, rest);
    else for (let i = min; i < max; i++) after = this.unite(rest, this.advance(view, part, after));
    for (let i = 0; i < min; i++) after = this.advance(view, part, after);
    return after;
  }

  // ---- Stars ----

  private advanceStar(view: View, part: PatternNode, rest: Rest): Rest {
    if (view.seesAhead || !hasLookAhead(part)) return this.solveStar(view, part, rest);
    const tempered = this.temperedStar(part, rest);
    return tempered ?? this.starOfPairs(part, rest);
  }

  /** Solves X = rest ∪ part·X, state by state. */
  private solveStar(view: View, part: PatternNode, rest: Rest): Rest {
    const { store } = this;
    const size = view.stateCount;
    const columns = Array.from({ length: size }, (_, column) => {
      const unit = this.uniform(view, store.empty).with(column, store.epsilon);
      return this.advance(view, part, unit);
    });
    const rows = Array.from(
      { length: size },
      (_, row) => columns.map((column) => column[row]!),
    );
    return solveLinear(store, rows, rest);
  }

  /**
   * `(?:(?!X)C)*` before the end of the text: no suffix but the empty one may start with X. The commonest
   * look-ahead in a star, said as an intersection; null if `part` is anything else.
   */
  private temperedStar(part: PatternNode, rest: Rest): Rest | null {
    const { store } = this;
    if (part.kind !== "sequence" || rest.some((language) => language !== store.epsilon)) {
      return null;
    }
    const last = part.parts.at(-1);
    const looks = part.parts.slice(0, -1);
    if (last?.kind !== "characters" || !looks.every((node) => node.kind === "look" && node.ahead)) {
      return null;
    }
    const wanted = looks.map((node) => this.lookAhead(node));
    if (!wanted.every(isUniform)) return null;
    const bad = store.union(wanted.map((languages) => store.complement(languages[0]!)));
    const badSomewhere = store.concat([store.all, store.intersect([bad, store.nonEmpty])]);
    const characters = store.repeat(store.characters(last.set), 0, Infinity);
    return this.uniform(
      this.leftView,
      store.intersect([characters, store.complement(badSomewhere)]),
    );
  }

  /** A star with look-aheads inside, over pairs of what was read on the left and what will be on the right. */
  private starOfPairs(part: PatternNode, rest: Rest): Rest {
    const { store, left } = this;
    const languages: Expression[] = [];
    const indexOf = (language: Expression) => {
      const reversed = store.reverse(language);
      const found = languages.indexOf(reversed);
      return found >= 0 ? found : languages.push(reversed) - 1;
    };
    const asked = new Map<PatternNode, number[]>();
    const collect = (node: PatternNode): void => {
      if (node.kind === "text_end" || node.kind === "look" && node.ahead) {
        asked.set(node, this.lookAhead(node).map(indexOf));
      } else if (node.kind !== "look") { for (const inner of partsOf(node)) collect(inner); }
    };
    collect(part);
    const right = this.track(languages);
    const pair = (l: number, r: number) => l * right.stateCount + r;
    const stateCount = left.stateCount * right.stateCount;
    if (stateCount > MAX_STATES) this.refuse("look-arounds this large inside a repeat");
    const leftOf = (state: number) => Math.floor(state / right.stateCount);
    const rightOf = (state: number) => state % right.stateCount;
    const computeMoves = (set: CodePointSet): Moves => {
      // Reading backwards, the automaton on the right moves from the place after the character.
      const onRight = this.movesOf(right, set);
      return this.movesOf(left, set).flatMap((moves) =>
        right.next.map((_, promised) =>
          moves.flatMap(({ to, set: inLeft }) =>
            onRight.flatMap((back, after) =>
              back.filter((move) => move.to === promised)
                .map((move) => ({ to: pair(to, after), set: intersectSets(move.set, inLeft) }))
                .filter((move) => move.set.length > 0)
            )
          )
        )
      );
    };
    const movesBySet = new Map<CodePointSet, Moves>();
    const view: View = {
      stateCount,
      seesAhead: true,
      moves: (set) => {
        let moves = movesBySet.get(set);
        if (moves === undefined) movesBySet.set(set, moves = computeMoves(set));
        return moves;
      },
      assert: (node, languagesOfRest) =>
        languagesOfRest.map((language, state) => {
          const byLeft = asked.get(node);
          const holds = byLeft === undefined
            ? this.holdsLeft(node, leftOf(state))
            : right.accepts[rightOf(state)]![byLeft[leftOf(state)]!]!;
          return holds ? language : store.empty;
        }),
    };
    const suffixes = this.textsReadBackwards(right);
    const start = Array.from(
      { length: stateCount },
      (_, state) => store.intersect([rest[leftOf(state)]!, suffixes[rightOf(state)]!]),
    );
    const solved = this.solveStar(view, part, start);
    return left.next.map((_, l) => store.union(right.next.map((_, r) => solved[pair(l, r)]!)));
  }

  /** For each state, the texts that lead there when they are read from their end. */
  private textsReadBackwards(tracker: Tracker): Rest {
    const { store } = this;
    const moves = this.movesOf(tracker, everyCodePoint);
    const rows = tracker.next.map((_, state) =>
      moves.map((from) =>
        store.union(
          from.filter(({ to }) => to === state).map(({ set }) => store.characters(set)),
        )
      )
    );
    return solveLinear(
      store,
      rows,
      rows.map((_, state) => state === 0 ? store.epsilon : store.empty),
    );
  }

  // ---- What needs no states ----

  /** The node's own language, or null if it holds an assertion. */
  private plainExpression(node: PatternNode): Expression | null {
    let expression = this.plain.get(node);
    if (expression === undefined) {
      expression = this.buildPlain(node);
      this.plain.set(node, expression);
    }
    return expression;
  }

  private buildPlain(node: PatternNode): Expression | null {
    if (node.kind === "characters") return this.store.characters(node.set);
    const parts: Expression[] = [];
    for (const part of node.kind === "look" ? [] : partsOf(node)) {
      const expression = this.plainExpression(part);
      if (expression === null) return null;
      parts.push(expression);
    }
    switch (node.kind) {
      case "sequence":
        return this.store.concat(parts);
      case "alternation":
        return this.store.union(parts);
      case "repeat":
        return this.store.repeat(parts[0]!, node.min, node.max);
      default:
        return null;
    }
  }
}

/**
 * Solves X[i] = constants[i] ∪ ⋃ rows[i][j]·X[j] by Arden's rule (X = A·X ∪ B gives A*·B), eliminating
 * one unknown after the other.
 */
function solveLinear(
  store: ExpressionStore,
  rows: readonly (readonly Expression[])[],
  constants: Rest,
): Rest {
  const matrix = rows.map((row) => [...row]);
  const right = [...constants];
  const size = matrix.length;
  for (let i = size - 1; i >= 0; i--) {
    const row = matrix[i]!;
    const loop = store.repeat(row[i]!, 0, Infinity);
    row[i] = store.empty;
    for (let j = 0; j < i; j++) row[j] = store.concat([loop, row[j]!]);
    right[i] = store.concat([loop, right[i]!]);
    for (let k = 0; k < i; k++) {
      const factor = matrix[k]![i]!;
      if (factor === store.empty) continue;
      for (let j = 0; j < i; j++) {
        matrix[k]![j] = store.union([matrix[k]![j]!, store.concat([factor, row[j]!])]);
      }
      right[k] = store.union([right[k]!, store.concat([factor, right[i]!])]);
      matrix[k]![i] = store.empty;
    }
  }
  // Now row i needs only the unknowns before it.
  for (let i = 0; i < size; i++) {
    const terms = matrix[i]!.slice(0, i).map((factor, j) => store.concat([factor, right[j]!]));
    right[i] = store.union([right[i]!, ...terms]);
  }
  return right;
}

function isUniform(rest: Rest): boolean {
  return rest.every((language) => language === rest[0]);
}

function partsOf(node: PatternNode): readonly PatternNode[] {
  if ("parts" in node) return node.parts;
  return "part" in node ? [node.part] : [];
}

function hasLookAhead(node: PatternNode): boolean {
  return node.kind === "text_end" || node.kind === "look" && node.ahead ||
    partsOf(node).some(hasLookAhead);
}

function hasLookBehind(node: PatternNode): boolean {
  return node.kind === "text_start" || node.kind === "look" && !node.ahead ||
    partsOf(node).some(hasLookBehind);
}

/** The pattern that matches the mirrored texts. */
function mirror(node: PatternNode): PatternNode {
  switch (node.kind) {
    case "characters":
      return node;
    case "sequence":
      return { kind: "sequence", parts: node.parts.map(mirror).reverse() };
    case "alternation":
      return { kind: "alternation", parts: node.parts.map(mirror) };
    case "repeat":
      return { ...node, part: mirror(node.part) };
    case "text_start":
      return { kind: "text_end" };
    case "text_end":
      return { kind: "text_start" };
    case "look":
      return { ...node, ahead: !node.ahead, part: mirror(node.part) };
  }
}
