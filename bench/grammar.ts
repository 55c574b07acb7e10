// deno-lint-ignore-file no-console -- a script that prints a table
/**
 * Time per mask and to the first mask of context-free grammars: the files in `grammars/`, over their accepted samples.
 *
 *     deno task bench:grammar
 *
 * Every sample is followed token by token over Qwen2.5's 151,665 tokens, a mask before each. The first round meets most states
 * for the first time, as a server does after its first requests; in the second all masks are remembered. Then sentences of highly
 * ambiguous grammars: the time of each hundred tokens must stay the same.
 *
 * @module
 */

import { bold } from "@std/fmt/colors.js";
import process from "node:process";
import { parseArgs } from "node:util";
import { type CompiledGrammar, compileGrammar, compileRegex, Matcher } from "../src/matcher/mod.ts";
import { qwenTokens } from "../tests/conformance/qwen_tokens.ts";

const HELP = `deno task bench:grammar: time per mask and to the first mask of grammars

  --only NAME      grammars whose file name begins so
  --rounds N       how often the samples are followed (default 2)
  --cpu            CPU time of the process, for a busy machine; counts its other threads too
  --record NAME    write bench/records/<date>_<NAME>.json
  --help`;

/** The bars that the engine is built to. */
const BARS = { p50: 20, p99: 1000 };

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "2" },
    record: { type: "string" },
    cpu: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Of one grammar. */
interface Row {
  readonly grammar: string;
  readonly compileMs: number;
  readonly firstMaskMs: number;
  readonly sentences: number;
  readonly maskCount: number;
  /** Microseconds, by round. */
  readonly rounds: readonly { readonly p50: number; readonly p99: number; readonly max: number }[];
  /** Samples that were wrongly refused or accepted. */
  readonly wrong: readonly string[];
}

/** Milliseconds. */
const now = values.cpu
  ? () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
  : () => performance.now();

if (values.help) console.log(HELP);
else await bench();

