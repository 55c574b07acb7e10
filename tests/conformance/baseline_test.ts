import { assertEquals, assertThrows } from "@std/assert";
import { compare, formatBaseline, parseBaseline } from "./baseline.ts";
import { type Verdict, worst } from "./verdict.ts";

const verdicts = new Map<string, Verdict>([
  ["b: two words", "refused_valid"],
  ["a", "false_positive"],
  ["c", "pass"],
]);

Deno.test("a baseline lists what does not pass, in order, and reads back", () => {
  const text = formatBaseline("title", verdicts);
  assertEquals(text.split("\n").slice(0, 3), [
    "# title",
    "# 3 in all:",
    "#   pass                 1",
  ]);
  assertEquals([...parseBaseline(text)], [["a", "false_positive"], [
    "b: two words",
    "refused_valid",
  ]]);
});

Deno.test("a baseline with an unknown verdict is refused with its line", () => {
  assertThrows(() => parseBaseline("# x\n\nfine a"), SyntaxError, 'baseline line 3: "fine"');
});

Deno.test("only what moves away from pass is worse", () => {
  const now = new Map<string, Verdict>([
    ["a", "refused_valid"],
    ["b: two words", "false_negative"],
    ["c", "pass"],
    ["new", "crash"],
  ]);
  const { worse, better } = compare(verdicts, now);
  assertEquals(better, [{ id: "a", before: "false_positive", now: "refused_valid" }]);
  assertEquals(worse, [
    { id: "b: two words", before: "refused_valid", now: "false_negative" },
    { id: "new", before: "pass", now: "crash" },
  ]);
});

Deno.test("the worst of verdicts is a wrong accept, and pass where there are none", () => {
  assertEquals(worst(["pass", "false_positive", "crash"]), "false_positive");
  assertEquals(worst([]), "pass");
});
