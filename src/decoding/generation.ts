/**
 * What a generation is asked for, what it reports on the way, and what it comes to.
 *
 * The vocabulary of the loop in `generate.ts`, shared by extraction, agents and the server.
 *
 * @module
 */

import type { CompiledGrammar } from "../matcher/mod.ts";
import type { Constraint } from "./constraint.ts";
import type { WorkerGrammar } from "./grammar_worker.ts";
import type { ChatMessage } from "./language_model.ts";
import type { StepProbabilities } from "./logprobs.ts";
import type { SamplingOptions } from "./sampling.ts";

/** What the model continues: exactly one of the two. */
export type Prompt =
  | {
    /** The turns so far; rendered with the model's chat template. */
    messages: readonly ChatMessage[];
    promptTokenIds?: undefined;
  }
  | {
    /** The token ids so far, at least one. */
    promptTokenIds: readonly number[];
    messages?: undefined;
  };

/** Options of `generate` besides the prompt. */
export interface GenerationOptions {
  /** The frame that the text must stay inside, on this thread or of a `GrammarWorker`; default: free text. */
  grammar?: CompiledGrammar | WorkerGrammar;
  /** A matcher of one's own in place of `grammar`, e.g. one that stands in the middle of a text. */
  constraint?: Constraint;
  /**
   * Most tokens to write. Default 1,024, or what the context leaves room for if that is less.
   *
   * Inside a grammar the text is complete nevertheless: where the limit would cut it, it is closed by the
   * shortest end that is known, without asking the model (`finishReason` is then `"length"`, and the events of
   * those tokens have the origin `"closing"`). A `constraint` without `completionTokens`, and free text, is cut.
   */
  maxTokens?: number;
  /** How tokens are drawn; default greedy. */
  sampling?: SamplingOptions;
  /**
   * Strings at which the text ends; they are not part of it. At most 16. Inside a grammar the text may be incomplete then:
   * see `isComplete`.
   */
  stop?: readonly string[];
  /**
   * Asks for the probabilities of every token that the model chose, and for so many of the most probable ones; 0 to
   * 20. Costs two more walks over the logits a token. Default: not asked for.
   */
  logprobs?: number;
  /**
   * Whether tokens that the grammar forces go into one pass with the token before them. False gives each a pass of its own:
   * the same text, more slowly, and nothing is drafted either. Default true.
   */
  fastForward?: boolean;
  /**
   * Whether tokens that probably come next (what the grammar nearly forces, what the text seems to copy from the prompt) are
   * put into a pass on trial, as many as the kind of device and their success make worth it. The text is the same: each is
   * written only if the model chooses it. Default true.
   */
  drafts?: boolean;
  /** Ends the generation within one forward pass; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called for every token, before the event is yielded. */
  onToken?: (event: TokenEvent) => void;
}

/** The prompt was read, the first token can be chosen. */
export interface PromptEvent {
  /** Tells the events apart. */
  readonly type: "prompt";
  /** Tokens of the prompt, special ones included. */
  readonly promptTokenCount: number;
  /** From the call to the prompt's logits, milliseconds. */
  readonly prefillMs: number;
}

/** A token was written. */
export interface TokenEvent {
  /** Tells the events apart. */
  readonly type: "token";
  /** Its id. */
  readonly tokenId: number;
  /** Place among the tokens written, from 0. */
  readonly index: number;
  /** The text that became certain with it; empty in the middle of a character. */
  readonly text: string;
  /**
   * Where it came from. `"sampled"`: drawn from the model's distribution under the mask. `"drafted"`: the same, and it was the
   * one that a draft had guessed, so that it took no pass of its own. `"forced"`: the grammar left no
   * choice. `"closing"`: written without asking the model, because the text had to end within `maxTokens`.
   */
  readonly origin: "sampled" | "drafted" | "forced" | "closing";
  /** What the model gave it, where `logprobs` asked for that and the model chose it. */
  readonly probabilities?: StepProbabilities;
}

/** What a generation reports while it runs. */
export type GenerationEvent = PromptEvent | TokenEvent;

/** Options of `generateSamples` besides the prompt. */
export interface SampleOptions extends GenerationOptions {
  /** How many texts; at least 1. */
  sampleCount: number;
}

/** An event of one of several texts. */
export type SampleEvent = GenerationEvent & {
  /** Which text, from 0; the prompt's only event has 0. */
  readonly sampleIndex: number;
};

/** Why a generation ended: at an end that the model chose, the grammar set or a stop string made, or at `maxTokens`. */
export type FinishReason = "stop" | "length";

/** What a generation cost, in tokens. */
export interface Usage {
  /** Tokens of the prompt, special ones included. */
  readonly promptTokens: number;
  /** Those of them that were not computed, because another prompt had begun with them. */
  readonly cachedTokens: number;
  /** Tokens of the text; an EOS token is not counted. */
  readonly completionTokens: number;
  /** Those of them that the grammar forced, without a pass of their own. */
  readonly forcedTokens: number;
  /** Tokens that were put into passes on trial. */
  readonly draftedTokens: number;
  /** Those of them that the model chose. */
  readonly acceptedDraftTokens: number;
  /** Forward passes of the model, prefill included. */
  readonly forwardPasses: number;
}

/** Where the time went, in milliseconds. */
export interface Timings {
  /** From the call to the moment the first token was chosen. */
  readonly timeToFirstTokenMs: number;
  /** The pass over the prompt. */
  readonly prefillMs: number;
  /** From the end of that pass to the end of the text. */
  readonly decodeMs: number;
  /** Computing masks and following the grammar; part of `prefillMs` and `decodeMs`. */
  readonly maskMs: number;
  /** Keeping an end at hand that fits into `maxTokens`; part of `prefillMs` and `decodeMs`. */
  readonly completionMs: number;
  /** Choosing tokens out of the logits; part of `decodeMs`. */
  readonly sampleMs: number;
}

/** What a generation came to. */
export interface GenerationResult {
  /** Everything that was written, special tokens left out. */
  readonly text: string;
  /** The tokens of the text, without EOS. */
  readonly tokenIds: readonly number[];
  /** Why it ended. */
  readonly finishReason: FinishReason;
  /** The stop string at which it ended; null where there was none. */
  readonly stopString: string | null;
  /** Whether the text is a sentence of the grammar; for free text, whether the model ended it. */
  readonly isComplete: boolean;
  /** What it cost, in tokens. */
  readonly usage: Usage;
  /** Where the time went. */
  readonly timings: Timings;
  /** The seed of the draws; `null` when greedy. */
  readonly seed: number | null;
}
