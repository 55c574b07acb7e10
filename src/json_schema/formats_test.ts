/**
 * The formats' languages by example, against oracles, and in both encodings.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Automaton } from "../automata/automaton.ts";
import { JsonStringAlgebra } from "../automata/json_string.ts";
import { RegexStore } from "../automata/regex_store.ts";
import { EMPTY, type Regex } from "../automata/regex_table.ts";
import type { TextAlgebra } from "../automata/text_algebra.ts";
import { Utf8Algebra } from "../automata/utf8.ts";
import { formatLanguage, formatNames } from "./formats.ts";

const encoder = new TextEncoder();

/** The formats over one encoding of texts. */
class Formats {
  readonly store = new RegexStore();
  readonly automaton = new Automaton(this.store);
  readonly #algebra: TextAlgebra;
  readonly #languages = new Map<string, Regex>();

  constructor(
    algebra: new (store: RegexStore) => TextAlgebra,
    readonly encode: (text: string) => string,
  ) {
    this.#algebra = new algebra(this.store);
  }

  language(name: string): Regex {
    let language = this.#languages.get(name);
    if (language === undefined) {
      language = formatLanguage(name, this.#algebra)!;
      this.#languages.set(name, language);
    }
    return language;
  }

  accepts(name: string, text: string): boolean {
    return this.automaton.matches(this.language(name), encoder.encode(this.encode(text)));
  }
}

const json = new Formats(JsonStringAlgebra, (text) => JSON.stringify(text).slice(1, -1));
const utf8 = new Formats(Utf8Algebra, (text) => text);

function accepts(name: string, text: string): boolean {
  const verdict = utf8.accepts(name, text);
  assertEquals(json.accepts(name, text), verdict, `encodings of ${JSON.stringify(text)}`);
  return verdict;
}

function assertVerdicts(name: string, valid: readonly string[], invalid: readonly string[]): void {
  for (const text of valid) assert(accepts(name, text), `${name} ${JSON.stringify(text)}`);
  for (const text of invalid) assert(!accepts(name, text), `${name} ${JSON.stringify(text)}`);
}

const CLOSING = encoder.encode(')]}>"@');

/** A text that the automaton leads to, each step drawn among the bytes that have a future. */
function randomText(name: string, draw: (bound: number) => number): string {
  const { automaton, store } = utf8;
  const bytes: number[] = [];
  let state = utf8.language(name);
  for (;;) {
    const row = automaton.row(state);
    const targets = automaton.rows.data.slice(row, row + 256);
    const allowed = Array.from({ length: 256 }, (_, byte) => byte)
      .filter((byte) => targets[byte] !== EMPTY);
    const isAccepting = store.nullable.at(state) === 1;
    if (allowed.length === 0) assert(isAccepting, `dead end in ${name}`);
    if (isAccepting && (allowed.length === 0 || bytes.length > 20 || draw(6) === 0)) break;
    assert(bytes.length < 2000, `${name} finds no end`);
    // Brackets are closed sooner than chance would have it.
    const closing = bytes.length > 20 ? allowed.filter((byte) => CLOSING.includes(byte)) : [];
    const choice = closing.length > 0 && draw(3) > 0 ? closing : allowed;
    const byte = choice[draw(choice.length)]!;
    bytes.push(byte);
    state = targets[byte]!;
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

const draws = fc.infiniteStream(fc.nat({ max: 0xffff })).map((stream) => (bound: number) =>
  (stream.next().value as number) % bound
);

Deno.test("every format has a language that is neither empty nor everything", () => {
  for (const name of formatNames) {
    assert(utf8.automaton.isAlive(utf8.language(name)), name);
    assert(!accepts(name, "\u0000 {\ud83d\ude00"), name);
  }
  assertEquals(formatLanguage("unknown", new Utf8Algebra(new RegexStore())), undefined);
  assertEquals(formatLanguage("toString", new Utf8Algebra(new RegexStore())), undefined);
});

Deno.test("a walk through any format never meets a dead end and ends in a member", () => {
  for (const name of formatNames) {
    fc.assert(
      fc.property(draws, (draw) => {
        assert(accepts(name, randomText(name, draw)));
      }),
      { numRuns: 25 },
    );
  }
});

Deno.test("a date is one that the calendar has", () => {
  const number = (max: number) => fc.nat({ max });
  fc.assert(
    fc.property(number(9999), number(13), number(32), (year, month, day) => {
      const pad = (value: number, width: number) => String(value).padStart(width, "0");
      const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      const date = new Date(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
      assertEquals(accepts("date", text), exists, text);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("29 February is a date in leap years only, of all 10,000 years", () => {
  for (let year = 0; year < 10_000; year++) {
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const text = `${String(year).padStart(4, "0")}-02-29`;
    assertEquals(utf8.accepts("date", text), isLeap, text);
  }
});

Deno.test("a leap second is at 23:59 in UTC, whatever the offset", () => {
  const two = (value: number) => String(value).padStart(2, "0");
  for (let offset = -1439; offset <= 1439; offset += 7) {
    const minutes = (23 * 60 + 59 + offset + 2880) % 1440;
    const zone = (offset < 0 ? "-" : "+") + two(Math.floor(Math.abs(offset) / 60)) + ":" +
      two(Math.abs(offset) % 60);
    for (const shift of [0, 1, 60, 720]) {
      const local = (minutes + shift) % 1440;
      const text = `${two(Math.floor(local / 60))}:${two(local % 60)}:60.5${zone}`;
      assertEquals(utf8.accepts("time", text), shift === 0, text);
    }
  }
});

Deno.test("date-time joins a date and a time with T", () => {
  assertVerdicts(
    "date-time",
    ["2024-02-29T23:59:60Z", "2024-01-01t00:00:00.000+14:00"],
    ["2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2023-02-29T00:00:00Z", "2024-01-01T00:00:60Z"],
  );
});

Deno.test("a mailbox has a dot-string or a quoted string, and a domain or an address", () => {
  assertVerdicts(
    "email",
    ["a@b", "a.b+c@x-y.example", '"a\\"b"@c', "a@[IPv6:1::2]", "a@1.2.3.4"],
    ["a@-b", "a@b-", "a@b..c", 'a"b@c', '"a@c', "a@[1.2.3]", "é@b", "a@b."],
  );
  assertVerdicts("idn-email", ["é@ü.example", "a@b"], ["é@-ü", "é"]);
});

Deno.test("an IPv6 address may leave out one run of groups", () => {
  for (let before = 0; before <= 8; before++) {
    for (let after = 0; after + before <= 9; after++) {
      const text = Array(before).fill("1").join(":") + "::" + Array(after).fill("2").join(":");
      assertEquals(accepts("ipv6", text), before + after <= 7, text);
    }
  }
  assertVerdicts("ipv4", ["255.249.199.9"], ["256.0.0.1", "01.2.3.4", "1.2.3"]);
});

Deno.test("a host name has labels of 63 characters and 253 in all", () => {
  const label = "a".repeat(63);
  assertVerdicts(
    "hostname",
    [label, `${label}.${label}.${label}.${"a".repeat(61)}`, "x", "xn.a", "a--b", "1.2"],
    [
      label + "a",
      `${label}.${label}.${label}.${"a".repeat(62)}`,
      "a..b",
      "a-",
      "xn--a",
      "a.Xn--b",
      "a.",
    ],
  );
});

Deno.test("labels with letters written from right to left keep the Bidi rule in the whole name", () => {
  assertVerdicts(
    "idn-hostname",
    ["אב.example", "אב1", "1a.example", "ü-ü", "l·l·l"],
    ["אב.1a", "אa", "aא", "1א", "ü--ü", "Ü", "a_b"],
  );
});

Deno.test("a URI has a scheme, a reference needs none", () => {
  assertVerdicts(
    "uri",
    ["a:", "a:b:c", "a:/b", "a://", "a://u:p@[v1.x]:80/?q#f", "a:?"],
    ["", "a", "1:a", "a:b c", "a://[1]", "a:#b#c", "a:%1", "a:é"],
  );
  assertVerdicts("uri-reference", ["", "a", "./a:b", "//a:1", "?#"], ["1:a", ":a", "//a:b", "é"]);
  assertVerdicts("iri", ["a:é", "a:?\ue000"], ["a:\ue000", "é:a"]);
  assertVerdicts("uri-template", ["{a,b:9999}", "{?a*}", "%41", "{a%41.b}"], ["{=a}", "{a", "%4"]);
});

Deno.test("pointers escape the tilde", () => {
  assertVerdicts("json-pointer", ["", "/", "/~0~1", '/"\n'], ["a", "/~", "/~2"]);
  assertVerdicts("relative-json-pointer", ["0", "10/a", "3#"], ["", "01", "1#/", "+1"]);
});

Deno.test("every text of the format regex is a pattern with the u flag", () => {
  fc.assert(
    fc.property(draws, (draw) => {
      const pattern = randomText("regex", draw);
      new RegExp(pattern, "u");
    }),
    { numRuns: 300 },
  );
});

Deno.test("ordinary patterns are in the format regex", () => {
  assertVerdicts(
    "regex",
    [
      "",
      "^[a-z0-9_-]{1,63}$",
      "^(?:\\d{3}-)?\\d+(?<year>\\d{4})$",
      "^[^\\s@]+@[^\\s@]+\\.[a-zA-Z]{2,}$",
      "(?=.*[A-Z])(?!x).*?",
      "(((a|b)*c)+d)?",
      "[ -~\\x00-\\x1f\\u4e00-\\u9fff\\-^]",
      "\\p{L}+\\u{1F600}|",
      "(?<x>a)|\\k<x>{2}",
      "a{2,10}b{10,10}",
    ],
    [
      "(",
      ")",
      "a**",
      "[z-a]",
      "a{2,1}",
      "\\k<x>",
      "(?<a>x)(?<a>y)",
      "{",
      "\\y",
      "^*",
      "[a",
      "\\",
      "\\03",
    ],
  );
});
