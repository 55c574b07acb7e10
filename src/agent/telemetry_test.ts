import { assertEquals } from "@std/assert";
import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { jsonSchema } from "../extract/mod.ts";
import { calls, turnsModel, weather } from "./_test_agent.ts";
import { createAgent } from "./agent.ts";
import { tool } from "./tool.ts";

const exporter = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor({ exporter })];
api.trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

Deno.test("a program with OpenTelemetry sees a run, its turns and its calls, and no text", async () => {
  exporter.reset();
  const fail = tool({
    name: "fail",
    parameters: jsonSchema<object>({ type: "object", properties: {} }),
    async execute() {
      await Promise.resolve();
      api.trace.getTracer("mine").startSpan("inside").end();
      throw new Error("secret words");
    },
  });
  await using model = turnsModel([calls("weather", { city: "Oslo" }, "fail", {}), "Cold."]);
  await createAgent({ model, tools: [weather, fail] }).run("The weather in Oslo?");
  const spans = exporter.getFinishedSpans();
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const parent = ({ parentSpanContext: above }: typeof spans[0]) =>
    above && nameOf.get(above.spanId);
  assertEquals(spans.map((span) => [span.name, parent(span)]).sort(), [
    ["chat scripted", "invoke_agent scripted"],
    ["chat scripted", "invoke_agent scripted"],
    ["execute_tool fail", "invoke_agent scripted"],
    ["execute_tool weather", "invoke_agent scripted"],
    ["inside", "execute_tool fail"],
    ["invoke_agent scripted", undefined],
  ]);
  const failed = spans.find(({ name }) => name === "execute_tool fail")!;
  assertEquals(failed.attributes["error.type"], "failed");
  assertEquals(failed.status.code, api.SpanStatusCode.ERROR);
  const facts = JSON.stringify(spans.map(({ attributes, status }) => [attributes, status]));
  assertEquals(/Oslo|secret|Cold/.test(facts), false);
});

Deno.test("with null there are no spans", async () => {
  exporter.reset();
  await using model = turnsModel(["Cold."]);
  await createAgent({ model, openTelemetry: null }).run("?");
  assertEquals(exporter.getFinishedSpans(), []);
});
