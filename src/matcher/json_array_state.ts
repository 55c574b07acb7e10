/**
 * Inside a JSON array.
 *
 * A frame is the array's alternatives that are still possible, each with its obligations, and how many items there are
 * (no more exactly than the alternatives can tell). Frames of the same content are one, so long arrays go round in
 * circles. With `uniqueItems` a frame also knows the items so far, and each new item has to be another value.
 *
 * @module
 */

import type {
  ArrayAlternative,
  ArrayObligations,
  Goal,
  JsonValue,
  Literal,
} from "../json_schema/mod.ts";
import {
  canonicalText,
  isEasier,
  isJsonObject,
  opposite,
  parseExactly,
} from "../json_schema/mod.ts";
import { type JsonContext, JsonStructureState } from "./json_context.ts";
import { ValueState, type ValueWait } from "./json_value_state.ts";
import { ANY_TEXT, type ParserState } from "./parser_state.ts";

/** An alternative that is being followed for a goal. */
interface Thread {
  /** Index of the goal among those of the array's value state. */
  readonly goal: number;
  readonly alternative: ArrayAlternative;
  readonly obligations: ArrayObligations;
}

/** The items of an array with unique items. */
interface SeenItems {
  readonly values: readonly JsonValue[];
  readonly keys: readonly string[];
}

const NO_ITEMS: SeenItems = { values: [], keys: [] };

/** Most values of one place that are tried one by one against what is left for the places after it. */
const MAXIMUM_TRIED = 64;
/** How an array comes to its end. */
interface Ending {
  readonly text: string;
  /** Index of the goal that is fulfilled then. */
  readonly goal: number;
}

/** The state after `[`, or null if no goal allows an array. */
export function openArray(context: JsonContext, value: ValueState): ParserState | null {
  return context.limited(() => startOf(context, value));
}

function startOf(context: JsonContext, value: ValueState): ParserState | null {
  const threads: Thread[] = [];
  value.goals.forEach((goal, index) => {
    const shape = context.shapes.shape(goal);
    if (!shape.mayBeArray) return;
    for (const alternative of shape.arrays) {
      if (!alternative.isAlive(alternative.initial, 0, [])) continue;
      threads.push({ goal: index, alternative, obligations: alternative.initial });
    }
  });
  if (threads.length === 0) return null;
  return new ArrayScope(context, value, threads).frame(threads, 0, NO_ITEMS, value.capture).start;
}

/** One array: its frames. */
class ArrayScope {
  readonly horizon: number;
  readonly isUnique: boolean;
  readonly #frames = new Map<string, ArrayFrame>();

  constructor(
    readonly context: JsonContext,
    readonly value: ValueState,
    threads: readonly Thread[],
  ) {
    this.horizon = Math.max(...threads.map(({ alternative }) => alternative.horizon));
    this.isUnique = threads.some(({ alternative }) => alternative.isUnique);
  }

