// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * Command line: how well a model does on the held-out side, and on the demo's texts.
 *
 *     deno run -A tools/synthetic/evaluate.ts --model models/espalier-demo --count 300
 *
 * Texts, wordings, labels, layouts and sets of field names are those that are never trained on (`split.ts`). Each is asked
 * through `extract()`, that is, under masks, and once more without; tool requests through `callTools()`. The table
 * gives, for each family, the share of fields that are exactly right and of answers that are right as a whole.
 * `--write-set FILE` writes the same items for `espalier eval` and asks nothing.
 *
 * @module
 */

import {
  callTools,
  encodeToolPrompt,
  readCallText,
  type ToolDefinition,
} from "../../src/agent/mod.ts";
import { generate, type LanguageModel } from "../../src/decoding/mod.ts";
import { extract } from "../../src/extract/mod.ts";
import { loadModel } from "../../src/models/mod.ts";
import { CASES } from "../../examples/demo/cases.ts";
import { parseArgs } from "node:util";
import { DEMO_ANSWERS } from "./demo_answers.ts";
import { drawExtraction, type Extraction } from "./document.ts";
import { extractionExample, LESSONS } from "./example.ts";
import { scoreFields } from "./field_score.ts";
import { drawList } from "./lists.ts";
import { drawNews } from "./news.ts";
import { Draws } from "./random.ts";
import type { Split } from "./split.ts";
import { drawToolRequest, type ToolRequest } from "./tool_calls.ts";

/** The last lesson: everything. */
const DIFFICULTY = LESSONS.at(-1)!;

type Item = { family: string; extraction: Extraction } | { family: string; request: ToolRequest };

/** The items of an evaluation; the same seed gives the same. */
export function heldOutItems(count: number, seed: number, split: Split = "held_out"): Item[] {
  const draws = new Draws(seed);
  return Array.from({ length: count }, (_, index): Item => {
    const kind = index % 10;
    if (kind < 2) {
      const request = drawToolRequest(draws, split);
      return { family: request.family, request };
    }
    const extraction = kind === 2
      ? drawNews(draws, split, DIFFICULTY)
      : kind === 3 && index % 20 === 3
      ? drawList(draws, split)
      : drawExtraction(draws, split, DIFFICULTY);
    return { family: extraction.family, extraction };
  });
}

interface Row {
  items: number;
  right: number;
  all: number;
  whole: number;
  freeRight: number;
  freeAll: number;
  freeWhole: number;
}

const MAX_TOKENS = 600;

async function askExtraction(
  model: LanguageModel,
  extraction: Extraction,
  masks: boolean,
): Promise<unknown> {
  const { schema, text } = extraction;
  if (masks) {
    return JSON.parse((await extract(model, { schema, text, maxTokens: MAX_TOKENS })).text);
  }
  const { messages } = extractionExample(extraction);
  return parsed((await generate(model, { messages, maxTokens: MAX_TOKENS }).result).text);
}

