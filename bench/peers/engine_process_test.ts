/**
 * The way from a schema to its result, through a real process with a vocabulary of single bytes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type CaseEnd, EngineProcess } from "./engine_process.ts";
import { resultOf } from "./engine_runs.ts";
import type { CaseMessage, CaseReply, VocabularyMessage } from "./protocol.ts";

const EOS = 256;
const vocabulary: VocabularyMessage = {
  kind: "vocabulary",
  bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte).toBase64(),
  lengths: [...new Array(256).fill(1), -1],
  eosTokenIds: [EOS],
  specialTokenIds: [EOS],
  logitsSize: 320,
  tokenizerFile: "",
};

Deno.test("an engine's process answers with outcomes and times", async () => {
  const { engine, start } = await EngineProcess.start(denoRun("espalier.ts"), vocabulary);
  assert(start.buildMs > 0);
  const reply = replyOf(
    await engine.run(caseOf({ type: "integer", minimum: 10 }, ["12", "9", "1a"])),
  );
  assertEquals(reply.outcomes, ["accepted", "refused", "refused"]);
  // The first mask, and for each text one a token with the one that is refused, or that of EOS.
  assertEquals(reply.maskUs.length, 1 + 3 + 2 + 2);
  assertEquals(reply.acceptUs.length, 2 + 1 + 1);
  const instances = [true, false, true].map((valid) => ({ description: "", valid, texts: [] }));
  const conformanceCase = { id: "", schema: {}, assertFormats: true, instances };
  assertEquals(resultOf(reply, conformanceCase).verdict, "false_negative");

  const refused = replyOf(await engine.run(caseOf({ type: "no such type" }, ["1"])));
  assert(refused.refusal !== undefined);
  assertEquals(resultOf(refused, conformanceCase).verdict, "refused_valid");
  const finished = await engine.finish();
  assertEquals(finished?.extras.recompiledSchemaCount, 1);
});

Deno.test("a process that does not come back is ended, one that has ended is a crash", async () => {
  const answers = [
    { kind: "started", version: null, memory: { rssMiB: 1 } },
    { kind: "ready", buildMs: 1, memory: { rssMiB: 1 } },
  ].map((answer) => JSON.stringify(answer)).join("\n");
  for (const [afterwards, expected] of [["for (;;);", "timeout"], ["Deno.exit(3);", "crash"]]) {
    const script = `console.log(${JSON.stringify(answers)}); ${afterwards}`;
    const { engine } = await EngineProcess.start(
      { command: Deno.execPath(), args: ["eval", script] },
      vocabulary,
    );
    const end = await engine.run({ ...caseOf({}, ["1"]), cpuLimitMs: 100 });
    assertEquals("end" in end ? end.end : "a reply", expected!);
  }
});

function replyOf(end: CaseEnd): CaseReply {
  if ("reply" in end) return end.reply;
  throw new Error(`${end.end}: ${end.detail}`);
}

function caseOf(schema: unknown, texts: string[]): CaseMessage {
  const encoder = new TextEncoder();
  return {
    kind: "case",
    schema: JSON.stringify(schema),
    texts: texts.map((text) => [...encoder.encode(text)]),
    cpuLimitMs: 60_000,
  };
}

function denoRun(module: string) {
  const file = decodeURIComponent(new URL(module, import.meta.url).pathname);
  return {
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys", file],
  };
}
