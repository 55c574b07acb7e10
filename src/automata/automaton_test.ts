import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitExceededError } from "../errors.ts";
import { Automaton } from "./automaton.ts";
import { build, members, TEXTS, tree } from "./_expression_oracle.ts";
import type { Machine } from "./machine.ts";
import { RegexStore } from "./regex_store.ts";
import { ALL, EMPTY, EPSILON, type Regex } from "./regex_table.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const encodedTexts = TEXTS.map(bytes);

/** All states that the rows lead to from here. */
function reachable(automaton: Automaton, start: Regex): Regex[] {
  const states = new Set([start]);
  for (const state of states) {
    const offset = automaton.row(state);
    for (const target of automaton.rows.data.subarray(offset, offset + 256)) {
      if (target !== EMPTY) states.add(target);
    }
  }
  return [...states];
}

/** The states, out of a closed set of them, from which a nullable one can be reached. */
function alive(states: readonly Regex[], store: RegexStore, next: (state: Regex) => Regex[]) {
  const result = new Set(states.filter((state) => store.nullable.at(state) === 1));
  for (let size = -1; size !== result.size;) {
    size = result.size;
    for (const state of states) if (next(state).some((to) => result.has(to))) result.add(state);
  }
  return result;
}

Deno.test("an automaton matches the texts that its expression does by definition", () => {
  fc.assert(
    fc.property(tree, (tree) => {
      const store = new RegexStore();
      const regex = build(store, tree);
      const automaton = new Automaton(store);
      const expected = members(tree);
      const got = Uint8Array.from(encodedTexts, (text) => automaton.matches(regex, text) ? 1 : 0);
      assertEquals(got, expected);
      assertEquals(store.nullable.at(regex), expected[0]);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("expressions share a store without disturbing each other", () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 2, maxLength: 4 }), (trees) => {
      const store = new RegexStore();
      const automaton = new Automaton(store);
      for (const tree of trees) {
        const regex = build(store, tree);
        const expected = members(tree);
        TEXTS.forEach((text, i) => {
          assertEquals(automaton.matches(regex, encodedTexts[i]!), expected[i] === 1, text);
        });
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("a row leads to a state if and only if some completion exists", () => {
  fc.assert(
    fc.property(tree, (tree) => {
      const store = new RegexStore();
      const start = build(store, tree);
      const automaton = new Automaton(store);
      // Without regard to emptiness: the derivatives themselves.
      const targets = (state: Regex) =>
        [...automaton.derivative(state)].filter((_, i) => i % 2 === 1);
      const states = new Set([start]);
      for (const state of states) for (const target of targets(state)) states.add(target);
      const living = alive([...states], store, targets);
      assertEquals(automaton.isAlive(start), living.has(start));
      for (const state of states) {
        const intervals = automaton.derivative(state);
        for (let byte = 0, i = 0; byte < 256; byte++) {
          if (byte > intervals[i]!) i += 2;
          const target = intervals[i + 1]!;
          assertEquals(automaton.step(state, byte), living.has(target) ? target : EMPTY);
        }
        const isFinal = targets(state).every((target) => !living.has(target));
        assertEquals(automaton.stateInfo(state) & 1, isFinal ? 1 : 0);
      }
    }),
    { numRuns: 400 },
  );
});

Deno.test("no state that rows lead to is without completion", () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 2, maxLength: 3 }), (trees) => {
      const store = new RegexStore();
      const automaton = new Automaton(store);
      const start = store.intersect(trees.map((tree) => build(store, tree)));
      if (!automaton.isAlive(start)) return;
      const states = reachable(automaton, start);
      const living = alive(states, store, (state) => {
        const offset = automaton.row(state);
        return [...automaton.rows.data.subarray(offset, offset + 256)];
      });
      assertEquals(states.filter((state) => !living.has(state)), []);
    }),
    { numRuns: 200 },
  );
});

Deno.test("states carry the labels of the lexemes that are complete", () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (trees) => {
      const store = new RegexStore();
      const automaton = new Automaton(store);
      const lexemes = trees.map((tree) => build(store, tree));
      const start = store.union(lexemes.map((regex, i) => store.concat(regex, store.label(i))));
      const expected = trees.map(members);
      TEXTS.forEach((text, t) => {
        const state = automaton.run(start, encodedTexts[t]!);
        assertEquals(
          automaton.labels(automaton.stateInfo(state) >> 1),
          trees.flatMap((_, i) => expected[i]![t] === 1 ? [i] : []),
          text,
        );
      });
    }),
    { numRuns: 150 },
  );
});

