/**
 * The grammars in `grammars/`: each is read without a warning, written back, and holds its samples to what
 * they claim.
 *
 * The engine's matcher is compared with a plain recogniser, on the samples, on random sentences and on
 * texts that are nearly sentences. The seed of what is random is fixed, so that a failure comes again.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomSource } from "../src/decoding/mod.ts";
import {
  EspalierError,
  formatGrammar,
  GrammarFormatError,
  GrammarSyntaxError,
  parseGrammar,
  SentenceSampler,
  type SourcePosition,
} from "../src/grammar/mod.ts";
import { grammarFiles, isJson, matcherVerdicts } from "./grammars/files.ts";
import { mutate } from "./grammars/mutations.ts";
import { GrammarOracle } from "./grammars/oracle.ts";

const SEED = 20261124;
const SENTENCE_COUNT = 25;
const MUTATIONS_PER_SENTENCE = 4;

/** What the other notation cannot say, by the grammar's name. */
const WITHOUT_EQUIVALENT: Readonly<Record<string, RegExp>> = {
  graphql: /look-around/,
  sql_select: /look-around/,
  tool_calls: /JSON Schema/,
};

const files = grammarFiles();
const readme = Deno.readTextFileSync(new URL("../grammars/README.md", import.meta.url));

for (const file of files) {
  const { name, fileName, parsed, samples, text } = file;
  const { grammar, notation } = parsed;

  Deno.test(`${fileName} is read without a warning, and the README tells of it`, () => {
    assertEquals(parsed.warnings, []);
    assertEquals(notation, fileName.endsWith(".gbnf") ? "gbnf" : "lark");
    assert(text.endsWith("\n"));
    assert(readme.includes(`(${fileName})`), `grammars/README.md has a link to ${fileName}`);
  });

  Deno.test(`${fileName} has samples of both kinds, none of them twice`, () => {
    for (const list of [samples.accepted, samples.rejected]) {
      assert(list.length >= 15);
      assertEquals(new Set(list).size, list.length);
    }
  });

  Deno.test(`${fileName} accepts and refuses its samples, and so does the plain recogniser`, () => {
    const oracle = new GrammarOracle(grammar, { isJson });
    const accepts = matcherVerdicts(grammar);
    const wrong: string[] = [];
    for (const [isMember, list] of [[true, samples.accepted], [false, samples.rejected]] as const) {
      for (const sample of list) {
        if (oracle.accepts(sample) !== isMember) {
          wrong.push(`recogniser: ${JSON.stringify(sample)}`);
        }
        if (accepts(sample) !== isMember) wrong.push(`matcher: ${JSON.stringify(sample)}`);
      }
    }
    assertEquals(wrong, []);
  });

  Deno.test(`${fileName}: the matcher agrees with the plain recogniser on random texts`, () => {
    const oracle = new GrammarOracle(grammar, { isJson });
    const accepts = matcherVerdicts(grammar);
    const source = new RandomSource(SEED);
    const random = () => source.nextFloat();
    const sampler = new SentenceSampler(grammar, { maxLength: 100, sampleJson });
    const disagreements: string[] = [];
    let last = "";
    for (let i = 0; i < SENTENCE_COUNT; i++) {
      const sentence = sampler.sample(random);
      assert(oracle.accepts(sentence), `the recogniser refuses ${JSON.stringify(sentence)}`);
      assert(accepts(sentence), `the matcher refuses ${JSON.stringify(sentence)}`);
      for (let j = 0; j < MUTATIONS_PER_SENTENCE; j++) {
        const mutation = mutate(sentence, last, random);
        if (oracle.accepts(mutation) !== accepts(mutation)) {
          disagreements.push(JSON.stringify(mutation));
        }
      }
      last = sentence;
    }
    assertEquals(disagreements, []);
  });

  Deno.test(`${fileName} is the same language when it is written and read again`, () => {
    const other = notation === "gbnf" ? "lark" : "gbnf";
    const refused = WITHOUT_EQUIVALENT[name];
    const written = [formatGrammar(grammar, notation)];
    if (refused === undefined) written.push(formatGrammar(grammar, other));
    else {assert(refused.test(
        assertThrows(() => formatGrammar(grammar, other), GrammarFormatError).message,
      ));}
    for (const text of written) {
      const again = parseGrammar(text);
      assertEquals(formatGrammar(again.grammar, again.notation), text);
      const accepts = matcherVerdicts(again.grammar);
      assertEquals(samples.accepted.filter((sample) => !accepts(sample)), []);
      assertEquals(samples.rejected.filter(accepts), []);
    }
  });
}

for (const { name, fileName, text, parsed, samples } of files) {
  if (parsed.notation !== "gbnf") continue;
  Deno.test(`${fileName} can be imported, as a rule or, if it does not recurse, as a terminal`, () => {
    const imports = { [fileName]: text };
    const names = name === "json" ? ["body"] : ["body", "BODY"];
    for (const alias of names) {
      const importing = `start: "<" ${alias} ">"\n%import "${fileName}" (root -> ${alias})`;
      const accepts = matcherVerdicts(parseGrammar(importing, { imports }).grammar);
      assertEquals(samples.accepted.filter((sample) => !accepts(`<${sample}>`)), []);
      assertEquals(samples.rejected.filter((sample) => accepts(`<${sample}>`)), []);
    }
  });
}

Deno.test("what is nearly a grammar is read, or refused with a place in its text", () => {
  const source = new RandomSource(SEED);
  const random = () => source.nextFloat();
  let refused = 0;
  for (let i = 0; i < 500; i++) {
    const file = files[i % files.length]!;
    const text = mutate(file.text, files[(i + 1) % files.length]!.text, random);
    try {
      parseGrammar(text, { notation: file.parsed.notation });
    } catch (error) {
      if (!(error instanceof EspalierError)) throw new Error(text, { cause: error });
      refused++;
      const position = error instanceof GrammarSyntaxError
        ? { line: error.line, column: error.column }
        : "position" in error
        ? error.position as SourcePosition | undefined
        : undefined;
      if (position === undefined) continue;
      const line = text.split("\n")[position.line - 1];
      assert(line !== undefined && position.column <= line.length + 1, `${error}\n${text}`);
    }
  }
  assert(refused > 50);
});

Deno.test("every file of samples belongs to a grammar", () => {
  const names = [...Deno.readDirSync(new URL("../grammars/samples/", import.meta.url))]
    .map(({ name }) => name);
  assertEquals(names.sort(), files.map(({ name }) => `${name}.json`).sort());
});

/** Requests as the schema of `tool_calls.lark` wants them. */
function sampleJson(_schema: unknown, random: () => number): string {
  const value = {
    name: `f${Math.floor(random() * 100)}`,
    arguments: random() < 0.5 ? {} : { x: [1] },
  };
  return JSON.stringify(value);
}
