/**
 * Free text with tagged sections: text may say anything until a tag, and from there on it has to be what the tag promises.
 *
 *     I will look it up. <tool_call>{"name": "weather", "arguments": {"city": "Oslo"}}</tool_call> One moment.
 *     └────── text ─────┘└─ begin ─┘└────────────────── content ─────────────────────┘└─ end ────┘└── text ──┘
 *
 * What vLLM and XGrammar call structural tags. Text never holds a trigger: where one has been written, a section has
 * begun, and only the beginnings of sections with that trigger can follow.
 *
 * {@link taggedText} makes the grammar; {@link TaggedTextReader} reads such a text back, piece by piece as it is
 * written, into texts and sections with typed values and spans.
 *
 * @module
 */

import type { Expression, Grammar, GrammarRule } from "./grammar_form.ts";
import { endOfJson } from "./json_end.ts";

/** What stands between a section's tags. */
export type SectionContent =
  /** JSON that is valid against the schema. */
  | { readonly schema: unknown }
  /** A sentence of a grammar. */
  | { readonly grammar: Grammar }
  /** A match of an ECMAScript regular expression, from its first character to its last. */
  | { readonly regex: string }
  /** One of some texts. */
  | { readonly choices: readonly string[] }
  /** Any text that does not hold the end. */
  | { readonly text: true };

/** A kind of section. */
export interface TaggedSection {
  /** Names it in results; several sections may have one name. */
  readonly name: string;
  /** What it begins with; not empty. */
  readonly begin: string;
  /** What stands between the tags. */
  readonly content: SectionContent;
  /** What it ends with; may be empty for JSON, which ends by itself. */
  readonly end: string;
}

/** Options of {@link taggedText}. */
export interface TaggedTextOptions {
  /** The kinds of sections; at least one. */
  readonly sections: readonly TaggedSection[];
  /**
   * Texts after which only a section can follow; each section's beginning has to begin with one. Default: for
   * sections whose beginnings share their first character, what they have in common.
   */
  readonly triggers?: readonly string[];
  /** Whether there may be text around the sections. Default true. */
  readonly allowsText?: boolean;
  /** What stands between two sections where there is no text. Default `""`. */
  readonly separator?: string;
  /** Fewest sections. Default 0. */
  readonly minSections?: number;
  /** Most sections; null, the default: any number. */
  readonly maxSections?: number | null;
  /**
   * Names of tokens, such as `<tool_call>`, that the vocabulary has for whole tags. Where a beginning or an end has one, the token
   * is meant, and text cannot spell it in other tokens.
   */
  readonly tokens?: readonly string[];
}

/**
 * The grammar of text with tagged sections.
 *
 * @param options See {@link TaggedTextOptions}.
 * @returns For `compileGrammar`.
 * @throws {TypeError} No section, an empty beginning, an empty end where the content does not end by itself, a section
 *   that no trigger begins, or a grammar that ignores terminals.
 * @throws {RangeError} Counts that are no counts.
 *
 * @example A value in the middle of a sentence
 * ```ts
 * import { taggedText } from "@espalier/core/grammar";
 * import { compileGrammar, Matcher } from "@espalier/core/matcher";
 * import { Vocabulary } from "@espalier/core/vocabulary";
 *
 * const tokens = [..."ab<>0123"].map((text) => new TextEncoder().encode(text));
 * const vocabulary = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [8] });
 * const section = { name: "number", begin: "<", content: { schema: { type: "integer" } }, end: ">" };
 * const matcher = new Matcher(compileGrammar(taggedText({ sections: [section] }), vocabulary));
 * console.assert([0, 1, 2, 5].every((id) => matcher.acceptToken(id))); // ab<1
 * console.assert(!matcher.acceptToken(0));
 * console.assert(matcher.acceptToken(3) && matcher.isAccepting());
 * ```
 */
