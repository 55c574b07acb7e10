/**
 * Random sentences of a grammar, of bounded size.
 *
 * For tests, for looking at a grammar, and for the command line. Idea: each rule has a least cost (one for
 * each use of a rule, and one for each character), found as a least fixed point. Walking down from the
 * start, only what the budget still pays for is chosen from, and when it is used up the cheapest way is
 * taken; so every walk ends, and with a sentence. Regular expressions are walked in the same way; those
 * that look around are drawn without that, and drawn again until they match. Every sentence can come out,
 * but not all are equally likely. Cost: linear in the grammar to begin with, then in what is drawn.
 *
 * @module
 */

import type { PatternNode } from "../automata/mod.ts";
import { UndefinedRuleError } from "./errors.ts";
import { choiceOf, NOTHING, visitExpressions, withParts } from "./expressions.ts";
import type {
  Expression,
  Grammar,
  JsonExpression,
  RepeatExpression,
  TextExpression,
  TokenExpression,
} from "./grammar_form.ts";
import { withIgnoredWritten } from "./ignored_text.ts";
import { regexTree, textUntilRegex, treeExpression } from "./regex_expression.ts";
import { drawCharacter } from "./sample_characters.ts";

/** How sentences are drawn. */
export interface SampleOptions {
  /**
   * At most how many characters and uses of rules a sentence has, if there are such small ones. Default
   * 200.
   */
  readonly maxLength?: number;
  /** Draws a JSON text of a schema. Default: a schema is a TypeError. */
  readonly sampleJson?: (schema: unknown, random: () => number) => string;
  /**
   * The text of a token with a certain id. Default: such a token is a TypeError; those given by text stand
   * for that.
   */
  readonly tokenText?: (id: number) => string;
}

/** A regular expression that looks around: what is drawn in its place, and what that has to match. */
interface Check {
  readonly loose: Expression;
  readonly regex: RegExp;
}

/** What all open expressions keep. */
interface OpenExpression {
  /** What is left of the budget beyond what has to be paid for yet. */
  spare: number;
  /** What the part that is being drawn was reckoned with. */
  paid: number;
  /** What was spent when that part began. */
  before: number;
}

interface OpenSequence extends OpenExpression {
  readonly parts: readonly Expression[];
  next: number;
  /** Place of the part that may spend most; else the first ones would take all. */
  readonly favourite: number;
}

interface OpenRepeat extends OpenExpression {
  readonly repeat: RepeatExpression;
  readonly least: number;
  count: number;
}

/** Draws sentences of one grammar; what it needs to know of the grammar is worked out once. */
export class SentenceSampler {
  readonly #rules: Map<string, Expression>;
  readonly #start: string;
  readonly #options: SampleOptions;
  /** The least cost of each rule that has a sentence. */
  readonly #ruleCosts = new Map<string, number>();
  readonly #costs = new WeakMap<Expression, number>();
  /** What stands for regular expressions that look around. */
  readonly #checks = new WeakMap<Expression, Check>();

