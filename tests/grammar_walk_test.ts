/**
 * Random walks through the grammars of `grammars/`: whatever an unguided model writes under the masks comes to an end.
 *
 * Each grammar is walked over a small vocabulary and over Qwen2.5's. A walk may not dead-end, must reach an end, and the text
 * that it wrote must be a sentence when it is read byte by byte. `ESPALIER_SEED` replays a run.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { UnsupportedGrammarError } from "../src/grammar/mod.ts";
import { compileGrammar, Matcher } from "../src/matcher/mod.ts";
import { qwenTokens } from "./conformance/qwen_tokens.ts";
import { smallVocabulary } from "./random_walk/vocabularies.ts";
import { seededRandom, walk } from "./random_walk/walk.ts";

const seed = Number(Deno.env.get("ESPALIER_SEED") ?? Math.floor(Math.random() * 2 ** 32));
const folder = new URL("../grammars/", import.meta.url);
/** Names tokens, which a walk takes for a fault, as it writes bytes. */
const NAMES_TOKENS = "tool_calls.lark";
const WALKS = 12;

Deno.test("random walks through the grammars never dead-end, and end in sentences", () => {
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /\.(gbnf|lark)$/.test(name) && name !== NAMES_TOKENS).sort();
  assert(files.length >= 5, `${files.length} grammars`);
  const wrong: string[] = [];
  const bytewise = smallVocabulary();
  for (const vocabulary of [bytewise, qwenTokens().vocabulary]) {
    for (const file of files) {
      const text = Deno.readTextFileSync(new URL(file, folder));
      const grammar = compileGrammar(text, vocabulary);
      const reader = compileGrammar(text, bytewise);
      for (let index = 0; index < (vocabulary === bytewise ? WALKS : 3); index++) {
        const random = seededRandom(seed + index);
        const { outcome, text: written, detail } = walk(grammar, vocabulary, random, {
          budgetTokens: 4 + Math.floor(random() * 40),
          maximumTokens: 2000,
        });
        const where = `${file}, walk ${index}, ESPALIER_SEED=${seed}: ${written.slice(0, 200)}`;
        if (outcome !== "complete") wrong.push(`${outcome} (${detail ?? ""}) in ${where}`);
        else {
          const matcher = new Matcher(reader);
          const isRead = [...new TextEncoder().encode(written)].every((byte) =>
            matcher.acceptToken(byte)
          );
          if (!isRead || !matcher.isAccepting()) wrong.push(`no sentence in ${where}`);
        }
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("a grammar that names tokens of another vocabulary is refused", () => {
  const text = Deno.readTextFileSync(new URL(NAMES_TOKENS, folder));
  let refused: unknown;
  try {
    compileGrammar(text, smallVocabulary());
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof UnsupportedGrammarError);
});
