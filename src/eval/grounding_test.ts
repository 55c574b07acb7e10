import { assertEquals } from "@std/assert";
import { findValue, stringsOf } from "./grounding.ts";

Deno.test("a value is found whatever its case and the whitespace between its words", () => {
  const text = "TAN & CO\nNO.53,\n  JALAN SAGU 18 (a+b)";
  assertEquals(findValue(text, "no.53, Jalan Sagu 18"), { start: 9, end: 31 });
  assertEquals(text.slice(9, 31), "NO.53,\n  JALAN SAGU 18");
  assertEquals(findValue(text, " (A+B) "), { start: 32, end: 37 });
  assertEquals(findValue(text, "Jalan Sagu 19"), null);
  assertEquals(findValue(text, " \n"), null);
  assertEquals(findValue("aa", "a", 1), { start: 1, end: 2 });
});

Deno.test("characters that mean something in a pattern mean themselves", () => {
  for (const value of ["a-b", "x/y", "^$.*+?()[]{}|\\", "€5", "😀", "\\d"]) {
    assertEquals(findValue(`<${value}>`, value), { start: 1, end: 1 + value.length }, value);
    assertEquals(findValue("nothing", value), null);
  }
});

Deno.test("the texts of a value are those that are not blank", () => {
  assertEquals(stringsOf({ a: "x", b: ["y", " ", 1, { c: "x" }], d: null }), ["x", "y", "x"]);
  assertEquals(stringsOf("x"), ["x"]);
  assertEquals(stringsOf(undefined), []);
});
