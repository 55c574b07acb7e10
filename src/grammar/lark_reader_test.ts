import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import {
  DuplicateRuleError,
  GrammarSyntaxError,
  RecursiveTerminalError,
  UndefinedRuleError,
  UnsupportedGrammarError,
} from "./errors.ts";
import type { Expression, Grammar } from "./grammar_form.ts";
import { parseLark } from "./lark_assembly.ts";
import { formatLark } from "./lark_formatter.ts";
import { parseGrammar } from "./parse_grammar.ts";

/** Rules by name, without positions. */
function rulesOf({ rules }: Grammar): Record<string, Expression> {
  const bare = (key: string, value: unknown) => key === "position" ? undefined : value;
  return Object.fromEntries(
    rules.map(({ name, expression }) => [name, JSON.parse(JSON.stringify(expression, bare))]),
  );
}

/** The body of a rule `start`. */
function body(text: string): Expression {
  return rulesOf(parseLark(`start: ${text}`)).start!;
}

function text(text: string, ignoresCase = false): Expression {
  return { kind: "text", text, ignoresCase };
}

function repeat(part: Expression, min: number, max: number | null): Expression {
  return { kind: "repeat", part, min, max };
}

Deno.test("texts have escapes and may ignore case; ranges have two ends", () => {
  assertEquals(body(String.raw`"a\n\t\\\"\/\x41\u00e9\U0001F600é"`), text('a\n\t\\"/Aé😀é'));
  assertEquals(body('"select"i'), text("select", true));
  assertEquals(body('"a".."z"'), { kind: "characters", ranges: [[97, 122]], isNegated: false });
  assertEquals(body(String.raw`"\x00" .. "\U0010ffff"`), {
    kind: "characters",
    ranges: [[0, 0x10ffff]],
    isNegated: false,
  });
});

Deno.test("repeats are Lark's and llguidance's", () => {
  const a = text("a");
  assertEquals(body('"a"*'), repeat(a, 0, null));
  assertEquals(body('"a" +'), repeat(a, 1, null));
  assertEquals(body('"a"?'), repeat(a, 0, 1));
  assertEquals(body('["a"]'), repeat(a, 0, 1));
  assertEquals(body('"a" ~ 3'), repeat(a, 3, 3));
  assertEquals(body('"a"~2..3'), repeat(a, 2, 3));
  assertEquals(body('"a"{2}'), repeat(a, 2, 2));
  assertEquals(body('"a"{2,}'), repeat(a, 2, null));
  assertEquals(body('"a"{,3}'), repeat(a, 0, 3));
  assertEquals(body('"a"{2, 3}'), repeat(a, 2, 3));
  assertEquals(body('"a"~2\nb: "b"'), repeat(a, 2, 2));
});

Deno.test("marks, aliases, priorities and captures change nothing", () => {
  const grammar = parseLark(`
?start.2: a -> first
  | _b -> second // comment
!a[capture="x"]: "x"  # another one
?!_b.-1 : T.3 -> t
T.3: "y"
`.replace("T.3 -> t", "T -> t"));
  assertEquals(rulesOf(grammar), {
    start: { kind: "choice", options: [{ kind: "rule", name: "a" }, { kind: "rule", name: "_b" }] },
    a: text("x"),
    _b: { kind: "rule", name: "T" },
    T: text("y"),
  });
  assertEquals(grammar.rules.map(({ isTerminal }) => isTerminal), [false, false, false, true]);
});

Deno.test("lines end definitions, but not before a bar, in brackets, or behind a backslash", () => {
  const expected: Expression = { kind: "choice", options: [text("a"), text("b")] };
  for (
    const layout of [
      '"a" | "b"',
      '"a"\n  | "b"',
      '"a" // one\n\n  # two\n  | "b"\n',
      '(\n  "a"\n  |\n  "b"\n)',
      '"a" \\\n  | "b"',
      '"a"\r\n  | "b"\r\n',
    ]
  ) assertEquals(body(layout), expected, layout);
});

