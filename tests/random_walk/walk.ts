/**
 * One random walk through the masks: a model that knows nothing, obeying them.
 *
 * Up to a budget any allowed token may come. From then on the walk writes the completion that the engine
 * offers, which has to be inside the masks too. A walk that does not come to its end is reported.
 *
 * @module
 */

import type { CompiledGrammar } from "../../src/matcher/mod.ts";
import { Matcher } from "../../src/matcher/mod.ts";
import type { Vocabulary } from "../../src/vocabulary/mod.ts";

/** A source of numbers in 0..1 that a seed determines (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Tokens after which a walk heads for the end, and after which it has failed to. */
export interface WalkLimits {
  readonly budgetTokens: number;
  readonly maximumTokens: number;
}

/** How a walk ended. */
export interface Walk {
  /** `complete`, or what is wrong with the engine. */
  readonly outcome: "complete" | "dead end" | "endless" | "inconsistent" | "no completion";
  /** What was written. */
  readonly text: string;
  readonly tokenCount: number;
  /** Of `inconsistent`: which two answers contradict each other. */
  readonly detail?: string;
}

/** Walks a grammar once. */
export function walk(
  grammar: CompiledGrammar,
  vocabulary: Vocabulary,
  random: () => number,
  limits: WalkLimits,
): Walk {
  const matcher = new Matcher(grammar);
  const mask = new Uint32Array(vocabulary.maskWordCount);
  const again = new Uint32Array(vocabulary.maskWordCount);
  const written: number[] = [];
  const ending = new EndingState();
  const tokens = tokenStarts(vocabulary);
  let completion: number[] | null = null;
  let tokenCount = 0;
  const end = (outcome: Walk["outcome"], detail?: string): Walk => ({
    outcome,
    text: new TextDecoder().decode(Uint8Array.from(written)),
    tokenCount,
    ...(detail === undefined ? {} : { detail }),
  });

  for (; tokenCount < limits.maximumTokens; tokenCount++) {
    if (!matcher.fillMask(mask)) return end("dead end");
    const allowed = idsOf(mask);
    if (allowed.length === 0) return end("dead end", "fillMask gave an empty mask");
    const mayEnd = vocabulary.eosTokenIds.some((id) => isIn(mask, id));
    if (mayEnd !== matcher.isAccepting()) return end("inconsistent", "EOS bit and isAccepting()");
    const hurry = tokenCount >= limits.budgetTokens;
    const ordinary = mayEnd
      ? allowed.filter((id) => !vocabulary.eosTokenIds.includes(id))
      : allowed;
    if (mayEnd && (hurry || random() < 0.3 || ordinary.length === 0)) return end("complete");
    const special = ordinary.find((id) => tokens.firstByte[id] === NO_BYTES);
    if (special !== undefined) return end("inconsistent", `special token ${special} is allowed`);
    if (hurry && completion === null) {
      completion = matcher.completionTokens();
      if (completion === null) return end("no completion");
    }
    const id = completion?.shift() ?? choose(ordinary, tokens, random, ending);
    if (!isIn(mask, id)) {
      return end(
        "inconsistent",
        `token ${id} (${
          new TextDecoder().decode(vocabulary.tokenBytes(id)!)
        }) of a completion is not in the mask; accepted: ${matcher.acceptToken(id)}`,
      );
    }

    if (random() < 0.1) {
      // Going back must restore the mask, and a token outside of it must be refused without a trace.
      const refused = Math.floor(random() * vocabulary.logitsSize);
      if (!isIn(mask, refused) && matcher.acceptToken(refused)) {
        return end("inconsistent", `token ${refused} is not in the mask, but accepted`);
      }
      if (!matcher.acceptToken(id)) return end("inconsistent", `token ${id} of the mask refused`);
      matcher.fillMask(again);
      matcher.rollback(1);
      matcher.fillMask(again);
      if (again.some((word, index) => word !== mask[index])) {
        return end("inconsistent", `another mask after accepting and taking back token ${id}`);
      }
    }
    if (!matcher.acceptToken(id)) return end("inconsistent", `token ${id} of the mask refused`);
    for (const byte of vocabulary.tokenBytes(id)!) {
      written.push(byte);
      ending.read(byte);
    }
  }
  return end("endless");
}

/** Just enough of JSON's syntax to know what a closing character means here. */
class EndingState {
  inString = false;
  /** Length of the number that is being written, 0 outside of one. */
  numberLength = 0;
  #escaped = false;

  read(byte: number): void {
    if (this.inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === 0x5c) this.#escaped = true;
      else if (byte === 0x22) this.inString = false;
      return;
    }
    this.inString = byte === 0x22;
    const isNumber = (byte >= 0x30 && byte <= 0x39) || "+-.eE".includes(String.fromCharCode(byte));
    this.numberLength = isNumber ? this.numberLength + 1 : 0;
  }
}

/** What a choice looks at in a token: its first byte, or {@link NO_BYTES}. */
interface TokenStarts {
  readonly firstByte: Int16Array;
}

const NO_BYTES = -1;
const startsOf = new WeakMap<Vocabulary, TokenStarts>();

function tokenStarts(vocabulary: Vocabulary): TokenStarts {
  let starts = startsOf.get(vocabulary);
  if (starts === undefined) {
    const firstByte = new Int16Array(vocabulary.logitsSize).fill(NO_BYTES);
    for (let id = 0; id < vocabulary.tokenCount; id++) {
      const bytes = vocabulary.tokenBytes(id);
      firstByte[id] = bytes?.[0] ?? NO_BYTES;
    }
    startsOf.set(vocabulary, starts = { firstByte });
  }
  return starts;
}

const bytesOf = (characters: string) => new Set(new TextEncoder().encode(characters));

const NUMBER_BYTES = bytesOf("0123456789.eE+-");
/** A number longer than this is ended where it can be, so that doubles can check it. */
const LONG_NUMBER = 9;

function choose(
  allowed: readonly number[],
  { firstByte }: TokenStarts,
  random: () => number,
  state: EndingState,
): number {
  const pick = (ids: readonly number[]) => ids[Math.floor(random() * ids.length)]!;
  if (state.numberLength > LONG_NUMBER) {
    const others = allowed.filter((id) => !NUMBER_BYTES.has(firstByte[id]!));
    return pick(others.length > 0 ? others : allowed);
  }
  // A uniform draw over a mask goes on with a string by 100,000 tokens and ends it by a few: even it out
  // by drawing the first byte first.
  if (random() < 0.6) return pick(allowed);
  const start = pick([...new Set(allowed.map((id) => firstByte[id]!))]);
  return pick(allowed.filter((id) => firstByte[id] === start));
}

/** The ids of a mask, in order. */
function idsOf(mask: Uint32Array): number[] {
  const ids: number[] = [];
  for (let index = 0; index < mask.length; index++) {
    for (let word = mask[index]!; word !== 0; word &= word - 1) {
      ids.push(index * 32 + 31 - Math.clz32(word & -word));
    }
  }
  return ids;
}

function isIn(mask: Uint32Array, id: number): boolean {
  return (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
}
