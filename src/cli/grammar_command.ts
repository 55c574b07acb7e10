/**
 * `espalier grammar check | format | sample | explain | trace`: looking at a grammar without a model.
 *
 * Everything is done over the 256 single bytes, which any tokenizer's tokens are made of; only `trace` can be told a
 * tokenizer, to show a text in a model's own tokens.
 *
 * @module
 */

import { dirname, join, resolve } from "@std/path";
import { type Command, Option } from "commander";
import { RandomSource } from "../decoding/mod.ts";
import {
  analyzeGrammar,
  formatGrammar,
  type GrammarNotation,
  type ParsedGrammar,
  parseGrammar,
  SentenceSampler,
} from "../grammar/mod.ts";
import { compileGrammar, compileJsonSchema, explainText, Matcher } from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { InputError } from "./failure.ts";
import { readText } from "./input.ts";
import { integerFrom } from "./option_values.ts";
import { note, print } from "./output.ts";

/** Options that all subcommands have. */
interface GrammarOptions {
  notation: GrammarNotation | "auto";
  start?: string;
}

interface TextOptions extends GrammarOptions {
  textFile?: string;
}

const EXAMPLES = `
Examples:
  espalier grammar check grammars/sql_select.lark
  espalier grammar sample grammars/semantic_version.gbnf --count 5 --seed 1
  espalier grammar explain grammars/cron.lark "61 * * * *"
  espalier grammar trace grammars/json.gbnf '{"a": [1, true]}' --tokenizer tokenizer.json
  espalier grammar format grammars/json.gbnf --to lark

Exit codes: 0; 1 where the grammar is wrong, or the text does not fit it; 2 for bad usage.`;

/** Adds the command to the program. */
export function defineGrammarCommand(program: Command): void {
  const command = program.command("grammar").description("Check a grammar, and try texts on it.")
    .addHelpText("after", EXAMPLES);
  const define = (name: string, description: string) =>
    command.command(name).description(description)
      .argument("<file>", "the grammar, in GBNF or Lark's notation; -: standard input")
      .addOption(
        new Option("--notation <name>", "how the file is read").choices(["auto", "gbnf", "lark"])
          .default("auto"),
      )
      .option(
        "--start <rule>",
        "the rule that a text fits; default: root in GBNF, start in Lark's",
      );
  define("check", "Errors, warnings and sizes.")
    .option("--json", "print them as JSON")
    .action(async (file: string, options: GrammarOptions & { json?: boolean }) => {
      await check(file, options);
    });
  define("format", "Write the grammar again, in its own notation or the other.")
    .addOption(new Option("--to <name>", "the notation to write").choices(["gbnf", "lark"]))
    .action(async (file: string, options: GrammarOptions & { to?: GrammarNotation }) => {
      const { grammar, notation } = await readGrammar(file, options);
      await print(formatGrammar(grammar, options.to ?? notation));
    });
  define("sample", "Random sentences.")
    .option("--count <number>", "how many", integerFrom(1), 10)
    .option("--max-length <characters>", "about how long each may be", integerFrom(0), 200)
    .option("--seed <integer>", "make them repeatable", integerFrom(0))
    .option("--json", "print each as a JSON string")
    .action(sample);
  define("explain", "Where a text leaves the grammar, and what could come there.")
    .argument("[text]", "the text; or --text-file")
    .option("--text-file <file>", "the text; -: standard input")
    .action(explain);
  define("trace", "A text token by token: what was forced, how many tokens were allowed.")
    .argument("[text]", "the text; or --text-file")
    .option("--text-file <file>", "the text; -: standard input")
    .option("--tokenizer <file>", "a model's tokenizer.json; default: single bytes")
    .action(trace);
}

async function readGrammar(file: string, options: GrammarOptions): Promise<ParsedGrammar> {
  const text = await readText(file, "grammar");
  const folder = file === "-" ? "." : dirname(resolve(file));
  return parseGrammar(text, {
    notation: options.notation,
    start: options.start,
    imports: (name) => readImport(folder, name),
  });
}

/** A text that the grammar imports, from beside it; names cannot lead out of that folder. */
function readImport(folder: string, name: string): string | undefined {
  const path = resolve(join(folder, name));
  if (!path.startsWith(`${resolve(folder)}/`)) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
      return undefined;
    }
    throw new InputError(`the imported grammar ${JSON.stringify(name)} cannot be read`, {
      cause: error,
    });
  }
}