Deno.test("a bar in front of the first alternative allows the empty text", () => {
  assertEquals(body('| "a"'), {
    kind: "choice",
    options: [{ kind: "sequence", parts: [] }, text("a")],
  });
});

Deno.test("regular expressions keep their flags and lose what is Python's", () => {
  assertEquals(body(String.raw`/a\/b[^"]/i`), {
    kind: "regex",
    pattern: String.raw`a\/b[^"]`,
    flags: "i",
  });
  assertEquals(body("/(?P<x>a) # comment\n  b+/x"), { kind: "regex", pattern: "(a)b+", flags: "" });
});

Deno.test("tokens are given by text, id, ranges of ids, or by what they are not", () => {
  const token = (token: string | number, isNegated = false): Expression => ({
    kind: "token",
    token,
    isNegated,
  });
  assertEquals(body("<|im_end|>"), token("<|im_end|>"));
  assertEquals(body("!<think>"), token("<think>", true));
  assertEquals(body("<[5]>"), token(5));
  assertEquals(body("<[^5]>"), token(5, true));
  assertEquals(body("<[5-6,9]>"), { kind: "choice", options: [token(5), token(6), token(9)] });
});

Deno.test("schemas are JSON objects in the text, whatever is in their strings", () => {
  assertEquals(body('%json {"a}": [{"b": "\\"}"}]} "x"'), {
    kind: "sequence",
    parts: [{ kind: "json", schema: { "a}": [{ b: '"}' }] } }, text("x")],
  });
});

Deno.test("a substring in a rule is a terminal, so that nothing is ignored inside", () => {
  const { rules } = parseLark(
    'start: %regex {"substring_words": "to be"}\nT: %regex {"substring_chars": "ab"}',
  );
  assertEquals(rules.map(({ name, isTerminal }) => [name, isTerminal]), [
    ["_SUBSTRING_1", true],
    ["start", false],
    ["T", true],
  ]);
  for (
    const chunks of ['{"substring_words": 1}', '{"x": "y"}', "{}", '{"substring_chunks": [1]}']
  ) {
    assertThrows(() => body(`%regex ${chunks}`), UnsupportedGrammarError, "substring_words");
  }
});

Deno.test("%ignore takes names and expressions, each once", () => {
  const grammar = parseLark('start: "a"\nWS: " "\n%ignore WS\n%ignore /#.*/\n%ignore WS');
  assertEquals(grammar.ignored, ["WS", "_IGNORED_4"]);
  assertThrows(() => parseLark('start: "a"\n%ignore GONE'), UndefinedRuleError, "GONE");
  assertThrows(() => parseLark('start: "a"\n%ignore start'), GrammarSyntaxError, "a terminal");
});

Deno.test("templates are filled in, once for the same arguments", () => {
  const grammar = parseLark(`
start: _list{NUMBER, ","} _list{_list{NUMBER, ","}, ";"} _list{NUMBER, ","}
_list{item, separator}: item (separator item)*
NUMBER: DIGITS{"0".."9"}
DIGITS{D}: D D*
`);
  assertEquals(
    formatLark(grammar),
    `start: _list_1 _list_2 _list_1
NUMBER: DIGITS_3
_list_1: NUMBER ("," NUMBER)*
_list_2: _list_1 (";" _list_1)*
DIGITS_3: "0".."9" "0".."9"*
`,
  );
});

Deno.test("templates may recurse, as long as their arguments do not grow", () => {
  const grammar = parseLark('start: nested{"a"}\nnested{x}: x | "(" nested{x} ")"');
  assertEquals(grammar.rules.length, 2);
  for (const [growing, limit] of [["t{(x x)}", "grammarNodes"], ["t{x*}", "grammarDepth"]]) {
    const error = assertThrows(
      () => parseLark(`start: t{"a"}\nt{x}: ${growing}`),
      LimitExceededError,
    );
    assertEquals(error.limit, limit);
  }
  const wide = 'start: a{"x", "y"}\na{x, y}: "." a{y, (x "1")}';
  assertThrows(() => parseLark(wide), LimitExceededError);
});

