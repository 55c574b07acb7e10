/**
 * Number automata against a brute-force oracle: every short number text, judged by fractions of BigInts.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "./decimal.ts";
import { type NumberForm, NumberMachine, numberMachine } from "./number_machine.ts";
import {
  all,
  complement,
  intersect,
  type NumberSet,
  numberSetFromKeywords,
  numberSetOf,
  singleton,
  union,
} from "./number_set.ts";

/** A fraction; the oracle's own arithmetic, independent of `decimal.ts`. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

function fraction(text: string): Fraction {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const [whole, places = ""] = mantissa!.split(".");
  const power = Number(exponent) - places.length;
  const digits = BigInt(whole!.replace("-", "") + places) * (whole!.startsWith("-") ? -1n : 1n);
  return power >= 0
    ? { top: digits * 10n ** BigInt(power), bottom: 1n }
    : { top: digits, bottom: 10n ** BigInt(-power) };
}

function isLess(a: Fraction, b: Fraction): boolean {
  return a.top * b.bottom < b.top * a.bottom;
}

function isMultiple(a: Fraction, step: Fraction): boolean {
  return (a.top * step.bottom) % (a.bottom * step.top) === 0n;
}

/** A set with its oracle. */
interface Case {
  readonly set: NumberSet;
  readonly has: (value: Fraction) => boolean;
  readonly name: string;
}

interface Keywords {
  readonly integer?: boolean;
  readonly minimum?: string;
  readonly maximum?: string;
  readonly exclusiveMinimum?: string;
  readonly exclusiveMaximum?: string;
  readonly multipleOf?: string;
}

function keywordCase(keywords: Keywords): Case {
  const decimal = (text?: string) => text === undefined ? undefined : Decimal.parse(text);
  const at = (text?: string) => text === undefined ? null : fraction(text);
  const low = at(keywords.minimum), high = at(keywords.maximum);
  const above = at(keywords.exclusiveMinimum), below = at(keywords.exclusiveMaximum);
  const step = at(keywords.multipleOf), one = fraction("1");
  return {
    name: JSON.stringify(keywords),
    set: numberSetFromKeywords({
      integer: keywords.integer ?? false,
      minimum: decimal(keywords.minimum),
      maximum: decimal(keywords.maximum),
      exclusiveMinimum: decimal(keywords.exclusiveMinimum),
      exclusiveMaximum: decimal(keywords.exclusiveMaximum),
      multipleOf: decimal(keywords.multipleOf),
    }),
    has: (value) =>
      (low === null || !isLess(value, low)) && (high === null || !isLess(high, value)) &&
      (above === null || isLess(above, value)) && (below === null || isLess(value, below)) &&
      (step === null || isMultiple(value, step)) && (!keywords.integer || isMultiple(value, one)),
  };
}

function not(a: Case): Case {
  return { name: `not ${a.name}`, set: complement(a.set), has: (value) => !a.has(value) };
}

function either(a: Case, b: Case): Case {
  return {
    name: `(${a.name} or ${b.name})`,
    set: union(a.set, b.set),
    has: (value) => a.has(value) || b.has(value),
  };
}

function both(a: Case, b: Case): Case {
  return {
    name: `(${a.name} and ${b.name})`,
    set: intersect(a.set, b.set),
    has: (value) => a.has(value) && b.has(value),
  };
}

const JSON_NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const JSON_NUMBER_PREFIX = /^-?((0|[1-9][0-9]*)((\.[0-9]*)|(\.[0-9]+)?([eE]([+-]?[0-9]*))?)?)?$/;
const CANONICAL_NUMBER = /^(0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)\.[0-9]+)$/;

/** All JSON number texts over the alphabet up to a length. */
function numberTexts(alphabet: string, length: number): string[] {
  const found: string[] = [];
  const extend = (prefix: string) => {
    if (JSON_NUMBER.test(prefix)) found.push(prefix);
    if (prefix.length === length) return;
    for (const character of alphabet) {
      if (JSON_NUMBER_PREFIX.test(prefix + character)) extend(prefix + character);
    }
  };
  extend("");
  return found;
}

const SHORT_TEXTS = numberTexts("01259-+.e", 5);
const JUDGED_TEXTS = SHORT_TEXTS.map((text) => ({ text, value: fraction(text) }));

