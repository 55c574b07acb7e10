import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { DuplicateRuleError, GrammarImportError, GrammarSyntaxError } from "./errors.ts";
import { parseLark } from "./lark_assembly.ts";
import { formatLark } from "./lark_formatter.ts";
import type { GrammarImports } from "./lark_imports.ts";
import { regexTree, treeExpression } from "./regex_expression.ts";

const DATES = `
start: "unused"
date: DAY "." MONTH
DAY: DIGIT~1..2
MONTH: DIGIT~1..2
DIGIT: "0".."9"
pair{x}: x DAY
`;

function written(text: string, imports?: GrammarImports): string {
  return formatLark(parseLark(text, { imports }));
}

Deno.test("an import brings along what it uses, under names of its own", () => {
  assertEquals(
    written('start: date DIGIT\nDIGIT: "x"\n%import .dates.date', { "dates.lark": DATES }),
    `start: date DIGIT
DIGIT: "x"
date: DATES_DAY "." DATES_MONTH
DATES_DAY: DATES_DIGIT~1..2
DATES_MONTH: DATES_DIGIT~1..2
DATES_DIGIT: "0".."9"
`,
  );
});

Deno.test("imports have all of Lark's forms, and names of files", () => {
  const imports = (name: string) =>
    ["dates.lark", "a/b.lark", "c"].includes(name) ? DATES : undefined;
  for (
    const statement of [
      "%import .dates.DIGIT -> D",
      "%import dates.DIGIT -> D",
      "%import dates (DIGIT -> D)",
      '%import "dates.lark" (DIGIT -> D)',
      '%import "dates.lark".DIGIT -> D',
      "%import .a.b.DIGIT -> D",
      "%import .a.b (DIGIT -> D)",
      "%import c.DIGIT -> D",
    ]
  ) assertEquals(written(`start: D\n${statement}`, imports), 'start: D\nD: "0".."9"\n', statement);
});

Deno.test("what is imported twice is one rule", () => {
  assertEquals(
    written("start: DIGIT D DAY\n%import dates (DIGIT, DAY)\n%import dates.DIGIT -> D", {
      "dates.lark": DATES,
    }),
    'start: DIGIT D DAY\nDIGIT: "0".."9"\nDAY: DIGIT~1..2\nD: DIGIT\n',
  );
});

Deno.test("templates can be imported", () => {
  assertEquals(
    written('start: pair{"x"}\n%import dates.pair', { "dates.lark": DATES }),
    'start: pair_1\nDATES_DAY: DATES_DIGIT~1..2\nDATES_DIGIT: "0".."9"\npair_1: "x" DATES_DAY\n',
  );
});

Deno.test("a rule of GBNF becomes a terminal under a name in upper case, with all that it uses", () => {
  const imports = { "time.gbnf": 'root ::= hour ":" [0-5] [0-9]\nhour ::= [01] [0-9] | "2" [0-3]' };
  const grammar = parseLark(
    'start: TIME hour\n%import "time.gbnf" (root -> TIME, hour)\n%ignore " "',
    { imports },
  );
  assertEquals(grammar.rules.map(({ name, isTerminal }) => [name, isTerminal]), [
    ["start", false],
    ["_IGNORED_3", true],
    ["TIME", true],
    ["hour", false],
    ["TIME__HOUR", true],
  ]);
  const recursive = { "r.gbnf": 'root ::= "(" root? ")"', "t.gbnf": "root ::= <think>" };
  assertThrows(
    () => parseLark("start: R\n%import r.root -> R", { imports: recursive }),
    Error,
    "R -> R",
  );
  assertThrows(
    () => parseLark("start: T\n%import t.root -> T", { imports: recursive }),
    GrammarImportError,
    "token",
  );
});

Deno.test("texts import from texts, but not from themselves", () => {
  const imports = {
    "a.lark": "X: Y\n%import b.Y",
    "b.lark": 'Y: "y"',
    "c.lark": "%import d.Z",
    "d.lark": 'Z: "z"\n%import c.Z -> W',
  };
  assertEquals(written("start: X\n%import a.X", imports), 'start: X\nX: A_Y\nA_Y: "y"\n');
  const error = assertThrows(
    () => parseLark("start: Z\n%import c.Z", { imports }),
    GrammarImportError,
  );
  assert(error.message.includes("it imports itself: c.lark -> d.lark -> c.lark"), error.message);
});

Deno.test("imported rules can be replaced and added to", () => {
  const imports = { "dates.lark": DATES };
  assertEquals(
    written(
      'start: DAY DIGIT\n%import dates (DAY, DIGIT)\n%override DAY: "1"\n%extend DIGIT: "x"',
      imports,
    ),
    'start: DAY DIGIT\nDAY: "1"\nDIGIT: "0".."9" | "x"\n',
  );
  assertThrows(
    () => parseLark('start: "a"\n%override b: "c"'),
    GrammarImportError,
    "nothing of this name",
  );
});