/** The call as `{name, arguments}`, or null for none. */
async function askTools(
  model: LanguageModel,
  { tools, request }: ToolRequest,
  masks: boolean,
): Promise<unknown> {
  const definitions = tools.map((tool) => (tool as { function: ToolDefinition }).function);
  const messages = [{ role: "user" as const, content: request }];
  if (masks) {
    return (await callTools(model, { messages, tools: definitions, maxTokens: MAX_TOKENS }))
      .calls[0] ?? null;
  }
  const promptTokenIds = encodeToolPrompt(model, messages, definitions);
  const { text } = await generate(model, { promptTokenIds, maxTokens: MAX_TOKENS }).result;
  return readCallText(text)[0] ?? null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function evaluate(
  model: LanguageModel,
  items: readonly Item[],
  isVerbose: boolean,
  isFree: boolean,
): Promise<void> {
  const rows = new Map<string, Row>();
  for (const item of items) {
    const row = rows.get(item.family) ??
      { items: 0, right: 0, all: 0, whole: 0, freeRight: 0, freeAll: 0, freeWhole: 0 };
    rows.set(item.family, row);
    const expected = "request" in item ? item.request.call : item.extraction.answer;
    const ask = (masks: boolean) =>
      "request" in item
        ? askTools(model, item.request, masks)
        : askExtraction(model, item.extraction, masks);
    const held = await ask(true);
    const score = scoreFields(expected, held);
    row.items++;
    row.right += score.right;
    row.all += score.all;
    row.whole += score.wrong.length === 0 ? 1 : 0;
    if (isVerbose && score.wrong.length > 0) {
      console.log(
        `--- ${item.family}\n${"request" in item ? item.request.request : item.extraction.text}`,
      );
      console.log(`expected ${JSON.stringify(expected)}\nwritten  ${JSON.stringify(held)}`);
    }
    if (!isFree) continue;
    const free = scoreFields(expected, await ask(false));
    row.freeRight += free.right;
    row.freeAll += free.all;
    row.freeWhole += free.wrong.length === 0 ? 1 : 0;
  }
  const percent = (part: number, whole: number) =>
    whole === 0 ? "-" : (100 * part / whole).toFixed(1);
  const sum: Row = { items: 0, right: 0, all: 0, whole: 0, freeRight: 0, freeAll: 0, freeWhole: 0 };
  console.log(
    "| family | items | fields right, masks | answers right, masks | fields right, no masks | answers right, no masks |",
  );
  console.log("|---|---|---|---|---|---|");
  const line = (name: string, row: Row) =>
    console.log(
      `| ${name} | ${row.items} | ${percent(row.right, row.all)} % | ${
        percent(row.whole, row.items)
      } % | ` +
        `${percent(row.freeRight, row.freeAll)} % | ${
          percent(row.freeWhole, isFree ? row.items : 0)
        } % |`,
    );
  for (const [name, row] of [...rows].sort(([a], [b]) => a < b ? -1 : 1)) {
    line(name, row);
    for (const key of Object.keys(sum) as (keyof Row)[]) sum[key] += row[key];
  }
  line("all", sum);
}

async function showDemo(model: LanguageModel): Promise<void> {
  for (const [index, { title, schema, text }] of CASES.entries()) {
    const { text: written } = await extract(model, { schema, text, maxTokens: MAX_TOKENS });
    const { right, all, wrong } = scoreFields(DEMO_ANSWERS[index], JSON.parse(written));
    console.log(
      `${title}: ${right} of ${all} fields${
        wrong.length > 0 ? `; not ${wrong.join(", ")}` : ""
      }\n  ${written}`,
    );
  }
}

/** An item as `espalier eval` reads it. */
function asLine(item: Item, index: number): string {
  const id = `${item.family}-${index}`;
  if ("extraction" in item) {
    const { text, schema, answer } = item.extraction;
    return JSON.stringify({ id, text, schema, expected: answer });
  }
  const { tools, request, call } = item.request;
  return JSON.stringify({
    id,
    category: item.family,
    messages: [{ role: "user", content: request }],
    functions: tools.map((tool) => (tool as { function: unknown }).function),
    expected: call === null ? [] : [{
      [call.name]: Object.fromEntries(
        Object.entries(call.arguments).map(([name, value]) => [name, [value]]),
      ),
    }],
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: "string", default: "models/espalier-demo" },
      device: { type: "string", default: "cpu" },
      dtype: { type: "string" },
      count: { type: "string", default: "300" },
      seed: { type: "string", default: "20" },
      trained: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      "masks-only": { type: "boolean", default: false },
      "write-set": { type: "string" },
    },
  });
  const items = heldOutItems(
    Number(values.count),
    Number(values.seed),
    values.trained ? "trained" : "held_out",
  );
  const setPath = values["write-set"];
  if (setPath !== undefined) {
    return await Deno.writeTextFile(setPath, items.map(asLine).join("\n") + "\n");
  }
  await using model = await loadModel(values.model, {
    device: values.device as "cpu",
    ...(values.dtype ? { dtype: values.dtype as "q8" } : {}),
  });
  await evaluate(model, items, values.verbose, !values["masks-only"]);
  await showDemo(model);
}

if (import.meta.main) await main();
