/**
 * A language model that writes what it is told to: for tests of anything that stands on a model.
 *
 * {@link scriptedModel} needs no weights and no files. Its logits favour the script wherever the script can
 * still be followed, the longer token before the shorter, then EOS; where a mask forces another text, they are
 * seeded noise. So with a mask the script is followed as far as the grammar allows. It counts passes and
 * open sequences, can be slow, can fail, and can refuse to come to an end.
 *
 * @module
 */

import { Vocabulary } from "../vocabulary/mod.ts";
import type {
  AppendOptions,
  ChatMessage,
  LanguageModel,
  ModelInfo,
  Sequence,
  Tokenizer,
} from "./language_model.ts";
import { RandomSource } from "./random.ts";

const START = "<|im_start|>";
const END = "<|im_end|>";
/** Tokens of more than one byte in the built-in vocabulary; some end inside a character. */
const MERGES = [
  '{"',
  '":"',
  '","',
  '":',
  '"}',
  '"},{"',
  ", ",
  ": ",
  "true",
  "false",
  "null",
  "name",
  "date",
  "total",
  " the",
  "ing",
  "00",
  "20",
];
const HALF_CHARACTERS = [[0xf0, 0x9f], [0x98, 0x80], [0xe2, 0x82]];

/** Options of {@link scriptedModel}. */
export interface ScriptedModelOptions {
  /** What it wants to write, or a function of the prompt's text (special tokens left out). Default "". */
  script?: string | ((prompt: string) => string);
  /** Default: the 256 bytes, some longer tokens, and the special tokens of a chat. */
  vocabulary?: Vocabulary;
  /** Default 4,096. */
  contextLength?: number;
  /** Time that a pass takes on a timer; default 0, and then it never leaves the microtask queue. */
  passMs?: number;
  /** Fixes the noise; default 1. */
  seed?: number;
  /**
   * Never wants to stop: EOS, and every token with a character that ends a JSON string, list or object, comes last.
   * Default false.
   */
  isEndless?: boolean;
  /** Makes the pass with this number (0 is the prompt's) fail. */
  failAtPass?: number;
}

/** A {@link LanguageModel} without weights. */
export class ScriptedModel implements LanguageModel {
  /** Says that it is a mock. */
  readonly info: ModelInfo;
  /** As given, or the built-in one. */
  readonly vocabulary: Vocabulary;
  /** Takes the longest token that fits, again and again. */
  readonly tokenizer: Tokenizer;
  /** The tokens of every pass so far, over all sequences. */
  readonly passes: (readonly number[])[] = [];
  /** Sequences that were opened or forked and not disposed of yet. */
  openSequenceCount = 0;
  /** As given. */
  readonly options: ScriptedModelOptions;
  #isDisposed = false;

  /**
   * Makes the model; there is nothing to load.
   *
   * @param options See {@link ScriptedModelOptions}.
   */
  constructor(options: ScriptedModelOptions = {}) {
    this.options = options;
    this.vocabulary = options.vocabulary ?? builtInVocabulary();
    this.tokenizer = new LongestMatchTokenizer(this.vocabulary);
    this.info = {
      id: "scripted",
      device: "mock",
      dtype: "none",
      contextLength: options.contextLength ?? 4096,
      logitsSize: this.vocabulary.logitsSize,
      loadMs: 0,
    };
  }

