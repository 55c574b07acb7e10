import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SourceIndex } from "./source_spans.ts";

function found(source: string, value: unknown): string[] | null {
  return new SourceIndex(source).find(value)?.map(({ start, end }) => source.slice(start, end)) ??
    null;
}

Deno.test("strings are found as whole words first, then inside words, then in another form", () => {
  const source = "Anna met Ann at the ANNUAL  fair; ﬁne.";
  assertEquals(new SourceIndex(source).find("Ann"), [{ start: 9, end: 12 }]);
  assertEquals(found(source, "nna"), ["nna"]);
  assertEquals(found(source, "annual fair"), ["ANNUAL  fair"]);
  assertEquals(found(source, "fine"), ["ﬁne"]);
  assertEquals(found(source, "Bob"), null);
  assertEquals(found(source, "  "), null);
  assertEquals(found("a 😀 B", "😀 b"), ["😀 B"]);
  assertEquals(found("C++ (2)", "C++"), ["C++"]);
});

Deno.test("numbers are found in the ways in which people write them", () => {
  const source = "Total: $1,234.50, tax 12%, 1.234,50 EUR, room 5b, 007, −3.5, 1 000 000.";
  assertEquals(found(source, 1234.5), ["1,234.50", "1.234,50"]);
  assertEquals(found(source, 12), ["12"]);
  assertEquals(found(source, -3.5), ["−3.5"]);
  assertEquals(found(source, 7), ["007"]);
  assertEquals(found(source, 1000000), ["1 000 000"]);
  assertEquals(found(source, 99), null);
  assertEquals(found(source, "1234.50"), ["1,234.50", "1.234,50"]);
});

Deno.test("dates and times are found in the usual forms", () => {
  for (
    const written of [
      "2025-03-04",
      "4.3.2025",
      "04/03/2025",
      "3/4/25",
      "4 March 2025",
      "4th of Mar. 2025",
      "March 4, 2025",
      "20250304",
      "4-MAR-25",
    ]
  ) assertEquals(found(`Due ${written}, at noon.`, "2025-03-04"), [written], written);
  assertEquals(found("Due March 4, 2025 at 3:30 pm.", "2025-03-04T15:30:00Z"), ["March 4, 2025"]);
  assertEquals(found("at 3:30 pm or 15:30, not 3:30", "15:30:00Z"), ["3:30 pm", "15:30"]);
  assertEquals(found("Due on 32.13.2025.", "2025-03-04"), null);
});

Deno.test("Booleans, null and empty values are said by no words", () => {
  for (const value of [true, false, null, [], {}]) {
    assertEquals(found("true false null", value), null);
  }
});

Deno.test("what was taken from the source is found there, wherever it was", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      fc.nat(),
      fc.nat(),
      (source, from, to) => {
        const characters = [...source];
        const start = from % characters.length;
        const part = characters.slice(start, start + 1 + to % characters.length).join("");
        if (part.trim() === "") return;
        const spans = new SourceIndex(source).find(part)!;
        for (const span of spans) assertEquals(source.slice(span.start, span.end), part.trim());
      },
    ),
  );
});

Deno.test("a long source with many places is looked through once, and few places are named", () => {
  const source = "1,5 apples and Ann; ".repeat(5000);
  const index = new SourceIndex(source);
  for (let i = 0; i < 50; i++) {
    assertEquals(index.find(1.5)?.length, 16);
    assertEquals(index.find("Ann")?.length, 16);
  }
});
