import { assertEquals, assertThrows } from "@std/assert";
import { larkRegex } from "./lark_regex.ts";
import { type RegexReporter, translatePythonRegex } from "./python_regex.ts";
import { looksOut, regexTree, textUntilRegex } from "./regex_expression.ts";

const strict: RegexReporter = {
  fail(offset, expected) {
    throw new Error(`${offset}: expected ${expected}`);
  },
  refuse(offset, feature) {
    throw new Error(`${offset}: refused ${feature}`);
  },
};

function ecma(pattern: string, flags = ""): [string, string] {
  const translated = translatePythonRegex(pattern, flags, strict);
  return [translated.pattern, translated.flags];
}

function lark(pattern: string, flags = ""): string {
  return larkRegex(pattern, flags, (anchor) => {
    throw new Error(`anchor ${anchor}`);
  });
}

const raw = String.raw;

Deno.test("what both read alike stays as it is", () => {
  for (
    const pattern of [
      raw`a(?:b|c)*d+`,
      raw`[a-z0-9_\-\]\\]{2,3}`,
      raw`\d\D\w\W\s\S\n\r\t\f\v\x41`,
      raw`(?=a)(?!b)(?<=c)(?<!d)\bx\B`,
      raw`(?i:a)(?s-i:b)`,
      raw`\/\.\*\+\?\(\)\[\]\{\}\|\^\$`,
      raw`\p{L}\P{Script=Greek}\u{1f600}`,
      "é😀日本",
    ]
  ) assertEquals(ecma(pattern, "i"), [pattern, "i"], pattern);
});

Deno.test("what Python spells in its own way is spelled in ECMA's", () => {
  const cases: [string, string][] = [
    ["a.b", raw`a[^\n]b`],
    ["(?s:.).", raw`(?s:.)[^\n]`],
    ["(?P<name>a)(?<x>b)", "(a)(b)"],
    ["a(?#comment)b", "ab"],
    ["a+?b*?c??d{1,2}?", "a+b*c?d{1,2}"],
    ["a{,3}b{2,}c{,}", "a{0,3}b{2,}c{0,}"],
    ["{}a{b}c{1", raw`\{\}a\{b\}c\{1`],
    ["]", raw`\]`],
    ["[]a][^]b]", raw`[\]a][^\]b]`],
    ["[[/]", raw`[\[\/]`],
    [raw`\"\'\-\_\ \@\,`, `"'-_ @,`],
    [raw`[\"\-\.\b]`, raw`["\-\.\b]`],
    [raw`\a\0\012\101\u00e9\U0001F600`, raw`\x07\u{0}\u{a}\u{41}\u{e9}\u{1f600}`],
    [raw`[\1\07]`, raw`[\u{1}\u{7}]`],
    [raw`(?i-s:.)`, raw`(?i-s:[^\n])`],
    ["(?ai:a)", "(?i:a)"],
    ["a/b", raw`a\/b`],
  ];
  for (const [python, expected] of cases) assertEquals(ecma(python)[0], expected, python);
});

Deno.test("flags stand behind a pattern or at its beginning; x and the redundant ones go", () => {
  assertEquals(ecma("a", "ims"), ["a", "ims"]);
  assertEquals(ecma("a", "ua"), ["a", ""]);
  assertEquals(ecma("(?is).", "m"), [".", "ims"]);
  assertEquals(ecma("a b # c\n [ #] \\  \\#", "x"), ["ab[ #] #", ""]);
  assertEquals(ecma("(?x) a  +"), ["a+", ""]);
});

