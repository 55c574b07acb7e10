/** Keys, limits, queues, hang-ups, time-outs, shutdown: what keeps a server up. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createApiKey, createApp, type RequestRecord } from "./mod.ts";
import { scriptedModel } from "../decoding/testing.ts";
import { startTestServer, type TestServer } from "./_test_server.ts";

const messages = [{ role: "user", content: "Hi" }];

function post(server: TestServer, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.baseURL}/chat/completions`, {
    method: "POST",
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function codeOf(response: Response): Promise<[number, string]> {
  const { error } = await response.json();
  assertEquals(Object.keys(error), ["message", "type", "param", "code"]);
  return [response.status, error.code];
}

/** Sends a body of any size in chunks, and reads the beginning of the answer. */
async function sendWithoutEnd({ origin }: TestServer): Promise<string> {
  const { hostname, port } = new URL(origin);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const send = (text: string) => connection.write(new TextEncoder().encode(text));
  await send(
    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" +
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const chunk = `3e8\r\n${" ".repeat(1000)}\r\n`;
  for (let count = 0; count < 10; count++) await send(chunk);
  const bytes = new Uint8Array(100);
  return new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
}

/** Waits for something that is about to happen. */
async function eventually(holds: () => boolean): Promise<void> {
  const give = performance.now() + 10_000;
  while (!holds()) {
    assert(performance.now() < give, "it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("bodies that are no request are refused with a reason", async () => {
  await using server = await startTestServer({ limits: { bodyBytes: 5000 } });
  assertEquals(await codeOf(await post(server, "{")), [400, "invalid_json"]);
  assertEquals(await codeOf(await post(server, "[1]")), [400, "invalid_value"]);
  assertEquals(await codeOf(await post(server, "null")), [400, "invalid_value"]);
  assertEquals(await codeOf(await post(server, "")), [400, "invalid_json"]);
  const deep = "[".repeat(1000) + "]".repeat(1000);
  assertEquals(await codeOf(await post(server, deep)), [400, "nested_too_deep"]);
  const long = { messages: [{ role: "user", content: "x".repeat(6000) }] };
  assertEquals(await codeOf(await post(server, long)), [413, "body_too_large"]);
  const plain = await post(server, { messages }, { headers: { "content-type": "text/plain" } });
  assertEquals(await codeOf(plain), [415, "unsupported_media_type"]);
  assertMatch(await sendWithoutEnd(server), /^HTTP\/1.1 413 /);
  const wrong = await fetch(`${server.baseURL}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: Uint8Array.of(0x22, 0xff, 0x22),
  });
  assertEquals(await codeOf(wrong), [400, "bad_body"]);
  assertEquals(await codeOf(await fetch(`${server.origin}/v1/nothing`)), [404, "unknown_url"]);
  assertEquals(
    await codeOf(await fetch(`${server.origin}/v1/models/..%2f..%2fetc%2fpasswd`)),
    [404, "model_not_found"],
  );
});

Deno.test("a key lets in, a wrong one and none do not", async () => {
  const { key, hash } = createApiKey();
  await using server = await startTestServer({ apiKeys: [{ name: "ada", hash }] });
  const ask = (authorization?: string) =>
    fetch(`${server.baseURL}/models`, { headers: authorization ? { authorization } : {} });
  const answer = await ask(`Bearer ${key}`);
  assertEquals(answer.status, 200);
  await answer.body!.cancel();
  assertEquals(await codeOf(await ask()), [401, "missing_api_key"]);
  assertEquals(await codeOf(await ask("Basic abc")), [401, "missing_api_key"]);
  assertEquals(await codeOf(await ask(`Bearer ${key}x`)), [401, "invalid_api_key"]);
  assertEquals(await codeOf(await ask(`Bearer ${hash}`)), [401, "invalid_api_key"]);
  const health = await fetch(`${server.origin}/healthz`);
  assertEquals([health.status, await health.json()], [200, { status: "ok" }]);
});

Deno.test("without keys only this machine is answered, under its own name", async () => {
  await using model = scriptedModel();
  await using app = createApp({ models: { scripted: model } });
  const ask = async (url: string, hostname: string) =>
    (await app.fetch(new Request(`${url}/v1/models`), { remoteAddr: { hostname } })).status;
  assertEquals(await ask("http://localhost:8080", "127.0.0.1"), 200);
  assertEquals(await ask("http://[::1]:8080", "::1"), 200);
  assertEquals(await ask("http://localhost:8080", "192.168.0.7"), 401);
  assertEquals(await ask("http://evil.example", "127.0.0.1"), 403);
  await using open = createApp({ models: { scripted: model }, allowAnonymous: true });
  const request = new Request("http://some.example/v1/models");
  const answer = await open.fetch(request, { remoteAddr: { hostname: "192.168.0.7" } });
  assertEquals(answer.status, 200);
});

Deno.test("a key's limits are kept and told", async () => {
  const busy = createApiKey(), slow = createApiKey();
  await using server = await startTestServer({
    passMs: 5,
    isEndless: true,
    apiKeys: [
      { name: "busy", hash: busy.hash, requestsPerMinute: 2 },
      { name: "slow", hash: slow.hash, concurrentRequests: 1 },
    ],
  });
  const models = () =>
    fetch(`${server.baseURL}/models`, { headers: { authorization: `Bearer ${busy.key}` } });
  const first = await models();
  assertEquals(first.headers.get("x-ratelimit-limit-requests"), "2");
  assertEquals(first.headers.get("x-ratelimit-remaining-requests"), "1");
  await first.body!.cancel();
  await (await models()).body!.cancel();
  const third = await models();
  assertMatch(third.headers.get("retry-after")!, /^(29|30)$/);
  assertEquals(await codeOf(third), [429, "rate_limit_exceeded"]);

  const headers = { authorization: `Bearer ${slow.key}` };
  const leave = new AbortController();
  const { signal } = leave;
  const running = await post(server, { messages, stream: true }, { headers, signal });
  assertEquals(running.status, 200);
  const second = await post(server, { messages }, { headers });
  assertEquals(await codeOf(second), [429, "concurrency_limit_exceeded"]);
  leave.abort();
  await running.body!.cancel().catch(() => {});
  let status = 429;
  while (status === 429) {
    const again = await post(server, { messages, max_tokens: 1 }, { headers });
    status = again.status;
    await again.body!.cancel();
  }
  assertEquals(status, 200);
});

Deno.test("a full queue turns away at once and says when to come again", async () => {
  await using server = await startTestServer({
    passMs: 5,
    isEndless: true,
    limits: { runningRequests: 1, waitingRequests: 1 },
  });
  const leave = new AbortController();
  const { signal } = leave;
  const running = await post(server, { messages, stream: true }, { signal });
  const waiting = post(server, { messages, max_tokens: 2 });
  const metrics = async () => await (await fetch(`${server.origin}/metrics`)).text();
  while (!(await metrics()).includes('espalier_queue_waiting{model="scripted"} 1'));
  const third = await post(server, { messages });
  assertMatch(third.headers.get("retry-after")!, /^\d+$/);
  assertEquals(await codeOf(third), [429, "queue_full"]);
  leave.abort();
  await running.body!.cancel().catch(() => {});
  assertEquals((await (await waiting).json()).choices[0].finish_reason, "length");
  const text = await metrics();
  assert(text.includes('espalier_rejections_total{code="queue_full"} 1'));
  assert(text.includes('espalier_rejections_total{code="client_gone"} 1'));
  assert(text.includes('espalier_tokens_total{model="scripted",kind="completion"} 2'));
});

Deno.test("a client that hangs up frees its sequence, streaming or not, waiting or running", async () => {
  const records: RequestRecord[] = [];
  await using server = await startTestServer({
    passMs: 5,
    isEndless: true,
    limits: { runningRequests: 2 },
    onRequest: (record) => records.push(record),
  });
  const { model } = server;
  const leave = new AbortController();
  const { signal } = leave;
  const streaming = await post(server, { messages, stream: true }, { signal });
  const reader = streaming.body!.getReader();
  await reader.read();
  const whole = post(server, { messages }, { signal }).catch((error) => error.name);
  await eventually(() => model.openSequenceCount === 2);
  const waiting = post(server, { messages }, { signal }).catch((error) => error.name);
  await new Promise((resolve) => setTimeout(resolve, 50));
  leave.abort();
  assertEquals([await whole, await waiting], ["AbortError", "AbortError"]);
  await reader.read().catch(() => {});
  await eventually(() => model.openSequenceCount === 0 && records.length === 3);
  assertEquals(records.map(({ status }) => status), [499, 499, 499]);
  const passes = model.passes.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(model.passes.length, passes, "the model works for nobody");
});

Deno.test("a request that takes too long ends with an error, in the middle of a stream, too", async () => {
  await using server = await startTestServer({
    passMs: 5,
    isEndless: true,
    limits: { requestMs: 200 },
  });
  assertEquals(await codeOf(await post(server, { messages })), [504, "timeout"]);
  const stream = await post(server, { messages, stream: true });
  const text = await stream.text();
  const last = JSON.parse(text.trimEnd().split("\n\n").at(-1)!.slice("data: ".length));
  assertEquals(last.error.code, "timeout");
  await eventually(() => server.model.openSequenceCount === 0);
});

Deno.test("a server that shuts down says so to those it cannot wait for", async () => {
  await using server = await startTestServer({ passMs: 5, isEndless: true });
  const whole = post(server, { messages });
  await eventually(() => server.model.openSequenceCount === 1);
  server.app.drain();
  const ready = await fetch(`${server.origin}/readyz`);
  assertEquals([ready.status, await ready.json()], [503, { status: "draining" }]);
  await server.app.dispose();
  assertEquals(await codeOf(await whole), [503, "shutting_down"]);
});

Deno.test("a request is told of without its texts", async () => {
  const records: RequestRecord[] = [];
  const failures: unknown[] = [];
  await using server = await startTestServer({
    onRequest: (record) => records.push(record),
    onFailure: (error) => failures.push(error),
  });
  await (await post(server, { messages: [{ role: "user", content: "SECRET" }] })).json();
  await (await post(server, { messages: [{ role: "user", content: "SECRET", x: 1 }], n: 0 }))
    .json();
  server.model.options.failAtPass = server.model.passes.length;
  const broken = await post(server, { messages });
  assertEquals(await codeOf(broken), [500, "internal_error"]);
  const [first, second, third] = records;
  assertEquals(
    [first!.route, first!.status, first!.model, first!.completionTokens, first!.errorCode],
    ["/v1/chat/completions", 200, "scripted", 9, null],
  );
  assert(first!.timeToFirstTokenMs! <= first!.durationMs);
  assertEquals([second!.status, second!.errorCode], [400, "invalid_value"]);
  assertEquals([third!.status, third!.errorCode], [500, "internal_error"]);
  assertEquals(failures.length, 1);
  assertMatch(String(failures[0]), /pass \d+ fails/);
  assert(!JSON.stringify(records).includes("SECRET"));
});