function run(machine: NumberMachine, text: string): number {
  let state = machine.start;
  for (let i = 0; i < text.length && state >= 0; i++) {
    state = machine.step(state, text.charCodeAt(i));
  }
  return state;
}

function accepts(machine: NumberMachine, text: string): boolean {
  const state = run(machine, text);
  return state >= 0 && machine.isAccepting(state);
}

/** Fails unless the machine accepts exactly the judged texts that are members. */
function checkTexts(machine: NumberMachine, { name, has }: Case, form: NumberForm): void {
  for (const { text, value } of JUDGED_TEXTS) {
    let expected = has(value);
    if (form === "canonical" && !CANONICAL_NUMBER.test(text)) expected = false;
    if (form === "canonical" && value.top === 0n && text.startsWith("-")) expected = false;
    if (accepts(machine, text) === expected) continue;
    // A set of whole numbers only is written without a point.
    if (form === "canonical" && expected && text.includes(".")) continue;
    throw new Error(`${form} ${name}: ${text} should ${expected ? "" : "not "}be accepted`);
  }
}

const BYTES = [..."0123456789-+.eE"].map((character) => character.charCodeAt(0));

/** Fails unless every state made so far can reach an accepting one within some thousand steps. */
function checkAlive(machine: NumberMachine, name: string): void {
  const reachable = new Set<number>();
  const stateCount = Math.min(machine.stateCount, 150);
  for (let start = 0; start < stateCount; start++) {
    const seen = new Map<number, number>([[start, -1]]);
    const queue = [start];
    let end = -1;
    for (let head = 0; head < queue.length && end < 0; head++) {
      const state = queue[head]!;
      if (machine.isAccepting(state) || reachable.has(state)) {
        end = state;
        break;
      }
      for (const byte of BYTES) {
        const next = machine.step(state, byte);
        if (next >= 0 && !seen.has(next)) {
          seen.set(next, state);
          queue.push(next);
        }
      }
      assert(queue.length < 20_000, `${name}: no end found from state ${start}`);
    }
    assert(end >= 0, `${name}: state ${start} is a dead end`);
    for (let state = end; state !== -1; state = seen.get(state) ?? -1) reachable.add(state);
  }
}

function check(one: Case): void {
  for (const form of ["json", "canonical"] as const) {
    const machine = new NumberMachine(one.set, form);
    if (machine.start < 0) {
      assertFalse(JUDGED_TEXTS.some(({ value }) => one.has(value)), one.name);
      continue;
    }
    checkTexts(machine, one, form);
    checkAlive(machine, `${form} ${one.name}`);
  }
}

const KEYWORD_CASES: Keywords[] = [
  {},
  { integer: true },
  { minimum: "0" },
  { exclusiveMinimum: "0" },
  { maximum: "0" },
  { exclusiveMaximum: "0" },
  { minimum: "1" },
  { minimum: "-1", maximum: "1" },
  { minimum: "0", maximum: "1" },
  { exclusiveMinimum: "0", exclusiveMaximum: "1" },
  { integer: true, minimum: "0" },
  { integer: true, minimum: "1", maximum: "65535" },
  { integer: true, minimum: "-2", maximum: "21" },
  { integer: true, minimum: "0", maximum: "2147483647" },
  { minimum: "-459.67" },
  { minimum: "0.25", maximum: "1.25" },
  { exclusiveMinimum: "1.25", exclusiveMaximum: "1.26" },
  { multipleOf: "0.01" },
  { multipleOf: "0.01", minimum: "0", maximum: "99999999999.99" },
  { multipleOf: "2.5", minimum: "2" },
  { multipleOf: "7" },
  { multipleOf: "11", minimum: "100" },
  { multipleOf: "100" },
  { multipleOf: "1e3", minimum: "-5e3" },
  { multipleOf: "0.15", minimum: "-1", maximum: "2" },
  { multipleOf: "16", minimum: "-2032", maximum: "2031" },
  { multipleOf: "1e-8", integer: true },
  { minimum: "1e-30", maximum: "2e-30" },
  { minimum: "5e20" },
  { minimum: "125", maximum: "125" },
  { minimum: "1e100", maximum: "1e100" },
];

Deno.test("keyword sets accept exactly the short texts of their members, without dead ends", () => {
  for (const keywords of KEYWORD_CASES) {
    const one = keywordCase(keywords);
    check(one);
    check(not(one));
  }
});

