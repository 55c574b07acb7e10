import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CALLS, itemsOf, PERSON } from "./_sets.ts";
import type { EvaluationRecord } from "./evaluation_record.ts";
import { Html, markup } from "./html.ts";
import { reportToHtml } from "./html_report.ts";
import { makeReport } from "./report.ts";

const EVIL = `</pre><script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`;

Deno.test("what is filled in is text, unless it was made as HTML", () => {
  assertEquals(
    markup`<p title="${`"'<>&`}">${["<b>", new Html("<i>"), 5, markup`${"&"}`]}</p>`.text,
    '<p title="&quot;&#39;&lt;&gt;&amp;">&lt;b&gt;<i>5&amp;</p>',
  );
});

const run = {
  model: EVIL,
  device: "cpu",
  dtype: "q4",
  setDigest: "0",
  maxTokens: 5,
  set: EVIL,
  setItemCount: 3,
  selection: EVIL,
  createdAt: "2026-01-01T00:00:00Z",
};
const usage = { promptTokens: 1, completionTokens: 1, forwardPasses: 1 } as never;

function evilReport() {
  const schema = {
    ...PERSON,
    properties: { [EVIL]: { type: "string" } },
    required: [],
  };
  const items = itemsOf([
    { id: `${EVIL}-1`, category: EVIL, text: EVIL, schema, expected: { [EVIL]: EVIL } },
    { id: "x-2", text: "a b", schema, expected: { [EVIL]: "a" } },
    {
      ...CALLS[0],
      messages: [{ role: "user", content: EVIL }],
      functions: [{ name: EVIL, description: EVIL }],
      expected: [{ [EVIL]: { [EVIL]: [EVIL] } }],
    },
  ]);
  const records: EvaluationRecord[] = items.flatMap(({ id }, index) => [
    {
      id,
      variant: "masks",
      text: index === 2
        ? `<tool_call>${JSON.stringify({ name: EVIL, arguments: { [EVIL]: EVIL } })}</tool_call>`
        : JSON.stringify({ [EVIL]: EVIL }),
      finishReason: "stop",
      usage,
      elapsedMs: 1,
    },
    { id, variant: "no-masks", error: { code: EVIL, message: EVIL }, elapsedMs: 1 },
  ]);
  return makeReport(items, records, ["masks", "no-masks", "never-run"], run);
}

Deno.test("nothing of a set, a model or an error becomes markup in the report", () => {
  const page = reportToHtml(evilReport());
  assertEquals(page.match(/<script/g)?.length, 1, "the page's own");
  assert(!page.includes("<img"));
  assert(!/onerror='/.test(page));
  assertEquals(page.match(/<pre/g)?.length, page.match(/<\/pre>/g)?.length);
  assertStringIncludes(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  // What was an entity already is not taken for one.
  assertStringIncludes(page, "&amp;amp;");
});

Deno.test("the page loads nothing, and misses come before what is right", () => {
  const page = reportToHtml(evilReport());
  assert(!/<link|src=|@import|url\(/.test(page.replaceAll(/&lt;[^<]*/g, "")));
  assertStringIncludes(page, "default-src &#39;none&#39;".replaceAll("&#39;", "'"));
  const verdicts = [...page.matchAll(/data-verdict="(\w+)"/g)].map(([, verdict]) => verdict);
  assertEquals(verdicts.slice(0, 3), ["error", "error", "error"]);
  assertEquals(verdicts.at(-1), "right");
});

Deno.test("values are marked in the text: right, wrong, missed", () => {
  const schema = { type: "object", properties: { a: {}, b: {}, c: {} } };
  const text = "Tan & Co, Oslo, 25 Dec 2018";
  const items = itemsOf([{
    id: "x-1",
    text,
    schema,
    expected: { a: "Tan & Co", b: "Bergen", c: "25 Dec 2018" },
  }]);
  const answer = JSON.stringify({ a: "TAN & CO", b: "Oslo", c: "Rome" });
  const record = { id: "x-1", variant: "masks", text: answer, elapsedMs: 1, usage } as const;
  const page = reportToHtml(
    makeReport(items, [{ ...record, finishReason: "length" }], ["masks"], run),
  );
  assertStringIncludes(page, '<mark class="right" title="right">Tan &amp; Co</mark>, ');
  assertStringIncludes(page, '<mark class="wrong" title="wrong">Oslo</mark>, ');
  assertStringIncludes(page, '<mark class="missed" title="missed">25 Dec 2018</mark></pre>');
  assertStringIncludes(page, "at the limit");
});
