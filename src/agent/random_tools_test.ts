import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { scriptedModel } from "../decoding/testing.ts";
import type { JsonSchemaObject } from "../extract/mod.ts";
import { createAgent } from "./agent.ts";
import { tool } from "./tool.ts";

const value: fc.Arbitrary<JsonSchemaObject> = fc.oneof(
  fc.constant({ type: "boolean" }),
  fc.record({ type: fc.constant("integer"), minimum: fc.nat(9), maximum: fc.integer({ min: 9 }) }),
  fc.record({ type: fc.constant("string"), maxLength: fc.nat(6) }),
  fc.uniqueArray(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((words) => ({ enum: words })),
  fc.record({
    type: fc.constant("array"),
    items: fc.constant({ type: "integer", minimum: 0, maximum: 99 }),
    maxItems: fc.integer({ min: 1, max: 3 }),
  }),
);

const parameters: fc.Arbitrary<JsonSchemaObject> = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value, { maxKeys: 3 })
  .chain((properties) =>
    fc.subarray(Object.keys(properties))
      .map((required) => ({ type: "object", properties, required }))
  );

const toolSet = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z_.]{1,8}$/), parameters }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
);

const ajv = new Ajv2020({ strict: false });

/** What was seen over all runs, so that nothing is proved about nothing. */
const seen = { calls: 0, answers: 0 };

Deno.test("whatever the tools and the draws, calls name a tool, fit it, and obey the choice", async () => {
  await fc.assert(
    fc.asyncProperty(
      toolSet,
      fc.constantFrom("auto", "required", "none", "named"),
      fc.boolean(),
      fc.nat(1e6),
      async (definitions, choice, parallelToolCalls, seed) => {
        await using model = scriptedModel({ seed, script: seed % 2 ? "<tool_call>" : "Hm. " });
        const named = definitions[seed % definitions.length]!.name;
        const agent = createAgent({
          model,
          tools: definitions.map((definition) =>
            tool({ ...definition, execute: (args) => JSON.stringify(args) })
          ),
          toolChoice: choice === "named" ? { name: named } : choice,
          parallelToolCalls,
          sampling: { temperature: 1, seed },
          maxSteps: 2,
          maxTokens: 300,
        });
        const { steps } = await agent.run("Go.");
        const [first] = steps;
        if (choice === "none") assertEquals(steps.flatMap(({ toolCalls }) => toolCalls), []);
        else if (choice !== "auto") assert(first!.toolCalls.length > 0);
        if (choice === "named") assertEquals(first!.toolCalls.map(({ name }) => name), [named]);
        for (const { toolCalls, toolResults } of steps) {
          if (!parallelToolCalls) assert(toolCalls.length <= 1);
          assertEquals(toolResults.map(({ callId }) => callId), toolCalls.map(({ id }) => id));
          for (const { name, arguments: json } of toolCalls) {
            const called = definitions.find((definition) => definition.name === name)!;
            const args = JSON.parse(json);
            assert(ajv.validate(called.parameters, args), ajv.errorsText());
            const { properties } = called.parameters as { properties: object };
            for (const key of Object.keys(args)) assert(Object.hasOwn(properties, key));
          }
          seen.calls += toolCalls.length;
          seen.answers += toolCalls.length === 0 ? 1 : 0;
        }
        assertEquals(model.openSequenceCount, 0);
      },
    ),
    { numRuns: 40 },
  );
  assert(seen.calls > 20 && seen.answers > 5, JSON.stringify(seen));
});
