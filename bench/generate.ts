// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task bench:generate`: our decoding loop against `generate()` of transformers.js, with the same model on the same texts.
 *
 *     espalier   extract(), everything on; prompts that begin alike are continued
 *     uncached   the same without the prompt cache
 *     stepwise   masks alone: a pass for every token, no drafts, no cache
 *     generate   transformers.js, free text
 *     peer       transformers.js with @huggingface/transformers-structured-output
 *
 * All greedy, one after another in one process, interleaved text by text. Models with true weights show what a finished
 * extraction costs; the 0.5B shape has random weights, so there free text is made as long as ours, and only the time a token
 * says something. `bench/README.md` says how to read the table.
 *
 * @module
 */

import { bold } from "@std/fmt/colors.js";
import { parseArgs } from "node:util";
import { EMBEDDED_MODEL } from "../mod.ts";
import { ensureModel } from "../tools/model_builder/mod.ts";
import { readCases } from "./generate/cases.ts";
import { measure, type Measured, WAYS } from "./generate/measure.ts";
import { markdownTable, summarize } from "./generate/summary.ts";

const HELP = `deno task bench:generate: our loop against generate() of transformers.js

  --configurations LIST  of demo-cpu, demo-wasm, 0.5b-cpu, 0.5b-wasm, folder-cpu, folder-wasm
                         (default demo-cpu,0.5b-cpu)
  --folder DIR           the model of folder-cpu and folder-wasm, with true weights
  --dtype NAME           its weight format (default q4 on cpu, q8 on wasm)
  --texts N              texts each (default 10; ESPALIER_DATA names a folder with eval/*.jsonl,
                         else they are synthetic)
  --prefixes N           schemas for the first token's time (default 4)
  --max-tokens N         of an answer (default 200)
  --threads N            of a forward pass (default: the runtime's)
  --seed N               which texts (default 1)
  --record NAME          write bench/records/<date>_<NAME>.json and .md
  --help`;

const CONFIGURATIONS = {
  "demo-cpu": { device: "cpu", dtype: "q8", isRandom: false },
  "demo-wasm": { device: "wasm", dtype: "q8", isRandom: false },
  "0.5b-cpu": { device: "cpu", dtype: "q4", isRandom: true },
  "0.5b-wasm": { device: "wasm", dtype: "q8", isRandom: true },
  "folder-cpu": { device: "cpu", dtype: "q4", isRandom: false },
  "folder-wasm": { device: "wasm", dtype: "q8", isRandom: false },
} as const;
type ConfigurationName = keyof typeof CONFIGURATIONS;

const { values } = parseArgs({
  options: {
    configurations: { type: "string", default: "demo-cpu,0.5b-cpu" },
    folder: { type: "string" },
    dtype: { type: "string" },
    texts: { type: "string", default: "10" },
    prefixes: { type: "string", default: "4" },
    "max-tokens": { type: "string", default: "200" },
    threads: { type: "string" },
    seed: { type: "string", default: "1" },
    record: { type: "string" },
    child: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

async function folderOf(name: ConfigurationName): Promise<string> {
  if (name.startsWith("demo")) return EMBEDDED_MODEL;
  if (name.startsWith("folder")) return values.folder!;
  return await ensureModel("0.5b", { dtypes: [CONFIGURATIONS[name].dtype] });
}

async function measureHere(name: ConfigurationName): Promise<Measured> {
  const configuration = CONFIGURATIONS[name];
  return await measure({
    ...configuration,
    dtype: name.startsWith("folder") && values.dtype ? values.dtype as "q4" : configuration.dtype,
    folder: await folderOf(name),
    threads: values.threads === undefined ? undefined : Number(values.threads),
    cases: await readCases({
      // The 0.5B shape writes noise: texts matter for their length only, and bounded schemas let it end.
      dataFolder: Deno.env.get("ESPALIER_DATA"),
      count: Number(values.texts),
      seed: Number(values.seed),
    }),
    maxTokens: Number(values["max-tokens"]),
    prefixCount: Number(values.prefixes),
    onRun: ({ way, textIndex, tokenCount, totalMs }) =>
      console.error(
        `${name} text ${textIndex} ${way}: ${tokenCount} tokens, ${totalMs.toFixed(0)} ms`,
      ),
  });
}

/** Runs this script again for one configuration, so that memory is counted for it alone. */
async function measureInProcess(name: ConfigurationName): Promise<Measured> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-all", new URL(import.meta.url).pathname],
      ...["--child", name, ...Deno.args],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`the process that measures ${name} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  if (values.child !== undefined) {
    return console.log(JSON.stringify(await measureHere(values.child as ConfigurationName)));
  }
  const names = values.configurations.split(",");
  if (
    names.some((name) => !Object.hasOwn(CONFIGURATIONS, name)) ||
    (names.some((name) => name.startsWith("folder")) && values.folder === undefined)
  ) {
    console.error(HELP);
    Deno.exit(2);
  }
  const sections: string[] = [];
  const measurements: Record<string, Measured> = {};
  for (const name of names as ConfigurationName[]) {
    await folderOf(name); // built outside of the process that is measured
    const measured = await measureInProcess(name);
    measurements[name] = measured;
    const section = markdownTable(name, summarize(measured, WAYS), measured);
    console.log(bold(section.split("\n")[0]!) + "\n" + section.split("\n").slice(1).join("\n"));
    sections.push(section);
  }
  if (values.record === undefined) return;
  const date = new Date().toISOString().slice(0, 10);
  const base = new URL(`records/${date}_${values.record}`, import.meta.url);
  const machine =
    `Deno ${Deno.version.deno}, ${Deno.build.target}, ${navigator.hardwareConcurrency} cores`;
  await Deno.writeTextFile(
    new URL(base.href + ".md"),
    `# Our loop against generate(), ${date}\n\n\`deno task bench:generate ${
      Deno.args.join(" ")
    }\`. ` +
      `${machine}. \`bench/README.md\` says how to read it.\n\n${sections.join("\n\n")}\n`,
  );
  await Deno.writeTextFile(
    new URL(base.href + ".json"),
    JSON.stringify({ date, machine, args: Deno.args, measurements }) + "\n",
  );
  console.log(`written: bench/records/${date}_${values.record}.md and .json`);
}

if (import.meta.main) await main();
