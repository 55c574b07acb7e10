import { assertEquals, assertRejects } from "@std/assert";
import { ModelRunError } from "./errors.ts";
import { WorkerClient, WorkerFailure } from "./worker_client.ts";

/** A Worker made of a few lines of JavaScript. */
function clientOf(source: string): WorkerClient {
  return new WorkerClient("test", new URL(`data:text/javascript,${encodeURIComponent(source)}`));
}

const CLOSE = { type: "close", sequence: 1 } as const;

Deno.test("a Worker that dies fails what is waiting and what comes after", async () => {
  const client = clientOf(
    `let count = 0; self.onmessage = () => { if (++count === 3) throw new Error("bang"); };`,
  );
  const waiting = [1, 2, 3].map(() => client.request(CLOSE));
  for (const request of waiting) {
    assertEquals((await assertRejects(() => request, ModelRunError)).reason, "worker_died");
  }
  const error = await assertRejects(() => client.request(CLOSE), ModelRunError, "bang");
  assertEquals(error.reason, "worker_died");
});

Deno.test("a Worker whose module cannot be loaded fails its requests", async () => {
  const client = clientOf("this is not JavaScript");
  assertEquals(
    (await assertRejects(() => client.request(CLOSE), ModelRunError)).reason,
    "worker_died",
  );
});

Deno.test("a failure that the runtime survives leaves the Worker in use, a fatal one ends it", async () => {
  const client = clientOf(`self.onmessage = ({ data }) => postMessage({
    type: "failed", requestId: data.requestId,
    error: { kind: "failed", name: "Error", message: "no", fatal: data.sequence === 2 },
  });`);
  await assertRejects(() => client.request(CLOSE), WorkerFailure, "no");
  assertEquals(client.ended, null);
  await assertRejects(() => client.request({ ...CLOSE, sequence: 2 }), WorkerFailure, "no");
  assertEquals((client.ended as ModelRunError | null)?.reason, "forward_failed");
  await assertRejects(() => client.request(CLOSE), ModelRunError);
});

Deno.test("an abort reaches the Worker as a cancel, and its reason the caller", async () => {
  const client = clientOf(`self.onmessage = ({ data }) => data.type === "cancel" && postMessage({
    type: "failed", requestId: data.requestId,
    error: { kind: "aborted", name: "AbortError", message: "", fatal: false },
  });`);
  const controller = new AbortController();
  const request = client.request(CLOSE, { signal: controller.signal });
  controller.abort("reason");
  assertEquals(await request.catch((reason) => reason), "reason");
  client.end(new ModelRunError("disposed", "done"));
});
