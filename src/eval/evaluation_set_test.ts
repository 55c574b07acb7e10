import { assert, assertEquals, assertThrows } from "@std/assert";
import { CALLS, callsOf, itemsOf, jsonLines, PEOPLE, PERSON } from "./_sets.ts";
import { EvaluationSetError } from "./errors.ts";
import { readEvaluationSet } from "./evaluation_set.ts";

Deno.test("both forms of items are read, and may stand in one file", () => {
  const [person, , third, fourth] = itemsOf([...PEOPLE, ...CALLS]);
  assertEquals(person, {
    kind: "extraction",
    id: "people-1",
    category: "people",
    text: "Ada is 36.",
    schema: PERSON,
    expected: { name: "Ada", age: 36 },
  });
  const call = callsOf(third), joke = callsOf(fourth);
  assertEquals(call.category, "simple");
  assertEquals(call.tools[0]?.parameters.type, "object");
  assertEquals(call.functions[0]?.parameters.type, "dict");
  assertEquals(call.expected, [{
    name: "weather.get",
    accepted: { city: ["Oslo", "Oslo, Norway"], days: ["", 1] },
  }]);
  assertEquals(joke.expected, []);
});

Deno.test("empty lines, a byte order mark and carriage returns do not matter", () => {
  const text = "\uFEFF\n" + jsonLines(PEOPLE).replaceAll("\n", "\r\n\r\n");
  assertEquals(readEvaluationSet(text).map(({ id }) => id), ["people-1", "people-2"]);
});

Deno.test("what is no item is refused with its line and what is wrong with it", () => {
  const [person] = PEOPLE, [call] = CALLS;
  const wrong: [change: unknown, reason: RegExp][] = [
    ["{", /is not JSON/],
    ["[]", /is not a JSON object/],
    [{ ...person, id: undefined }, /lacks a text under "id"/],
    [{ ...person, id: "people-1" }, /repeats the id "people-1" of line 1/],
    [{ ...person, id: "x", text: " " }, /lacks a text under "text"/],
    [{ ...person, id: "x", schema: [] }, /"schema" that is no JSON Schema object/],
    [{ ...person, id: "x", schema: undefined }, /has neither "schema" nor "functions"/],
    [{ ...person, id: "x", expected: undefined }, /lacks "expected"/],
    [{ ...person, id: "x", category: 3 }, /"category" that is no string/],
    [{ ...call, messages: [] }, /"messages" that are no list/],
    [{ ...call, messages: [{ role: "robot", content: "x" }] }, /"messages" that are no list/],
    [{ ...call, functions: [] }, /no list of "functions"/],
    [{ ...call, functions: [{ name: "" }] }, /a function without a name/],
    [{ ...call, functions: [{ name: "f", parameters: 1 }] }, /whose "parameters" are no object/],
    [{ ...call, functions: [...call!.functions, ...call!.functions] }, /"weather.get" twice/],
    [{ ...call, expected: {} }, /"expected" that is no list of calls/],
    [{ ...call, expected: [{ a: {}, b: {} }] }, /is not {name: {argument: \[values\]}}/],
    [{ ...call, expected: [{ "weather.get": { city: "Oslo" } }] }, /without lists of accepted/],
    [{ ...call, expected: [{ other: {} }] }, /"other", which is not among its functions/],
  ];
  for (const [change, reason] of wrong) {
    const line = typeof change === "string" ? change : JSON.stringify(change);
    const error = assertThrows(
      () => readEvaluationSet(`${JSON.stringify(person)}\n\n${line}\n`),
      EvaluationSetError,
    );
    assertEquals(error.code, "evaluation_set");
    assertEquals(error.line, 3, line);
    assert(reason.test(error.message), error.message);
  }
  assertThrows(() => readEvaluationSet("\n"), EvaluationSetError, "the set has no items");
});
