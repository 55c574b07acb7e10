/**
 * The parser of ECMAScript patterns: text in, {@link PatternNode} out.
 *
 * First stage of the pattern front end. Idea: recursive descent over code points by the grammar of the
 * `u` flag; where that grammar refuses, once more by Annex B (the grammar without `u`), because schemas in
 * the wild say `\-` and `\_`. Even then the text is read as code points, not as UTF-16 units, since that
 * is what JSON Schema's texts are. Named groups, modifiers (`(?i:…)`) and duplicate names in different
 * alternatives follow ECMA-262 2025. Linear in the pattern's length, but for property escapes.
 * Source: ECMA-262 2025, 22.2.1 (Patterns) and Annex B.1.2.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import type { CodePointSet } from "./language_algebra.ts";
import {
  type PatternNode,
  PatternSyntaxError,
  UnsupportedPatternError,
} from "./ecma_regex_syntax.ts";
import {
  closeUnderCaseFolding,
  digitSet,
  dotSet,
  lineTerminatorSet,
  propertySet,
  spaceSet,
  wordSet,
} from "./unicode_properties.ts";
import {
  codePointSet,
  complementOfSet,
  emptySet,
  everyCodePoint,
  unionOfSets,
} from "./unicode_sets.ts";

/** Longest pattern that is parsed, in UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 100_000;
/** Deepest nesting of groups. */
export const MAX_PATTERN_DEPTH = 200;
/** Most named groups. */
export const MAX_PATTERN_NAMES = 1000;
/** Largest minimum of a counted repeat. */
export const MAX_PATTERN_REPEAT = 1_000_000;

/**
 * Parses a pattern as `new RegExp(source, "u")` would, or else as `new RegExp(source)` would.
 *
 * @param source The pattern, without slashes or flags.
 * @returns The tree, captures erased.
 * @throws {PatternSyntaxError} `source` is no pattern by either grammar.
 * @throws {UnsupportedPatternError} It holds a back-reference.
 * @throws {LimitExceededError} It is longer, deeper or more repetitive than this module's limits.
 *
 * @example
 * ```ts
 * import { parsePattern } from "./ecma_regex_parser.ts";
 *
 * const node = parsePattern("a|b");
 * if (node.kind !== "alternation") throw new Error("unexpected");
 * ```
 */
export function parsePattern(source: string): PatternNode {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new LimitExceededError("patternLength", source.length, MAX_PATTERN_LENGTH);
  }
  try {
    return new PatternParser(source, true).parse();
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    return new PatternParser(source, false).parse();
  }
}

/** The flags that modifiers switch on and off. */
interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** A character class atom: a single code point (may be an end of a range) or a set. */
type ClassAtom = { readonly codePoint: number } | { readonly set: CodePointSet };

const END = -1;
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { f: 12, n: 10, r: 13, t: 9, v: 11 };

class PatternParser {
  private offset = 0;
  private depth = 0;
  private flags: Flags = { ignoreCase: false, multiline: false, dotAll: false };
  private readonly groupCount: number;
  /** Whether `\k` is a reference: without the `u` flag it is a letter unless some group has a name. */
  private readonly hasNames: boolean;
  private readonly groupNames = new Set<string>();
  private readonly referencedNames: { name: string; offset: number }[] = [];
  private unsupported: UnsupportedPatternError | undefined;

  constructor(private readonly source: string, private readonly unicode: boolean) {
    const { count, named } = countGroups(source);
    this.groupCount = count;
    this.hasNames = unicode || named;
  }

  parse(): PatternNode {
    const node = this.parseDisjunction(new Set());
    if (this.offset < this.source.length) this.fail("unmatched ')'");
    for (const { name, offset } of this.referencedNames) {
      if (!this.groupNames.has(name)) this.fail(`reference to no group "${name}"`, offset);
    }
    if (this.unsupported !== undefined) throw this.unsupported;
    return node;
  }

  // ---- Reading the source ----

  private peek(): number {
    return this.source.codePointAt(this.offset) ?? END;
  }

  private peekIs(text: string): boolean {
    return this.source.startsWith(text, this.offset);
  }

  private eat(text: string): boolean {
    if (!this.peekIs(text)) return false;
    this.offset += text.length;
    return true;
  }

  private next(): number {
    const codePoint = this.peek();
    if (codePoint === END) this.fail("unexpected end");
    this.offset += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  /** Reads what the sticky expression matches here, or null. */
  private match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.offset;
    const match = sticky.exec(this.source);
    if (match !== null) this.offset += match[0].length;
    return match;
  }

  private fail(reason: string, offset: number = this.offset): never {
    throw new PatternSyntaxError(this.source, offset, reason);
  }

  private refuse(feature: string, offset: number): void {
    this.unsupported ??= new UnsupportedPatternError(this.source, feature, offset);
  }