export function taggedText(options: TaggedTextOptions): Grammar {
  const { sections, allowsText = true, separator = "", minSections = 0, maxSections = null } =
    options;
  checkSections(sections);
  if (!Number.isInteger(minSections) || minSections < 0) {
    throw new RangeError(`minSections must be an integer of at least 0, got ${minSections}`);
  }
  if (maxSections !== null && !(Number.isInteger(maxSections) && maxSections >= minSections)) {
    throw new RangeError(
      `maxSections must be null or an integer of at least ${minSections}, got ${maxSections}`,
    );
  }
  const tags = new Tags(options.tokens ?? []);
  const triggers = options.triggers ?? commonTriggers(sections, tags);
  const rules: GrammarRule[] = [];
  const rule = (name: string, expression: Expression): Expression => {
    rules.push({ name, expression, isTerminal: false });
    return { kind: "rule", name };
  };

  const groups = triggers.map((trigger) => ({ trigger, sections: [] as Expression[] }));
  for (const [index, section] of sections.entries()) {
    const group = groups.filter(({ trigger }) => section.begin.startsWith(trigger))
      .sort((a, b) => b.trigger.length - a.trigger.length)[0];
    if (group === undefined) {
      throw new TypeError(
        `no trigger begins the section ${JSON.stringify(section.name)}, which begins with ${
          JSON.stringify(section.begin)
        }`,
      );
    }
    const content = rule(`section-${index}-content`, contentOf(section, rules, index));
    group.sections.push(rule(
      `section-${index}`,
      sequence([
        ...tags.read(section.begin.slice(group.trigger.length)),
        content,
        ...tags.read(section.end),
      ]),
    ));
  }
  // What text may not hold: triggers, and tags that are tokens, in other tokens.
  const ends = [...new Set([...triggers, ...tags.names])];
  const text: Expression = { kind: "textUntil", ends, includesEnd: false };
  const lead: Expression[] = allowsText ? [{ kind: "rule", name: "text" }] : [];
  if (allowsText) rule("text", text);
  const section = rule(
    "section",
    choice(
      groups.filter((group) => group.sections.length > 0).map((group) =>
        sequence([...tags.read(group.trigger), choice(group.sections)])
      ),
    ),
  );
  const counted = (part: Expression, min: number, max: number | null): Expression => ({
    kind: "repeat",
    part,
    min,
    max,
  });
  let whole: Expression;
  if (allowsText || separator === "") {
    whole = sequence([counted(sequence([...lead, section]), minSections, maxSections), ...lead]);
  } else {
    const rest = counted(
      sequence([...tags.read(separator), section]),
      Math.max(0, minSections - 1),
      maxSections === null ? null : Math.max(0, maxSections - 1),
    );
    const some = sequence([section, rest]);
    whole = maxSections === 0
      ? sequence([])
      : minSections > 0
      ? some
      : choice([sequence([]), some]);
  }
  rule("root", whole);
  return { start: "root", rules, ignored: [] };
}

function checkSections(sections: readonly TaggedSection[]): void {
  if (!Array.isArray(sections) || sections.length === 0) {
    throw new TypeError("sections must be a list of at least one section");
  }
  for (const { name, begin, end, content } of sections) {
    if (typeof begin !== "string" || begin === "") {
      throw new TypeError(`the section ${JSON.stringify(name)} has no beginning`);
    }
    if (typeof end !== "string" || end === "" && !("schema" in content)) {
      throw new TypeError(`the section ${JSON.stringify(name)} has no end`);
    }
  }
}

/** The content's expression; rules of a grammar get names of their own. */
function contentOf(
  { content, end }: TaggedSection,
  rules: GrammarRule[],
  index: number,
): Expression {
  if ("schema" in content) return { kind: "json", schema: content.schema };
  if ("regex" in content) return { kind: "regex", pattern: content.regex, flags: "" };
  if ("text" in content) return { kind: "textUntil", ends: [end], includesEnd: false };
  if ("choices" in content) {
    return choice(content.choices.map((text) => ({ kind: "text", text, ignoresCase: false })));
  }
  const { grammar } = content;
  if (grammar.ignored.length > 0) {
    throw new TypeError(
      "the grammar of a section must not ignore terminals: they would be ignored around its tags, too",
    );
  }
  const renamed = (name: string) => `section-${index}-${name}`;
  for (const { name, expression, isTerminal } of grammar.rules) {
    rules.push({ name: renamed(name), expression: rename(expression, renamed), isTerminal });
  }
  return { kind: "rule", name: renamed(grammar.start) };
}

