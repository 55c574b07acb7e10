import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { DuplicateRuleError, GrammarSyntaxError, UndefinedRuleError } from "./errors.ts";
import { parseGbnf } from "./gbnf_reader.ts";
import type { Expression } from "./grammar_form.ts";

/** The body of `root`, without positions. */
function root(text: string): Expression {
  const { rules } = parseGbnf(text);
  return JSON.parse(JSON.stringify(rules.find(({ name }) => name === "root")!.expression, bare));
}

function bare(key: string, value: unknown): unknown {
  return key === "position" ? undefined : value;
}

function text(text: string): Expression {
  return { kind: "text", text, ignoresCase: false };
}

function characters(isNegated: boolean, ...ranges: [number, number][]): Expression {
  return { kind: "characters", ranges, isNegated };
}

Deno.test("texts are read with all escapes", () => {
  assertEquals(
    root(String.raw`root ::= "a\n\t\r\\\"\[\]\x41\u00e9\U0001F600é"`),
    text('a\n\t\r\\"[]Aé😀é'),
  );
  assertEquals(root('root ::= ""'), text(""));
  assertEquals(root('root ::= "#|()"'), text("#|()"));
});

Deno.test("classes have ranges, escapes, dashes and negation", () => {
  assertEquals(root("root ::= [a-zA-Z0]"), characters(false, [97, 122], [65, 90], [48, 48]));
  assertEquals(
    root(String.raw`root ::= [^"\\\x7F\x00-\x1F]`),
    characters(true, [34, 34], [92, 92], [127, 127], [0, 31]),
  );
  assertEquals(root("root ::= [a-]"), characters(false, [97, 97], [45, 45]));
  assertEquals(root("root ::= [-a]"), characters(false, [45, 45], [97, 97]));
  assertEquals(
    root(String.raw`root ::= [a\-z\]\[^]`),
    characters(
      false,
      ...[..."a-z][^"].map((c): [number, number] => [c.charCodeAt(0), c.charCodeAt(0)]),
    ),
  );
  assertEquals(root("root ::= [ぁ-ゟ😀]"), characters(false, [0x3041, 0x309f], [0x1f600, 0x1f600]));
  assertEquals(root("root ::= ."), characters(true));
});

Deno.test("repeats stand behind items, several of them around each other", () => {
  const bounds = (repeat: string) => {
    const read = root(`root ::= "a"${repeat}`);
    return read.kind === "repeat" ? [read.min, read.max] : undefined;
  };
  assertEquals(bounds("*"), [0, null]);
  assertEquals(bounds("+"), [1, null]);
  assertEquals(bounds("?"), [0, 1]);
  assertEquals(bounds("{3}"), [3, 3]);
  assertEquals(bounds("{3,}"), [3, null]);
  assertEquals(bounds("{3,5}"), [3, 5]);
  assertEquals(bounds("{0,5}"), [0, 5]);
  assertEquals(bounds("{,5}"), [0, 5]);
  assertEquals(bounds(" { 3 , 5 } "), [3, 5]);
  assertEquals(root('root ::= "a"+?'), {
    kind: "repeat",
    part: { kind: "repeat", part: text("a"), min: 1, max: null },
    min: 0,
    max: 1,
  });
});

Deno.test("tokens are given by id or by text, and may be excluded", () => {
  assertEquals(root("root ::= <[1000]> !<[7]> <think> !</think>* <|im_end|>"), {
    kind: "sequence",
    parts: [
      { kind: "token", token: 1000, isNegated: false },
      { kind: "token", token: 7, isNegated: true },
      { kind: "token", token: "<think>", isNegated: false },
      {
        kind: "repeat",
        part: { kind: "token", token: "</think>", isNegated: true },
        min: 0,
        max: null,
      },
      { kind: "token", token: "<|im_end|>", isNegated: false },
    ],
  });
});

Deno.test("a line ends a rule, but not in parentheses, nor behind ::= or a bar", () => {
  const expected: Expression = {
    kind: "choice",
    options: [
      text("a"),
      { kind: "sequence", parts: [text("b"), { kind: "rule", name: "x-1" }] },
      { kind: "sequence", parts: [] },
      text("d"),
    ],
  };
  const layouts = [
    'root ::= "a" | "b" x-1 | |\n"d"\nx-1 ::= "c"',
    'root ::=\n  "a" |\n  "b" x-1 |\n|"d"\nx-1::="c"\n',
    '# comment\r\nroot ::= ( # one\r\n  "a"\r\n  | "b"\r\n    x-1\r\n  | | "d")\r\n\r\nx-1 ::= "c" # end',
    'root ::= "a"\n\n  # between\n  | "b" x-1\n  |\n| "d"\nx-1 ::= "c"',
  ];
  for (const layout of layouts) assertEquals(root(layout), expected, layout);
});

Deno.test("rules come in the order of the text, with their positions", () => {
  const { rules, start, ignored } = parseGbnf('\n  root ::= UPPER_1\nUPPER_1 ::= "a"\n');
  assertEquals(rules.map(({ name, position }) => [name, position]), [
    ["root", { line: 2, column: 3 }],
    ["UPPER_1", { line: 3, column: 1 }],
  ]);
  assertEquals(rules[0]!.expression.position, { line: 2, column: 12 });
  assertEquals([start, ignored], ["root", []]);
});

