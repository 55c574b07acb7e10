// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task bench:grammar-peers`: the files of `grammars/` through Espalier, llguidance and XGrammar.
 *
 * The same Qwen2.5 vocabulary and the same tokens for all: the accepted samples of each file and sentences drawn from its
 * grammar, a mask before each token, all of them twice; then the rejected samples. Each engine has a process of its own
 * (`peers/protocol.ts`); each grammar goes through all engines before the next one does, and the one that goes first changes.
 *
 * @module
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { RandomSource } from "../src/decoding/mod.ts";
import { SentenceSampler } from "../src/grammar/mod.ts";
import { qwenTokens } from "../tests/conformance/qwen_tokens.ts";
import { type PercentileSummary, Samples } from "../tests/conformance/samples.ts";
import { type GrammarFile, grammarFiles } from "../tests/grammars/files.ts";
import { type EngineCommand, EngineProcess } from "./peers/engine_process.ts";
import { textsFor } from "./peers/grammar_forms.ts";
import { nativeEnvironment } from "./peers/native_environment.ts";
import type { CaseReply, TextOutcome } from "./peers/protocol.ts";
import { vocabularyMessage } from "./peers/vocabulary_message.ts";

const HELP = `deno task bench:grammar-peers: the grammar files through Espalier and other engines

  --engines A,B    of espalier, llguidance, xgrammar (default: all)
  --only NAME      grammars whose file name begins so
  --sentences N    sentences drawn from each grammar (default 20)
  --seed N         of the sentences (default 20261124)
  --timeout S      CPU time per grammar and engine (default 10)
  --cpu            processor time in place of the wall's, for a busy machine
  --record NAME    write bench/records/<date>_<NAME>.json and .md
  --help

The native engines need python3; their packages go into .cache/ the first time.`;

