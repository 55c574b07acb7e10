import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CALLS, itemsOf, PEOPLE, PERSON } from "./_sets.ts";
import { assess } from "./assessment.ts";
import type { EvaluationRecord } from "./evaluation_record.ts";
import { summarize } from "./summary.ts";

const usage = { promptTokens: 10, completionTokens: 4, forwardPasses: 4 } as never;

function written(id: string, text: string, more: object = {}): EvaluationRecord {
  return { id, variant: "v", text, finishReason: "stop", usage, elapsedMs: 100, ...more };
}

const people = itemsOf([
  ...PEOPLE,
  { id: "people-3", text: "Cy is 8.", schema: PERSON, expected: { name: "Cy", age: 8 } },
  { id: "people-4", text: "Di is 9.", schema: PERSON, expected: { name: "Di", age: 9 } },
]);

Deno.test("shares are over all items, and failed ones are wrong", () => {
  const records: EvaluationRecord[] = [
    written("people-1", '{"name":"ADA","age":36}'),
    written("people-2", 'Sure:\n```json\n{"name": "Bob", "age": 7}\n```'),
    written("people-3", '{"name":"Cy"', { finishReason: "length" }),
    { id: "people-4", variant: "v", error: { code: "context_length", message: "x" }, elapsedMs: 1 },
  ];
  const assessments = people.map((item, index) => assess(item, records[index]!));
  assertEquals(assessments.map(({ isReadable }) => isReadable), [true, true, false, false]);
  assertEquals(assessments.map(({ isBare }) => isBare), [true, false, false, false]);
  assertEquals(assessments.map(({ isRight }) => isRight), [true, false, false, false]);
  const summary = summarize("v", assessments);
  assertEquals(
    [summary.itemCount, summary.errorCount, summary.lengthCount, summary.right],
    [4, 1, 1, 0.25],
  );
  assertEquals([summary.readable, summary.bare, summary.schemaValid], [0.5, 0.25, 0.5]);
  // Of eight fields both ages are exact, and the first name is right but for its case.
  assertEquals([summary.single!.exact, summary.single!.normalized], [2 / 8, 3 / 8]);
  assertEquals(summary.grounded, 1 / 2, "Bob is not in the text");
  assertEquals([summary.promptTokens, summary.elapsedMs], [10, 100]);
  assertEquals(summary.fields.map(({ field, itemCount }) => [field, itemCount]), [
    ["name", 4],
    ["age", 4],
  ]);
  assertEquals(summary.categories, []);
});

Deno.test("lists are counted together before precision and recall are taken", () => {
  const schema = { type: "object", properties: { city: { type: "array" } } };
  const items = itemsOf([
    { id: "a-1", text: "x", schema, expected: { city: ["Oslo", "Rome", "Bonn"] } },
    { id: "b-1", text: "x", schema, expected: { city: [] } },
  ]);
  const summary = summarize("v", [
    assess(items[0]!, written("a-1", '{"city":["oslo"]}')),
    assess(items[1]!, written("b-1", '{"city":["Rome"]}')),
  ]);
  // One of two found is right, one of three expected was found.
  assertEquals([summary.list!.precision, summary.list!.recall], [1 / 2, 1 / 3]);
  assertAlmostEquals(summary.list!.f1, 0.4);
  assertEquals(summary.categories.map(({ group }) => group), ["a", "b"]);
  assertEquals(summary.categories[1]!.list!.recall, null);
});

Deno.test("calls are judged by the rules of the set, and the decision apart from them", () => {
  const [weather, joke] = itemsOf(CALLS);
  const call = '<tool_call>\n{"name": "weather.get", "arguments": {"city": "oslo"}}\n</tool_call>';
  const right = assess(weather!, written("call-1", call, { callProbability: 0.9 }));
  assertEquals([right.isRight, right.isSchemaValid, right.mismatch], [true, true, null]);
  const silent = assess(joke!, written("call-2", "Knock, knock.", { callProbability: 0.2 }));
  assertEquals([silent.isRight, silent.isSchemaValid], [true, true]);
  const summary = summarize("v", [right, silent]);
  assertEquals(summary.decision, { calledWhenNeeded: 1, silentWhenNot: 1, separation: 1 });
  assertEquals(summary.right, 1);

  const invented = assess(joke!, written("call-2", call));
  assert(!invented.isRight && !invented.isSchemaValid, "a tool that there is not");
  const broken = assess(joke!, written("call-2", "<tool_call>\n{oops"));
  assert(!broken.isRight && !broken.isReadable);
  const wrongType = call.replace('"oslo"', "5");
  assert(!assess(weather!, written("call-1", wrongType)).isSchemaValid);
  assertEquals(summarize("v", [invented]).decision, {
    calledWhenNeeded: null,
    silentWhenNot: 0,
    separation: null,
  });
});