  /**
   * Looks the grammar over.
   *
   * @param grammar The grammar.
   * @param options Size, and what schemas and tokens stand for.
   * @throws {RangeError} The grammar has no sentence.
   * @throws {UndefinedRuleError} A rule is missing.
   */
  constructor(grammar: Grammar, options: SampleOptions = {}) {
    const written = withIgnoredWritten(grammar);
    this.#options = options;
    this.#start = written.start;
    this.#rules = new Map(
      written.rules.map(({ name, expression }) => [name, this.#withoutRegexes(expression)]),
    );
    if (written !== grammar) {
      // The last rule is what is ignored. Most places have nothing of it, or sentences would be mostly that.
      const { name } = written.rules.at(-1)!;
      const ignored = this.#rules.get(name)!;
      this.#rules.set(name, choiceOf([NOTHING, NOTHING, NOTHING, ignored]));
    }
    this.#findCosts();
    if (!this.#rules.has(this.#start)) throw new UndefinedRuleError(this.#start);
    if (!this.#ruleCosts.has(this.#start)) throw new RangeError("the grammar has no sentence");
  }

  /**
   * Draws a sentence.
   *
   * @param random Numbers in [0, 1), as of `Math.random`; the same numbers give the same sentence.
   */
  sample(random: () => number): string {
    const least = this.#ruleCosts.get(this.#start)!;
    // Short ones are worth as much as long ones.
    const room = random() * (this.#options.maxLength ?? 200);
    return this.#draw({ kind: "rule", name: this.#start }, least + room, random);
  }

  /** Draws a text of an expression; the budget is at least its cost, or nothing cheaper exists. */
  #draw(expression: Expression, budget: number, random: () => number): string {
    const out: string[] = [];
    // In the measure of the costs: rules and characters.
    let spent = 0;
    // Sequences and repeats in which the walk is, outermost first: sentences nest more deeply than stacks do.
    const open: (OpenSequence | OpenRepeat)[] = [];
    const write = (text: string) => {
      out.push(text);
      spent += text.length;
    };
    const begin = (expression: Expression, budget: number) => {
      for (;;) {
        const check = this.#checks.get(expression);
        if (check !== undefined) return write(this.#drawMatching(check, budget, random));
        switch (expression.kind) {
          case "rule":
            expression = this.#rules.get(expression.name)!;
            budget--;
            spent++;
            continue;
          case "choice":
            expression = this.#choose(expression.options, budget, random);
            continue;
          case "sequence":
            open.push({
              parts: expression.parts,
              next: 0,
              favourite: Math.floor(random() * expression.parts.length),
              spare: budget - this.#cost(expression),
              paid: 0,
              before: spent,
            });
            return;
          case "repeat": {
            const least = this.#cost(expression.part);
            const spare = budget - expression.min * least;
            open.push({ repeat: expression, count: 0, least, spare, paid: 0, before: spent });
            return;
          }
          default:
            return write(this.#drawLeaf(expression, random));
        }
      }
    };
    begin(expression, budget);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      top.spare -= Math.max(0, spent - top.before - top.paid);
      top.before = spent;
      if ("parts" in top) {
        const isEarly = top.next < top.favourite;
        const part = top.parts[top.next++];
        if (part === undefined) open.pop();
        else {
          top.paid = this.#cost(part);
          const share = isEarly ? 0.3 * random() : 1;
          begin(part, top.paid + Math.max(0, top.spare) * share);
        }
        continue;
      }
      const { repeat: { part, min, max }, least } = top;
      // A repeat of nothing ends by chance alone.
      const price = top.count < min ? 0 : Math.max(least, 1);
      const isEnd = top.count >= min && (top.spare < price || random() < 0.3);
      if (isEnd || top.count === max) open.pop();
      else {
        top.count++;
        top.spare -= price;
        top.paid = least;
        begin(part, least + Math.max(0, top.spare));
      }
    }
    return out.join("");
  }

  /** One of the options that the budget pays for; the cheapest ones, if it pays for none. */
  #choose(options: readonly Expression[], budget: number, random: () => number): Expression {
    const costs = options.map((option) => this.#cost(option));
    const limit = Math.max(budget, Math.min(...costs));
    const affordable = options.filter((_, i) => costs[i]! <= limit);
    return affordable[Math.floor(random() * affordable.length)]!;
  }

  #drawLeaf(leaf: Expression, random: () => number): string {
    switch (leaf.kind) {
      case "text":
        return drawText(leaf, random);
      case "characters":
        return drawCharacter(leaf, random);
      case "token":
        return this.#drawToken(leaf, random);
      case "json":
        return this.#drawJson(leaf, random);
      default:
        throw new TypeError(`${leaf.kind} is written as others before anything is drawn`);
    }
  }

  #drawMatching({ loose, regex }: Check, budget: number, random: () => number): string {
    for (let attempt = 0; attempt < 10_000; attempt++) {
      const text = this.#draw(loose, budget, random);
      if (regex.test(text)) return text;
    }
    throw new RangeError(`no text was found that matches ${regex}`);
  }

  #drawToken({ token, isNegated }: TokenExpression, random: () => number): string {
    if (isNegated) {
      return drawCharacter(
        { kind: "characters", ranges: [[0x20, 0x7e]], isNegated: false },
        random,
      );
    }
    if (typeof token === "string") return token;
    const { tokenText } = this.#options;
    if (tokenText === undefined) {
      throw new TypeError(`tokenText is needed for the text of token ${token}`);
    }
    return tokenText(token);
  }

  #drawJson({ schema }: JsonExpression, random: () => number): string {
    const { sampleJson } = this.#options;
    if (sampleJson === undefined) throw new TypeError("sampleJson is needed to draw a JSON text");
    return sampleJson(schema, random);
  }