function rename(expression: Expression, renamed: (name: string) => string): Expression {
  switch (expression.kind) {
    case "rule":
      return { ...expression, name: renamed(expression.name) };
    case "sequence":
      return { ...expression, parts: expression.parts.map((part) => rename(part, renamed)) };
    case "choice":
      return { ...expression, options: expression.options.map((part) => rename(part, renamed)) };
    case "repeat":
      return { ...expression, part: rename(expression.part, renamed) };
    default:
      return expression;
  }
}

/** For each first character of beginnings what those have in common; a token's name stays whole. */
function commonTriggers(sections: readonly TaggedSection[], tags: Tags): string[] {
  const triggers = new Map<string, string>();
  for (const { begin } of sections) {
    const key = tags.nameAt(begin) ?? String.fromCodePoint(begin.codePointAt(0)!);
    const known = triggers.get(key);
    triggers.set(key, tags.nameAt(begin) ?? (known === undefined ? begin : common(known, begin)));
  }
  return [...triggers.values()];
}

function common(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length).toWellFormed() === a.slice(0, length)
    ? a.slice(0, length)
    : a.slice(0, length - 1);
}

/** Texts in which some names are tokens. */
class Tags {
  readonly #pattern: RegExp | null;

  constructor(readonly names: readonly string[]) {
    const longestFirst = names.toSorted((a, b) => b.length - a.length);
    this.#pattern = names.length === 0
      ? null
      : new RegExp(`(${longestFirst.map((name) => RegExp.escape(name)).join("|")})`);
  }

  /** The token's name that a text begins with. */
  nameAt(text: string): string | undefined {
    return this.names.filter((name) => text.startsWith(name))
      .sort((a, b) => b.length - a.length)[0];
  }

  read(text: string): Expression[] {
    const parts = this.#pattern === null ? [text] : text.split(this.#pattern);
    return parts.filter((part) => part !== "").map((part) =>
      this.names.includes(part)
        ? { kind: "token", token: part, isNegated: false }
        : { kind: "text", text: part, ignoresCase: false }
    );
  }
}

function sequence(parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
}

function choice(options: readonly Expression[]): Expression {
  return options.length === 1 ? options[0]! : { kind: "choice", options };
}

/** A part of a text that was read. Offsets are UTF-16 code units of the whole text, tags included. */
export type TaggedPart =
  | { readonly kind: "text"; readonly text: string; readonly start: number; readonly end: number }
  | {
    readonly kind: "section";
    /** The section's name. */
    readonly name: string;
    /** Its number among the kinds of sections. */
    readonly sectionIndex: number;
    /** What stands between the tags. */
    readonly content: string;
    /** The same, parsed where it is JSON; else the text. */
    readonly value: unknown;
    /** Where the content stands. */
    readonly start: number;
    readonly end: number;
  };

/** What a piece of the text has brought. */
export type TaggedEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "sectionStart"; readonly name: string; readonly sectionIndex: number }
  | { readonly type: "content"; readonly text: string }
  | { readonly type: "sectionEnd"; readonly part: Extract<TaggedPart, { kind: "section" }> };

/** Reads a text with tagged sections while it is written. Tags that are tokens come as their names. */
export class TaggedTextReader {
  /** What has been read to its end. */
  readonly parts: TaggedPart[] = [];
  readonly #sections: readonly TaggedSection[];
  readonly #begins: readonly string[];
  /** What has come and is not understood yet. */
  #rest = "";
  /** Offset of `#rest` in the whole text. */
  #offset = 0;
  #text = "";
  #textStart = 0;
  #open: { readonly index: number; content: string; readonly start: number } | null = null;

  /**
   * Begins with the text.
   *
   * @param options Of the grammar that the text is written in.
   */
  constructor({ sections }: Pick<TaggedTextOptions, "sections">) {
    this.#sections = sections;
    this.#begins = sections.map(({ begin }) => begin);
  }