const smallDecimal = fc.constantFrom(
  ...["0", "1", "2", "5", "10", "12", "0.5", "0.25", "1.5", "99.5", "150", "0.1", "20"],
  ...["-1", "-2.5", "-12", "-0.1", "-100"],
);
const smallStep = fc.constantFrom("1", "2", "3", "5", "10", "0.5", "0.1", "1.5", "0.25", "20", "7");
const keywordsArbitrary: fc.Arbitrary<Keywords> = fc.record({
  integer: fc.boolean(),
  minimum: smallDecimal,
  maximum: smallDecimal,
  exclusiveMinimum: smallDecimal,
  exclusiveMaximum: smallDecimal,
  multipleOf: smallStep,
}, { requiredKeys: [] });
const caseArbitrary: fc.Arbitrary<Case> = fc.letrec<{ node: Case }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    keywordsArbitrary.map(keywordCase),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => either(a, b)),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => both(a, b)),
    tie("node").map(not),
  ),
})).node;

Deno.test("Boolean combinations accept exactly the short texts of their members, without dead ends", () => {
  fc.assert(fc.property(caseArbitrary, check), { numRuns: 40 });
});

Deno.test("long random texts are judged exactly, around the ends and the steps of a set", () => {
  const digits = (max: number) =>
    fc.array(fc.constantFrom(..."0001259"), { maxLength: max }).map((list) => list.join(""));
  const text = fc.tuple(
    fc.constantFrom("", "-"),
    fc.oneof(
      fc.constant("0"),
      fc.tuple(fc.constantFrom(..."1259"), digits(40)).map((a) => a.join("")),
    ),
    fc.oneof(fc.constant(""), digits(40).map((places) => `.0${places}`)),
    fc.oneof(fc.constant(""), fc.integer({ min: -90, max: 90 }).map((e) => `e${e}`)),
  ).map((parts) => parts.join(""));
  const machines = KEYWORD_CASES.map((keywords) => {
    const one = keywordCase(keywords);
    return { one, machine: new NumberMachine(one.set, "json") };
  });
  fc.assert(
    fc.property(text, (text) => {
      const value = fraction(text);
      for (const { one, machine } of machines) {
        assertEquals(accepts(machine, text), one.has(value), `${one.name}: ${text}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a random walk through any set always ends in a member", () => {
  fc.assert(
    fc.property(
      caseArbitrary,
      fc.constantFrom("json", "canonical"),
      fc.nat(),
      (one, form, seed) => {
        const machine = new NumberMachine(one.set, form as NumberForm);
        if (machine.start < 0) return;
        let state = machine.start, text = "";
        let random = seed;
        for (let length = 0; length < 300; length++) {
          const open = BYTES.filter((byte) => machine.step(state, byte) >= 0);
          random = (Math.imul(random, 1103515245) + 12345) >>> 0;
          if (machine.isAccepting(state)) {
            // The oracle would need megabytes for such exponents.
            if (/e[+-]?0*[1-9]\d{3}/i.test(text)) return;
            assert(one.has(fraction(text)), `${one.name}: ${text}`);
            if (open.length === 0 || (random >>> 8) % 8 === 0) return;
          }
          assert(open.length > 0, `${form} ${one.name}: dead end after ${text}`);
          const byte = open[(random >>> 12) % open.length]!;
          text += String.fromCharCode(byte);
          state = machine.step(state, byte);
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("mantissas around the length limit have no dead ends either", () => {
  const digits = fc.array(fc.constantFrom(..."00000129"), { minLength: 55, maxLength: 75 })
    .map((list) => list.join(""));
  const text = fc.tuple(fc.constantFrom("0.", "1.", "", "-5.0", "3500."), digits, digits)
    .map(([start, first, second]) => start === "" ? `7${first}.${second}` : start + first);
  fc.assert(
    fc.property(caseArbitrary, fc.array(text, { minLength: 3, maxLength: 3 }), (one, texts) => {
      const machine = new NumberMachine(one.set, "json");
      for (const text of texts) {
        let state = machine.start, read = "";
        for (const character of text) {
          if (state < 0) break;
          checkEnd(machine, state, `${one.name}: ${read}`);
          state = machine.step(state, character.charCodeAt(0));
          read += character;
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** Fails unless an accepting state can be reached, looking at states nearest to the end of the text first. */
function checkEnd(machine: NumberMachine, start: number, name: string): void {
  const seen = new Set([start]), queue = [start];
  for (let head = 0; head < queue.length; head++) {
    if (machine.isAccepting(queue[head]!)) return;
    for (const byte of BYTES) {
      const next = machine.step(queue[head]!, byte);
      if (next >= 0 && !seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
    assert(queue.length < 20_000, `no end found after ${name}`);
  }
  throw new Error(`dead end after ${name}`);
}

Deno.test("numbers as serialisers write them are accepted", () => {
  const texts = [
    "1e21",
    "1e-7",
    "1.7976931348623157e308",
    "5e-324",
    "1e+16",
    "1e-05",
    "-0",
    "-0.0",
  ];
  const machines = [
    new NumberMachine(all, "json"),
    new NumberMachine(numberSetOf(texts.map(Decimal.parse)), "json"),
    new NumberMachine(numberSetFromKeywords({ minimum: 0 }), "json"),
  ];
  for (const machine of machines) {
    for (const text of texts) assert(accepts(machine, text), `${machine.key}: ${text}`);
  }
  const integer = new NumberMachine(numberSetFromKeywords({ integer: true }), "json");
  for (const text of ["1.0", "1e3", "1E+03", "1.50e1", "0.1e1", "-0", "100e-2", "1e400"]) {
    assert(accepts(integer, text), text);
  }
  for (const text of ["1.5", "1e-1", "0.1", "1.50e0", "15e-1"]) {
    assertFalse(accepts(integer, text), text);
  }
});

Deno.test("canonical integers have no point, canonical numbers no exponent and no negative zero", () => {
  const integer = new NumberMachine(numberSetFromKeywords({ integer: true }), "canonical");
  assertEquals(run(integer, "1."), -1);
  assertEquals(run(integer, "1e"), -1);
  assertEquals(run(integer, "-0"), -1);
  const number = new NumberMachine(all, "canonical");
  assert(accepts(number, "-0.5"));
  assertFalse(accepts(number, "-0.0"));
  assertEquals(run(number, "1e"), -1);
  assertEquals(run(number, "0." + "0".repeat(20)) >= 0, true);
  assertEquals(run(number, "0." + "0".repeat(21)), -1);
});

Deno.test("texts of any length keep the number of states small", () => {
  const free = new NumberMachine(all, "json");
  for (const text of SHORT_TEXTS) run(free, text);
  assert(free.stateCount < 15, `${free.stateCount} states`);
  const nonNegative = new NumberMachine(numberSetFromKeywords({ minimum: 0 }), "json");
  for (const text of SHORT_TEXTS) run(nonNegative, text);
  assert(nonNegative.stateCount < 15, `${nonNegative.stateCount} states`);
  const sevens = new NumberMachine(numberSetFromKeywords({ multipleOf: 7 }), "json");
  for (let seed = 1; seed < 20; seed++) {
    run(sevens, String(BigInt(seed) ** 4000n).slice(0, 3000));
  }
  assert(sevens.stateCount < 7 * 70, `${sevens.stateCount} states`);
  assert(accepts(sevens, String(7n ** 4000n)));
  assertFalse(accepts(sevens, String(7n ** 4000n + 1n)));
  const hundreds = new NumberMachine(numberSetFromKeywords({ multipleOf: 1e100 }), "json");
  assert(accepts(hundreds, "3" + "0".repeat(120)));
  assertFalse(accepts(hundreds, "3" + "0".repeat(99)));
});

Deno.test("an enum of 500 numbers keeps only what a prefix leaves open", () => {
  const values = Array.from({ length: 500 }, (_, i) => (i * 7919) % 100_003 - 40_000);
  const machine = new NumberMachine(numberSetOf(values), "json");
  for (const value of values) assert(accepts(machine, String(value)));
  for (let value = 0; value < 2000; value++) {
    assertEquals(accepts(machine, String(value)), values.includes(value));
  }
  checkAlive(machine, "enum");
});

Deno.test("machines of equal sets have equal keys, and of different forms different ones", () => {
  const a = numberMachine(singleton(1.5), "json"), b = numberMachine(singleton(1.5), "json");
  assertEquals(a.key, b.key);
  assert(a.key !== numberMachine(singleton(1.5), "canonical").key);
});