Deno.test("templates have to get what they ask for", () => {
  const cases: [string, RegExp][] = [
    ['start: t{"a"}\nt{x, y}: x y', /expected 2 arguments, found "t" with 1/],
    ["start: t\nt{x}: x", /expected 1 argument, found "t" with 0/],
    ['start: t{"a"}\nt: "b"', /expected 0 arguments, found "t" with 1/],
    ['start: t{"a"}\nt{x}: x{"b"}', /expected 0 arguments, found "x" with 1/],
    ['start: t{"a"}\nt{x, x}: x', /different names/],
    ['start: T{r}\nr: "b"\nT{X}: X', /expected a terminal, found the rule "r"/],
    ['start: "a"\nT{x}: "b"', /in upper case/],
    ["start: t{}\nt{x}: x", /number of repeats/],
    ['start: t{"a",}\nt{x}: x', /an argument/],
  ];
  for (const [grammar, message] of cases) {
    const { message: given } = assertThrows(() => parseLark(grammar), GrammarSyntaxError);
    assert(message.test(given), given);
  }
});

Deno.test("terminals are regular", () => {
  const error = assertThrows(
    () => parseLark('start: A\nA: "x" B?\nB: C | "y"\nC: B'),
    RecursiveTerminalError,
  );
  assertEquals([error.path, error.position], [["B", "C", "B"], { line: 3, column: 1 }]);
  assertThrows(() => parseLark("start: A\nA: A"), RecursiveTerminalError, "A -> A");
  for (const inside of ["b", "<x>", '%json {"a": 1}']) {
    assertThrows(() => parseLark(`start: A\nA: ${inside}\nb: "b"`), GrammarSyntaxError);
  }
});

Deno.test("long chains of terminals are no problem", () => {
  const chain = Array.from({ length: 15_000 }, (_, i) => `T${i}: T${i + 1}\n`).join("");
  const { warnings, grammar } = parseGrammar(`start: T0\n${chain}T15000: "x"\n`);
  assertEquals([warnings, grammar.rules.length], [[], 15_002]);
});

Deno.test("errors say the place, what is there, and what could be", () => {
  const cases: [string, number, number, string, RegExp][] = [
    ["start", 1, 6, "the end of the text", /":" after the name "start"/],
    ['start = "a"', 1, 7, '"="', /":"/],
    ['start: "a" )', 1, 12, '")"', /a new line/],
    ['start: ("a"\n  "b"', 2, 6, "the end of the text", /"\)" for the "\(" at line 1, column 8/],
    ['start: ["a")', 1, 12, '")"', /"\]" for the "\["/],
    ['start: "a', 1, 10, "the end of the text", /'"' of the text/],
    ['start: "\\d"', 1, 9, '"\\\\d"', /a backslash is/],
    ['start: "ab".."c"', 1, 8, '"\\""', /single character/],
    ['start: "b".."a"', 1, 8, '"\\""', /range in order/],
    ['start: "a"..x', 1, 13, '"x"', /last character of the range/],
    ["start: /a", 1, 8, '"/"', /regular expression/],
    ["start: /a\nb/", 1, 10, "the end of the line", /ends the regular expression on its line/],
    ["start: /a(b/", 1, 10, '"("', /"\)" for this "\("/],
    ["start: /[a/", 1, 9, '"["', /"\]" for this "\["/],
    ["start: /\\q/", 1, 9, '"\\\\q"', /an escape that Python or ECMA-262 knows/],
    ["start: /*a/", 1, 8, '"/"', /nothing to repeat/],
    ["start: x~", 1, 10, "the end of the text", /number of repeats/],
    ["start: x~3..2", 1, 9, '"~"', /3 is more than 2/],
    ["start: aB", 1, 8, '"aB"', /all in lower case/],
    ["start: <a", 1, 8, '"<"', /">" on the same line/],
    ["start: <[x]>", 1, 8, '"<"', /token ids as/],
    ["start: <[9-5]>", 1, 8, '"<"', /token ids as/],
    ["start: %json [1]", 1, 14, '"["', /JSON object/],
    ['start: %json {"a": 01}', 1, 21, '"1"', /JSON/],
    ['start: %json {"a": [}', 1, 22, "the end of the text", /"}" of the JSON object/],
    ["%what", 1, 1, '"%"', /directive/],
    ["%import common", 1, 15, "the end of the text", /names in parentheses/],
    ["%import common.", 1, 16, "the end of the text", /a name/],
    ["%import common (A", 1, 18, "the end of the text", /"," or "\)"/],
    ['start: "a"\n  "b"', 2, 3, '"\\""', /a definition/],
  ];
  for (const [grammar, line, column, found, expected] of cases) {
    const error = assertThrows(() => parseLark(grammar), GrammarSyntaxError, undefined, grammar);
    assertEquals([error.line, error.column, error.found], [line, column, found], grammar);
    assert(expected.test(error.expected), `${grammar}: ${error.expected}`);
  }
});