  /**
   * Reads a piece.
   *
   * @param piece The next piece of the text.
   * @returns What is certain now; what may be the beginning of a tag is held back.
   */
  push(piece: string): TaggedEvent[] {
    this.#rest += piece;
    const events: TaggedEvent[] = [];
    while (this.#open === null ? this.#readText(events, false) : this.#readContent(events));
    return events;
  }

  /**
   * Ends the text: what was held back is text.
   *
   * @returns What that brings.
   */
  end(): TaggedEvent[] {
    const events: TaggedEvent[] = [];
    if (this.#open === null) {
      this.#readText(events, true);
      this.#closeText();
    } else if (this.#rest !== "") {
      events.push({ type: "content", text: this.#rest });
      this.#take(this.#rest.length);
    }
    return events;
  }

  /** Whether a section has begun and not ended. */
  get isInSection(): boolean {
    return this.#open !== null;
  }

  #readText(events: TaggedEvent[], isEnd: boolean): boolean {
    let at = -1, index = -1;
    for (const [i, begin] of this.#begins.entries()) {
      const place = this.#rest.indexOf(begin);
      if (place < 0) continue;
      // Of those that begin at one place the longest is meant, and it may not be there yet.
      const isBetter = at < 0 || place < at ||
        place === at && begin.length > this.#begins[index]!.length;
      if (isBetter) [at, index] = [place, i];
    }
    if (at >= 0 && (isEnd || !this.#mayBeLonger(at, this.#begins[index]!.length))) {
      this.#giveText(events, at);
      this.#closeText();
      this.#take(this.#begins[index]!.length);
      this.#open = { index, content: "", start: this.#offset };
      events.push({ type: "sectionStart", name: this.#sections[index]!.name, sectionIndex: index });
      return true;
    }
    if (at < 0) this.#giveText(events, this.#rest.length - (isEnd ? 0 : this.#heldLength()));
    return false;
  }

  /** Whether what stands at a place may yet become a longer beginning. */
  #mayBeLonger(at: number, length: number): boolean {
    const rest = this.#rest.slice(at);
    return this.#begins.some((begin) =>
      begin.length > length && begin.length > rest.length && begin.startsWith(rest)
    );
  }

  /** How much of the end may be the beginning of a tag that is not complete. */
  #heldLength(): number {
    let held = 0;
    for (const begin of this.#begins) {
      for (let length = Math.min(begin.length - 1, this.#rest.length); length > held; length--) {
        if (this.#rest.endsWith(begin.slice(0, length))) held = length;
      }
    }
    return held;
  }

  #giveText(events: TaggedEvent[], length: number): void {
    if (length <= 0) return;
    if (this.#text === "") this.#textStart = this.#offset;
    const text = this.#take(length);
    this.#text += text;
    events.push({ type: "text", text });
  }

  #closeText(): void {
    if (this.#text === "") return;
    const start = this.#textStart;
    this.parts.push({ kind: "text", text: this.#text, start, end: start + this.#text.length });
    this.#text = "";
  }

  #readContent(events: TaggedEvent[]): boolean {
    const open = this.#open!;
    const { content, end, name } = this.#sections[open.index]!;
    const whole = open.content + this.#rest;
    let length: number; // of the content, -1 while it is not known
    if ("schema" in content) {
      length = endOfJson(whole, 0, false);
      if (length >= 0 && !whole.startsWith(end, length)) length = -1;
    } else {
      const from = Math.max(0, open.content.length - end.length + 1);
      length = whole.indexOf(end, from);
    }
    if (length < 0) {
      const kept = "schema" in content ? end.length : end.length - 1;
      const certain = Math.max(0, this.#rest.length - kept);
      if (certain > 0) {
        open.content += this.#rest.slice(0, certain);
        events.push({ type: "content", text: this.#take(certain) });
      }
      return false;
    }
    const left = length - open.content.length;
    if (left > 0) events.push({ type: "content", text: this.#rest.slice(0, left) });
    this.#take(left + end.length);
    const text = whole.slice(0, length);
    const part = {
      kind: "section",
      name,
      sectionIndex: open.index,
      content: text,
      value: "schema" in content ? JSON.parse(text) as unknown : text,
      start: open.start,
      end: open.start + length,
    } as const;
    this.parts.push(part);
    this.#open = null;
    events.push({ type: "sectionEnd", part });
    return true;
  }

  #take(length: number): string {
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    this.#offset += length;
    return taken;
  }
}
