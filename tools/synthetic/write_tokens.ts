/**
 * Command line: the tokenizer, and files of training examples as token ids.
 *
 *     deno run -A tools/synthetic/write_tokens.ts --out DIR --vocabulary
 *     deno run -A tools/synthetic/write_tokens.ts --out DIR --lesson 2 --first 0 --shards 8
 *
 * The first writes `tokenizer.json` and `tokenizer_config.json`, the second a file a shard:
 * `lesson-L-NNNN.bin`, little-endian uint16, for each example the length of its prompt, the length of its answer,
 * the prompt's ids and the answer's ids with the end of the turn. A shard depends on its lesson and number alone, so shards can be
 * made in any order and by several processes. Lessons numbered from 100 are drawn from the held-out side.
 *
 * Cost: about 2 ms an example.
 *
 * @module
 */

import { Command } from "commander";
import { join } from "@std/path";
import { ChatTokenizer } from "../../src/models/chat_tokenizer.ts";
import { drawExample, type Example } from "./example.ts";
import { Draws } from "./random.ts";
import type { Split } from "./split.ts";
import { cutVocabulary } from "./vocabulary.ts";

/** Examples in a shard. */
export const SHARD_SIZE = 4096;

/** How the shipped vocabulary was cut. */
export const VOCABULARY = { mergedCount: 1700, wordCount: 160, seed: 1 };

/** Longest example, in tokens; longer ones are left out. */
const MAX_TOKENS = 1000;

/** An example's token ids. */
export function encodeExample(
  tokenizer: ChatTokenizer,
  example: Example,
): { prompt: number[]; answer: number[] } {
  const prompt = tokenizer.encode(
    tokenizer.renderChat(example.messages, { tools: example.tools }),
    { allowSpecial: true },
  );
  return {
    prompt,
    answer: tokenizer.encode(`${example.answer}<|im_end|>`, { allowSpecial: true }),
  };
}

/** The ids of a shard. */
export function shardIds(
  tokenizer: ChatTokenizer,
  split: Split,
  lesson: number,
  shard: number,
  size = SHARD_SIZE,
): number[] {
  const draws = new Draws(
    1_000_003 * (lesson + 1) + shard + (split === "held_out" ? 500_000_000 : 0),
  );
  const ids: number[] = [];
  for (let count = 0; count < size;) {
    const { prompt, answer } = encodeExample(tokenizer, drawExample(draws, split, lesson));
    if (prompt.length + answer.length > MAX_TOKENS) continue;
    ids.push(prompt.length, answer.length, ...prompt, ...answer);
    count++;
  }
  return ids;
}

async function main(): Promise<void> {
  const command = new Command("write_tokens")
    .requiredOption("--out <folder>", "folder to write into")
    .option("--vocabulary", "write the tokenizer's files", false)
    .option("--lesson <number>", "which lesson", "0")
    .option("--first <number>", "number of the first shard", "0")
    .option("--shards <count>", "how many shards", "0")
    .option("--held-out", "draw from the held-out side", false)
    .option("--size <count>", "examples in a shard", String(SHARD_SIZE));
  command.parse(Deno.args, { from: "user" });
  const options = command.opts<
    {
      out: string;
      vocabulary: boolean;
      lesson: string;
      first: string;
      shards: string;
      heldOut: boolean;
      size: string;
    }
  >();
  await Deno.mkdir(options.out, { recursive: true });
  const tokenizerPath = join(options.out, "tokenizer.json"),
    configPath = join(options.out, "tokenizer_config.json");
  if (options.vocabulary) {
    const files = await cutVocabulary(VOCABULARY);
    await Deno.writeTextFile(tokenizerPath, JSON.stringify(files.tokenizer));
    await Deno.writeTextFile(configPath, JSON.stringify(files.config));
  }
  if (Number(options.shards) === 0) return;
  const tokenizer = new ChatTokenizer(
    JSON.parse(await Deno.readTextFile(tokenizerPath)),
    JSON.parse(await Deno.readTextFile(configPath)),
  );
  const lesson = Number(options.lesson), split: Split = options.heldOut ? "held_out" : "trained";
  for (
    let shard = Number(options.first);
    shard < Number(options.first) + Number(options.shards);
    shard++
  ) {
    const ids = Uint16Array.from(shardIds(tokenizer, split, lesson, shard, Number(options.size)));
    const name = `${options.heldOut ? "heldout" : "lesson"}-${lesson}-${
      String(shard).padStart(4, "0")
    }.bin`;
    await Deno.writeFile(join(options.out, `.${name}`), new Uint8Array(ids.buffer));
    await Deno.rename(join(options.out, `.${name}`), join(options.out, name));
  }
}

if (import.meta.main) await main();