  frame(
    threads: readonly Thread[],
    count: number,
    seen: SeenItems,
    capture: string | null,
  ): ArrayFrame {
    const place = Math.min(count, this.horizon);
    const threadKey = threads.map(({ goal, alternative, obligations }) =>
      `${goal}:${alternative.id}:${obligations.id}`
    ).join();
    const key = `${place} ${threadKey} ${seen.keys.join()} ${capture}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = new ArrayFrame(this, threads, place, seen, capture);
      this.#frames.set(key, frame);
    }
    return frame;
  }
}

class ArrayFrame {
  readonly start: ParserState;
  readonly afterItem: ParserState;
  #item: ValueState | null | undefined;

  constructor(
    readonly scope: ArrayScope,
    readonly threads: readonly Thread[],
    readonly count: number,
    readonly seen: SeenItems,
    /** Captured text up to here, the comma or the bracket left out. */
    readonly capture: string | null,
  ) {
    this.start = new ArrayStart(scope.context, this);
    this.afterItem = new AfterItem(scope.context, this);
  }

  /** Before the next item, null if there cannot be one. */
  get item(): ValueState | null {
    if (this.#item === undefined) {
      this.#item = this.scope.context.limited(() => this.#makeItem());
    }
    return this.#item;
  }

  #makeItem(): ValueState | null {
    const { context } = this.scope;
    const goals: Goal[] = [];
    const pending: Thread[][] = [];
    for (const thread of this.threads) {
      const extra = this.#exclusions(thread);
      for (const choice of thread.alternative.choices(thread.obligations, this.count, extra)) {
        if (context.shapes.isEmpty(choice.goal)) continue;
        const next = { ...thread, obligations: choice.obligations };
        // Exclusions for the items after this one: it is one of them only when it is known.
        if (!this.#isAlive(next, this.count + 1, this.seen)) continue;
        const goal = this.#leaving(next, choice.goal, extra);
        if (goal === null) continue;
        let index = goals.indexOf(goal);
        if (index < 0) {
          index = goals.push(goal) - 1;
          pending.push([]);
        }
        pending[index]!.push(next);
      }
    }
    if (goals.length === 0) return null;
    const prefix = this.count === 0 ? "[" : ",";
    const capture = this.capture !== null ? this.capture + prefix : this.scope.isUnique ? "" : null;
    const isExact = this.scope.value.isExact ||
      pending.some((threads) => threads.some((thread) => this.#mayMeet(thread)));
    return new ValueState(context, goals, new ItemWait(this, pending, capture), capture, isExact);
  }

  /** Whether a string, an array or an object as an item may be what a later place cannot do without. */
  #mayMeet({ alternative, obligations }: Thread): boolean {
    if (!alternative.isUnique) return false;
    if (obligations.clauses.length > 0 || obligations.counters.length > 0) return true;
    const { shapes } = this.scope.context;
    const last = Math.max(this.count + 1, alternative.prefixLength);
    for (let place = this.count + 1; place <= last; place++) {
      const goal = shapes.goals.goal(alternative.literalsAt(place));
      const values = shapes.valuesOf(goal, MAXIMUM_TRIED);
      if (values?.some((value) => typeof value === "string" || isContainer(value))) return true;
    }
    return false;
  }

  /** What an item must not be: what is there already. */
  #exclusions({ alternative }: Thread): Literal[] {
    if (!alternative.isUnique || this.seen.values.length === 0) return [];
    return [opposite(this.scope.context.shapes.oneOf(this.seen.values))];
  }

  /** The goal of an item that leaves the places after it what they cannot do without; null if none does. */
  #leaving(next: Thread, goal: Goal, extra: readonly Literal[]): Goal | null {
    const { alternative, obligations } = next;
    if (!alternative.isUnique || this.count + 1 >= alternative.min) return goal;
    const { shapes } = this.scope.context;
    const wanted = new Map<string, JsonValue>();
    for (let place = this.count + 1; place < alternative.min; place++) {
      const later = shapes.goals.goal([...alternative.literalsAt(place), ...extra]);
      const values = shapes.valuesOf(later, MAXIMUM_TRIED);
      for (const value of values ?? []) wanted.set(canonicalText(value), value);
      if (place > this.count + MAXIMUM_TRIED) break;
    }
    const taken = [...wanted.values()].filter((value) => {
      const without = opposite(shapes.oneOf([...this.seen.values, value]));
      return !alternative.isAlive(obligations, this.count + 1, [without]);
    });
    if (taken.length === 0) return goal;
    const left = shapes.goals.goal([...goal.literals, opposite(shapes.oneOf(taken))]);
    return shapes.isEmpty(left) ? null : left;
  }

  #isAlive({ alternative, obligations }: Thread, count: number, seen: SeenItems): boolean {
    const extra = alternative.isUnique && seen.values.length > 0
      ? [opposite(this.scope.context.shapes.oneOf(seen.values))]
      : [];
    return alternative.isAlive(obligations, count, extra);
  }

  /** The frame after an item for which these threads were waiting. */
  after(threads: readonly Thread[], itemText: string | null, capture: string | null): ArrayFrame {
    const { seen } = this;
    let next = seen;
    // A mask is computed for every text at once; it does not reach far enough to meet this item again.
    const value = itemText === null || itemText.includes(ANY_TEXT)
      ? undefined
      : parseComparable(itemText);
    if (value !== undefined) {
      const keys = [...seen.keys, canonicalText(value)].sort();
      next = { values: [...seen.values, value], keys };
    }
    const alive = next === seen
      ? threads
      : threads.filter((thread) => this.#isAlive(thread, this.count + 1, next));
    return this.scope.frame(alive, this.count + 1, next, capture);
  }

  /**
   * The items that complete the array, and the bracket, with the goal that the array then fulfils.
   *
   * @param needsItem Whether one has to come, since a comma did.
   */
  ending(needsItem: boolean): Ending | null {
    const known = this.#endings[Number(needsItem)];
    if (known !== undefined) return known;
    return this.#endings[Number(needsItem)] = this.scope.context.limited(() =>
      this.#makeEnding(needsItem)
    );
  }
  readonly #endings: (Ending | null | undefined)[] = [];

  #makeEnding(needsItem: boolean): Ending | null {
    let best: Ending | null = null;
    for (const thread of this.threads) {
      const items = this.#completing(thread, needsItem);
      if (items === null) continue;
      const text = items.join("," + this.scope.context.space) + "]";
      if (best === null || text.length < best.text.length) best = { text, goal: thread.goal };
    }
    return best;
  }

  /** The state after an {@link ArrayFrame.ending}, with what stands before it. */
  afterEnding(ending: Ending | null, before: string): ParserState | null {
    if (ending === null) return null;
    const { value } = this.scope;
    const capture = value.capture === null ? null : this.capture + before + ending.text;
    return value.finish([ending.goal], capture);
  }

  #completing(thread: Thread, needsItem: boolean): readonly string[] | null {
    const { alternative, obligations } = thread;
    return this.scope.context.witnesses.items(
      alternative,
      obligations,
      this.count,
      this.seen.values,
      needsItem ? 1 : 0,
    );
  }

  /** The state after `]`. */
  close(): ParserState | null {
    const fulfilled = new Set<number>();
    for (const { goal, alternative, obligations } of this.threads) {
      if (alternative.isComplete(obligations, this.count)) fulfilled.add(goal);
    }
    if (fulfilled.size === 0) return null;
    const open = this.count === 0 ? "[]" : "]";
    const capture = this.scope.value.capture === null ? null : this.capture + open;
    return this.scope.value.finish([...fulfilled].sort((x, y) => x - y), capture);
  }
}

function isContainer(value: JsonValue): boolean {
  return Array.isArray(value) || isJsonObject(value);
}

/** The value of an item; undefined where a number in it has more digits than numbers are compared with. */
function parseComparable(text: string): JsonValue | undefined {
  try {
    return parseExactly(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class ItemWait implements ValueWait {
  readonly #itemStart: number;

  constructor(
    private readonly frame: ArrayFrame,
    private readonly pending: readonly (readonly Thread[])[],
    capture: string | null,
  ) {
    this.#itemStart = capture?.length ?? 0;
  }

  resolve(fulfilled: readonly number[], capture: string | null): ParserState | null {
    const { scope } = this.frame;
    const threads = distinctThreads(fulfilled.flatMap((index) => this.pending[index]!));
    const itemText = scope.isUnique && capture !== null ? capture.slice(this.#itemStart) : null;
    const kept = this.frame.capture === null ? null : capture;
    const next = this.frame.after(threads, itemText, kept);
    return next.threads.length === 0 ? null : next.afterItem;
  }
}

function distinctThreads(threads: readonly Thread[]): Thread[] {
  const byKey = new Map<string, Thread>();
  for (const thread of threads) {
    byKey.set(`${thread.goal}:${thread.alternative.id}:${thread.obligations.id}`, thread);
  }
  const distinct = [...byKey.keys()].sort().map((key) => byKey.get(key)!);
  // What an item has fulfilled is fulfilled: the thread that has not taken it adds nothing.
  return distinct.filter((thread, index) =>
    !distinct.some((other, otherIndex) =>
      other !== thread && other.goal === thread.goal && other.alternative === thread.alternative &&
      isEasier(other.obligations, thread.obligations) &&
      (otherIndex < index || !isEasier(thread.obligations, other.obligations))
    )
  );
}

/** After `[`. */
class ArrayStart extends JsonStructureState {
  constructor(context: JsonContext, private readonly frame: ArrayFrame) {
    super(context);
  }

  protected override punctuation(byte: number): ParserState | null {
    if (byte === 0x5d) return this.frame.close();
    return this.frame.item?.step(byte) ?? null;
  }

  override closing(): string | null {
    return this.frame.ending(false)?.text ?? null;
  }

  override afterClosing(): ParserState | null {
    return this.frame.afterEnding(this.frame.ending(false), "[");
  }
}

/** After an item. */
class AfterItem extends JsonStructureState {
  constructor(context: JsonContext, private readonly frame: ArrayFrame) {
    super(context);
  }

  protected override punctuation(byte: number): ParserState | null {
    if (byte === 0x5d) return this.frame.close();
    if (byte !== 0x2c) return null;
    const { item } = this.frame;
    return item === null ? null : this.context.spaced(item);
  }

  override closing(): string | null {
    const rest = this.frame.ending(false)?.text ?? null;
    return rest === null || rest === "]" ? rest : `,${this.context.space}${rest}`;
  }

  override afterClosing(): ParserState | null {
    const ending = this.frame.ending(false);
    return this.frame.afterEnding(ending, ending?.text === "]" ? "" : ",");
  }
}
