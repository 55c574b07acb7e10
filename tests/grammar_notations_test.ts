/**
 * The features of both notations, from the text to what a model could write: what their guides document is
 * accepted and refused as they say, by the matcher and by the plain recogniser.
 *
 * The grammars are small and our own. One line of the tables is one feature.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { parseGrammar } from "../src/grammar/mod.ts";
import { isJson, matcherVerdicts } from "./grammars/files.ts";
import { GrammarOracle } from "./grammars/oracle.ts";

/** Feature, grammar, texts that belong to it, texts that do not. */
type Row = readonly [string, string, readonly string[], readonly string[]];

const GBNF: readonly Row[] = [
  ["a text", 'root ::= "yes"', ["yes"], ["", "ye", "yess", "Yes"]],
  ["alternatives", 'root ::= "a" | "ab" | ""', ["a", "ab", ""], ["b", "aab"]],
  ["sequences", 'root ::= "a" x "c"\nx ::= "b"', ["abc"], ["ac", "abbc"]],
  ["classes", "root ::= [a-c0] [^a-c0]", ["ad", "0é", "b\n"], ["aa", "d0", "a"]],
  ["code points in classes", "root ::= [ぁ-ゟ] [\\U0001F600-\\U0001F64F]", ["あ😀"], [
    "あ",
    "ア😀",
    "あ🚀",
  ]],
  ["any character", "root ::= . .", ["ab", "\n😀", "é\0"], ["a", "abc"]],
  ["escapes", String.raw`root ::= "\x41\u00e9\U0001F600\n\t\r\\\""`, ['Aé😀\n\t\r\\"'], ["A"]],
  ["*", 'root ::= "a"*', ["", "a", "aaaa"], ["b"]],
  ["+", 'root ::= ("a" "b")+', ["ab", "abab"], ["", "aba"]],
  ["?", 'root ::= "a"? "b"', ["ab", "b"], ["a", "aab"]],
  ["{m}", "root ::= [0-9]{3}", ["123"], ["12", "1234"]],
  ["{m,}", "root ::= [0-9]{2,}", ["12", "12345"], ["1"]],
  ["{m,n}", "root ::= [0-9]{2,3}", ["12", "123"], ["1", "1234"]],
  ["{0,n}", "root ::= [0-9]{0,2}", ["", "1", "12"], ["123"]],
  ["groups", 'root ::= ("a" | "b" ("c" | "d")) "e"', ["ae", "bce", "bde"], ["be", "ace"]],
  ["a rule over several lines", 'root ::= (\n  # first\n  "a"\n\n  ("b" # second\n  )+\n)\n', [
    "ab",
    "abb",
  ], ["a"]],
  ["bars at the ends of lines", 'root ::= "a" |\n  "b" |\n  # more\n  "c"\n', ["a", "b", "c"], [
    "ab",
  ]],
  [
    "names with dashes",
    'root ::= check-mate UPPER rule_1\ncheck-mate ::= "#"\nUPPER ::= "U"\nrule_1 ::= "1"',
    ["#U1"],
    ["#u1"],
  ],
  ["tokens", "root ::= <think> thought </think> .*\nthought ::= !</think>*", [
    "<think></think>",
    "<think>hm</think>42",
  ], ["hm", "<think>hm", "x<think></think>"]],
  ["recursion on the right", 'root ::= "a" root | "b"', ["b", "aab"], ["a", "ba"]],
  ["recursion on the left", 'root ::= root "," item | item\nitem ::= [a-z]', ["a", "a,b,c"], [
    "",
    "a,",
    ",a",
  ]],
  ["recursion in the middle", 'root ::= "(" root ")" root | ""', ["", "()", "(())()"], [
    "(",
    ")(",
    "(()",
  ]],
  ["a list of lines", 'root ::= ("- " item)+\nitem ::= [^\\n]+ "\\n"', ["- a\n", "- a\n- b b\n"], [
    "- a",
    "-a\n",
    "- \n",
  ]],
  ["ambiguity", 'root ::= x x x | x x\nx ::= "a" | "aa" | root', ["aa", "aaa", "aaaaaa"], [
    "",
    "a",
  ]],
  ["empty rules", 'root ::= gap "a" gap\ngap ::= " "*', ["a", "  a "], ["", "a a"]],
];

