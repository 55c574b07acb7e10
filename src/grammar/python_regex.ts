/**
 * Python's regular expressions in ECMA-262's spelling.
 *
 * Lark's terminals are Python's regular expressions, the engine's are ECMA-262's with the `u` flag. Idea:
 * one pass over the text that copies what is the same in both and writes anew what is not: `(?P<name>…)`,
 * `[]abc]`, `{,3}`, a lone brace, escaped quotes, octal and eight-digit escapes, the flag `x`, and `.`,
 * which in Python leaves out the line feed only. Refused by name is what changes the language in a way that
 * no lexeme can follow: back-references, conditions, atomic groups, possessive repeats, anchors. ECMA's own
 * `\p{…}` and `\u{…}` are read, too. `\d`, `\w` and `\s` mean what they mean in ECMA-262: digits and
 * letters are ASCII. Source: Python's documentation of `re` (3.13); ECMA-262 2025, 22.2.1.
 *
 * @module
 */

/** What a translation finds wrong, or worth telling; offsets are in the pattern. */
export interface RegexReporter {
  /** The pattern is none: something else is expected. */
  fail(offset: number, expected: string): never;
  /** The pattern has something that is not supported. */
  refuse(offset: number, feature: string, reason: string): never;
}

/** A pattern in ECMA-262's spelling. */
export interface TranslatedRegex {
  readonly pattern: string;
  /** Of `i`, `m`, `s`. */
  readonly flags: string;
}

/**
 * Translates a pattern.
 *
 * @param pattern In Python's spelling; a slash may be escaped.
 * @param flags Of `i`, `m`, `s`, `x`, `u`, `a`, `l`.
 * @param reporter Told what is wrong.
 */
export function translatePythonRegex(
  pattern: string,
  flags: string,
  reporter: RegexReporter,
): TranslatedRegex {
  return new Translator(pattern, flags, reporter).translate();
}

const ANCHORS = "the text around a terminal is the grammar's to say";
const CAPTURES = "what a lexeme may be cannot depend on what was captured";

class Translator {
  private offset = 0;
  private out = "";
  /** Offsets of the groups that are open, and whether `.` is any character around them. */
  private readonly groups: { readonly offset: number; readonly dotAll: boolean }[] = [];
  private flags: Set<string>;
  private dotAll: boolean;
  private verbose: boolean;

  constructor(
    private readonly pattern: string,
    flags: string,
    private readonly reporter: RegexReporter,
  ) {
    const leading = /^\(\?([aiLmsux]+)\)/.exec(pattern);
    this.flags = new Set(flags + (leading?.[1] ?? ""));
    if (this.flags.has("l") || this.flags.has("L")) this.refuseLocale(0);
    this.offset = leading?.[0].length ?? 0;
    this.dotAll = this.flags.has("s");
    this.verbose = this.flags.has("x");
  }

  translate(): TranslatedRegex {
    while (this.offset < this.pattern.length) this.step();
    const open = this.groups.at(-1);
    if (open !== undefined) this.reporter.fail(open.offset, 'a ")" for this "("');
    return {
      pattern: this.out,
      flags: [..."ims"].filter((flag) => this.flags.has(flag)).join(""),
    };
  }

