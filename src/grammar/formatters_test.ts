import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { normalForm } from "./_normal_form.ts";
import { GrammarFormatError } from "./errors.ts";
import { formatGbnf } from "./gbnf_formatter.ts";
import { parseGbnf } from "./gbnf_reader.ts";
import type { Expression, Grammar } from "./grammar_form.ts";
import { withIgnoredWritten } from "./ignored_text.ts";
import { parseLark } from "./lark_assembly.ts";
import { formatLark } from "./lark_formatter.ts";

function grammarOf(expression: Expression, start = "root"): Grammar {
  return { start, rules: [{ name: start, expression, isTerminal: false }], ignored: [] };
}

Deno.test("GBNF is written as people write it", () => {
  const written = formatGbnf(parseGbnf(String.raw`root::=("a"|(b)c*)( "\x41\t" ){2,}[\^\-x\]]|""
b::=<[1]>|!<x> .
c::=("a"+)?("b"|"c"){1,2}`));
  assertEquals(
    written,
    String.raw`root ::= ("a" | b c*) "A\t"{2,} [\x5Ex\]-] | ""
b ::= <[1]> | !<x> .
c ::= ("a"+)? ("b" | "c"){1,2}
`,
  );
});

Deno.test("long choices have a line for each option, in both notations", () => {
  const options = Array.from({ length: 12 }, (_, i) => `"option ${i}"`);
  const grammar = parseGbnf(`root ::= ${options.join("|")}`);
  assertEquals(formatGbnf(grammar), `root ::=\n  ${options.join(" |\n  ")}\n`);
  assertEquals(formatLark(grammar), `start: ${options.join("\n  | ")}\n`);
});

Deno.test("Lark's notation is written as people write it", () => {
  const written = formatLark(parseLark(String.raw`
start:(pair|[ITEM])~2..3 <think>(<[5]>|<[^6]>)!<x>
pair : "k"i ":" ITEM /[^\/]+/is | %json {"type":["string"]}
ITEM:"a".."z" ("\"\n")+ ("x"|)
%ignore " "
%ignore ITEM`));
  assertEquals(
    written,
    String.raw`start: (pair | ITEM?)~2..3 <think> (<[5]> | <[^6]>) !<x>
pair: "k"i ":" ITEM /[^\/]+/is | %json {
  "type": [
    "string"
  ]
}
ITEM: "a".."z" "\"\n"+ ("x" | ())
_IGNORED_5: " "
%ignore _IGNORED_5
%ignore ITEM
`,
  );
});

Deno.test("names that a notation does not allow are changed, and never meet", () => {
  const gbnf = parseGbnf(
    'root ::= a-b A_b start _x 9\na-b ::= "1"\nA_b ::= "2"\nstart ::= "3"\n_x ::= "4"\n9 ::= "5"',
  );
  assertEquals(
    formatLark(gbnf),
    'start: a_b a_b_2 start_2 _x rule_9\na_b: "1"\na_b_2: "2"\nstart_2: "3"\n_x: "4"\nrule_9: "5"\n',
  );
  const lark = parseLark('start: root _sep B_C\nroot: "1"\n_sep: "2"\nB_C: "3"');
  assertEquals(
    formatGbnf(lark),
    'root ::= root-2 sep B-C\nroot-2 ::= "1"\nsep ::= "2"\nB-C ::= "3"\n',
  );
});

Deno.test("what is ignored is written into the rules of GBNF, once at each place", () => {
  const lark = parseLark('start: A ("," A)* /[x-z]/\nA: "a" "b"\n%ignore " "\n%ignore /#[^\\n]*/');
  assertEquals(
    formatGbnf(lark),
    `root ::= ignored start
start ::= A ignored ("," ignored A ignored)* [x-z] ignored
A ::= "a" "b"
IGNORED-3 ::= " "
IGNORED-4 ::= "#" [^\\n]*
ignored ::= (IGNORED-3 | IGNORED-4)*
`,
  );
});

Deno.test("regular expressions and texts of either case become groups and classes of GBNF", () => {
  const lark = parseLark(String.raw`start: /(?:ab|[^"\\])+\d{2,}x?/i "Ok1"i /a.b/s`);
  const written = formatGbnf(lark);
  assertEquals(
    written,
    String.raw`root ::= ([Aa] [Bb] | [^"\\])+ [0-9]{2,} [Xx]? [Oo] [Kk\u212A] "1" "a" . "b"` + "\n",
  );
});

