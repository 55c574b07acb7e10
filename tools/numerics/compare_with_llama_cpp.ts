/**
 * A converted GGUF file against llama.cpp: of the tokens that llama.cpp writes, how many would the converted model
 * have written in their place.
 *
 * Development only, as it needs Node and the package node-llama-cpp (with llama.cpp's binaries, not among this
 * project's dependencies):
 *
 *     npm install --prefix .cache/llama --omit=optional node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     deno run -A tools/numerics/compare_with_llama_cpp.ts --llama .cache/llama --gguf MODEL.gguf --model FOLDER
 *
 * llama.cpp continues each prompt greedily. The converted model is fed the same tokens, so that one difference does not
 * make all that follow different, and its most probable token is compared at each place. Prompts must be cut into the
 * same tokens by both. llama.cpp rounds activations to 8 bits in blocks, so the float format does not agree fully.
 *
 * @module
 */

import { Command } from "commander";
import { type ChatMessage, loadModel } from "../../src/models/mod.ts";

/** Conversations with a few words each; they cover prose, code, numbers and JSON. */
const CONVERSATIONS: readonly ChatMessage[][] = [
  "What is the capital of France, and what is it known for?",
  "Write three sentences about the sea in winter.",
  "Explain in simple words why the sky is blue.",
  "Write a Python function that returns the n-th Fibonacci number.",
  'Give a JSON object for this person: "Ada Lovelace, 36, London, ada@example.org".',
  "Invoice 42: three apples at 1.20 EUR, two pears at 0.80 EUR. What is the total?",
  "Translate to French: The train leaves at nine o'clock.",
  "List five countries in South America.",
].map((content) => [{ role: "user", content }]);

/** What llama.cpp made of a prompt: token ids. */
interface Continuation {
  prompt: number[];
  continuation: number[];
}

interface Options {
  llama: string;
  gguf: string;
  model: string;
  dtypes: string;
  tokens: string;
}

async function main(args: readonly string[]): Promise<void> {
  const command = new Command("llama")
    .requiredOption("--llama <folder>", "where node-llama-cpp is installed")
    .requiredOption("--gguf <file>", "the GGUF file")
    .requiredOption("--model <folder>", "what it was converted into")
    .option("--dtypes <list>", "weight formats to compare", "fp32,q8,q4")
    .option("--tokens <count>", "tokens a continuation", "32");
  command.parse([...args], { from: "user" });
  const { llama, gguf, model: folder, dtypes, tokens } = command.opts<Options>();
  let references: Continuation[] = [];
  for (const dtype of dtypes.split(",")) {
    await using model = await loadModel(folder, {
      device: "cpu",
      dtype: dtype as "q8",
      threads: 1,
    });
    const { tokenizer } = model;
    const prompts = CONVERSATIONS.map((messages) => tokenizer.renderChat(messages));
    if (references.length === 0) {
      references = await continueByLlama(llama, gguf, prompts, Number(tokens));
    }
    let tokenCount = 0, equalCount = 0;
    for (const [index, { prompt, continuation }] of references.entries()) {
      const ours = tokenizer.encode(prompts[index]!, { allowSpecial: true });
      if (ours.join() !== prompt.join()) {
        throw new Error(`prompt ${index} is cut into ${ours}, by llama.cpp into ${prompt}`);
      }
      const sequence = await model.openSequence();
      const count = continuation.length;
      const logits = await sequence.append([...prompt, ...continuation.slice(0, -1)], {
        logitCount: count,
      });
      const width = model.info.logitsSize;
      for (const [place, token] of continuation.entries()) {
        const row = logits.subarray(place * width, (place + 1) * width);
        tokenCount++;
        if (row.every((value) => value <= row[token]!)) equalCount++;
      }
      await sequence.dispose();
    }
    print(
      `${dtype}: ${equalCount} of ${tokenCount} tokens equal, ${
        (100 * equalCount / tokenCount).toFixed(1)
      }%`,
    );
  }
}

async function continueByLlama(
  folder: string,
  model: string,
  prompts: string[],
  tokenCount: number,
): Promise<Continuation[]> {
  const child = new Deno.Command("node", {
    args: [new URL("llama_greedy.mjs", import.meta.url).pathname],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const request = JSON.stringify({ model: await Deno.realPath(model), prompts, tokenCount });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(request));
  await writer.close();
  return JSON.parse(await new Response(child.stdout).text());
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await main(Deno.args);
