/**
 * What the benchmark and an engine's process say to each other: one JSON value a line, over the
 * process's standard input and output.
 *
 * Every engine has a process of its own, whatever language it is written in, so that its memory is its
 * own, a schema that hangs or aborts takes nothing else along, and no engine runs while another is
 * measured. Times are taken inside the process, around the engine's calls alone.
 *
 * The order: `started`, `vocabulary` → `ready`, any number of `case` → `result`, `finish` → `finished`. A second
 * `vocabulary` begins afresh in a process that is warm.
 *
 * @module
 */

/** The tokens, the same for every engine. */
export interface VocabularyMessage {
  readonly kind: "vocabulary";
  /** Bytes of all tokens, joined, in base64: one text, so that reading it leaves little garbage behind. */
  readonly bytes: string;
  /** Length of each token; -1 for special tokens and unused ids, which have no bytes. */
  readonly lengths: readonly number[];
  readonly eosTokenIds: readonly number[];
  readonly specialTokenIds: readonly number[];
  /** Width of the logits, at least the number of tokens. */
  readonly logitsSize: number;
  /**
   * The tokenizer's `tokenizer.json`, for an engine that tokenises by itself: where the grammar leaves no choice,
   * llguidance allows only the token with which its tokenizer would go on.
   */
  readonly tokenizerFile: string;
}

/** One schema, or grammar, and the texts that are driven through its masks. */
export interface CaseMessage {
  readonly kind: "case";
  /** JSON text of the schema; to the processes of `grammar_peers.ts` the text of a grammar. */
  readonly schema: string;
  /** Token ids of each text, without EOS. */
  readonly texts: readonly (readonly number[])[];
  /** CPU time after which the process gives up by itself, between two masks. */
  readonly cpuLimitMs: number;
  /** Whether times are the wall's, the default, or processor time of the process, for a busy machine. */
  readonly timesAre?: "wall" | "cpu";
}

/** What the benchmark sends. */
export type ToEngine = VocabularyMessage | CaseMessage | { readonly kind: "finish" };

/** Memory of a process, MiB. */
export interface ProcessMemory {
  /** Resident set. */
  readonly rssMiB: number;
  /** JavaScript engines only, after a collection: the heap, and buffers outside of it. */
  readonly heapMiB?: number;
  readonly buffersMiB?: number;
}

/**
 * How a text ended: all of it and EOS were in the masks, something was not, a mask was empty, the engine
 * threw or contradicted its own mask, or the time was up.
 */
export type TextOutcome = "accepted" | "refused" | "dead_end" | "error" | "timeout";

/** What became of one case. */
export interface CaseReply {
  readonly kind: "result";
  /** Set when the engine refused the schema by an error of its own; then there are no outcomes. */
  readonly refusal?: string;
  /** Set when the engine says that no instance is valid, which is an answer, not a refusal. */
  readonly isUnsatisfiable?: boolean;
  /** One per text. */
  readonly outcomes: readonly TextOutcome[];
  /** First error's message. */
  readonly detail?: string;
  /** Compilation, ms; with the matcher and its first mask, ms. */
  readonly compileMs?: number;
  readonly firstMaskMs?: number;
  /** Microseconds of each mask and of each accepted token, in order. */
  readonly maskUs: readonly number[];
  readonly acceptUs: readonly number[];
  /** How many of the masks are each text's; of those that were not begun it has none. */
  readonly maskCounts?: readonly number[];
  /** CPU time of the process since it began, ms. */
  readonly cpuMs: number;
  /** Resident set after the case, MiB. */
  readonly rssMiB: number;
  /** Whether the engine cannot be used any more. */
  readonly isBroken?: boolean;
}

/** What an engine's process answers. */
export type FromEngine =
  | { readonly kind: "started"; readonly version: string | null; readonly memory: ProcessMemory }
  | { readonly kind: "ready"; readonly buildMs: number; readonly memory: ProcessMemory }
  | CaseReply
  | {
    readonly kind: "finished";
    readonly memory: ProcessMemory;
    /** Figures of this engine only, by name with unit. */
    readonly extras: Readonly<Record<string, number>>;
  };
