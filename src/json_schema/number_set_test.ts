/** Number sets against membership, number by number. @module */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitExceededError } from "../errors.ts";
import { Decimal } from "./decimal.ts";
import {
  all,
  complement,
  contains,
  intersect,
  isEmpty,
  members,
  none,
  type NumberKeywords,
  type NumberSet,
  numberSetFromKeywords,
  numberSetOf,
  singleton,
  size,
  union,
} from "./number_set.ts";

const bound = fc.constantFrom(-30, -12, -2.5, -1, -0.3, 0, 0.1, 0.75, 1, 2, 4.5, 10, 12, 30);
const step = fc.constantFrom(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 10, 30);
const keywords: fc.Arbitrary<NumberKeywords> = fc.record({
  integer: fc.boolean(),
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  multipleOf: step,
}, { requiredKeys: [] });
const sets: fc.Arbitrary<NumberSet> = fc.letrec<{ set: NumberSet }>((tie) => ({
  set: fc.oneof(
    { maxDepth: 3 },
    keywords.map(numberSetFromKeywords),
    fc.array(bound, { maxLength: 4 }).map(numberSetOf),
    fc.tuple(tie("set"), tie("set")).map(([a, b]) => union(a, b)),
    fc.tuple(tie("set"), tie("set")).map(([a, b]) => intersect(a, b)),
    tie("set").map(complement),
  ),
})).set;

/** Every twentieth from -40 to 40, and some far away. */
const SAMPLES: Decimal[] = [
  ...Array.from({ length: 1601 }, (_, i) => Decimal.of(BigInt(i - 800) * 5n, -2)),
  ...["1e300", "-1e300", "0.333", "1e-300", "420000000007"].map(Decimal.parse),
];

