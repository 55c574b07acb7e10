/**
 * A few pairs of `exactness.ts` on each device, and the law of the drawn texts.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ForcedTokens } from "../src/decoding/forced_tokens.ts";
import { encodeChat, generate } from "../src/decoding/mod.ts";
import { scriptedModel } from "../src/decoding/testing.ts";
import { compileChoice, Matcher } from "../src/matcher/mod.ts";
import { compareAccelerations } from "./exactness.ts";

Deno.test("greedy, a text is the same with all accelerations and with none", async () => {
  for (const device of ["cpu", "wasm"] as const) {
    const { differences, ...report } = await compareAccelerations({
      ...{ pairs: 24, device, seed: 3, maxTokens: 80 },
    });
    assertEquals(differences, [], device);
    assert(report.forced > 0 && report.accepted > 0 && report.cached > 0, JSON.stringify(report));
    assert(report.passes < report.plainPasses, JSON.stringify(report));
  }
});

Deno.test("drawn with drafts, texts come as often as the masked distribution says", async () => {
  const choices = ["name", "nation", "date", "dates", "total", "true story", "true stories"];
  const model = scriptedModel({ seed: 11 }); // nothing is scripted: its logits are noise, fixed by the text so far
  const grammar = compileChoice(choices, model.vocabulary);
  // The prompt says two of the choices, so that they are drafted.
  const messages = [{ role: "user" as const, content: "true stories, dates, true stories" }];
  const expected = await exactDistribution();
  const counts = new Map(choices.map((choice) => [choice, 0]));
  const drawCount = 3000;
  let drafted = 0, accepted = 0;
  for (let seed = 1; seed <= drawCount; seed++) {
    const { text, usage } = await generate(model, {
      ...{ messages, grammar, maxTokens: 30, sampling: { temperature: 1, seed } },
    }).result;
    counts.set(text, counts.get(text)! + 1);
    drafted += usage.draftedTokens;
    accepted += usage.acceptedDraftTokens;
  }
  assert(drafted > accepted && accepted > 0, `${accepted} of ${drafted} drafted tokens`);
  let chiSquare = 0;
  for (const choice of choices) {
    const mean = drawCount * expected.get(choice)!;
    chiSquare += (counts.get(choice)! - mean) ** 2 / mean;
  }
  // Six degrees of freedom: 38.3 is passed by chance once in a million.
  assert(chiSquare < 38.3, `${chiSquare}: ${JSON.stringify([...counts])}`);

  /**
   * The probability of each text: over all ways to cut it into tokens, the product of the masked softmaxes. What the grammar
   * forces is cut as the tokenizer does.
   */
  async function exactDistribution(): Promise<Map<string, number>> {
    const { tokenizer, vocabulary } = model;
    const promptTokenIds = encodeChat(model, messages);
    const forcedTokens = new ForcedTokens(tokenizer, vocabulary);
    const found = new Map<string, number>();
    await visit([], 1);
    return found;

    async function visit(tokenIds: number[], probability: number): Promise<void> {
      const matcher = new Matcher(grammar);
      for (const id of tokenIds) assert(matcher.acceptToken(id));
      const forced = forcedTokens.after(tokenIds, matcher.forcedBytes());
      if (forced.length > 0) return await visit([...tokenIds, ...forced], probability);
      const mask = new Uint32Array(Math.ceil(vocabulary.logitsSize / 32));
      matcher.fillMask(mask);
      const sequence = await model.openSequence();
      let logits = await sequence.append(promptTokenIds);
      if (tokenIds.length > 0) logits = await sequence.append(tokenIds);
      await sequence.dispose();
      const allowed = [...logits.keys()].filter((id) => (mask[id >> 5]! >> (id & 31) & 1) === 1);
      const sum = allowed.reduce((total, id) => total + Math.exp(logits[id]!), 0);
      for (const id of allowed) {
        const share = probability * Math.exp(logits[id]!) / sum;
        if (vocabulary.eosTokenIds.includes(id)) {
          const text = tokenizer.decode(tokenIds);
          found.set(text, (found.get(text) ?? 0) + share);
        } else {
          await visit([...tokenIds, id], share);
        }
      }
    }
  }
});