  private match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.offset;
    const match = sticky.exec(this.pattern);
    if (match === null) return undefined;
    this.offset += match[0].length;
    return match;
  }

  private step(): void {
    const start = this.offset;
    if (this.verbose && this.match(/\s+|#[^\n]*/y) !== undefined) return;
    const character = this.next();
    switch (character) {
      case "\\":
        this.translateEscape(start, false);
        return;
      case "[":
        this.translateClass(start);
        return;
      case "(":
        this.translateGroup(start);
        return;
      case ")": {
        const group = this.groups.pop() ?? this.reporter.fail(start, 'a "(" before this ")"');
        this.dotAll = group.dotAll;
        this.out += ")";
        return;
      }
      case ".":
        this.out += this.dotAll ? "." : "[^\\n]";
        return;
      case "^":
      case "$":
        return this.reporter.refuse(start, `the anchor ${character}`, ANCHORS);
      case "*":
      case "+":
      case "?":
        this.out += character;
        this.translateRepeatMode(start);
        return;
      case "{": {
        const bounds = this.match(/(?:(\d+)(?:(,)(\d*))?|(,)(\d*))\}/y);
        if (bounds === undefined) {
          this.out += "\\{";
          return;
        }
        const [, low = "0", comma, high, onlyComma, onlyHigh] = bounds;
        this.out += `{${low}${comma ?? onlyComma ?? ""}${high ?? onlyHigh ?? ""}}`;
        this.translateRepeatMode(start);
        return;
      }
      case "}":
      case "]":
      case "/":
        this.out += `\\${character}`;
        return;
      default:
        this.out += character;
    }
  }

  private next(): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.offset)!);
    this.offset += character.length;
    return character;
  }

  /** Reads what stands behind a repeat: whether it is greedy makes no difference to the texts that match. */
  private translateRepeatMode(start: number): void {
    if (this.match(/\+/y) !== undefined) {
      this.reporter.refuse(start, "a possessive repeat", "write it without the second +");
    }
    this.match(/\?/y);
  }

  private translateGroup(start: number): void {
    const outer = { offset: start, dotAll: this.dotAll };
    if (this.match(/\?#[^)]*\)/y) !== undefined) return;
    if (!this.pattern.startsWith("?", this.offset)) {
      this.out += "(";
    } else if (this.match(/\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>)/y) !== undefined) {
      this.out += "(";
    } else if (this.match(/\?:/y) !== undefined) {
      this.out += "(?:";
    } else {
      const look = this.match(/\?<?[=!]/y)?.[0];
      if (look !== undefined) {
        this.out += `(${look}`;
      } else this.translateModifiers(start);
    }
    this.groups.push(outer);
  }

  /** Reads `?ims-ims:` behind a parenthesis, or says what it is instead. */
  private translateModifiers(start: number): void {
    const { reporter } = this;
    if (this.match(/\?P=/y) !== undefined) reporter.refuse(start, "a back-reference", CAPTURES);
    if (this.match(/\?\(/y) !== undefined) reporter.refuse(start, "a condition", CAPTURES);
    if (this.match(/\?>/y) !== undefined) {
      reporter.refuse(
        start,
        "an atomic group",
        "write it as (?:…), if its alternatives exclude each other",
      );
    }
    const found = this.match(/\?([aiLmsux]*)(?:-([imsx]*))?([:)])/y) ??
      reporter.fail(
        start,
        "a group: (…), (?:…), (?P<name>…), (?=…), (?!…), (?<=…), (?<!…) or (?i:…)",
      );
    const [, on = "", off = "", end] = found;
    if (end === ")") reporter.fail(start, "flags for the whole pattern at its beginning only");
    if (on.includes("L")) this.refuseLocale(start);
    if ((on + off).includes("x")) {
      reporter.refuse(start, "the flag x for a part of a pattern", "set it for the whole pattern");
    }
    const kept = (letters: string) => [..."ims"].filter((flag) => letters.includes(flag)).join("");
    this.out += `(?${kept(on)}${off === "" ? "" : `-${kept(off)}`}:`;
    if (on.includes("s")) this.dotAll = true;
    if (off.includes("s")) this.dotAll = false;
  }

  private translateClass(start: number): void {
    const { reporter } = this;
    this.out += this.match(/\^/y) === undefined ? "[" : "[^";
    // A bracket that closes nothing yet is a member.
    if (this.match(/\]/y) !== undefined) this.out += "\\]";
    for (;;) {
      if (this.offset >= this.pattern.length) reporter.fail(start, 'a "]" for this "["');
      const at = this.offset;
      const character = this.next();
      if (character === "]") break;
      if (character === "\\") this.translateEscape(at, true);
      else this.out += character === "[" || character === "/" ? `\\${character}` : character;
    }
    this.out += "]";
  }

  /** Reads what stands behind a backslash. */
  private translateEscape(start: number, inClass: boolean): void {
    const { reporter } = this;
    if (this.offset >= this.pattern.length) {
      reporter.fail(start, "a character behind the backslash");
    }
    const same = this.match(
      /[dDsSwWfnrtv]|x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]+\}|[pP]\{[A-Za-z0-9_=]+\}/y,
    );
    if (same !== undefined) {
      this.out += `\\${same[0]}`;
      return;
    }
    const code = this.match(/u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})/y);
    if (code !== undefined) {
      this.writeCodePoint(parseInt(code[1] ?? code[2]!, 16), start);
      return;
    }
    const octal = this.match(inClass ? /[0-7]{1,3}/y : /0[0-7]{0,2}|[1-3][0-7]{2}/y);
    if (octal !== undefined) {
      this.writeCodePoint(parseInt(octal[0], 8), start);
      return;
    }
    const character = this.next();
    if (character === "a") this.out += "\\x07";
    else if (character === "b" && inClass) this.out += "\\b";
    else if ((character === "b" || character === "B") && !inClass) {
      this.out += `\\${character}`;
    } else if (/[AZzG]/.test(character) && !inClass) {
      reporter.refuse(start, `the anchor \\${character}`, ANCHORS);
    } else if (/[1-9k]/.test(character) && !inClass) {
      reporter.refuse(start, "a back-reference", CAPTURES);
    } else if (character === "N") {
      reporter.refuse(start, "\\N{…}", "write the character itself, or its number as \\u or \\U");
    } else if (/[A-Za-z0-9]/.test(character)) {
      reporter.fail(start, "an escape that Python or ECMA-262 knows");
    } else if ("^$\\.*+?()[]{}|/".includes(character) || character === "-" && inClass) {
      this.out += `\\${character}`;
    } else this.out += character;
  }

  private writeCodePoint(codePoint: number, start: number): void {
    if (codePoint > 0x10ffff || codePoint >= 0xd800 && codePoint <= 0xdfff) {
      this.reporter.fail(start, "a Unicode character (of two surrogates, write the one with \\U)");
    }
    this.out += `\\u{${codePoint.toString(16)}}`;
  }

  private refuseLocale(offset: number): never {
    return this.reporter.refuse(offset, "the flag L", "texts are Unicode");
  }
}