Deno.test("what no lexeme can follow is refused by name, at its place", () => {
  const cases: [string, string][] = [
    [raw`(a)\1`, "3: refused a back-reference"],
    ["(?P<a>x)(?P=a)", "8: refused a back-reference"],
    [raw`\k<a>`, "0: refused a back-reference"],
    ["(a)(?(1)b)", "3: refused a condition"],
    ["x(?>a)", "1: refused an atomic group"],
    ["a*+", "1: refused a possessive repeat"],
    ["a{2}+", "1: refused a possessive repeat"],
    ["^a", "0: refused the anchor ^"],
    ["a$", "1: refused the anchor $"],
    [raw`\Aa`, raw`0: refused the anchor \A`],
    [raw`a\Z`, raw`1: refused the anchor \Z`],
    [raw`\N{DIGIT ONE}`, raw`0: refused \N{…}`],
    ["(?L)a", "0: refused the flag L"],
    ["a(?x:b)", "1: refused the flag x for a part of a pattern"],
    ["a(", '1: expected a ")" for this "("'],
    ["a)", '1: expected a "(" before this ")"'],
    ["[a", '0: expected a "]" for this "["'],
    ["a\\", "1: expected a character behind the backslash"],
    [raw`\y`, "0: expected an escape that Python or ECMA-262 knows"],
    [raw`\ud800`, raw`0: expected a Unicode character (of two surrogates, write the one with \U)`],
    ["a(?i)b", "1: expected flags for the whole pattern at its beginning only"],
    [
      "(?y:a)",
      "0: expected a group: (…), (?:…), (?P<name>…), (?=…), (?!…), (?<=…), (?<!…) or (?i:…)",
    ],
  ];
  for (const [pattern, message] of cases) {
    assertEquals(
      assertThrows(() => ecma(pattern), Error, undefined, pattern).message,
      message,
      pattern,
    );
  }
});

Deno.test("patterns go to Lark's spelling and come back as the same tree", () => {
  const patterns = [
    raw`a.b(?s:.(?-s:.))`,
    raw`[^][]x[/[\]\-]`,
    raw`\u{1F600}\u00e9\cJ\0\/[\cA-\cZ]`,
    raw`(?<name>a)(?:b)(?=c)(?<!d)`,
    raw`x{2,3}y{4}z{5,}`,
    "a/b\nc\td\u00ad",
    raw`\p{Lu}\P{L}`,
    raw`\.\*\^\$[\^\b]`,
    "é日😀",
    raw`\\"\\\\"[\\"]"`,
    // By Annex B only.
    raw`\-\_\q{x}a{,2}`,
  ];
  for (const pattern of patterns) {
    for (const flags of ["", "s", "i"]) {
      if (flags === "i" && pattern.includes(raw`\q`)) continue;
      const [again, keptFlags] = ecma(lark(pattern, flags), flags);
      assertEquals(keptFlags, flags);
      assertEquals(
        regexTree({ pattern: again, flags }),
        regexTree({ pattern: pattern.replace("(?<name>", "("), flags }),
        pattern,
      );
    }
  }
  assertThrows(() => lark("a$"), Error, "anchor $");
});

Deno.test("a look-around at an end of a pattern asks for what is not there", () => {
  const looks = (pattern: string) => looksOut(regexTree({ pattern, flags: "" }));
  for (
    const pattern of [
      raw`a\b`,
      raw`\ba`,
      "a(?=b)",
      "a(?=b)c*",
      "(?<!a)b",
      "a|b(?!c)",
      "(?:a(?=b))+",
      "x?(?<=y)z",
    ]
  ) {
    assertEquals(looks(pattern), true, pattern);
  }
  for (
    const pattern of [raw`(?!a\b)[a-z]+`, "(?:(?!x).)*y", "a(?=b)b", "a(?<=a)b", "ab", raw`a\b `]
  ) {
    assertEquals(looks(pattern), false, pattern);
  }
});

Deno.test("free text up to a given one holds it at its end only", () => {
  const matches = (ends: string[], includesEnd: boolean, text: string) => {
    const { pattern, flags } = textUntilRegex({ kind: "textUntil", ends, includesEnd });
    return new RegExp(`^(?:${pattern})$`, `${flags}u`).test(text);
  };
  assertEquals(matches(["</a>"], true, "x\n</a>"), true);
  assertEquals(matches(["</a>"], true, "</a></a>"), false);
  assertEquals(matches(["</a>"], false, "</a"), true);
  assertEquals(matches(["</a>"], false, "x</a>"), false);
  assertEquals(matches(["abc", "b"], true, "ab"), true);
  assertEquals(matches(["abc", "b"], true, "abc"), false);
  assertEquals(matches([".*"], true, "a.*"), true);
});