async function check(file: string, options: GrammarOptions & { json?: boolean }): Promise<void> {
  const { grammar, notation, warnings } = await readGrammar(file, options);
  const analysis = analyzeGrammar(grammar);
  const vocabulary = singleBytes(specialTokensOf(grammar));
  compileGrammar(grammar, vocabulary); // what only the engine finds: schemas, patterns, limits
  if (options.json) {
    await print(
      `${JSON.stringify({ notation, start: grammar.start, analysis, warnings }, null, 2)}\n`,
    );
    return;
  }
  for (const { message, position } of warnings) {
    note(`warning${position ? ` at ${position.line}:${position.column}` : ""}: ${message}`);
  }
  const list = (names: readonly string[]) => names.length === 0 ? "none" : names.join(", ");
  await print(
    [
      `${notation}, start ${grammar.start}: ${analysis.ruleCount} rules, ` +
      `${analysis.terminalCount} terminals, ${analysis.nodeCount} expressions, depth ${analysis.depth}`,
      `left recursive: ${list(analysis.leftRecursiveRules)}`,
      `may be empty: ${list(analysis.nullableRules)}`,
      `warnings: ${warnings.length}`,
    ].join("\n") + "\n",
  );
}

async function sample(
  file: string,
  options: GrammarOptions & { count: number; maxLength: number; seed?: number; json?: boolean },
): Promise<void> {
  const { grammar } = await readGrammar(file, options);
  const source = options.seed === undefined
    ? RandomSource.fromEntropy()
    : new RandomSource(options.seed);
  const vocabulary = singleBytes([]);
  const sampler = new SentenceSampler(grammar, {
    maxLength: options.maxLength,
    // A schema's shortest value: what a value is worth looking at depends on a model.
    sampleJson: (schema) => {
      const matcher = new Matcher(compileJsonSchema(schema, vocabulary));
      const tokens = matcher.completionTokens() ?? [];
      return new TextDecoder().decode(
        Uint8Array.from(tokens.flatMap((id) => [...vocabulary.tokenBytes(id)!])),
      );
    },
    tokenText: (id) => `<[${id}]>`,
  });
  for (let i = 0; i < options.count; i++) {
    const sentence = sampler.sample(() => source.nextFloat());
    await print(`${options.json ? JSON.stringify(sentence) : sentence}\n`);
  }
}

async function explain(
  file: string,
  argument: string | undefined,
  options: TextOptions,
): Promise<void> {
  const { grammar } = await readGrammar(file, options);
  const text = await textOf(argument, options);
  const found = explainText(compileGrammar(grammar, singleBytes(specialTokensOf(grammar))), text);
  if (found.isSentence) {
    await print("The text fits the grammar.\n");
    return;
  }
  const isWhole = found.fittingLength === text.length;
  const lines = isWhole ? ["The text is the beginning of a sentence, but not a whole one."] : [
    `The text leaves the grammar at ${placeOf(text, found.fittingLength)}:`,
    ...markedLine(text, found.fittingLength),
  ];
  const expected = [
    ...(found.mayEnd ? ["the end of the text"] : []),
    ...namesOf(found.nextCharacters),
  ];
  lines.push(`Expected there: ${found.forced !== "" ? quote(found.forced) : expected.join(", ")}.`);
  if (found.completion) lines.push(`It could go on like this: ${quote(found.completion)}`);
  await print(`${lines.join("\n")}\n`);
  throw new InputError(
    isWhole ? "the text is not complete" : "the text does not fit the grammar",
  );
}

