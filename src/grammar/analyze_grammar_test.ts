import { assertEquals } from "@std/assert";
import { analyzeGrammar } from "./analyze_grammar.ts";
import { parseGbnf } from "./gbnf_reader.ts";
import type { Expression } from "./grammar_form.ts";
import { parseLark } from "./lark_assembly.ts";
import { parseGrammar } from "./parse_grammar.ts";
import { rulesOnCycles } from "./rule_cycles.ts";

Deno.test("a rule is productive if some text fits it", () => {
  const { unproductiveRules, hasSentence } = analyzeGrammar(parseGbnf(`
root ::= good | bad
good ::= "(" good ")" | maybe? | "x"
bad ::= "(" bad ")" | other{2}
other ::= bad "x"
maybe ::= bad*
`));
  assertEquals([unproductiveRules, hasSentence], [["bad", "other"], true]);
  const hopeless = analyzeGrammar(parseGbnf("root ::= root .+"));
  assertEquals([hopeless.unproductiveRules, hopeless.hasSentence], [["root"], false]);
});

Deno.test("regular expressions and classes may fit nothing", () => {
  const analysis = analyzeGrammar(parseLark(String.raw`
start: A | B | C | "x"
A: /[^\s\S]/
B: /(?=a)b/
C: /(?!b)[ab]/
`));
  assertEquals(analysis.unproductiveRules, ["A", "B"]);
});

Deno.test("rules are reached from the start and from what is ignored", () => {
  const analysis = analyzeGrammar(
    parseLark('start: a\na: "x" a?\nb: c\nc: B\nB: "y"\nWS: S+\nS: " "\n%ignore WS'),
  );
  assertEquals(analysis.unreachableRules, ["b", "c", "B"]);
});

Deno.test("left recursion goes through what may be empty", () => {
  const analysis = analyzeGrammar(parseGbnf(`
root ::= a | "x" root
a ::= empty b
b ::= c "y" | "z"
c ::= empty{3} a | "w"
empty ::= "e"?
`));
  assertEquals(analysis.leftRecursiveRules, ["a", "b", "c"]);
  assertEquals(analysis.nullableRules, ["empty"]);
});

Deno.test("empty texts are found in all kinds of expressions", () => {
  const { nullableRules } = analyzeGrammar(parseLark(String.raw`
start: A B C d e F g
A: /a*/
B: /(?!a)b?/
C: ("a" | )
d: A C
e: A "x"
F: /a|b+/
g: ("x" ~ 0..2) start?
`));
  assertEquals(nullableRules, ["A", "B", "C", "d", "g"]);
});

Deno.test("sizes are counted", () => {
  const { ruleCount, terminalCount, nodeCount, depth } = analyzeGrammar(
    parseLark('start: A ("b" | /c/)*\nA: "a"'),
  );
  assertEquals({ ruleCount, terminalCount, nodeCount, depth }, {
    ruleCount: 1,
    terminalCount: 1,
    nodeCount: 7,
    depth: 4,
  });
});

Deno.test("names without a rule are told, and nothing is assumed of them", () => {
  const gone: Expression = { kind: "rule", name: "gone" };
  const analysis = analyzeGrammar({
    start: "root",
    rules: [{ name: "root", expression: gone, isTerminal: false }],
    ignored: ["WS"],
  });
  assertEquals(analysis.undefinedRules, ["WS", "gone"]);
  assertEquals(analysis.unproductiveRules, ["root"]);
});

Deno.test("long chains of rules are no problem", () => {
  const text = Array.from({ length: 15_000 }, (_, i) => `r${i} ::= r${i + 1}?\n`).join("");
  const analysis = analyzeGrammar(parseGbnf(`root ::= r0\n${text}r15000 ::= "x" | r0`));
  assertEquals(analysis.leftRecursiveRules.length, 15_001);
  assertEquals(analysis.unproductiveRules, []);
});

Deno.test("cycles are told from what only leads to them", () => {
  const uses = { a: ["b"], b: ["c", "d"], c: ["b"], d: ["d", "e"], e: [], f: ["a"], g: ["h"] };
  assertEquals([...rulesOnCycles(new Map(Object.entries(uses)))].sort(), ["b", "c", "d"]);
});

Deno.test("reading tells of rules that lead nowhere, with their places", () => {
  const { warnings, notation } = parseGrammar(
    'root ::= "a"\nlost ::= "b" |\n  more\nmore ::= more "c"',
  );
  assertEquals(notation, "gbnf");
  assertEquals(warnings.map(({ code, rule, position }) => [code, rule, position?.line]), [
    ["unproductive_rule", "more", 4],
    ["unreachable_rule", "lost", 2],
    ["unreachable_rule", "more", 4],
  ]);
});

Deno.test("the notation is told by the first definition", () => {
  const notations = (texts: string[]) => texts.map((text) => parseGrammar(text).notation);
  assertEquals(
    notations([
      'root ::= "a"',
      '\ufeff# a: b\n\n\troot-1::="a"\nroot ::= root-1',
      "# ::=\nroot\t::= [::=]",
    ]),
    ["gbnf", "gbnf", "gbnf"],
  );
  assertEquals(
    notations([
      'start: "::="',
      '// root ::= x\nstart: "a"',
      '# start ::= x\n?start: "a"',
      '%ignore " "\nstart: "a"',
    ]),
    ["lark", "lark", "lark", "lark"],
  );
  assertEquals(parseGrammar('a: "x"', { notation: "lark", start: "a" }).grammar.start, "a");
});

Deno.test("look-arounds that look past their terminal are told of", () => {
  const { warnings } = parseGrammar("start: WORD\nWORD: /[a-z]+(?![0-9])/");
  assertEquals(warnings.map(({ code, rule, position }) => [code, rule, position]), [
    ["local_look_around", "WORD", { line: 2, column: 7 }],
  ]);
  assertEquals(parseGrammar("start: /(?!if\\b)[a-z]+/").warnings, []);
});

Deno.test("a grammar is plain data", () => {
  const { grammar } = parseGrammar('start: A~2 %json {"a": 1} <x> /b/i\nA: "a".."b"\n%ignore A');
  assertEquals(JSON.parse(JSON.stringify(grammar)), structuredClone(grammar));
  assertEquals(structuredClone(grammar), grammar);
});