Deno.test("what means nothing here is refused by its name, with its place", () => {
  const cases: [string, string, number][] = [
    ["%declare A", "%declare", 1],
    ['%llguidance {"no_forcing": true}', "%llguidance", 1],
    ["start[lazy]: /a/", "[lazy]", 6],
    ["start::x: /a/", "a rule with a parameter (name::…)", 6],
    ["start: A & B", "the operator &", 10],
    ["start: ~A", "the operator ~", 8],
    ["start: @other", "the operator @", 8],
    ["start: %lark { }", "%lark", 8],
    ["start: <[^1,2]>", "<[^1,2]>", 8],
    [String.raw`start: /a\1/`, "a back-reference", 10],
    ["start: /^a/", "the anchor ^", 9],
    [String.raw`start: /a\Z/`, String.raw`the anchor \Z`, 10],
    ["start: /a++/", "a possessive repeat", 10],
    ["start: /(?>a)/", "an atomic group", 9],
    ["start: /(?(1)a)/", "a condition", 9],
    ["start: /a/l", "the flag L", 9],
  ];
  for (const [grammar, feature, column] of cases) {
    const error = assertThrows(
      () => parseLark(grammar),
      UnsupportedGrammarError,
      undefined,
      grammar,
    );
    assertEquals([error.feature, error.position], [feature, { line: 1, column }], grammar);
    assertEquals(error.code, "unsupported_grammar");
  }
  assertEquals(parseLark('%llguidance {}\nstart: "a"').rules.length, 1);
});

Deno.test("names lead somewhere, and only to one definition", () => {
  const missing = assertThrows(() => parseLark("start: a\n  | B"), UndefinedRuleError);
  assertEquals([missing.rule, missing.position], ["a", { line: 1, column: 8 }]);
  assertThrows(() => parseLark('a: "x"'), UndefinedRuleError, "start");
  assertEquals(parseLark('a: "x"', { start: "a" }).start, "a");
  const twice = assertThrows(() => parseLark('start: "a"\nstart: "b"'), DuplicateRuleError);
  assertEquals([twice.position.line, twice.first?.line], [2, 1]);
});

Deno.test("no text exhausts the stack or the memory", () => {
  const limits: [string, string][] = [
    [`start: ${"(".repeat(100_000)}`, "grammarDepth"],
    [`start: ${"[".repeat(100_000)}`, "grammarDepth"],
    [`start: ${"t{".repeat(100_000)}`, "grammarDepth"],
    [`start: %json ${'{"a":'.repeat(100_000)}`, "grammarDepth"],
    [`start: /${"(?:".repeat(1_000)}${")".repeat(1_000)}/`, "patternDepth"],
    [`start: /${"a".repeat(200_000)}/`, "patternLength"],
    [`start: "${"a".repeat(1_000_000)}"`, "grammarLength"],
    [Array.from({ length: 20_001 }, (_, i) => `r${i}: "a"\n`).join(""), "grammarRules"],
    ['start: "a"~1000001', "grammarRepeat"],
    [`start: %regex {"substring_chars": "${"ab".repeat(100_000)}"}`, "grammarNodes"],
  ];
  for (const [grammar, limit] of limits) {
    assertEquals(assertThrows(() => parseLark(grammar), LimitExceededError).limit, limit);
  }
});