async function trace(
  file: string,
  argument: string | undefined,
  options: TextOptions & { tokenizer?: string },
): Promise<void> {
  const { grammar } = await readGrammar(file, options);
  const text = await textOf(argument, options);
  const vocabulary = options.tokenizer === undefined
    ? singleBytes(specialTokensOf(grammar))
    : await readVocabulary(options.tokenizer);
  const matcher = new Matcher(compileGrammar(grammar, vocabulary));
  const mask = new Uint32Array(vocabulary.maskWordCount);
  await print(`${"token".padEnd(24)} ${"allowed".padStart(8)}  note\n`);
  for (const id of longestTokens(vocabulary, text)) {
    matcher.fillMask(mask);
    const allowed = countBits(mask);
    const written = quote(new TextDecoder().decode(vocabulary.tokenBytes(id)!));
    const isForced = matcher.forcedBytes().length >= vocabulary.tokenBytes(id)!.length;
    if (!matcher.acceptToken(id)) {
      await print(`${written.padEnd(24)} ${String(allowed).padStart(8)}  not allowed\n`);
      throw new InputError("the text does not fit the grammar");
    }
    await print(
      `${written.padEnd(24)} ${String(allowed).padStart(8)}  ${isForced ? "forced" : ""}`
        .trimEnd() + "\n",
    );
  }
  const isSentence = matcher.isAccepting();
  await print(isSentence ? "the text may end here\n" : "the text may not end here\n");
  if (!isSentence) throw new InputError("the text is not complete");
}

async function textOf(argument: string | undefined, { textFile }: TextOptions): Promise<string> {
  if ((argument === undefined) === (textFile === undefined)) {
    throw new InputError("give the text either as an argument or with --text-file");
  }
  return argument ?? await readText(textFile, "text");
}

async function readVocabulary(file: string): Promise<Vocabulary> {
  const text = await readText(file, "tokenizer");
  try {
    return Vocabulary.fromTokenizer(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InputError(`tokenizer file ${JSON.stringify(file)} is not JSON`, { cause: error });
  }
}

/** Names of the tokens that a grammar asks for; a made-up vocabulary has them all. */
function specialTokensOf({ rules }: ParsedGrammar["grammar"]): string[] {
  const names = new Set<string>();
  JSON.stringify(rules, (_key, part) => {
    if (part?.kind === "token" && typeof part.token === "string") names.add(part.token);
    return part;
  });
  return [...names];
}

/** Every byte, the end, and tokens of some names. */
function singleBytes(names: readonly string[]): Vocabulary {
  const specialTokenIds = [256, ...names.map((_, index) => 257 + index)];
  const count = 257 + names.length;
  return Vocabulary.unpack({
    bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
    starts: Int32Array.from({ length: count + 1 }, (_, id) => Math.min(id, 256)),
    isHole: Uint8Array.from({ length: count }, (_, id) => id < 256 ? 0 : 1),
    eosTokenIds: [256],
    specialTokenIds,
    logitsSize: count,
    names: new Map(names.map((name, index) => [257 + index, name])),
  });
}

/** The longest tokens from the left; names of special tokens count as them. */
function longestTokens(vocabulary: Vocabulary, text: string): number[] {
  const idOf = new Map<string, number>();
  let longest = 1;
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    const bytes = vocabulary.tokenBytes(id);
    if (bytes === null || bytes.length === 0) continue;
    idOf.set(bytes.join(), id);
    longest = Math.max(longest, bytes.length);
  }
  const bytes = new TextEncoder().encode(text);
  const ids: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = Math.min(longest, bytes.length - at);
    while (length > 0 && !idOf.has(bytes.subarray(at, at + length).join())) length--;
    if (length === 0) throw new InputError(`the tokenizer has no token for the byte ${bytes[at]}`);
    ids.push(idOf.get(bytes.subarray(at, at + length).join())!);
    at += length;
  }
  return ids;
}

function countBits(mask: Uint32Array): number {
  let count = 0;
  for (let word of mask) for (; word !== 0; word &= word - 1) count++;
  return count;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** The line of a place, cut to what surrounds it, and a mark under it. */
function markedLine(text: string, offset: number): string[] {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const from = Math.max(start, offset - 60);
  const line = text.slice(from, Math.min(end < 0 ? text.length : end, offset + 20));
  return [`  ${line.replaceAll("\t", " ")}`, `  ${" ".repeat(offset - from)}^`];
}

/** Ranges in words, the many cut short. */
function namesOf(ranges: readonly (readonly [number, number])[]): string[] {
  const name = (point: number) => quote(String.fromCodePoint(point));
  const names = ranges.flatMap(([first, last]) =>
    last - first > 2
      ? [`${name(first)} to ${name(last)}`]
      : Array.from({ length: last - first + 1 }, (_, index) => name(first + index))
  );
  return names.length > 24 ? [...names.slice(0, 24), "…"] : names;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
