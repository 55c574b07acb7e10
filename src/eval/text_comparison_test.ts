import { assertAlmostEquals, assertEquals } from "@std/assert";
import { isSame, saysTheSame, tokenF1 } from "./text_comparison.ts";

Deno.test("values are the same if they are equal as JSON, whatever the order of keys", () => {
  assertEquals(isSame({ a: 1, b: [2, { c: null }] }, { b: [2, { c: null }], a: 1 }), true);
  assertEquals(isSame({ a: 1 }, { a: 1, b: 2 }), false);
  assertEquals(isSame([1, 2], [2, 1]), false);
  assertEquals(isSame([], {}), false);
  assertEquals(isSame(1, "1"), false);
  assertEquals(isSame(undefined, null), true);
  assertEquals(isSame(null, ""), false);
  assertEquals(isSame({ a: undefined }, { toString: null }), false);
});

Deno.test("case, whitespace, punctuation and Unicode's compatibility forms do not matter", () => {
  for (
    const [one, other] of [
      ["BOOK TA .K (TAMAN DAYA) SDN BHD", "Book Ta K Taman Daya  Sdn. Bhd"],
      ["ﬁne　Ｔｅｘｔ", "fine text"],
      ["Zoë", "Zoe\u0308"],
      ["", null],
      [true, "true"],
      [36, "36"],
    ] as const
  ) assertEquals([saysTheSame(one, other), saysTheSame(other, one)], [true, true], `${one}`);
  assertEquals(saysTheSame("SDN BND", "SDN BHD"), false);
  assertEquals(saysTheSame("!", "?"), false);
  assertEquals(saysTheSame("", "x"), false);
  assertEquals(saysTheSame(["a"], "a"), false);
  assertEquals(saysTheSame("ab", "a b"), false);
});

Deno.test("a number is the same in its other forms", () => {
  for (
    const [one, other] of [
      ["9.00", "9"],
      ["RM 1,234.50", "1234.5"],
      ["$9.00", "9.00"],
      ["9.00 USD", "9"],
      [1234.5, "1,234.50"],
      ["-5", -5],
      [".5", 0.5],
    ] as const
  ) assertEquals(saysTheSame(one, other), true, `${one} and ${other}`);
  assertEquals(saysTheSame("9.00", "900"), false);
  assertEquals(saysTheSame("-5", "5.0"), false);
  assertEquals(saysTheSame("1,2", "12"), false);
});

Deno.test("a date is the same in its other forms, if they have a reading in common", () => {
  for (
    const [one, other] of [
      ["25/12/2018", "2018-12-25"],
      ["25-12-18", "25.12.2018"],
      ["25 Dec 2018", "December 25, 2018"],
      ["25-DEC-2018", "2018/12/25"],
      ["03/01/2018", "2018-01-03"],
      ["03/01/2018", "2018-03-01"],
    ] as const
  ) assertEquals(saysTheSame(one, other), true, `${one} and ${other}`);
  assertEquals(saysTheSame("25/12/2018", "2018-12-24"), false);
  assertEquals(saysTheSame("25/12/2018", "2017-12-25"), false);
  assertEquals(saysTheSame("32 Dec 2018", "2018-12-32"), false);
  assertEquals(saysTheSame("1 2 3", "2003-02-01"), false);
});

Deno.test("token F1 is the harmonic mean of precision and recall over words", () => {
  assertEquals(tokenF1("a b c", "A, B, C!"), 1);
  // Three of four words right, three of six found: 2 · 3 / (4 + 6).
  assertAlmostEquals(tokenF1("one two three four", "two three four five six seven"), 0.6);
  // The second "a" has no partner: 2 · 1 / (1 + 2).
  assertAlmostEquals(tokenF1("a", "a a"), 2 / 3);
  assertEquals(tokenF1("a", "b"), 0);
  assertEquals(tokenF1("", ""), 1);
  assertEquals(tokenF1(null, "a"), 0);
  assertEquals(tokenF1("2018-12-25", "25/12/2018"), 1);
});