  // ---- Disjunction, alternative, term ----

  /** @param namesSoFar Names of the groups that can match together with this place; added to. */
  private parseDisjunction(namesSoFar: Set<string>): PatternNode {
    if (++this.depth > MAX_PATTERN_DEPTH) {
      throw new LimitExceededError("patternDepth", this.depth, MAX_PATTERN_DEPTH);
    }
    const parts: PatternNode[] = [];
    const namesInside = new Set<string>();
    do {
      // A name may come again in another alternative, but not in the same one.
      const names = new Set(namesSoFar);
      parts.push(this.parseAlternative(names));
      for (const name of names) namesInside.add(name);
    } while (this.eat("|"));
    for (const name of namesInside) namesSoFar.add(name);
    this.depth--;
    return parts.length === 1 ? parts[0]! : { kind: "alternation", parts };
  }

  private parseAlternative(names: Set<string>): PatternNode {
    const parts: PatternNode[] = [];
    while (this.offset < this.source.length && !this.peekIs("|") && !this.peekIs(")")) {
      parts.push(this.parseTerm(names));
    }
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  private parseTerm(names: Set<string>): PatternNode {
    const assertion = this.parseAssertion(names);
    if (assertion !== null) {
      const quantifiable = !this.unicode && assertion.kind === "look" && assertion.ahead &&
        this.source[this.offset - 1] === ")";
      return quantifiable ? this.parseQuantifier(assertion) : assertion;
    }
    return this.parseQuantifier(this.parseAtom(names));
  }

  private parseAssertion(names: Set<string>): PatternNode | null {
    if (this.eat("^")) return this.flags.multiline ? lineEdge(false) : { kind: "text_start" };
    if (this.eat("$")) return this.flags.multiline ? lineEdge(true) : { kind: "text_end" };
    if (this.eat("\\b")) return wordBoundary(false, this.wordCharacters());
    if (this.eat("\\B")) return wordBoundary(true, this.wordCharacters());
    const look = this.match(/\(\?(<?)([=!])/y);
    if (look === null) return null;
    const part = this.parseDisjunction(names);
    if (!this.eat(")")) this.fail("missing ')'");
    return { kind: "look", ahead: look[1] === "", negated: look[2] === "!", part };
  }

  private parseQuantifier(part: PatternNode): PatternNode {
    const start = this.offset;
    const found = this.match(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (found === null) {
      if (this.unicode && this.peekIs("{")) this.fail("incomplete quantifier");
      return part;
    }
    const [, sign, low, comma, high] = found;
    const min = sign === undefined ? Number(low) : sign === "+" ? 1 : 0;
    const max = sign !== undefined
      ? sign === "?" ? 1 : Infinity
      : comma === undefined
      ? min
      : high === ""
      ? Infinity
      : Number(high);
    if (max < min) this.fail("numbers out of order in quantifier", start);
    if (min > MAX_PATTERN_REPEAT) {
      throw new LimitExceededError("patternRepeat", min, MAX_PATTERN_REPEAT);
    }
    return { kind: "repeat", part, min, max: max > 0x7fffffff ? Infinity : max };
  }

  private parseAtom(names: Set<string>): PatternNode {
    const start = this.offset;
    const codePoint = this.next();
    switch (String.fromCodePoint(codePoint)) {
      case ".":
        return { kind: "characters", set: this.flags.dotAll ? everyCodePoint : dotSet };
      case "(":
        return this.parseGroup(names);
      case "[":
        return this.parseClass();
      case "\\":
        return this.parseAtomEscape();
      case "*":
      case "+":
      case "?":
        return this.fail("nothing to repeat", start);
      case "{":
        if (this.unicode) this.fail("lone '{'", start);
        if (/^\d+(?:,\d*)?\}/.test(this.source.slice(this.offset, this.offset + 64))) {
          this.fail("nothing to repeat", start);
        }
        break;
      case "}":
      case "]":
        if (this.unicode) this.fail(`lone '${this.source[start]}'`, start);
    }
    return this.single(codePoint);
  }

  private parseGroup(names: Set<string>): PatternNode {
    const start = this.offset - 1;
    const outerFlags = this.flags;
    if (this.eat("?")) {
      if (this.eat("<")) this.addName(this.parseGroupName(), names, start);
      else this.parseModifiers(start);
    }
    const node = this.parseDisjunction(names);
    if (!this.eat(")")) this.fail("missing ')'");
    this.flags = outerFlags;
    return node;
  }

  private addName(name: string, names: Set<string>, offset: number): void {
    if (names.has(name)) this.fail(`duplicate group name "${name}"`, offset);
    if (this.groupNames.size >= MAX_PATTERN_NAMES) {
      throw new LimitExceededError("patternNames", Infinity, MAX_PATTERN_NAMES);
    }
    names.add(name);
    this.groupNames.add(name);
  }

  private parseModifiers(start: number): void {
    const found = this.match(/([ims]*)(-([ims]*))?:/y);
    if (found === null) this.fail("invalid group", start);
    const [, on = "", minus, off = ""] = found;
    if (minus !== undefined && on === "" && off === "") this.fail("invalid modifiers", start);
    if (new Set(on + off).size !== on.length + off.length) this.fail("repeated modifier", start);
    if (!this.unicode && (on + off).includes("i")) {
      this.refuse("the modifier i in a pattern that is only valid without the u flag", start);
    }
    const switched = (flag: string, now: boolean) =>
      on.includes(flag) || now && !off.includes(flag);
    this.flags = {
      ignoreCase: switched("i", this.flags.ignoreCase),
      multiline: switched("m", this.flags.multiline),
      dotAll: switched("s", this.flags.dotAll),
    };
  }

  /** Reads `name>`. */
  private parseGroupName(): string {
    const start = this.offset;
    let name = "";
    while (!this.eat(">")) {
      const isEscape = this.eat("\\");
      const codePoint = isEscape ? this.parseUnicodeEscape(true) : this.next();
      if (codePoint === null) this.fail("invalid group name", start);
      const character = String.fromCodePoint(codePoint);
      const allowed = name === "" ? /^[$_\p{ID_Start}]$/u : /^[$\u200c\u200d\p{ID_Continue}]$/u;
      if (!allowed.test(character)) this.fail("invalid group name", start);
      name += character;
    }
    if (name === "") this.fail("empty group name", start);
    return name;
  }

  // ---- Escapes ----

  private parseAtomEscape(): PatternNode {
    const start = this.offset - 1;
    if (this.hasNames && this.eat("k")) {
      if (!this.eat("<")) this.fail("invalid named reference", start);
      this.referencedNames.push({ name: this.parseGroupName(), offset: start });
      this.refuse("back-reference", start);
      return { kind: "sequence", parts: [] };
    }
    const before = this.offset;
    const decimal = this.match(/[1-9]\d*/y);
    if (decimal !== null) {
      if (Number(decimal[0]) <= this.groupCount) {
        this.refuse("back-reference", start);
        return { kind: "sequence", parts: [] };
      }
      if (this.unicode) this.fail(`reference to no group ${decimal[0]}`, start);
      this.offset = before;
    }
    const atom = this.parseEscape(false);
    return "set" in atom ? { kind: "characters", set: atom.set } : this.single(atom.codePoint);
  }

  /** Reads what follows a backslash, in a class or outside. */
  private parseEscape(inClass: boolean): ClassAtom {
    const start = this.offset - 1;
    const set = this.parseSetEscape(start);
    if (set !== null) return { set };
    if (this.match(/0(?!\d)/y)) return { codePoint: 0 };
    if (!this.unicode) {
      const octal = this.match(/[0-3][0-7]{0,2}|[4-7][0-7]?/y);
      if (octal !== null) return { codePoint: parseInt(octal[0], 8) };
    }
    const control = this.match(inClass && !this.unicode ? /c([A-Za-z0-9_])/y : /c([A-Za-z])/y);
    if (control !== null) return { codePoint: control[1]!.charCodeAt(0) % 32 };
    if (!this.unicode && this.peekIs("c")) return { codePoint: 0x5c }; // The 'c' comes next.
    const hex = this.match(/x([0-9A-Fa-f]{2})/y);
    if (hex !== null) return { codePoint: parseInt(hex[1]!, 16) };
    if (this.peekIs("u")) {
      const codePoint = this.parseUnicodeEscape(this.unicode);
      if (codePoint !== null) return { codePoint };
      if (this.unicode) this.fail("invalid Unicode escape", start);
    }
    const codePoint = this.next();
    const character = String.fromCodePoint(codePoint);
    if (Object.hasOwn(CONTROL_ESCAPES, character)) {
      return { codePoint: CONTROL_ESCAPES[character]! };
    }
    if (inClass && character === "b") return { codePoint: 8 };
    const identity = this.unicode
      ? "^$\\.*+?()[]{}|/".includes(character) || inClass && character === "-"
      : !(this.hasNames && character === "k");
    if (!identity) this.fail(`invalid escape '\\${character}'`, start);
    return { codePoint };
  }

  /** Reads `\d \D \s \S \w \W \p{…} \P{…}`, the backslash already read; null if it is none of these. */
  private parseSetEscape(start: number): CodePointSet | null {
    const simple = this.match(/[dDsSwW]/y);
    if (simple !== null) {
      const letter = simple[0].toLowerCase();
      const set = letter === "d" ? digitSet : letter === "s" ? spaceSet : this.wordCharacters();
      return simple[0] === letter ? set : complementOfSet(set);
    }
    if (!this.unicode) return null;
    const property = this.match(/([pP])\{([^}]*)\}/y);
    if (property === null) return null;
    const set = propertySet(property[2]!);
    if (set === null) this.fail(`unknown property "${property[2]}"`, start);
    return this.fold(property[1] === "p" ? set : complementOfSet(set));
  }

  /** Reads `uXXXX`, surrogate pairs of them, or `u{X…}`; null (and nothing read) if malformed. */
  private parseUnicodeEscape(unicode: boolean): number | null {
    const braced = unicode ? this.match(/u\{([0-9A-Fa-f]+)\}/y) : null;
    if (braced !== null) {
      const codePoint = parseInt(braced[1]!, 16);
      if (codePoint > 0x10ffff) this.fail("code point out of range");
      return codePoint;
    }
    const pair = this.match(/u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})/y);
    if (pair !== null) {
      return 0x10000 + ((parseInt(pair[1]!, 16) & 0x3ff) << 10) + (parseInt(pair[2]!, 16) & 0x3ff);
    }
    const plain = this.match(/u([0-9A-Fa-f]{4})/y);
    return plain === null ? null : parseInt(plain[1]!, 16);
  }

  // ---- Classes ----

  /** Reads a class, the opening bracket already read. */
  private parseClass(): PatternNode {
    const start = this.offset - 1;
    const negated = this.eat("^");
    const sets: CodePointSet[] = [];
    const ranges: number[] = [];
    const add = (atom: ClassAtom) => {
      if ("set" in atom) sets.push(atom.set);
      else ranges.push(atom.codePoint, atom.codePoint);
    };
    while (!this.eat("]")) {
      if (this.offset >= this.source.length) this.fail("missing ']'", start);
      const from = this.parseClassAtom();
      if (!this.peekIs("-") || this.source[this.offset + 1] === "]") {
        add(from);
        continue;
      }
      const dash = this.offset;
      this.offset++;
      if (this.offset >= this.source.length) this.fail("missing ']'", start);
      const to = this.parseClassAtom();
      if ("set" in from || "set" in to) {
        if (this.unicode) this.fail("a set cannot end a range", dash);
        add(from);
        add({ codePoint: 0x2d });
        add(to);
      } else {
        if (from.codePoint > to.codePoint) this.fail("range out of order", dash);
        ranges.push(from.codePoint, to.codePoint);
      }
    }
    // Each set once: properties have a thousand ranges.
    const set = this.fold(unionOfSets([...new Set(sets), codePointSet(ranges)]));
    return { kind: "characters", set: negated ? complementOfSet(set) : set };
  }

  private parseClassAtom(): ClassAtom {
    if (!this.eat("\\")) return { codePoint: this.next() };
    if (this.unicode && this.match(/[1-9]|0\d/y)) this.fail("invalid escape in a class");
    return this.parseEscape(true);
  }

  // ---- Sets under the flags in force ----

  private single(codePoint: number): PatternNode {
    return { kind: "characters", set: this.fold(codePointSet([codePoint, codePoint])) };
  }

  private fold(set: CodePointSet): CodePointSet {
    return this.flags.ignoreCase && set !== emptySet ? closeUnderCaseFolding(set) : set;
  }

  private wordCharacters(): CodePointSet {
    return this.fold(wordSet);
  }
}

