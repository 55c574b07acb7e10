/** `espalier serve` as its users run it: in a process, on a tiny model with random weights. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import OpenAI from "openai";
import { hashApiKey } from "../server/mod.ts";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { runCli, startCli } from "./_run_cli.ts";

/** Collects a stream's text; `until` waits for a match in it. */
function listen(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const waiting = new Set<() => void>();
  const done = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as never)) {
      text += chunk;
      for (const look of waiting) look();
    }
    for (const look of waiting) look();
  })();
  return {
    done,
    get text() {
      return text;
    },
    until(pattern: RegExp): Promise<RegExpExecArray> {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text);
          if (match === null) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        done.then(() => reject(new Error(`it ended with: ${text}`)));
      });
    },
  };
}

Deno.test("a configured server answers, keeps its schemas, logs without texts, and stops", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const module = new URL("../server/mod.ts", import.meta.url).href;
    const source = await ensureTinyModel();
    await Deno.writeTextFile(
      `${folder}/espalier.config.ts`,
      `
      import { defineServerConfig } from ${JSON.stringify(module)};
      export default defineServerConfig({
        models: { tiny: { source: ${JSON.stringify(source)}, device: "cpu" } },
        apiKeys: [{ name: "ada", hash: ${JSON.stringify(hashApiKey("esp-test"))} }],
        schemaFile: ${JSON.stringify(`${folder}/schemas.sqlite`)},
        schemas: { answer: { enum: ["yes", "no"] } },
      });`,
    );
    const serve = ["serve", "--config", `${folder}/espalier.config.ts`, "--port", "0"];
    for (const version of [1, 2]) {
      const child = await startCli(serve);
      const log = listen(child.stderr);
      const [, origin] = await log.until(/serving tiny on (http:\S+)\/v1/);
      const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: "esp-test", maxRetries: 0 });
      const headers = { authorization: "Bearer esp-test", "content-type": "application/json" };
      const { choices } = await client.chat.completions.create({
        model: "tiny",
        messages: [{ role: "user", content: "SECRET: yes or no?" }],
        temperature: 0,
        response_format: {
          type: "json_schema",
          json_schema: { name: "answer", schema: { enum: ["yes", "no"] } },
        },
      });
      assert(["yes", "no"].includes(JSON.parse(choices[0]!.message.content!)));
      const answer = await fetch(`${origin}/v1/extract/answer`, {
        method: "POST",
        headers,
        body: JSON.stringify({ text: "SECRET" }),
      });
      assert(["yes", "no"].includes((await answer.json()).value));
      const put = await fetch(`${origin}/v1/schemas/kept`, {
        method: "PUT",
        headers,
        body: JSON.stringify({ const: version }),
      });
      assertEquals((await put.json()).version, version, "the file survives a restart");
      assertEquals((await fetch(`${origin}/v1/models`)).status, 401);
      child.kill("SIGTERM");
      const { code } = await child.status;
      await Promise.all([log.done, child.stdout.cancel(), child.stdin.close()]);
      assertEquals(code, 0, log.text);
      assertMatch(log.text, /"route":"\/v1\/chat\/completions","keyName":"ada","model":"tiny"/);
      assert(!log.text.includes("SECRET"));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a server that others could reach needs keys", async () => {
  const model = await ensureTinyModel();
  const { code, stderr } = await runCli([
    "serve",
    "--model",
    model,
    "--host",
    "0.0.0.0",
    "--quiet",
  ]);
  assertEquals(code, 1);
  assertMatch(stderr, /others could reach 0\.0\.0\.0, and there are no API keys/);
});

Deno.test("api-key prints a key and the hash of it", async () => {
  const { code, stdout } = await runCli(["api-key"]);
  assertEquals(code, 0);
  const { key, hash } = JSON.parse(stdout);
  assertMatch(key, /^esp-[\w-]{43}$/);
  assertEquals(hash, hashApiKey(key));
});