Deno.test("a final state is one that no byte goes on from", () => {
  const store = new RegexStore();
  const automaton = new Automaton(store);
  const isFinal = (regex: Regex) => (automaton.stateInfo(regex) & 1) === 1;
  const a = store.byte(97), b = store.byte(98);
  assert(isFinal(EPSILON));
  assert(isFinal(EMPTY));
  assert(isFinal(store.union([store.label(1), store.label(2)])));
  for (const regex of [ALL, a, store.star(a), store.union([a, store.label(1)])]) {
    assert(!isFinal(regex));
  }
  // Forms that hide that nothing but the empty text is left.
  const nothing = store.intersect([store.concat(a, b), store.concat(a, a)]);
  assert(isFinal(store.star(nothing)));
  assert(isFinal(store.union([store.star(nothing), store.label(0)])));
});

Deno.test("emptiness of intersections and complements is decided, however it is hidden", () => {
  const store = new RegexStore();
  const automaton = new Automaton(store);
  const a = store.byte(97), b = store.byte(98);
  const even = store.star(store.concat(a, a));
  const odd = store.concat(a, even);
  assert(!automaton.isAlive(store.intersect([even, odd])));
  assert(automaton.isAlive(store.intersect([even, store.not(odd)])));
  assert(!automaton.isAlive(store.intersect([even, store.not(store.star(a))])));
  assert(
    !automaton.isAlive(
      store.not(store.union([store.concat(a, ALL), store.not(store.concat(a, ALL))])),
    ),
  );
  const both = store.intersect([store.repeat(a, 300, 900), store.star(store.repeat(a, 7, 7))]);
  assert(automaton.isAlive(both));
  assertEquals(automaton.isAlive(store.intersect([both, store.repeat(a, 302, 307)])), false);
  assert(!automaton.isAlive(store.concat(b, store.concat(store.intersect([even, odd]), b))));
  assert(automaton.isAlive(store.star(store.intersect([even, odd]))));
});

Deno.test("two parts that exclude each other are found among many", () => {
  // Each part alone has thousands of states together with the others.
  const store = new RegexStore();
  const automaton = new Automaton(store, { emptinessSearch: 3000 });
  const any = store.bytes([97, 122]);
  const has = (text: string) =>
    store.sequence([store.star(any), store.literal(bytes(text)), store.star(any)]);
  const fifthFromEnd = (letter: string) =>
    store.sequence([store.star(any), store.literal(bytes(letter)), store.repeat(any, 12, 12)]);
  const regex = store.intersect([
    fifthFromEnd("x"),
    store.not(fifthFromEnd("y")),
    has("ab"),
    store.not(store.concat(any, store.star(any))),
  ]);
  assert(!automaton.isAlive(regex));
});

Deno.test("machines are leaves like any other", () => {
  // Texts of `a`s whose number is a multiple of three.
  const threes: Machine = {
    key: "threes",
    start: 0,
    step: (state, byte) => byte === 97 ? (state + 1) % 3 : -1,
    isAccepting: (state) => state === 0,
  };
  const store = new RegexStore();
  const automaton = new Automaton(store);
  const machine = store.machine(threes);
  const twos = store.star(store.literal(bytes("aa")));
  const sixes = store.intersect([machine, twos]);
  for (let count = 0; count < 20; count++) {
    const text = bytes("a".repeat(count));
    assertEquals(automaton.matches(machine, text), count % 3 === 0);
    assertEquals(automaton.matches(sixes, text), count % 6 === 0);
    assertEquals(automaton.matches(store.not(machine), text), count % 3 !== 0);
  }
  assertEquals(automaton.step(machine, 98), EMPTY);
});

Deno.test("limits raise errors that name them", () => {
  const store = new RegexStore();
  const a = store.byte(97), ab = store.bytes([97, 98]);
  const long = store.repeat(a, 100, 100);
  const few = new Automaton(store, { rows: 10 });
  const error = assertThrows(() => few.matches(long, bytes("a".repeat(100))), LimitExceededError);
  assertEquals([error.limit, error.given, error.maximum], ["automatonStates", 11, 10]);

  // 2^20 subsets, and a text as long as the least common multiple.
  const nthFromEnd = store.sequence([store.star(ab), a, store.repeat(ab, 20, 20)]);
  const cycles = [7, 11, 13, 17, 19].map((n) => store.star(store.repeat(ab, n, n)));
  const hard = store.intersect([nthFromEnd, store.not(EPSILON), ...cycles]);
  const short = new Automaton(store, { emptinessSearch: 5000 });
  const search = assertThrows(() => short.isAlive(hard), LimitExceededError);
  assertEquals([search.limit, search.maximum], ["emptinessSearch", 5000]);
});
