// deno-lint-ignore-file no-console -- a script: the console is its output

/**
 * Many streaming clients at once, of which some hang up: does the server keep its head?
 *
 *     deno task bench:server [--clients 64] [--seconds 60] [--hang-ups 0.2]
 *
 * On the tiny model with random weights, in this process, so the event loop that is measured is the clients', too: what
 * the server alone does is less. Half of the requests have a schema. Prints requests by outcome, tokens a second against
 * one client alone, the delay of the event loop, and memory.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { loadModel } from "../src/models/mod.ts";
import { createApp } from "../src/server/mod.ts";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "64" },
    seconds: { type: "string", default: "60" },
    "hang-ups": { type: "string", default: "0.2" },
  },
});
const clientCount = Number(values.clients), seconds = Number(values.seconds);
const hangUpShare = Number(values["hang-ups"]);

await using model = await loadModel(await ensureTinyModel(), { device: "cpu" });
await using app = createApp({ models: { tiny: model } });
await app.ready();
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  (request, info) => app.fetch(request, info),
);
const url = `http://127.0.0.1:${server.addr.port}/v1/chat/completions`;

const SCHEMA = {
  type: "object",
  properties: { name: { type: "string", maxLength: 40 }, born: { type: "integer" } },
  required: ["name", "born"],
};
const outcomes: Record<string, number> = {};
let chunkCount = 0;

/** One request after the other until the time is over. */
async function client(index: number, until: number): Promise<void> {
  for (let turn = 0; performance.now() < until; turn++) {
    const leave = new AbortController();
    const hangsUp = Math.random() < hangUpShare;
    let outcome = hangsUp ? "hung up" : "complete";
    try {
      const response = await fetch(url, {
        method: "POST",
        signal: leave.signal,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          stream: true,
          max_tokens: 40,
          messages: [{ role: "user", content: `Client ${index}, turn ${turn}` }],
          ...((index + turn) % 2 === 0 && {
            response_format: { type: "json_schema", json_schema: { name: "x", schema: SCHEMA } },
          }),
        }),
      });
      if (response.status !== 200) {
        outcome = String(response.status);
        await response.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 100));
      } else {
        let text = "";
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
          text += chunk;
          chunkCount++;
          if (hangsUp && Math.random() < 0.1) leave.abort();
        }
        if (!hangsUp && !text.endsWith("data: [DONE]\n\n")) outcome = "broken";
        if (text.includes('"error":')) outcome = "error";
      }
    } catch (error) {
      if (!leave.signal.aborted) outcome = `failed: ${error}`;
    }
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
}

/** Chunks a second of so many clients. */
async function run(count: number, seconds: number): Promise<number> {
  const before = chunkCount, since = performance.now();
  const until = since + seconds * 1000;
  await Promise.all(Array.from({ length: count }, (_, index) => client(index, until)));
  return (chunkCount - before) / ((performance.now() - since) / 1000);
}

const alone = await run(1, Math.min(5, seconds));
for (const key of Object.keys(outcomes)) delete outcomes[key];

const delays: number[] = [], memory: number[] = [];
let expected = performance.now() + 10;
const clock = setInterval(() => {
  delays.push(Math.max(0, performance.now() - expected));
  expected = performance.now() + 10;
}, 10);
const meter = setInterval(() => memory.push(Deno.memoryUsage().rss / 2 ** 20), 1000);
const together = await run(clientCount, seconds);
clearInterval(clock);
clearInterval(meter);

delays.sort((a, b) => a - b);
const delay = (share: number) => delays[Math.floor(delays.length * share)]!.toFixed(1);
console.log(`clients: ${clientCount}, ${seconds} s, hang-ups: ${hangUpShare}`);
console.table(outcomes);
console.log(`chunks a second: ${together.toFixed(0)}, of one client alone: ${alone.toFixed(0)}`);
console.log(`event loop delay, ms: p50 ${delay(0.5)}, p99 ${delay(0.99)}, max ${delay(0.99999)}`);
const [first, last] = [memory[Math.min(4, memory.length - 1)], memory.at(-1)];
console.log(`memory, MiB: ${first?.toFixed(0)} after 5 s, ${last?.toFixed(0)} at the end`);
await server.shutdown();
