import { assertEquals } from "@std/assert";
import { readCallText } from "./call_text.ts";

const call = (name: string) => `{"name": "${name}", "arguments": {"x": 1}}`;
const names = (text: string) => readCallText(text).map(({ name }) => name);

Deno.test("calls are read from their tags, one or several in each", () => {
  assertEquals(readCallText(`<tool_call>\n${call("a")}\n</tool_call>`), [
    { name: "a", arguments: { x: 1 } },
  ]);
  const two = `First\n<tool_call>${call("a")}</tool_call>\n<tool_call>${call("b")}</tool_call>`;
  assertEquals(names(two), ["a", "b"]);
  assertEquals(names(`<tool_call>[${call("a")}, ${call("b")}]</tool_call>`), ["a", "b"]);
  assertEquals(names(`<tool_call>\n${call("a")}`), ["a"]);
});

Deno.test("with tags, what is outside of them is no call; without, any JSON may be one", () => {
  assertEquals(names(`${call("x")}<tool_call>${call("a")}</tool_call>`), ["a"]);
  assertEquals(names("```json\n" + call("a") + "\n```"), ["a"]);
});

Deno.test("what has no name or no arguments is no call", () => {
  for (
    const text of [
      "",
      "No function fits.",
      '{"name": "a"}',
      '{"name": 1, "arguments": {}}',
      '{"name": "a", "arguments": [1]}',
      '{"name": "a", "arguments": null}',
      "<tool_call>{oops</tool_call>",
    ]
  ) assertEquals(readCallText(text), [], text);
});
