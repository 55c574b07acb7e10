/**
 * Decoding: the interface to language models, sampling, and the generation loop.
 *
 * Knows nothing of how logits are computed (`src/models`) or of how masks are (`src/matcher`).
 *
 * @module
 */

export type {
  AppendOptions,
  ChatMessage,
  LanguageModel,
  ModelInfo,
  Sequence,
  Tokenizer,
} from "./language_model.ts";
export { acceptsText } from "./accepts_text.ts";
export type { Constraint } from "./constraint.ts";
export {
  ContextLengthError,
  DeadEndError,
  IncompleteOutputError,
  InvalidLogitsError,
  TokenLimitTooSmallError,
} from "./errors.ts";
export { EventStream } from "./event_stream.ts";
export { generate, generateSamples } from "./generate.ts";
export type {
  FinishReason,
  GenerationEvent,
  GenerationOptions,
  GenerationResult,
  Prompt,
  PromptEvent,
  SampleEvent,
  SampleOptions,
  Timings,
  TokenEvent,
  Usage,
} from "./generation.ts";
export { GrammarWorker, WorkerGrammar } from "./grammar_worker.ts";
export type {
  CompileInWorkerOptions,
  GrammarInWorkerOptions,
  GrammarWorkerOptions,
} from "./grammar_worker.ts";
export { PartialJson } from "./partial_json.ts";
export { encodeChat } from "./prompt_tokens.ts";
export type { EncodeChatOptions } from "./prompt_tokens.ts";
export { RandomSource } from "./random.ts";
export { mostProbable, Sampler } from "./sampling.ts";
export type { SamplingOptions } from "./sampling.ts";
export type { LogitAdjustmentOptions } from "./logit_adjustments.ts";
export type { StepProbabilities, TokenProbability } from "./logprobs.ts";
export { StopStrings } from "./stop_strings.ts";
export { TokenTextDecoder } from "./token_text.ts";