Deno.test("what has no equivalent is refused by name", () => {
  const cases: [(grammar: Grammar) => string, Expression, RegExp][] = [
    [
      formatGbnf,
      { kind: "json", schema: {} },
      /rule "root": a JSON Schema has no equivalent in GBNF/,
    ],
    [formatGbnf, { kind: "regex", pattern: "(?!a)b", flags: "" }, /look-around or anchor of/],
    [formatGbnf, { kind: "characters", ranges: [], isNegated: false }, /class without members/],
    [formatGbnf, { kind: "textUntil", ends: ["x"], includesEnd: true }, /free text/],
    [formatGbnf, { kind: "token", token: "think", isNegated: false }, /the token "think"/],
    [formatLark, { kind: "token", token: "a>b", isNegated: false }, /in Lark's notation/],
    [formatLark, { kind: "regex", pattern: "a$", flags: "" }, /the anchor \$/],
    [formatLark, { kind: "rule", name: "gone" }, /undefined rule "gone"/],
  ];
  for (const [format, expression, message] of cases) {
    const error = assertThrows(() => format(grammarOf(expression)), GrammarFormatError);
    assert(message.test(error.message), error.message);
    assertEquals([error.code, error.rule], ["grammar_format", "root"]);
  }
});

Deno.test("free text up to a given one becomes a regular expression of Lark's", () => {
  const written = formatLark(
    grammarOf({ kind: "textUntil", ends: ["</a>", "x</a>y"], includesEnd: true }),
  );
  assertEquals(written, "start: /(?:(?!(?:<\\/a>)).)*(?:<\\/a>)/s\n");
});

Deno.test("schemas that are Booleans are written as objects", () => {
  const json = (schema: unknown) => formatLark(grammarOf({ kind: "json", schema }));
  assertEquals(json(true), "start: %json {}\n");
  assertEquals(JSON.parse(json(false).slice("start: %json ".length)), { not: {} });
});

const character = fc.oneof(
  fc.constantFrom(..."ab-^]['\"\\/.#|{}()<>~*+?$ \n\t\r\0\u007f\u00ad\u2028é日😀"),
  fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code)),
);
const word = fc.array(character, { maxLength: 4 }).map((characters) => characters.join(""));
const range = fc.tuple(character, character).map(([a, b]): [number, number] => {
  const [first, last] = [a.codePointAt(0)!, b.codePointAt(0)!].sort((x, y) => x - y);
  return [first!, last!];
});

/** Expressions of what both notations have. */
const shared = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    word.map((text): Expression => ({ kind: "text", text, ignoresCase: false })),
    fc.record({
      kind: fc.constant("characters" as const),
      ranges: fc.array(range, { minLength: 1, maxLength: 3 }),
      isNegated: fc.boolean(),
    }),
    fc.constant<Expression>({ kind: "characters", ranges: [], isNegated: true }),
    fc.constantFrom<Expression>({ kind: "rule", name: "x" }, { kind: "rule", name: "y" }),
    fc.record({
      kind: fc.constant("token" as const),
      token: fc.constantFrom<string | number>(7, "<think>"),
      isNegated: fc.boolean(),
    }),
    fc.array(tie("expression"), { maxLength: 3 }).map((parts): Expression => ({
      kind: "sequence",
      parts,
    })),
    fc.array(tie("expression"), { minLength: 1, maxLength: 3 }).map((options): Expression => ({
      kind: "choice",
      options,
    })),
    fc.record({
      kind: fc.constant("repeat" as const),
      part: tie("expression"),
      min: fc.nat(3),
      max: fc.option(fc.integer({ min: 3, max: 5 }), { nil: null }),
    }),
  ),
})).expression;

const sharedGrammar = fc.tuple(shared, shared, shared).map(([a, b, c]): Grammar => ({
  start: "root",
  rules: [
    { name: "root", expression: { kind: "sequence", parts: [a, X, Y] }, isTerminal: false },
    { name: "x", expression: b, isTerminal: false },
    { name: "y", expression: c, isTerminal: false },
  ],
  ignored: [],
}));
const X: Expression = { kind: "rule", name: "x" };
const Y: Expression = { kind: "rule", name: "y" };

Deno.test("random grammars are the same when they are written in GBNF and read", () => {
  fc.assert(
    fc.property(sharedGrammar, (grammar) => {
      const read = parseGbnf(formatGbnf(grammar));
      assertEquals(normalForm(read), normalForm(grammar));
    }),
    { numRuns: 300, seed: 20261124 },
  );
});

Deno.test("random grammars are the same when they are written in Lark's notation and read", () => {
  fc.assert(
    fc.property(sharedGrammar, (grammar) => {
      const read = parseLark(formatLark(grammar));
      assertEquals(normalForm(read), normalForm(grammar));
    }),
    { numRuns: 300, seed: 20261124 },
  );
});

Deno.test("a grammar in Lark's notation is the same when it goes through GBNF", () => {
  const lark = parseLark(
    'start: sum\nsum: sum "+" INT | INT\n%import common (INT, WS)\n%ignore WS',
  );
  const read = parseGbnf(formatGbnf(lark));
  const written = withIgnoredWritten(lark);
  const plain = {
    ...written,
    rules: written.rules.map((rule) => ({ ...rule, isTerminal: false })),
  };
  assertEquals(normalForm(read), normalForm(plain));
});
