import { assertEquals } from "@std/assert";
import { compactJson, parseKeepingNumbers, spacedJson } from "./json_text.ts";

Deno.test("numbers are written as they were read", () => {
  const text = '{"a":[1.0,1e2,-0,12345678901234567890.10],"__proto__":{"é\\"":null}}';
  const value = parseKeepingNumbers(text);
  assertEquals(compactJson(value), text);
  assertEquals(
    spacedJson(value),
    '{"a": [1.0, 1e2, -0, 12345678901234567890.10], "__proto__": {"é\\"": null}}',
  );
});