Deno.test("what cannot be imported is an error with the place of the import", () => {
  const imports = { "dates.lark": DATES, "bad.lark": "start: (\n", "lost.lark": "a: b" };
  const cases: [string, RegExp, number][] = [
    ["%import common.NOTHING", /it has no "NOTHING"/, 16],
    ["%import gone.X", /there is no text gone\.lark or gone\.gbnf or gone/, 1],
    ['%import "gone.lark" (X)', /there is no text gone\.lark$/, 1],
    ["%import dates.DAY -> day", /DAY is a terminal, and day is a rule's name/, 15],
    ["%import bad.start", /line 2, column 1/, 1],
    ["%import lost.a", /there is no rule "b"/, 1],
  ];
  for (const [statement, message, column] of cases) {
    const error = assertThrows(
      () => parseLark(`start: "a"\n${statement}`, { imports }),
      GrammarImportError,
    );
    assert(message.test(error.message), error.message);
    assertEquals([error.position, error.code], [{ line: 2, column }, "grammar_import"]);
  }
  const bad = assertThrows(
    () => parseLark('start: "a"\n%import bad.start', { imports }),
    GrammarImportError,
  );
  assert(bad.cause instanceof GrammarSyntaxError);
  assertThrows(
    () => parseLark('DAY: "a"\n%import dates.DAY', { imports }),
    DuplicateRuleError,
    "DAY",
  );
});

Deno.test("imported texts count against the limits", () => {
  const imports = { "a.lark": `X: "${"x".repeat(1000)}"` };
  const limits = { grammarLength: 500 };
  assertThrows(() => parseLark("start: X\n%import a.X", { imports, limits }), LimitExceededError);
});

Deno.test("the common library means what Lark says", () => {
  const cases: Readonly<Record<string, [string[], string[]]>> = {
    INT: [["0", "007"], ["", "-1", "1.0"]],
    SIGNED_INT: [["0", "+7", "-12"], ["--1", "1."]],
    DECIMAL: [["1.", ".5", "1.5"], ["1", ".", "1e5"]],
    FLOAT: [["1e5", "1.5", ".5E-3", "1.e+7"], ["1", "e5", "1e"]],
    NUMBER: [["1", "1.5", "1e5"], ["-1", "."]],
    SIGNED_NUMBER: [["+1", "-.5"], ["+", "1-"]],
    HEXDIGIT: [["a", "F", "0"], ["g", "ab"]],
    ESCAPED_STRING: [['""', '"a\\"b"', '"\\\\"'], ['"', '"a"b"', '"\\"', '"a\nb"']],
    CNAME: [["_", "a1", "Ab_9"], ["1a", "", "é"]],
    WORD: [["abc"], ["a1", ""]],
    WS: [[" \t\f\r\n"], ["", "x"]],
    WS_INLINE: [[" \t"], ["\n"]],
    NEWLINE: [["\n", "\r\n\n"], ["\r", ""]],
    C_COMMENT: [["/**/", "/* a * b / c **/"], ["/*/", "/* */ */"]],
    CPP_COMMENT: [["//", "// a"], ["/", "// a\n"]],
    SH_COMMENT: [["#", "# a"], ["a", "#\n"]],
    SQL_COMMENT: [["--", "-- a"], ["-"]],
  };
  for (const [name, [accepted, refused]] of Object.entries(cases)) {
    const { rules } = parseLark(`start: ${name}\n%import common.${name}`);
    const byName = new Map(rules.map((rule) => [rule.name, rule.expression]));
    const source = (name: string): string => {
      const pattern = (expression = byName.get(name)!): string => {
        switch (expression.kind) {
          case "regex":
            return `(?:${expression.pattern})`;
          case "rule":
            return source(expression.name);
          case "text":
            return expression.text;
          case "characters":
            return `[${
              expression.ranges.map(([a, b]) => String.fromCodePoint(a, 45, b)).join("")
            }]`;
          case "sequence":
            return expression.parts.map(pattern).join("");
          case "choice":
            return `(?:${expression.options.map(pattern).join("|")})`;
          case "repeat":
            return `(?:${pattern(expression.part)})?`;
          default:
            throw new TypeError(expression.kind);
        }
      };
      return pattern();
    };
    const regex = new RegExp(`^(?:${source(name)})$`, "u");
    assertEquals(accepted.filter((text) => !regex.test(text)), [], name);
    assertEquals(refused.filter((text) => regex.test(text)), [], name);
    assert(treeExpression(regexTree({ pattern: source(name), flags: "" })) !== undefined);
  }
});
