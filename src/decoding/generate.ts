/**
 * The generation loop: prompt in, text out, every token inside the grammar.
 *
 *     prefill -> mask -> sample -> accept -> forward -> mask -> …
 *
 * The loop ends at an EOS token, where the grammar allows nothing but the end (no pass is spent on hearing
 * the model say so), at a stop string, at `maxTokens`, or with the signal.
 *
 * `maxTokens` does not cut a text that a grammar frames: a token after which the tokens left would not do to
 * complete the text is taken back, and a completion that was known to fit is written in its place, without passes.
 *
 * What the grammar leaves no choice about needs no pass of its own: the tokens that the tokenizer would make of it
 * (`forced_tokens.ts`) go into the next pass together with the one that was chosen, the first of them with the prompt.
 * The mask of a step is computed while the pass runs, so with a model on another thread it costs no time at all.
 *
 * Cost a step: the pass, plus one walk over the logits, plus the mask and the completion; see `timings`.
 *
 * @module
 */

import { EventStream } from "./event_stream.ts";
import type {
  GenerationEvent,
  GenerationOptions,
  GenerationResult,
  Prompt,
  SampleEvent,
  SampleOptions,
} from "./generation.ts";
import { readRequest } from "./generation_request.ts";
import { GuidedText } from "./guided_text.ts";
import type { LanguageModel, Sequence } from "./language_model.ts";
import { Sampler } from "./sampling.ts";

/**
 * Lets a model continue a prompt, inside a grammar if one is given.
 *
 * Nothing runs before the stream is iterated or its `result` is read. Iterate it for the tokens as they
 * come; await `result` for the text. Leaving the iteration early frees the model's cache.
 *
 * @param model A loaded model; several generations may share it.
 * @param options The prompt, as `messages` or `promptTokenIds`, and {@link GenerationOptions}.
 * @returns Events, and the result. It rejects with {@link ContextLengthError} before any pass if the prompt
 *   and `maxTokens` do not fit, with {@link TokenLimitTooSmallError} if no text of the grammar is known that short
 *   (before any pass, too), with the signal's reason when aborted, with `RangeError` or `TypeError` for a wrong
 *   option, and with whatever the model throws.
 *
 * @example A choice between words
 * ```ts
 * import { generate } from "@espalier/core/decoding";
 * import { scriptedModel } from "@espalier/core/testing";
 * import { compileChoice } from "@espalier/core/matcher";
 *
 * await using model = scriptedModel({ script: "positive" });
 * const { text } = await generate(model, {
 *   messages: [{ role: "user", content: "How do you like it?" }],
 *   grammar: compileChoice(["positive", "negative"], model.vocabulary),
 * }).result;
 * console.assert(text === "positive");
 * ```
 */
export function generate(
  model: LanguageModel,
  options: Prompt & GenerationOptions,
): EventStream<GenerationEvent, GenerationResult> {
  return new EventStream(run(model, options));
}

/**
 * Lets a model continue a prompt several times, from one pass over the prompt.
 *
 * The texts are written one after the other, each with a cache of its own that begins as the prompt's.
 *
 * @param model A loaded model.
 * @param options As for {@link generate}, and how many; the seeds follow one another from `sampling.seed` on.
 * @returns Events, each with the number of its text, and the results in their order. Errors as of {@link generate}.
 */
export function generateSamples(
  model: LanguageModel,
  options: Prompt & SampleOptions,
): EventStream<SampleEvent, GenerationResult[]> {
  return new EventStream(runSamples(model, options));
}

async function* run(
  model: LanguageModel,
  options: Prompt & GenerationOptions,
): AsyncGenerator<GenerationEvent, GenerationResult> {
  const startedAt = performance.now();
  const request = readRequest(model, options);
  const text = new GuidedText(model, request, options, options.sampling);
  let sequence: Sequence | undefined;
  try {
    await text.start();
    sequence = await model.openSequence();
    const pass = await text.readPrompt(sequence);
    const prefillMs = performance.now() - startedAt;
    yield { type: "prompt", promptTokenCount: request.promptTokenIds.length, prefillMs };
    yield* text.write(sequence, pass);
  } finally {
    text.dispose();
    await sequence?.dispose();
  }
  return text.result(startedAt);
}

/** As {@link run}, several texts from one pass over the prompt. */
async function* runSamples(
  model: LanguageModel,
  options: Prompt & SampleOptions,
): AsyncGenerator<SampleEvent, GenerationResult[]> {
  const startedAt = performance.now();
  const { sampleCount, sampling } = options;
  if (!Number.isInteger(sampleCount) || sampleCount < 1) {
    throw new RangeError(`sampleCount must be a positive integer, got ${sampleCount}`);
  }
  const request = readRequest(model, options);
  const seed = new Sampler(sampling).seed;
  const results: GenerationResult[] = [];
  let prompt: Sequence | undefined;
  let logits: Float32Array | undefined;
  try {
    for (let sampleIndex = 0; sampleIndex < sampleCount; sampleIndex++) {
      // Greedy texts are all the same; the seeds of others follow one another.
      const own = seed === null ? sampling : { ...sampling, seed: (seed + sampleIndex) % 2 ** 53 };
      const text = new GuidedText(model, request, options, own);
      let sequence: Sequence | undefined;
      try {
        await text.start();
        if (prompt === undefined) {
          prompt = await model.openSequence();
          logits = (await text.readPrompt(prompt)).logits;
          const prefillMs = performance.now() - startedAt;
          const promptTokenCount = request.promptTokenIds.length;
          yield { type: "prompt", promptTokenCount, prefillMs, sampleIndex };
        }
        sequence = await prompt.fork();
        const first = { logits: logits!, masks: await text.firstMasks(), draft: null };
        for await (const event of text.write(sequence, first)) yield { ...event, sampleIndex };
      } finally {
        text.dispose();
        await sequence?.dispose();
      }
      results.push(text.result(startedAt));
    }
  } finally {
    await prompt?.dispose();
  }
  return results;
}