/** How many capturing groups a pattern has, and whether one has a name; skips classes and escapes. */
function countGroups(source: string): { count: number; named: boolean } {
  let count = 0, named = false;
  for (const [token] of source.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]?|\((?!\?)|\(\?<(?![=!])/g)) {
    if (token[0] !== "(") continue;
    count++;
    named ||= token !== "(";
  }
  return { count, named };
}

function look(ahead: boolean, negated: boolean, part: PatternNode): PatternNode {
  return { kind: "look", ahead, negated, part };
}

/** `^` or `$` under the modifier m: at the text's edge or beside a line terminator. */
function lineEdge(ahead: boolean): PatternNode {
  const edge: PatternNode = ahead ? { kind: "text_end" } : { kind: "text_start" };
  const beside: PatternNode = { kind: "characters", set: lineTerminatorSet };
  return look(ahead, false, { kind: "alternation", parts: [edge, beside] });
}

/** `\b` (or `\B`): a word character on exactly one side (or on both or none). */
function wordBoundary(negated: boolean, word: CodePointSet): PatternNode {
  const part: PatternNode = { kind: "characters", set: word };
  const pair = (wordBefore: boolean, wordAfter: boolean): PatternNode => ({
    kind: "sequence",
    parts: [look(false, !wordBefore, part), look(true, !wordAfter, part)],
  });
  return {
    kind: "alternation",
    parts: negated
      ? [pair(true, true), pair(false, false)]
      : [pair(true, false), pair(false, true)],
  };
}