Deno.test("another rule may be the start", () => {
  assertEquals(parseGbnf('a ::= "x"\nb ::= a', { start: "b" }).start, "b");
  assertThrows(() => parseGbnf('a ::= "x"'), UndefinedRuleError, "root");
});

Deno.test("errors say the place, what is there, and what could be", () => {
  const cases: [string, number, number, string, RegExp][] = [
    ["root", 1, 5, "the end of the text", /"::=" after the rule name "root"/],
    ["root := x", 1, 6, '":"', /::=/],
    ["root ::= a\n@", 2, 1, '"@"', /rule name/],
    [
      'root ::= "a',
      1,
      12,
      "the end of the text",
      /'"' of the text that begins at line 1, column 10/,
    ],
    ['root ::= "a\nb"', 1, 12, "the end of the line", /'"'/],
    ["root ::= [a", 1, 12, "the end of the text", /"\]" of the class/],
    ["root ::= []", 1, 11, '"]"', /a member of the class/],
    ["root ::= [^]", 1, 12, '"]"', /written as "\."/],
    ["root ::= [z-a]", 1, 11, '"z-a"', /range in order/],
    ['root ::= "\\q"', 1, 11, '"\\\\q"', /\\xNN/],
    ['root ::= "\\x4g"', 1, 13, '"4g"', /2 hexadecimal digits/],
    ['root ::= "\\ud83d"', 1, 11, '"\\\\u"', /Unicode character/],
    ['root ::= "\\U00110000"', 1, 11, '"\\\\U"', /Unicode character/],
    ['root ::= "a"{', 1, 14, "the end of the text", /number of repeats/],
    ['root ::= "a"{2', 1, 15, "the end of the text", /"," or "}"/],
    ['root ::= "a"{2,x}', 1, 16, '"x"', /a number or "}"/],
    ['root ::= "a"{3,2}', 1, 13, '"{"', /3 is more than 2/],
    ["root ::= *", 1, 10, '"*"', /a text in quotes/],
    ["root ::= (a\n  b", 2, 4, "the end of the text", /"\)" of line 1/],
    ['root ::= "a")', 1, 13, '")"', /or a new line/],
    ["root ::= <a", 1, 10, '"<"', /">" on the same line/],
    ["root ::= <[a]>", 1, 10, '"<"', /"<\[1000\]>"/],
    ["root ::= !a", 1, 11, '"a"', /token "<" after "!"/],
    ["root ::=\nx ::= y", 2, 3, '"::="', /written as: name ::= ""/],
    ["root ::= \ud800", 1, 10, "the lone surrogate \\ud800", /well-formed/],
  ];
  for (const [grammar, line, column, found, expected] of cases) {
    const error = assertThrows(() => parseGbnf(grammar), GrammarSyntaxError);
    assertEquals([error.line, error.column, error.found], [line, column, found], grammar);
    assert(expected.test(error.expected), `${grammar}: ${error.expected}`);
    assertEquals(error.code, "grammar_syntax");
  }
});

Deno.test("a rule that is missing, or there twice, is an error with its place", () => {
  const missing = assertThrows(() => parseGbnf('root ::= "a"\n | b c'), UndefinedRuleError);
  assertEquals([missing.rule, missing.position], ["b", { line: 2, column: 4 }]);
  const twice = assertThrows(() => parseGbnf('root ::= "a"\nroot ::= "b"'), DuplicateRuleError);
  assertEquals([twice.position, twice.first], [{ line: 2, column: 1 }, { line: 1, column: 1 }]);
});

Deno.test("no text exhausts the stack or the memory", () => {
  const limits: [string, string][] = [
    [`root ::= ${"(".repeat(100_000)}`, "grammarDepth"],
    [`root ::= "a"${"*".repeat(100_000)}`, "grammarDepth"],
    [`root ::= "${"a".repeat(1_000_000)}"`, "grammarLength"],
    [Array.from({ length: 20_001 }, (_, i) => `r${i} ::= "a"\n`).join(""), "grammarRules"],
    ['root ::= "a"{1000001}', "grammarRepeat"],
  ];
  for (const [grammar, limit] of limits) {
    assertEquals(assertThrows(() => parseGbnf(grammar), LimitExceededError).limit, limit);
  }
  assertThrows(
    () => parseGbnf("root ::= ((.))", { limits: { grammarDepth: 1 } }),
    LimitExceededError,
  );
  assertThrows(
    () => parseGbnf("root ::= ....", { limits: { grammarNodes: 3 } }),
    LimitExceededError,
  );
});

Deno.test("a long text within the limits is read", () => {
  const grammar = parseGbnf(`root ::= ${'"ab" [c-d] '.repeat(80_000)}`);
  const { expression } = grammar.rules[0]!;
  assert(expression.kind === "sequence" && expression.parts.length === 160_000);
});