const { values } = parseArgs({
  options: {
    engines: { type: "string", default: "espalier,llguidance,xgrammar" },
    only: { type: "string", default: "" },
    sentences: { type: "string", default: "20" },
    seed: { type: "string", default: "20261124" },
    timeout: { type: "string", default: "10" },
    cpu: { type: "boolean", default: false },
    record: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const ENGINES = ["espalier", "llguidance", "xgrammar"] as const;
type EngineName = (typeof ENGINES)[number];

/** Texts of one grammar, as tokens. */
interface Texts {
  readonly accepted: readonly (readonly number[])[];
  readonly drawn: readonly (readonly number[])[];
  readonly rejected: readonly (readonly number[])[];
}

/** What one engine made of one grammar. */
type Row =
  | { readonly grammar: string; readonly engine: EngineName; readonly notGiven: string }
  | {
    readonly grammar: string;
    readonly engine: EngineName;
    readonly notGiven?: undefined;
    readonly form: string;
    readonly compileMs: number;
    /** Compilation, the matcher and its first mask. */
    readonly firstMaskMs: number;
    /** Over the accepted samples, over the drawn sentences after them, and over both once more. */
    readonly firstVisitUs: PercentileSummary;
    readonly drawnUs: PercentileSummary;
    readonly repeatVisitUs: PercentileSummary;
    readonly acceptedOf: readonly [number, number];
    readonly drawnAcceptedOf: readonly [number, number];
    readonly rejectedOf: readonly [number, number];
    /** The texts that it judged otherwise than the grammar file says. */
    readonly wrong: readonly string[];
  };

/** Columns of the table. */
const HEAD = [
  "grammar",
  "engine",
  "samples accepted",
  "drawn accepted",
  "rejected refused",
  "compile ms",
  "+ first mask ms",
  "samples p50 µs",
  "p99",
  "max",
  "drawn p50 µs",
  "p99",
  "max",
  "again p50 µs",
  "p99",
  "max",
];

if (values.help) console.log(HELP);
else await bench();

async function bench(): Promise<void> {
  const names = values.engines.split(",") as EngineName[];
  const unknown = names.find((name) => !ENGINES.includes(name));
  if (unknown !== undefined) throw new RangeError(`there is no engine "${unknown}"`);
  const tokens = qwenTokens();
  const message = vocabularyMessage(tokens);
  const tokensOf = withAddedTokens(tokens);
  const files = grammarFiles().filter(({ fileName }) => fileName.startsWith(values.only));
  const rows: Row[] = [];
  const processes = new Map<EngineName, EngineProcess>();
  const versions: Record<string, string> = {};
  const start = async (name: EngineName) => {
    const { engine, start } = await EngineProcess.start(await commandOf(name), message);
    versions[name] = start.version ?? "this one";
    processes.set(name, engine);
    return engine;
  };
  for (const name of names) {
    const engine = await start(name);
    if (name !== "espalier") continue;
    // JavaScript is compiled while it runs: once through all of it, and then a vocabulary of which nothing is known.
    for (const file of files) await runGrammar(engine, name, file, textsOf(file));
    await engine.renew(message);
  }
  for (const [index, file] of files.entries()) {
    const texts = textsOf(file);
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(index + turn) % names.length]!;
      const row = await runGrammar(processes.get(name) ?? await start(name), name, file, texts);
      if (row.notGiven?.startsWith("ended") === true) processes.delete(name);
      rows.push(row);
      console.log(line(row));
      if (row.notGiven === undefined) {
        for (const wrong of row.wrong) console.log(`    ${wrong}`);
      }
    }
  }
  for (const engine of processes.values()) await engine.finish();
  if (values.record !== undefined) await record(rows, versions);

  function textsOf({ samples, parsed }: GrammarFile): Texts {
    const source = new RandomSource(Number(values.seed));
    const random = () => source.nextFloat();
    const sampler = new SentenceSampler(parsed.grammar, {
      sampleJson: (_schema, random) =>
        JSON.stringify({ name: `f${Math.floor(random() * 9)}`, arguments: { x: [random()] } }),
    });
    return {
      accepted: samples.accepted.map(tokensOf),
      drawn: Array.from(
        { length: Number(values.sentences) },
        () => tokensOf(sampler.sample(random)),
      ),
      rejected: samples.rejected.map(tokensOf),
    };
  }
}

/** Runs a grammar in each of its forms; what came of the one that did best. */
async function runGrammar(
  engine: EngineProcess,
  name: EngineName,
  file: GrammarFile,
  texts: Texts,
): Promise<Row> {
  const about = { grammar: file.fileName, engine: name };
  const given = textsFor(name, file);
  if (typeof given === "string") return { ...about, notGiven: `not sayable: ${given}` };
  let best: Row | undefined;
  const faults = (row: Row) =>
    row.notGiven === undefined
      ? [row.acceptedOf, row.drawnAcceptedOf, row.rejectedOf].reduce(
        (n, [right, all]) => n + all - right,
        0,
      )
      : Infinity;
  for (const { form, text } of given) {
    const sentences = [...texts.accepted, ...texts.drawn];
    const run = (texts: readonly (readonly number[])[]) =>
      engine.run({
        kind: "case",
        schema: text,
        texts,
        cpuLimitMs: Number(values.timeout) * 1000,
        timesAre: values.cpu ? "cpu" : "wall",
      });
    const followed = await run([...sentences, ...sentences]);
    if (!("reply" in followed)) return { ...about, notGiven: `ended: ${followed.detail}` };
    const { refusal, compileMs, detail } = followed.reply;
    let row: Row;
    if (refusal !== undefined || compileMs === undefined) {
      row = { ...about, notGiven: `refused: ${refusal ?? detail}`.replaceAll(/\s+/g, " ") };
    } else {
      const refused = await run(texts.rejected);
      if (!("reply" in refused)) return { ...about, notGiven: `ended: ${refused.detail}` };
      row = rowOf(about, form, texts, file, followed.reply, refused.reply);
    }
    if (best === undefined || faults(row) < faults(best)) best = row;
  }
  return best!;
}

function rowOf(
  about: { readonly grammar: string; readonly engine: EngineName },
  form: string,
  { accepted, drawn, rejected }: Texts,
  { samples }: GrammarFile,
  { outcomes, maskUs, compileMs, firstMaskMs, maskCounts }: CaseReply,
  refused: CaseReply,
): Row {
  const wrong: string[] = [];
  const count = (outcomes: readonly TextOutcome[]) =>
    outcomes.filter((one) => one === "accepted").length;
  const ofAccepted = outcomes.slice(0, accepted.length);
  const ofDrawn = outcomes.slice(accepted.length, accepted.length + drawn.length);
  const all = [...ofAccepted, ...ofDrawn, ...refused.outcomes];
  const late = all.filter((one) => one === "timeout").length;
  if (late > 0) wrong.push(`timeout: ${late} of ${all.length} texts`);
  ofAccepted.forEach((outcome, i) => {
    if (outcome !== "accepted" && outcome !== "timeout") {
      wrong.push(`${outcome}: ${JSON.stringify(samples.accepted[i])}`);
    }
  });
  ofDrawn.forEach((outcome, i) => {
    if (outcome !== "accepted" && outcome !== "timeout") {
      wrong.push(`${outcome}: drawn sentence ${i + 1}`);
    }
  });
  refused.outcomes.forEach((outcome, i) => {
    if (outcome !== "refused" && outcome !== "timeout") {
      wrong.push(`${outcome}: ${JSON.stringify(samples.rejected[i])}`);
    }
  });
  // The first mask was asked for by itself.
  const sum = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0);
  const sampleMasks = 1 + sum(maskCounts!.slice(0, accepted.length));
  const half = 1 + sum(maskCounts!.slice(0, accepted.length + drawn.length));
  return {
    ...about,
    form,
    compileMs: compileMs!,
    firstMaskMs: firstMaskMs!,
    firstVisitUs: summary(maskUs.slice(1, sampleMasks)),
    drawnUs: summary(maskUs.slice(sampleMasks, half)),
    repeatVisitUs: summary(maskUs.slice(half)),
    acceptedOf: [count(ofAccepted), accepted.length],
    drawnAcceptedOf: [count(ofDrawn), drawn.length],
    rejectedOf: [refused.outcomes.filter((one) => one === "refused").length, rejected.length],
    wrong,
  };
}