async function bench(): Promise<void> {
  // Everything is run on one vocabulary first, which warms the compiler of JavaScript up, and counted on another one,
  // which shares no mask with it.
  const { encode, vocabulary: first } = qwenTokens();
  const { vocabulary: second } = qwenTokens();
  let vocabulary = first;
  const names = new Map<string, number>();
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    const name = vocabulary.addedTokenName(id);
    if (name !== undefined) names.set(name, id);
  }
  const special = new RegExp(`(${[...names.keys()].map(RegExp.escape).join("|")})`, "u");
  /** Added tokens that are written out are those tokens. */
  const tokensOf = (text: string) =>
    text.split(special).flatMap((part) => names.has(part) ? [names.get(part)!] : encode(part));
  // What every grammar of a vocabulary needs once.
  new Matcher(compileRegex("a", vocabulary)).fillMask(new Uint32Array(vocabulary.maskWordCount));

  const folder = new URL("../grammars/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /\.(gbnf|lark)$/.test(name) && name.startsWith(values.only!)).sort();
  const rows: Row[] = [];
  for (const file of files) measure(file, ...await read(file));
  vocabulary = second;
  new Matcher(compileRegex("a", vocabulary)).fillMask(new Uint32Array(vocabulary.maskWordCount));
  console.log(
    bold("grammar                  compile   first mask   masks   per round: p50, p99, max in µs"),
  );
  for (const file of files) {
    const row = measure(file, ...await read(file));
    rows.push(row);
    console.log(
      file.padEnd(22) + `${row.compileMs.toFixed(1).padStart(7)} ms` +
        `${row.firstMaskMs.toFixed(1).padStart(10)} ms` + String(row.maskCount).padStart(8) +
        "   " +
        row.rounds.map(({ p50, p99, max }) => [p50, p99, max].map(micro).join(" ")).join("   | "),
    );
    for (const wrong of row.wrong) console.log(`  WRONG ${wrong}`);
  }
  console.log(bold(`\nagainst the bars, first round`));
  for (const [key, bar] of Object.entries(BARS)) {
    const above = rows.filter(({ rounds }) => rounds[0]![key as keyof typeof BARS] > bar);
    console.log(
      `${key} of ${bar} µs: ${rows.length - above.length} of ${rows.length} grammars within` +
        (above.length === 0 ? "" : `, not ${above.map(({ grammar }) => grammar).join(", ")}`),
    );
  }
  const ambiguous = benchAmbiguity();
  if (values.record !== undefined) {
    const date = new Date().toISOString().slice(0, 10);
    const file = new URL(`records/${date}_${values.record}.json`, import.meta.url);
    const record = {
      date,
      deno: Deno.version.deno,
      cpuCount: navigator.hardwareConcurrency,
      rows,
      ambiguous,
    };
    await Deno.writeTextFile(file, JSON.stringify(record, null, 2) + "\n");
    console.log(`\nwritten: bench/records/${date}_${values.record}.json`);
  }

  async function read(
    file: string,
  ): Promise<[string, { accepted: string[]; rejected: string[] }]> {
    const samples = new URL(`samples/${file.replace(/\.\w+$/, "")}.json`, folder);
    return [
      await Deno.readTextFile(new URL(file, folder)),
      JSON.parse(await Deno.readTextFile(samples)),
    ];
  }

  function measure(
    grammar: string,
    text: string,
    { accepted, rejected }: { accepted: string[]; rejected: string[] },
  ): Row {
    const mask = new Uint32Array(vocabulary.maskWordCount);
    const start = now();
    const compiled = compileGrammar(text, vocabulary, { whitespace: "any", propertyOrder: "any" });
    const compiledAt = now();
    new Matcher(compiled).fillMask(mask);
    const firstMaskMs = now() - compiledAt;
    const wrong = new Set<string>();
    const rounds: Row["rounds"][number][] = [];
    let maskCount = 0;
    for (let round = 0; round < Number(values.rounds); round++) {
      const times: number[] = [];
      for (const sentence of accepted) {
        const matcher = new Matcher(compiled);
        let isAllowed = true;
        for (const id of tokensOf(sentence)) {
          const before = now();
          matcher.fillMask(mask);
          times.push((now() - before) * 1000);
          isAllowed &&= (mask[id >>> 5]! >>> (id & 31) & 1) === 1 && matcher.acceptToken(id);
        }
        if (!isAllowed || !matcher.isAccepting()) wrong.add(`refused: ${JSON.stringify(sentence)}`);
      }
      maskCount = times.length;
      rounds.push(summary(times));
    }
    for (const sentence of rejected) {
      const matcher = new Matcher(compiled);
      if (tokensOf(sentence).every((id) => matcher.acceptToken(id)) && matcher.isAccepting()) {
        wrong.add(`accepted: ${JSON.stringify(sentence)}`);
      }
    }
    return {
      grammar,
      compileMs: compiledAt - start,
      firstMaskMs,
      sentences: accepted.length,
      maskCount,
      rounds,
      wrong: [...wrong],
    };
  }

  /** The time of each hundred tokens of long sentences that can be derived in very many ways. */
  function benchAmbiguity(): Record<string, number[]> {
    const cases: readonly (readonly [string, (index: number) => string])[] = [
      ['root ::= root root | "a"', () => "a"],
      ['root ::= root "+" root | root "*" root | "a"', (i) => ["a", "+", "a", "*"][i % 4]!],
      [
        'root ::= "i" root | "i" root "e" root | "x"',
        (i) => i < 250 ? "i" : i % 2 === 0 ? "x" : "e",
      ],
      ['root ::= "a" root "a" | "b" root "b" | ""', (i) => i % 3 === 0 ? "a" : "b"],
    ];
    console.log(
      bold("\n500 tokens of ambiguous grammars: µs a token (mask and accept) in each hundred"),
    );
    const result: Record<string, number[]> = {};
    for (const [text, tokenAt] of cases) {
      const compiled = compileGrammar(text, vocabulary);
      follow(compiled, tokenAt); // once to warm up what is compiled
      const times = follow(compileGrammar(text, vocabulary), tokenAt);
      result[text] = times;
      console.log(`${times.map((time) => micro(time)).join(" ")}   ${text}`);
    }
    return result;
  }

  function follow(compiled: CompiledGrammar, tokenAt: (index: number) => string): number[] {
    const mask = new Uint32Array(vocabulary.maskWordCount);
    const matcher = new Matcher(compiled);
    const times: number[] = [];
    for (let hundred = 0; hundred < 5; hundred++) {
      const ids = Array.from({ length: 100 }, (_, i) => encode(tokenAt(100 * hundred + i))[0]!);
      const before = now();
      for (const id of ids) {
        matcher.fillMask(mask);
        if (!matcher.acceptToken(id)) throw new Error(`token ${matcher.tokenCount} was refused`);
      }
      times.push((now() - before) * 10);
    }
    return times;
  }
}

function summary(times: number[]): { p50: number; p99: number; max: number } {
  times.sort((x, y) => x - y);
  const at = (share: number) => {
    return Number(times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1));
  };
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function micro(time: number): string {
  return time.toFixed(time < 10 ? 1 : 0).padStart(6);
}
