import { assert, assertEquals, assertThrows } from "@std/assert";
import { compileGrammar, Matcher } from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { boolean, choice, integer, json, number, regex, string, template } from "./template.ts";

const vocabulary = Vocabulary.fromBytes(
  [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), null],
  { eosTokenIds: [256] },
);

function accepts(form: ReturnType<typeof template>, text: string): boolean {
  const matcher = new Matcher(compileGrammar(form.grammar, vocabulary));
  return [...new TextEncoder().encode(text)].every((id) => matcher.acceptToken(id)) &&
    matcher.isAccepting();
}

const order = template`Name: ${string("name", { maxLength: 20 })}, age: ${
  integer("age", { minimum: 0, maximum: 150 })
}
Size: ${choice("size", ["S", "M", "L", "XL"])} Code: ${regex("code", /[A-Z]{2}\d+/)}
Paid: ${boolean("paid")} Total: ${number("total")} Tags: ${
  json<"tags", string[]>("tags", { type: "array", items: { type: "string" } })
}`;

Deno.test("a text is read back into typed values and their places", () => {
  const text =
    'Name: Ada, Countess, age: 36\nSize: XL Code: AB12\nPaid: true Total: -1.5 Tags: ["a, b"]';
  const reading = order.read(text)!;
  const total: number = reading.values.total; // typed by the hole
  const size: "S" | "M" | "L" | "XL" = reading.values.size;
  assertEquals([total, size], [-1.5, "XL"]);
  assertEquals(reading.values, {
    name: "Ada, Countess",
    age: 36,
    size: "XL",
    code: "AB12",
    paid: true,
    total: -1.5,
    tags: ["a, b"],
  });
  assertEquals(text.slice(reading.spans.name.start, reading.spans.name.end), "Ada, Countess");
  assertEquals(text.slice(reading.spans.tags.start, reading.spans.tags.end), '["a, b"]');
});

Deno.test("the grammar takes what can be read, and nothing else", () => {
  const whole = (name: string, age: string, size = "M", code = "ZZ9") =>
    `Name: ${name}, age: ${age}\nSize: ${size} Code: ${code}\nPaid: false Total: 2e3 Tags: []`;
  for (const text of [whole("x", "0"), whole("日本", "150"), whole("a".repeat(20), "7")]) {
    assert(accepts(order, text.replace("2e3", "2000")), text);
    assert(order.read(text) !== null, text);
  }
  for (
    const text of [
      whole("", "1"),
      whole("a".repeat(21), "1"),
      whole("a\nb", "1"),
      whole("a", "151"),
      whole("a", "01"),
      whole("a", "1", "XXL"),
      whole("a", "1", "M", "Z9"),
      `${whole("a", "1")} `,
    ]
  ) assert(!accepts(order, text.replace("2e3", "2000")), text);
});

Deno.test("holes that touch are told apart where that is possible", () => {
  const form = template`${regex("a", /x*/)}${regex("b", /x*y/)}${string("c", { minLength: 0 })}`;
  assertEquals(form.read("xxxyzz")?.values, { a: "xxx", b: "y", c: "zz" });
  assertEquals(form.read("xxx"), null);
  assert(accepts(form, "xxxyzz") && accepts(form, "y") && !accepts(form, "xxx"));
});

Deno.test("many holes over a long text that does not fit are given up in time", () => {
  const form = template`${regex("a", /x*/)}${regex("b", /x*/)}${regex("c", /x*/)}${
    regex("d", /x*/)
  }${regex("e", /x*/)}!`;
  assertEquals(form.read("x".repeat(60)), null);
  assertEquals(form.read(`${"x".repeat(60)}!`)?.values.a.length, 60);
});

Deno.test("names are told apart, and bounds have to make sense", () => {
  assertThrows(() => template`${string("a")} ${integer("a")}`, TypeError, '"a"');
  assertThrows(() => string("a", { minLength: 5, maxLength: 4 }), RangeError, "got 4");
  assertThrows(() => choice("a", []), TypeError, "no texts");
});