function summary(times: readonly number[]): PercentileSummary {
  const samples = new Samples();
  samples.addAll(times);
  return samples.summary();
}

/** Added tokens that are written out are those tokens. */
function withAddedTokens({ vocabulary, encode }: ReturnType<typeof qwenTokens>) {
  const ids = new Map<string, number>();
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    const name = vocabulary.addedTokenName(id);
    if (name !== undefined) ids.set(name, id);
  }
  const added = new RegExp(`(${[...ids.keys()].map(RegExp.escape).join("|")})`, "u");
  return (text: string) =>
    text.split(added).flatMap((part) => ids.has(part) ? [ids.get(part)!] : encode(part));
}

async function commandOf(name: EngineName): Promise<EngineCommand> {
  const file = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);
  if (name === "espalier") {
    const permissions = ["--allow-read", "--allow-env", "--allow-sys"];
    return {
      command: Deno.execPath(),
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        ...permissions,
        "--v8-flags=--expose-gc",
        file("peers/espalier_grammars.ts"),
      ],
    };
  }
  const { python, skipped } = await nativeEnvironment();
  if (python === undefined) throw new Error(`there is no ${name}: ${skipped}`);
  return { command: python, args: [file("peers/native_grammars.py"), name] };
}

function cells(row: Row): string[] {
  if (row.notGiven !== undefined) return [row.grammar, row.engine, ...HEAD.slice(2).map(() => "")];
  const three = ({ p50, p99, max }: PercentileSummary) => [p50, p99, max].map(short);
  return [
    row.grammar,
    row.engine,
    row.acceptedOf.join("/"),
    row.drawnAcceptedOf.join("/"),
    row.rejectedOf.join("/"),
    short(row.compileMs),
    short(row.firstMaskMs),
    ...three(row.firstVisitUs),
    ...three(row.drawnUs),
    ...three(row.repeatVisitUs),
  ];
}

function short(value: number): string {
  return Number.isNaN(value) ? "" : String(Number(value.toPrecision(value < 100 ? 2 : 3)));
}

function line(row: Row): string {
  return cells(row).map((cell, i) => i === 0 ? cell.padEnd(22) : cell.padEnd(i === 1 ? 11 : 8))
    .join("") + (row.notGiven ?? "");
}

async function record(rows: readonly Row[], versions: Record<string, string>): Promise<void> {
  const about = {
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    cpu: { model: cpus()[0]?.model ?? "unknown", count: navigator.hardwareConcurrency },
    times: values.cpu ? "processor" : "wall",
    seed: Number(values.seed),
    versions,
  };
  const name = `records/${about.date}_${values.record}`;
  const table = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, i) => Math.max(3, ...table.map((row) => row[i]!.length)));
  const lineOf = (row: string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const text = [
    `# The grammar files through three engines, ${about.date}`,
    "",
    `Deno ${about.deno}, ${about.platform}, ${about.cpu.count} cores (${about.cpu.model}); ` +
    `llguidance ${versions.llguidance}, XGrammar ${versions.xgrammar}; ${about.times} time.`,
    "",
    "_samples_: masks of the accepted samples, met for the first time; _drawn_: of sentences drawn from the grammar, after " +
    "them; _again_: both once more.",
    "",
    lineOf(HEAD),
    lineOf(widths.map((width) => "-".repeat(width))),
    ...table.slice(1).map(lineOf),
    "",
    "## Not run",
    "",
    ...rows.filter(({ notGiven }) => notGiven !== undefined).map(({ grammar, engine, notGiven }) =>
      `- ${grammar}, ${engine}: ${notGiven}`
    ),
    "",
    "## Given in another form than the file's",
    "",
    ...rows.flatMap((row) =>
      row.notGiven === undefined && row.form !== "the file"
        ? [`- ${row.grammar}, ${row.engine}: ${row.form}`]
        : []
    ),
    "",
    "## Judged otherwise than the file says",
    "",
    ...rows.flatMap((row) =>
      row.notGiven === undefined
        ? row.wrong.map((wrong) => `- ${row.grammar}, ${row.engine}: ${wrong}`)
        : []
    ),
  ].join("\n");
  const write = (extension: string, content: string) =>
    Deno.writeTextFile(new URL(`${name}.${extension}`, import.meta.url), content + "\n");
  await write("json", JSON.stringify({ ...about, rows }, null, 2));
  await write("md", text);
  console.log(`\nwritten: bench/${name}.json and .md`);
}
