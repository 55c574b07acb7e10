/**
 * A running server on a model that writes what a test tells it, for tests with real clients.
 *
 * @module
 */

import { type ScriptedModel, scriptedModel } from "../decoding/testing.ts";
import { createApp, type EspalierApp } from "./create_app.ts";
import type { ServerOptions } from "./server_options.ts";

const CALL = "<tool_call>\n";

/** A server on a port of its own. */
export interface TestServer extends AsyncDisposable {
  /** Ends in `/v1`. */
  readonly baseURL: string;
  /** Without a path. */
  readonly origin: string;
  readonly app: EspalierApp;
  readonly model: ScriptedModel;
  /** What the model wants to write from now on. */
  script: string;
}

/** Starts one; `options` may add to the model `scripted`. */
export async function startTestServer(
  { passMs, isEndless, ...options }: Partial<ServerOptions> & {
    passMs?: number;
    isEndless?: boolean;
  } = {},
): Promise<TestServer> {
  let script = "Hello there.";
  const model = scriptedModel({
    // A call that has to be made begins with the prompt's own pass.
    script: (prompt) =>
      prompt.endsWith(CALL) && script.startsWith(CALL) ? script.slice(CALL.length) : script,
    passMs,
    isEndless,
    contextLength: 4096,
  });
  const app = createApp({
    // Whoever reads the test's output wants to know.
    onFailure: (error) => Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`)),
    ...options,
    // Greedy, as the script's tokens are only the most probable ones.
    models: { scripted: { model, sampling: { temperature: 0 } }, ...options.models },
  });
  await app.ready();
  const listening = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const server = Deno.serve(listening, (request, info) => app.fetch(request, info));
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    baseURL: `${origin}/v1`,
    origin,
    app,
    model,
    get script() {
      return script;
    },
    set script(text) {
      script = text;
    },
    async [Symbol.asyncDispose]() {
      await app.dispose();
      await server.shutdown();
      await model.dispose();
    },
  };
}