  // ---- Costs ----

  /** The least number of rules and characters; `Infinity` if nothing fits. */
  #cost(expression: Expression): number {
    let cost = this.#costs.get(expression);
    if (cost === undefined) {
      cost = this.#costNow(expression);
      this.#costs.set(expression, cost);
    }
    return cost;
  }

  #costNow(expression: Expression): number {
    switch (expression.kind) {
      case "rule":
        return 1 + (this.#ruleCosts.get(expression.name) ?? Infinity);
      case "text":
        return expression.text.length;
      case "sequence":
        return expression.parts.reduce((sum, part) => sum + this.#costNow(part), 0);
      case "choice":
        return expression.options.reduce(
          (least, option) => Math.min(least, this.#costNow(option)),
          Infinity,
        );
      case "repeat":
        return expression.min === 0 ? 0 : expression.min * this.#costNow(expression.part);
      case "characters":
        return expression.ranges.length === 0 && !expression.isNegated ? Infinity : 1;
      default:
        return 1;
    }
  }

  #findCosts(): void {
    const usedBy = new Map<string, Set<string>>();
    for (const [name, expression] of this.#rules) {
      visitExpressions(expression, (part) => {
        if (part.kind !== "rule") return;
        if (!this.#rules.has(part.name)) throw new UndefinedRuleError(part.name, part.position);
        const users = usedBy.get(part.name) ?? new Set();
        usedBy.set(part.name, users.add(name));
      });
    }
    const queue = new Set(this.#rules.keys());
    for (const name of queue) {
      // Deleted first: it may come in again.
      queue.delete(name);
      const cost = this.#costNow(this.#rules.get(name)!);
      if (cost >= (this.#ruleCosts.get(name) ?? Infinity)) continue;
      this.#ruleCosts.set(name, cost);
      usedBy.get(name)?.forEach((user) => queue.add(user));
    }
  }

  // ---- Regular expressions ----

  #withoutRegexes(expression: Expression): Expression {
    if (expression.kind !== "regex" && expression.kind !== "textUntil") {
      return withParts(expression, (part) => this.#withoutRegexes(part));
    }
    const regex = expression.kind === "regex" ? expression : textUntilRegex(expression);
    const tree = regexTree(regex);
    const exact = treeExpression(tree);
    if (exact !== undefined) return exact;
    const loose = treeExpression(withoutLooks(tree))!;
    // Stands for the two; what it is itself is only looked at for its cost.
    const checked: Expression = { kind: "sequence", parts: [loose] };
    this.#checks.set(checked, {
      loose,
      regex: new RegExp(`^(?:${regex.pattern})$`, `${regex.flags}u`),
    });
    return checked;
  }
}

/**
 * Draws one sentence; for several of the same grammar make a {@link SentenceSampler}.
 *
 * @param grammar The grammar.
 * @param random Numbers in [0, 1), as of `Math.random`; the same numbers give the same sentence.
 * @param options Size, and what schemas and tokens stand for.
 * @throws {RangeError} The grammar has no sentence.
 *
 * @example
 * ```ts
 * import { parseGbnf, sampleSentence } from "@espalier/core/grammar";
 *
 * const sentence = sampleSentence(parseGbnf('root ::= "a" [0-9]{2}'), Math.random);
 * console.assert(/^a[0-9]{2}$/.test(sentence));
 * ```
 */
export function sampleSentence(
  grammar: Grammar,
  random: () => number,
  options: SampleOptions = {},
): string {
  return new SentenceSampler(grammar, options).sample(random);
}

function drawText({ text, ignoresCase }: TextExpression, random: () => number): string {
  if (!ignoresCase) return text;
  const spell = random() < 0.5
    ? (character: string) => character
    : (character: string) => random() < 0.5 ? character.toUpperCase() : character.toLowerCase();
  // Some characters have a longer spelling in the other case, which is another text.
  return Array.from(text, (character) => {
    const spelled = spell(character);
    return spelled.length === character.length ? spelled : character;
  }).join("");
}

function withoutLooks(node: PatternNode): PatternNode {
  switch (node.kind) {
    case "sequence":
    case "alternation":
      return { ...node, parts: node.parts.map(withoutLooks) };
    case "repeat":
      return { ...node, part: withoutLooks(node.part) };
    case "characters":
      return node;
    default:
      return { kind: "sequence", parts: [] };
  }
}
