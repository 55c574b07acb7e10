/**
 * Compares the grammars in `grammars/` with independent parsers, on random sentences and on texts that are
 * nearly sentences.
 *
 *     deno run --allow-read --allow-env --allow-run tools/grammar_check/main.ts --python python3
 *
 * The engine's matcher is asked about every text, and so are Lark's Earley parser and XGrammar, where they
 * can say the grammar, and a program that reads the language itself (`judges.ts`). Prints a table and the
 * disagreements; ends with 1 if there is one. Development only: needs a Python with the packages of
 * `requirements.txt`. Takes about ten minutes, nearly all of them Lark's.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { RandomSource } from "../../src/decoding/mod.ts";
import { SentenceSampler } from "../../src/grammar/mod.ts";
import { type GrammarFile, grammarFiles, matcherVerdicts } from "../../tests/grammars/files.ts";
import { mutate } from "../../tests/grammars/mutations.ts";
import { chessGames } from "./chess_games.ts";
import { JUDGES } from "./judges.ts";
import { larkVerdicts, textForLark } from "./lark_judge.ts";
import { textForXGrammar, xgrammarVerdicts } from "./xgrammar_judge.ts";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    length: { type: "string", default: "300" },
    seed: { type: "string", default: "20261124" },
    python: { type: "string", default: "python3" },
    only: { type: "string" },
    record: { type: "string" },
    help: { type: "boolean" },
  },
});

const HELP = `Compares the grammars in grammars/ with independent parsers.

  --count N      sentences, and as many mutations, for each grammar (1000)
  --length N     most characters and rules of a sentence (300)
  --seed N       of the random texts (20261124)
  --python PATH  a Python with the packages of requirements.txt (python3)
  --only NAME    one grammar
  --record FILE  write the table there, too
`;

/** What came of one grammar. */
interface Outcome {
  readonly name: string;
  /** Texts that the matcher took, of the sentences and of the mutations. */
  readonly sentences: number;
  readonly mutations: number;
  readonly mutationsAccepted: number;
  readonly judges: readonly { name: string; compared: number; disagreements: string[] }[];
}

async function check(file: GrammarFile, count: number): Promise<Outcome> {
  const { grammar } = file.parsed;
  const source = new RandomSource(Number(options.seed));
  const random = () => source.nextFloat();
  const sampler = new SentenceSampler(grammar, {
    maxLength: Number(options.length),
    sampleJson: (_schema, random) =>
      JSON.stringify({ name: `f${Math.floor(random() * 9)}`, arguments: { x: [random()] } }),
  });
  const sentences = Array.from({ length: count }, () => sampler.sample(random));
  if (file.name === "chess_pgn") sentences.push(...chessGames(count / 20, random));
  const mutations = Array.from(
    { length: count },
    (_, i) => mutate(sentences[i]!, sentences[Math.max(0, i - 1)]!, random),
  );
  const texts = [...sentences, ...mutations];
  const accepts = matcherVerdicts(grammar);
  const verdicts = texts.map(accepts);
  const judges: { name: string; compared: number; disagreements: string[] }[] = [];
  const compare = (name: string, isExact: boolean, others: readonly (boolean | undefined)[]) => {
    const disagreements = texts.flatMap((text, i) => {
      const other = others[i];
      const isFine = other === undefined || other === verdicts[i] || !isExact && !verdicts[i];
      return isFine ? [] : [`${JSON.stringify(text)}: ours ${verdicts[i]}, ${name} ${other}`];
    });
    const compared =
      others.filter((other, i) => other !== undefined && (isExact || verdicts[i])).length;
    judges.push({ name, compared, disagreements });
  };
  // A sentence that the matcher refuses is wrong whatever others say.
  const refused = sentences.filter((_, i) => !verdicts[i]);
  judges.push({
    name: "the sampler",
    compared: sentences.length,
    disagreements: refused.map((text) => `${JSON.stringify(text)}: ours false`),
  });
  const lark = textForLark(file);
  if (lark !== undefined) {
    compare("Lark 1.3.1", true, await larkVerdicts(options.python, lark, texts));
  }
  const gbnf = textForXGrammar(file);
  if (gbnf !== undefined) {
    compare("XGrammar 0.1.27", true, await xgrammarVerdicts(gbnf, texts));
  }
  const judge = JUDGES[file.name];
  if (judge !== undefined) compare(judge.name, judge.isExact, texts.map(judge.accepts));
  return {
    name: file.fileName,
    sentences: sentences.length,
    mutations: mutations.length,
    mutationsAccepted: verdicts.slice(sentences.length).filter(Boolean).length,
    judges,
  };
}

function tableOf(outcomes: readonly Outcome[]): string {
  const lines = [
    "| grammar | sentences | mutations | of them accepted | judge | compared | disagreements |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const { name, sentences, mutations, mutationsAccepted, judges } of outcomes) {
    for (const judge of judges) {
      lines.push(
        `| ${name} | ${sentences} | ${mutations} | ${mutationsAccepted} | ${judge.name} | ` +
          `${judge.compared} | ${judge.disagreements.length} |`,
      );
    }
  }
  return lines.join("\n") + "\n";
}

async function main(): Promise<number> {
  if (options.help) {
    await Deno.stdout.write(new TextEncoder().encode(HELP));
    return 0;
  }
  const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const outcomes: Outcome[] = [];
  for (const file of grammarFiles()) {
    if (options.only !== undefined && options.only !== file.name) continue;
    const outcome = await check(file, Number(options.count));
    outcomes.push(outcome);
    for (const { name, compared, disagreements } of outcome.judges) {
      print(`${file.fileName}: ${name}: ${compared} compared, ${disagreements.length} differ\n`);
      for (const line of disagreements.slice(0, 20)) print(`  ${line}\n`);
    }
  }
  const table = tableOf(outcomes);
  print(`\n${table}`);
  if (options.record !== undefined) {
    const head =
      `# Grammars against independent parsers, ${new Date().toISOString().slice(0, 10)}\n\n` +
      `Deno ${Deno.version.deno}; seed ${options.seed}, sentences of up to ${options.length} characters and rules. ` +
      "An inexact judge is asked only about what the grammar accepts.\n\n";
    await Deno.writeTextFile(options.record, head + table);
  }
  return outcomes.some(({ judges }) => judges.some(({ disagreements }) => disagreements.length > 0))
    ? 1
    : 0;
}

if (import.meta.main) Deno.exit(await main());