const LARK: readonly Row[] = [
  ["texts of either case", 'start: "select"i', ["select", "SELECT", "sElEcT"], ["selec"]],
  ["regular expressions with flags", "start: /a.c/is /./", ["AbCx", "a\ncx"], ["abc\n", "abc"]],
  ["ranges", 'start: "a".."f" "0".."9"', ["a0", "f9"], ["g0", "a"]],
  ["terminals in terminals", 'start: NUMBER\nNUMBER: DIGIT+ ("." DIGIT+)?\nDIGIT: "0".."9"', [
    "1",
    "1.5",
  ], ["1.", ".5"]],
  ["optional parts", 'start: ["a" "b"] "c"', ["abc", "c"], ["ac", "bc"]],
  ["counts", 'start: "a"~2 "b"~1..2', ["aab", "aabb"], ["ab", "aabbb"]],
  ["llguidance's counts", 'start: "a"{2} "b"{,1} "c"{1,}', ["aabc", "aaccc"], ["aab", "abc"]],
  ["what is ignored, around all terminals", 'start: A ("," A)*\nA: "a" "b"\n%ignore " "', [
    "ab,ab",
    " ab , ab ",
  ], ["a b", "ab ab"]],
  ["nothing is ignored inside terminals", "start: WORD WORD\nWORD: /[a-z]+/\n%ignore /[ \\n]+/", [
    "a b",
    "ab",
    "a\n b ",
  ], ["a", "a b c"]],
  ["several things are ignored", 'start: "a" "b"\n%ignore " "\n%ignore /#[^\\n]*\\n/', [
    "a # b\n b",
    "ab",
  ], ["a # b"]],
  ["an empty sentence among what is ignored", 'start: "a"?\n%ignore " "', ["", " ", " a"], ["b"]],
  ["templates", 'start: _list{"a", ";"} _list{"b", ","}\n_list{x, s}: x (s x)*', ["ab", "a;ab,b"], [
    "a,ab",
    "a",
  ]],
  ["the common library", "start: INT ESCAPED_STRING\n%import common (INT, ESCAPED_STRING)", [
    '1"a\\"b"',
    '12""',
  ], ['1"', '1"a"b"']],
  ["JSON of a schema", 'start: "x=" %json {"type": "array", "items": {"type": "integer"}}', [
    "x=[]",
    "x=[1,2]",
  ], ["x=", "x=[1.5]", "x={}"]],
  [
    "substrings",
    'start: %regex {"substring_words": "to be or not"}',
    ["", "be or", "to be or not"],
    ["to or", "b", "not to"],
  ],
  ["tokens", 'start: <a> "x" <b>', ["<a>x<b>"], ["<a>x", "x", "<a><b>"]],
  ["aliases, marks, priorities", '?start.2: a -> one\n!a: "x" | B -> two\nB.9: "y"', ["x", "y"], [
    "",
    "z",
  ]],
  ["words that run together", 'start: "if" NAME\nNAME: /[a-z]+/\n%ignore " "', ["if x", "ifx"], [
    "if",
    "i fx",
  ]],
  ["reserved words", String.raw`start: "if" " " NAME` + "\nNAME: /(?!(?:if|else)\\b)[a-z]+/", [
    "if x",
    "if iffy",
  ], ["if if", "if else"]],
  ["comments", '// one\nstart: "a" // two\n# three\n  | "#" # four\n', ["a", "#"], ["//"]],
];

for (const [notation, rows] of [["gbnf", GBNF], ["lark", LARK]] as const) {
  for (const [feature, text, accepted, refused] of rows) {
    Deno.test(`${notation}: ${feature}`, () => {
      const { grammar } = parseGrammar(text, { notation });
      const oracle = new GrammarOracle(grammar, { isJson });
      const accepts = matcherVerdicts(grammar);
      assertEquals(accepted.filter((sentence) => !oracle.accepts(sentence)), [], "recogniser");
      assertEquals(refused.filter((sentence) => oracle.accepts(sentence)), [], "recogniser");
      assertEquals(accepted.filter((sentence) => !accepts(sentence)), [], "matcher");
      assertEquals(refused.filter(accepts), [], "matcher");
    });
  }
}
