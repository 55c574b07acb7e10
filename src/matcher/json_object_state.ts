/**
 * Inside a JSON object.
 *
 * A frame is the object's alternatives that are still possible, each with its obligations, and the names so far. What a
 * name is worth is worked out per name where a schema mentions it, and per class of names (by the patterns that match)
 * where none does. A name is offered only if its value can be written and the object can be completed after it.
 *
 * @module
 */

import { EMPTY, type Regex, type TextSet } from "../automata/mod.ts";
import {
  type Completion,
  type Goal,
  isInfinite,
  type ObjectAlternative,
  type ObjectObligations,
  ObjectProgress,
  SeenNames,
  splitByLanguages,
  type SplitClass,
  textsOf,
} from "../json_schema/mod.ts";
import { type JsonContext, JsonStructureState } from "./json_context.ts";
import { ValueState, type ValueWait } from "./json_value_state.ts";
import { ANY_TEXT, NameState, type ParserState } from "./parser_state.ts";

/** An alternative that is being followed for a goal. */
interface Thread {
  /** Index of the goal among those of the object's value state. */
  readonly goal: number;
  readonly alternative: ObjectAlternative;
  readonly obligations: ObjectObligations;
}

/** Classes of at most so many names are taken apart. */
const FEW_NAMES = 64;

/** How an object comes to its end. */
interface Ending {
  readonly text: string;
  /** Index of the goal that is fulfilled then. */
  readonly goal: number;
}

/** The goals of a property's value, and the threads that go on when they are fulfilled. */
interface PendingValue {
  readonly goals: readonly Goal[];
  readonly threads: readonly (readonly Thread[])[];
}

/** The state after `{`, or null if no goal allows an object. */
export function openObject(context: JsonContext, value: ValueState): ParserState | null {
  return context.limited(() => startOf(context, value));
}

function startOf(context: JsonContext, value: ValueState): ParserState | null {
  const threads: Thread[] = [];
  value.goals.forEach((goal, index) => {
    const shape = context.shapes.shape(goal);
    if (!shape.mayBeObject) return;
    for (const alternative of shape.objects) {
      const progress = new ObjectProgress(alternative, SeenNames.none, context.shapes.isOrdered);
      if (!alternative.isAlive(alternative.initial, progress)) continue;
      threads.push({ goal: index, alternative, obligations: alternative.initial });
    }
  });
  if (threads.length === 0) return null;
  const scope = new ObjectScope(context, value, threads);
  return scope.frame(threads, SeenNames.none, value.capture).start;
}

/** One object: the names that its alternatives tell apart, and its frames. */
class ObjectScope {
  /** Names that are followed one by one. */
  readonly names: TextSet;
  /** Classes of all other names. */
  readonly classes: readonly SplitClass[];
  readonly #listed: readonly string[];
  readonly #frames = new Map<string, ObjectFrame>();

  constructor(
    readonly context: JsonContext,
    readonly value: ValueState,
    threads: readonly Thread[],
  ) {
    const { languages, shapes } = context;
    const names = new Set<string>();
    const splitters = new Set<Regex>();
    for (const { alternative } of threads) {
      for (const name of alternative.names) names.add(name);
      for (const language of alternative.languages) splitters.add(language);
    }
    const classes = splitByLanguages(languages.strings.all, [...splitters], shapes);
    // In a class of few names each that is written counts, so none may stand for another.
    this.classes = classes.filter(({ language }) => {
      if (isInfinite(languages, language)) return true;
      const few = textsOf(languages, language, FEW_NAMES);
      for (const name of few ?? []) names.add(name);
      return few === null;
    });
    this.names = languages.textSet(names);
    this.#listed = [...names];
  }

