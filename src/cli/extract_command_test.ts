import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { ContextLengthError } from "../decoding/mod.ts";
import { ModelLoadError } from "../models/mod.ts";
import { type ExtractCommandOptions, runExtract } from "./extract_command.ts";
import { OutputClosedError, TimedOutError } from "./failure.ts";

const SCHEMA = { type: "array", items: { type: "boolean" }, minItems: 100, maxItems: 100 };

/** Runs the command in this process and says how many Workers it started, and that they have ended. */
async function runCounting(
  change: Partial<ExtractCommandOptions> & { text?: string },
  write: (text: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ started: number; error: unknown }> {
  const { text = "yes, no, yes", ...options } = change;
  const folder = await Deno.makeTempDir();
  const schema = join(folder, "schema.json"), textFile = join(folder, "text.txt");
  await Deno.writeTextFile(schema, JSON.stringify(SCHEMA));
  await Deno.writeTextFile(textFile, text);
  const model = await ensureTinyModel();

  const running = new Set<Worker>();
  let started = 0;
  const { Worker: Original } = globalThis;
  globalThis.Worker = class extends Original {
    constructor(url: URL | string, options?: WorkerOptions) {
      super(url, options);
      started++;
      running.add(this);
    }
    override terminate(): void {
      running.delete(this);
      super.terminate();
    }
  };
  let error: unknown = null;
  try {
    await runExtract({
      schema,
      textFile,
      model,
      device: "cpu",
      temperature: 0,
      whitespace: "compact",
      quiet: true,
      ...options,
    }, write);
  } catch (thrown) {
    error = thrown;
  } finally {
    globalThis.Worker = Original;
    await Deno.remove(folder, { recursive: true });
  }
  assertEquals(running.size, 0, "every Worker has ended");
  return { started, error };
}

Deno.test("the Worker has ended however the command ends", async () => {
  const success = await runCounting({});
  assertEquals([success.started, success.error], [1, null]);

  const tooLong = await runCounting({ text: "word ".repeat(200_000) });
  assertEquals(tooLong.started, 1);
  await assertRejects(() => Promise.reject(tooLong.error), ContextLengthError);

  const closed = await runCounting(
    { stream: true },
    (text) => text.includes("]") ? Promise.resolve() : Promise.reject(new OutputClosedError()),
  );
  assertEquals(closed.started, 1);
  await assertRejects(() => Promise.reject(closed.error), OutputClosedError);

  const late = await runCounting({ timeout: 0.7, stream: true }, () => pause(50));
  assertEquals(late.started, 1);
  await assertRejects(() => Promise.reject(late.error), TimedOutError);

  const absent = await runCounting({ model: "./no/such/folder" });
  assertEquals(absent.started, 0);
  await assertRejects(() => Promise.reject(absent.error), ModelLoadError);
});

Deno.test("a signal listener is not left behind", async () => {
  // A process that still listened would ignore the second Ctrl+C; the sanitizer would see the leak.
  await runCounting({ timeout: 30 });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
