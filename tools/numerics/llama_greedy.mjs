/**
 * Greedy continuations by llama.cpp, for `compare_with_llama_cpp.ts`.
 *
 * Runs in Node, where node-llama-cpp's prebuilt binaries load. Reads `{ "model": path, "prompts": [text],
 * "tokenCount": n }` from standard input; special tokens in the prompts count as such. Writes a JSON list of
 * `{ "prompt": [token ids], "continuation": [token ids] }`.
 */

import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const { getLlama } = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);
const { model: modelPath, prompts, tokenCount } = JSON.parse(readFileSync(0, "utf8"));

const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 1024 });
const sequence = context.getSequence();
const results = [];
for (const text of prompts) {
  await sequence.clearHistory();
  const prompt = model.tokenize(text, true);
  const continuation = [];
  for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
    if (model.isEogToken(token)) break;
    continuation.push(token);
    if (continuation.length >= tokenCount) break;
  }
  results.push({ prompt, continuation });
}
writeSync(1, JSON.stringify(results));
process.exit(0); // the native threads would keep the process alive