  /** The names of the alternatives and those that were written. */
  namesWith(seen: SeenNames): TextSet {
    const { languages } = this.context;
    const others = seen.names.filter((name) =>
      name.isWellFormed() && languages.indexIn(this.names, name) < 0
    );
    return others.length === 0 ? this.names : languages.textSet([...this.#listed, ...others]);
  }

  frame(threads: readonly Thread[], seen: SeenNames, capture: string | null): ObjectFrame {
    const threadKey = threads.map(threadKeyOf).join();
    const key = `${threadKey} ${seen.key} ${capture}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = new ObjectFrame(this, threads, seen, capture);
      this.#frames.set(key, frame);
    }
    return frame;
  }
}

class ObjectFrame {
  readonly start: ParserState;
  readonly afterValue: ParserState;
  readonly #progress = new Map<ObjectAlternative, ObjectProgress>();
  readonly #missing = new Map<ObjectAlternative, number>();
  /** One completion for each alternative with the obligations that a property may leave. */
  readonly #completions = new Map<string, Completion | null>();
  #name: ParserState | null | undefined;

  constructor(
    readonly scope: ObjectScope,
    readonly threads: readonly Thread[],
    readonly seen: SeenNames,
    /** Captured text up to here, the comma or the brace left out. */
    readonly capture: string | null,
  ) {
    this.start = new ObjectStart(scope.context, this);
    this.afterValue = new AfterValue(scope.context, this);
  }

  /** Inside the next name, after its quote; null if there cannot be one. */
  get name(): ParserState | null {
    if (this.#name === undefined) {
      this.#name = this.scope.context.limited(() => PropertyNameState.make(this));
    }
    return this.#name;
  }

  progress(alternative: ObjectAlternative): ObjectProgress {
    let progress = this.#progress.get(alternative);
    if (progress === undefined) {
      progress = new ObjectProgress(alternative, this.seen, this.scope.context.shapes.isOrdered);
      this.#progress.set(alternative, progress);
    }
    return progress;
  }

  /** What a mentioned name leads to; null when it may not come. */
  pendingName(name: string): PendingValue | null {
    const { languages } = this.scope.context;
    return this.#pending(
      name,
      (alternative) => alternative.literalsFor(name),
      (language) => languages.has(language, name),
    );
  }

  /** What an unmentioned name of a class leads to; null when none may come. */
  pendingClass(one: SplitClass, name: string): PendingValue | null {
    return this.#pending(
      name,
      (alternative) => alternative.literalsInClass(one.isIn),
      one.isIn,
    );
  }

  #pending(
    name: string,
    literalsOf: (alternative: ObjectAlternative) => readonly number[],
    isIn: (language: Regex) => boolean,
  ): PendingValue | null {
    const { shapes } = this.scope.context;
    const goals: Goal[] = [];
    const pending: Thread[][] = [];
    let seen: SeenNames | undefined;
    for (const thread of this.threads) {
      const { alternative } = thread;
      if (!this.progress(alternative).isAvailable(name)) continue;
      const literals = literalsOf(alternative);
      for (const choice of alternative.choices(thread.obligations, name, literals, isIn)) {
        if (shapes.isEmpty(choice.goal)) continue;
        if (
          !this.#staysAlive(thread, choice.obligations, name, () => seen ??= this.seen.with(name))
        ) {
          continue;
        }
        let index = goals.indexOf(choice.goal);
        if (index < 0) {
          index = goals.push(choice.goal) - 1;
          pending.push([]);
        }
        pending[index]!.push({ ...thread, obligations: choice.obligations });
      }
    }
    return goals.length === 0 ? null : { goals, threads: pending };
  }

  /** Place of the first required name that is still to come; `Infinity` when none is. */
  #firstMissing(alternative: ObjectAlternative): number {
    let first = this.#missing.get(alternative);
    if (first === undefined) {
      first = Infinity;
      for (const name of alternative.required) {
        if (!this.seen.has(name)) first = Math.min(first, alternative.positionOf(name));
      }
      this.#missing.set(alternative, first);
    }
    return first;
  }

  #staysAlive(
    { alternative }: Thread,
    obligations: ObjectObligations,
    name: string,
    seenAfter: () => SeenNames,
  ): boolean {
    const { isOrdered } = this.scope.context.shapes;
    if (obligations.clauses.length === 0 && alternative.max === Infinity) {
      // Another property takes nothing away but, in order, the names before it.
      if (!isOrdered) return true;
      const position = alternative.positionOf(name);
      if (alternative.min === 0) {
        return this.#firstMissing(alternative) >= position;
      }
    }
    const key = `${alternative.id}:${obligations.id}`;
    let completion = this.#completions.get(key);
    if (completion === undefined) {
      completion = alternative.completion(obligations, this.progress(alternative));
      this.#completions.set(key, completion);
    }
    if (
      completion !== null && alternative.survives(completion, this.progress(alternative), name)
    ) return true;
    const progress = new ObjectProgress(alternative, seenAfter(), isOrdered);
    return alternative.isAlive(obligations, progress);
  }

  /**
   * The properties that complete the object, and the brace, with the goal that the object then fulfils.
   *
   * @param needsName Whether one has to come, since a comma did.
   */
  ending(needsName: boolean): Ending | null {
    const known = this.#endings[Number(needsName)];
    if (known !== undefined) return known;
    return this.#endings[Number(needsName)] = this.scope.context.limited(() =>
      this.#makeEnding(needsName)
    );
  }
  readonly #endings: (Ending | null | undefined)[] = [];

  #makeEnding(needsName: boolean): Ending | null {
    const { witnesses, space } = this.scope.context;
    let best: Ending | null = null;
    for (const { goal, alternative, obligations } of this.threads) {
      const progress = this.progress(alternative);
      const members = witnesses.members(alternative, obligations, progress, needsName ? 1 : 0);
      if (members === null) continue;
      const text = members.join("," + space) + "}";
      if (best === null || text.length < best.text.length) best = { text, goal };
    }
    return best;
  }

  /** The state after an {@link ObjectFrame.ending}, with what stands before it. */
  afterEnding(ending: Ending | null, before: string): ParserState | null {
    if (ending === null) return null;
    const { value } = this.scope;
    const capture = value.capture === null ? null : this.capture + before + ending.text;
    return value.finish([ending.goal], capture);
  }

  /** The state after `}`. */
  close(): ParserState | null {
    const fulfilled = new Set<number>();
    for (const { goal, alternative, obligations } of this.threads) {
      if (alternative.isComplete(obligations, this.seen)) fulfilled.add(goal);
    }
    if (fulfilled.size === 0) return null;
    const end = this.seen.count === 0 ? "{}" : "}";
    const capture = this.capture === null ? null : this.capture + end;
    return this.scope.value.finish([...fulfilled].sort((x, y) => x - y), capture);
  }

  /** The state before the colon. */
  afterName(name: string, pending: PendingValue): ParserState {
    const { context } = this.scope;
    const capture = this.capture === null
      ? null
      : `${this.capture}${this.seen.count === 0 ? "{" : ","}${JSON.stringify(name)}:`;
    const wait = new PropertyWait(this, name, pending.threads);
    const { isExact } = this.scope.value;
    const value = new ValueState(context, pending.goals, wait, capture, isExact);
    return new BeforeColon(context, value);
  }
}

class PropertyWait implements ValueWait {
  constructor(
    private readonly frame: ObjectFrame,
    private readonly name: string,
    private readonly pending: readonly (readonly Thread[])[],
  ) {}

  resolve(fulfilled: readonly number[], capture: string | null): ParserState | null {
    const { scope, seen } = this.frame;
    const threads = distinctThreads(fulfilled.flatMap((index) => this.pending[index]!));
    return scope.frame(threads, seen.with(this.name), capture).afterValue;
  }
}

function threadKeyOf({ goal, alternative, obligations }: Thread): string {
  return `${goal}:${alternative.id}:${obligations.id}`;
}

function distinctThreads(threads: readonly Thread[]): readonly Thread[] {
  if (threads.length === 1) return threads;
  const byKey = new Map(threads.map((thread) => [threadKeyOf(thread), thread]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
}

/** After `{`. */
class ObjectStart extends JsonStructureState {
  constructor(context: JsonContext, private readonly frame: ObjectFrame) {
    super(context);
  }

  protected override punctuation(byte: number): ParserState | null {
    if (byte === 0x7d) return this.frame.close();
    return byte === 0x22 ? this.frame.name : null;
  }

  override closing(): string | null {
    return this.frame.ending(false)?.text ?? null;
  }

  override afterClosing(): ParserState | null {
    return this.frame.afterEnding(this.frame.ending(false), "{");
  }
}

/** After the value of a property. */
class AfterValue extends JsonStructureState {
  constructor(context: JsonContext, private readonly frame: ObjectFrame) {
    super(context);
  }

  protected override punctuation(byte: number): ParserState | null {
    if (byte === 0x7d) return this.frame.close();
    if (byte !== 0x2c || this.frame.name === null) return null;
    return this.context.spaced(new BeforeName(this.context, this.frame));
  }

  override closing(): string | null {
    const rest = this.frame.ending(false)?.text ?? null;
    return rest === null || rest === "}" ? rest : `,${this.context.space}${rest}`;
  }

  override afterClosing(): ParserState | null {
    const ending = this.frame.ending(false);
    return this.frame.afterEnding(ending, ending?.text === "}" ? "" : ",");
  }
}

/** After a comma. */
class BeforeName extends JsonStructureState {
  constructor(context: JsonContext, private readonly frame: ObjectFrame) {
    super(context);
  }

  protected override punctuation(byte: number): ParserState | null {
    return byte === 0x22 ? this.frame.name : null;
  }

  override closing(): string | null {
    return this.frame.ending(true)?.text ?? null;
  }

  override afterClosing(): ParserState | null {
    return this.frame.afterEnding(this.frame.ending(true), ",");
  }
}

/** After a name. */
class BeforeColon extends JsonStructureState {
  constructor(context: JsonContext, private readonly value: ValueState) {
    super(context);
  }

  protected override punctuation(byte: number): ParserState | null {
    return byte === 0x3a ? this.context.spaced(this.value) : null;
  }

  override closing(): string | null {
    const value = this.value.closing();
    return value === null ? null : `:${this.context.space}${value}`;
  }

  override afterClosing(): ParserState | null {
    return this.value.afterClosing();
  }
}

/** Inside a name. */
class PropertyNameState extends NameState {
  readonly #afterName: (ParserState | undefined)[] = [];
  readonly #afterAny: (ParserState | undefined)[] = [];

  /** The state, or null when no name may come. */
  static make(frame: ObjectFrame): PropertyNameState | null {
    const { scope, seen } = frame;
    const names = scope.namesWith(seen);
    const pending: (PendingValue | null)[] = [];
    let allowedCount = 0;
    for (let index = 0; index < names.size; index++) {
      const name = scope.context.languages.textAt(names, index);
      const value = seen.has(name) ? null : frame.pendingName(name);
      pending.push(value);
      if (value !== null) allowedCount++;
    }
    const nextAllowed = new Int32Array(names.size + 1).fill(names.size);
    for (let index = names.size - 1; index >= 0; index--) {
      nextAllowed[index] = pending[index] === null ? nextAllowed[index + 1]! : index;
    }
    const classes = scope.classes.map((one) => {
      const value = frame.pendingClass(one, anyNameAfter(seen));
      const fresh = value === null ? EMPTY : freshNames(scope.context, one, names);
      return fresh === EMPTY ? null : { one, value: value!, fresh };
    });
    const open = classes.filter((entry) => entry !== null);
    if (allowedCount === 0 && open.length === 0) return null;
    const { store } = scope.context.languages;
    const { quote } = scope.context;
    const others = open.length === 0
      ? EMPTY
      : open.length === 1
      ? store.concat(open[0]!.fresh, quote)
      : store.union(
        open.map(({ fresh }, label) =>
          store.concat(fresh, store.concat(quote, store.label(label)))
        ),
      );
    return new PropertyNameState(frame, names, nextAllowed, others, pending, open);
  }

  private constructor(
    private readonly frame: ObjectFrame,
    readonly names: TextSet,
    readonly nextAllowed: Int32Array,
    readonly others: Regex,
    private readonly pending: readonly (PendingValue | null)[],
    private readonly classes: readonly { readonly one: SplitClass; readonly value: PendingValue }[],
  ) {
    const { automaton, languages } = frame.scope.context;
    super(automaton, languages.strings.spelling === "plain");
  }

  override endName(index: number): ParserState {
    return this.#afterName[index] ??= this.frame.afterName(
      this.frame.scope.context.languages.textAt(this.names, index),
      this.pending[index]!,
    );
  }

  override endOther(labelSet: number, name: string): ParserState | null {
    const label = this.classes.length === 1 ? 0 : this.automaton.labels(labelSet)[0]!;
    const entry = this.classes[label];
    if (entry === undefined) return null;
    if (name === ANY_TEXT) {
      const any = anyNameAfter(this.frame.seen);
      return this.#afterAny[label] ??= this.frame.afterName(any, entry.value);
    }
    return this.frame.afterName(name, entry.value);
  }
}

/** Stands for a name that is not looked at, in an object that may hold others of the kind. */
function anyNameAfter(seen: SeenNames): string {
  return ANY_TEXT.repeat(seen.count + 1);
}

/** The names of a class that are neither mentioned nor written; `EMPTY` when there are none. */
function freshNames(context: JsonContext, { language }: SplitClass, names: TextSet): Regex {
  const { languages, automaton } = context;
  // From any beginning some name goes on that is on no list.
  if (isInfinite(languages, language)) return language;
  const taken: string[] = [];
  for (let index = 0; index < names.size; index++) {
    const name = languages.textAt(names, index);
    if (languages.has(language, name)) taken.push(name);
  }
  if (taken.length === 0) return automaton.isAlive(language) ? language : EMPTY;
  const { strings } = languages;
  const fresh = strings.intersect([
    language,
    strings.complement(languages.texts(taken)),
  ]);
  return automaton.isAlive(fresh) ? fresh : EMPTY;
}