  /** Opens an empty sequence. */
  openSequence(): Promise<Sequence> {
    if (this.#isDisposed) return Promise.reject(new TypeError("the model has been disposed of"));
    return Promise.resolve(new ScriptedSequence(this, [], null));
  }

  /** Refuses new sequences from now on. */
  dispose(): Promise<void> {
    this.#isDisposed = true;
    return Promise.resolve();
  }

  /** As {@link ScriptedModel.dispose}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/**
 * A model that writes a script.
 *
 * @param options See {@link ScriptedModelOptions}.
 * @returns The model; there is nothing to load.
 *
 * @example
 * ```ts
 * import { generate } from "@espalier/core/decoding";
 * import { scriptedModel } from "@espalier/core/testing";
 *
 * await using model = scriptedModel({ script: "Hello." });
 * const { text } = await generate(model, { messages: [{ role: "user", content: "Hi" }] }).result;
 * console.assert(text === "Hello.");
 * ```
 */
export function scriptedModel(options: ScriptedModelOptions = {}): ScriptedModel {
  return new ScriptedModel(options);
}

class ScriptedSequence implements Sequence {
  #isDisposed = false;

  constructor(
    private readonly model: ScriptedModel,
    private history: number[],
    /** What is still to be written follows this many tokens; null before the first pass. */
    private promptTokenCount: number | null,
  ) {
    model.openSequenceCount++;
  }

  get tokenCount(): number {
    return this.history.length;
  }

  async append(tokenIds: readonly number[], options: AppendOptions = {}): Promise<Float32Array> {
    const { logitCount = 1, signal } = options;
    const { model } = this;
    signal?.throwIfAborted();
    if (this.#isDisposed) throw new TypeError("the sequence has been disposed of");
    const pass = model.passes.push([...tokenIds]) - 1;
    if (model.options.passMs) {
      await new Promise((resolve) => setTimeout(resolve, model.options.passMs));
      signal?.throwIfAborted();
    }
    if (pass === model.options.failAtPass) throw new Error(`pass ${pass} fails, as asked`);
    const history = [...this.history, ...tokenIds];
    this.promptTokenCount ??= history.length;
    this.history = history;
    const width = model.vocabulary.logitsSize;
    const logits = new Float32Array(logitCount * width);
    for (let row = 0; row < logitCount; row++) {
      const length = history.length - logitCount + 1 + row;
      this.#fillRow(logits.subarray(row * width, (row + 1) * width), length);
    }
    return logits;
  }

  truncate(tokenCount: number): Promise<void> {
    this.history = this.history.slice(0, tokenCount);
    // Part of a prompt begins another one, which ends with the next tokens.
    if (tokenCount < (this.promptTokenCount ?? 0)) this.promptTokenCount = null;
    return Promise.resolve();
  }

  fork(): Promise<Sequence> {
    return Promise.resolve(
      new ScriptedSequence(this.model, [...this.history], this.promptTokenCount),
    );
  }

  dispose(): Promise<void> {
    if (!this.#isDisposed) this.model.openSequenceCount--;
    this.#isDisposed = true;
    return Promise.resolve();
  }

  /** The logits after the first `length` tokens. */
  #fillRow(row: Float32Array, length: number): void {
    const { vocabulary, options, tokenizer } = this.model;
    const last = this.history[length - 1] ?? 0;
    const noise = new RandomSource((options.seed ?? 1) * 0x1_0000_0000 + length * 65_536 + last);
    for (let id = 0; id < row.length; id++) row[id] = noise.nextFloat();
    if (options.isEndless) {
      for (let id = 0; id < row.length; id++) if (isEnding(vocabulary, id)) row[id]! -= 50;
      return;
    }

    const { script = "" } = options;
    const prompt = this.history.slice(0, this.promptTokenCount!);
    const wanted = new TextEncoder().encode(
      typeof script === "string" ? script : script(tokenizer.decode(prompt)),
    );
    const written = bytesOf(vocabulary, this.history.slice(prompt.length, length));
    if (!startsWith(wanted, written, 0)) return;
    if (wanted.length === written.length) {
      for (const id of vocabulary.eosTokenIds) row[id]! += 100;
      return;
    }
    for (let id = 0; id < vocabulary.tokenCount; id++) {
      const bytes = vocabulary.tokenBytes(id);
      if (bytes !== null && bytes.length > 0 && startsWith(wanted, bytes, written.length)) {
        row[id] = 100 + bytes.length;
      }
    }
  }
}

/** Cuts off the longest token that fits, again and again; a chat as Qwen writes it. */
class LongestMatchTokenizer implements Tokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #ids = new Map<string, number>();
  readonly #specialIds = new Map<string, number>();
  #longest = 1;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    for (let id = 0; id < vocabulary.tokenCount; id++) {
      const bytes = vocabulary.tokenBytes(id);
      if (bytes === null) continue;
      this.#ids.set(bytes.join(), id);
      this.#longest = Math.max(this.#longest, bytes.length);
    }
    const special = [...Array(vocabulary.tokenCount).keys()].filter((id) =>
      vocabulary.isSpecial(id)
    );
    // The built-in vocabulary has them in this order; another one may have none but EOS.
    for (const [index, id] of special.entries()) {
      this.#specialIds.set(special.length === 1 ? END : [START, END][index] ?? "", id);
    }
  }

  encode(text: string, { allowSpecial = false }: { allowSpecial?: boolean } = {}): number[] {
    if (!allowSpecial) return this.#encodePlain(text);
    return text.split(/(<\|im_start\|>|<\|im_end\|>)/).flatMap((part) => {
      const id = this.#specialIds.get(part);
      return id === undefined || part === "" ? this.#encodePlain(part) : [id];
    });
  }

  decode(tokenIds: readonly number[]): string {
    return new TextDecoder().decode(bytesOf(this.#vocabulary, tokenIds));
  }

  renderChat(messages: readonly ChatMessage[]): string {
    const turns = messages.map(({ role, content }) => `${START}${role}\n${content}${END}\n`);
    return turns.join("") + `${START}assistant\n`;
  }

  #encodePlain(text: string): number[] {
    const bytes = new TextEncoder().encode(text);
    const tokenIds: number[] = [];
    let at = 0;
    while (at < bytes.length) {
      let size = Math.min(this.#longest, bytes.length - at);
      let id: number | undefined;
      while ((id = this.#ids.get(bytes.subarray(at, at + size).join())) === undefined) {
        if (--size === 0) {
          throw new RangeError(`the vocabulary has no token for the byte ${bytes[at]}`);
        }
      }
      tokenIds.push(id);
      at += size;
    }
    return tokenIds;
  }
}

/** Whether a token ends a text, or a string, list or object in it. */
function isEnding(vocabulary: Vocabulary, id: number): boolean {
  const bytes = vocabulary.tokenBytes(id);
  return bytes === null || bytes.includes(0x22) || bytes.includes(0x5d) || bytes.includes(0x7d);
}

let builtIn: Vocabulary | undefined;

function builtInVocabulary(): Vocabulary {
  if (builtIn === undefined) {
    const tokens: (Uint8Array | null)[] = [
      ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
      ...MERGES.map((text) => new TextEncoder().encode(text)),
      ...HALF_CHARACTERS.map((bytes) => Uint8Array.from(bytes)),
      null, // START
      null, // END
    ];
    const end = tokens.length - 1;
    builtIn = Vocabulary.fromBytes(tokens, {
      eosTokenIds: [end],
      specialTokenIds: [end - 1],
      logitsSize: tokens.length + 11, // rows of logits are often wider than the vocabulary
    });
  }
  return builtIn;
}

function bytesOf(vocabulary: Vocabulary, tokenIds: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const id of tokenIds) bytes.push(...vocabulary.tokenBytes(id) ?? []);
  return Uint8Array.from(bytes);
}

/** Whether `part` stands in `whole` at `offset`. */
function startsWith(whole: Uint8Array, part: Uint8Array, offset: number): boolean {
  if (offset + part.length > whole.length) return false;
  for (let i = 0; i < part.length; i++) if (whole[offset + i] !== part[i]) return false;
  return true;
}