Deno.test("union, intersection and complement are those of membership", () => {
  fc.assert(
    fc.property(sets, sets, (a, b) => {
      const either = union(a, b), both = intersect(a, b), outside = complement(a);
      for (const value of SAMPLES) {
        const inA = contains(a, value), inB = contains(b, value);
        assertEquals(contains(either, value), inA || inB);
        assertEquals(contains(both, value), inA && inB);
        assertEquals(contains(outside, value), !inA);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("a set and its complement have nothing in common and leave nothing out", () => {
  fc.assert(fc.property(sets, (set) => {
    assert(isEmpty(intersect(set, complement(set))));
    assert(isEmpty(complement(union(set, complement(set)))));
  }));
});

Deno.test("a set without a cell is empty, one with a cell has a member among enough samples", () => {
  fc.assert(fc.property(keywords, (given) => {
    const set = numberSetFromKeywords(given);
    const bounded = (given.minimum ?? given.exclusiveMinimum) !== undefined &&
      (given.maximum ?? given.exclusiveMaximum) !== undefined;
    // Members of these sets are dense, or multiples of at most 30, or of 0.05 and more.
    if (bounded && !isEmpty(set)) {
      assert(SAMPLES.some((value) => contains(set, value)), set.key);
    }
    if (isEmpty(set)) assertFalse(SAMPLES.some((value) => contains(set, value)), set.key);
  }));
});

Deno.test("equal sets built differently have equal keys", () => {
  const integer = numberSetFromKeywords({ integer: true });
  const pairs: [NumberSet, NumberSet][] = [
    [
      numberSetFromKeywords({ integer: true, minimum: 0.5, maximum: 9.5 }),
      numberSetFromKeywords({ multipleOf: 1, exclusiveMinimum: 0, exclusiveMaximum: 10 }),
    ],
    [
      union(numberSetFromKeywords({ maximum: 3 }), numberSetFromKeywords({ minimum: 3 })),
      all,
    ],
    [complement(complement(integer)), integer],
    [union(integer, complement(integer)), all],
    [
      union(
        numberSetFromKeywords({ integer: true, minimum: 1, maximum: 5 }),
        numberSetFromKeywords({ integer: true, minimum: 6, maximum: 9 }),
      ),
      numberSetFromKeywords({ integer: true, minimum: 1, maximum: 9 }),
    ],
    [union(integer, singleton(4), numberSetFromKeywords({ multipleOf: 10 })), integer],
    [
      union(singleton(6), numberSetFromKeywords({ integer: true, minimum: 1, maximum: 5 })),
      numberSetFromKeywords({ integer: true, minimum: 1, maximum: 6 }),
    ],
    [numberSetFromKeywords({ integer: true, minimum: 1, maximum: 1 }), singleton(1)],
    [
      intersect(integer, numberSetFromKeywords({ multipleOf: 1.5 })),
      numberSetFromKeywords({ multipleOf: 3 }),
    ],
    [complement(complement(numberSetOf([3, 1, 2]))), numberSetOf([1, 2, 3])],
    [numberSetFromKeywords({ minimum: 2, maximum: 1 }), none],
  ];
  for (const [a, b] of pairs) assertEquals(a.key, b.key);
});

Deno.test("emptiness sees through multiples and excluded multiples", () => {
  const between = (low: number, high: number, multipleOf: number) =>
    numberSetFromKeywords({ exclusiveMinimum: low, exclusiveMaximum: high, multipleOf });
  assert(isEmpty(between(7, 14, 7)));
  assertFalse(isEmpty(between(7, 14.5, 7)));
  const notMultiples = [2, 3, 5, 7].map((multipleOf) =>
    complement(numberSetFromKeywords({ multipleOf }))
  );
  const coprime = intersect(numberSetFromKeywords({ integer: true }), ...notMultiples);
  assert(isEmpty(intersect(coprime, between(1, 11, 1))));
  assertEquals(members(intersect(coprime, between(1, 20, 1)))?.map(String), [
    "11",
    "13",
    "17",
    "19",
  ]);
  assertEquals(size(intersect(coprime, numberSetFromKeywords({ minimum: 1, maximum: 2100 }))), 480);
});

Deno.test("finite sets have a size, others do not", () => {
  assertEquals(size(none), 0);
  assertEquals(size(all), null);
  assertEquals(size(numberSetFromKeywords({ minimum: 0, maximum: 1 })), null);
  assertEquals(size(numberSetFromKeywords({ integer: true, minimum: 0, maximum: 65535 })), null);
  assertEquals(size(numberSetFromKeywords({ integer: true, minimum: 0, maximum: 99 })), 100);
  assertEquals(size(numberSetOf([1, 1.0, 2, 1e3])), 3);
  const overlapping = union(
    numberSetFromKeywords({ integer: true, minimum: 0, maximum: 10 }),
    numberSetFromKeywords({ multipleOf: 2, minimum: 4, maximum: 20 }),
  );
  assertEquals(size(overlapping), 16);
});

Deno.test("infinite bounds mean what they say, nonsense is a RangeError", () => {
  assertEquals(numberSetFromKeywords({ maximum: Infinity, minimum: -Infinity }), all);
  assertEquals(numberSetFromKeywords({ minimum: Infinity }), none);
  assertEquals(numberSetFromKeywords({ exclusiveMaximum: -Infinity, integer: true }), none);
  assertThrows(() => numberSetFromKeywords({ multipleOf: 0 }), RangeError);
  assertThrows(() => numberSetFromKeywords({ multipleOf: -2 }), RangeError);
  assertThrows(() => numberSetFromKeywords({ minimum: NaN }), RangeError);
});

Deno.test("unions of hundreds of numbers stay fast, runaway combinations hit a limit", () => {
  const many = numberSetOf(Array.from({ length: 2000 }, (_, i) => i * 37 % 10_007));
  const outside = complement(many);
  assertEquals(outside.cells.length, 2001);
  assertEquals(complement(outside).key, many.key);
  assertThrows(() => {
    let set = all;
    for (let i = 0; i < 14; i++) {
      set = intersect(set, complement(numberSetFromKeywords({ multipleOf: 1.01 + i / 100 })));
    }
    isEmpty(intersect(set, numberSetFromKeywords({ integer: true, minimum: 0, maximum: 1e9 })));
  }, LimitExceededError);
});
