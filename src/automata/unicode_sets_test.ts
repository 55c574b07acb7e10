import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  codePointSet,
  complementOfSet,
  emptySet,
  everyCodePoint,
  intersectSets,
  partitionBySets,
  setHas,
  subtractSets,
  unionOfSets,
} from "./unicode_sets.ts";

/** Code points near each other and near every edge there is. */
const codePoint = fc.oneof(
  fc.nat(20),
  fc.integer({ min: 0xd7f0, max: 0xe010 }),
  fc.integer({ min: 0xfff8, max: 0x10008 }),
  fc.integer({ min: 0x10fff0, max: 0x10ffff }),
);
const ranges = fc.array(fc.tuple(codePoint, codePoint), { maxLength: 8 })
  .map((pairs) => pairs.flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)]));
const set = ranges.map(codePointSet);

/** The code points that random sets can tell apart. */
const probes = [0, 0xd7f0, 0xfff8, 0x10fff0].flatMap((from) =>
  Array.from({ length: 36 }, (_, i) => from + i).filter((codePoint) => codePoint <= 0x10ffff)
);
const isSurrogate = (codePoint: number) => codePoint >= 0xd800 && codePoint <= 0xdfff;
const inRanges = (ranges: readonly number[], codePoint: number) =>
  ranges.some((from, i) => i % 2 === 0 && from <= codePoint && codePoint <= ranges[i + 1]!);

/** Asserts the normal form and the members. */
function check(got: readonly number[], has: (codePoint: number) => boolean): void {
  for (let i = 0; i < got.length; i += 2) {
    assert(got[i]! <= got[i + 1]!);
    const previous = got[i - 1];
    assert(previous === undefined || got[i]! > previous + 1, `${got} is not in normal form`);
    assert(!isSurrogate(got[i]!) && !isSurrogate(got[i + 1]!));
  }
  for (const codePoint of probes) {
    const expected = !isSurrogate(codePoint) && has(codePoint);
    assertEquals(inRanges(got, codePoint), expected, codePoint.toString(16));
    assertEquals(setHas(got, codePoint), expected, codePoint.toString(16));
  }
}

Deno.test("codePointSet sorts, merges and drops surrogates", () => {
  fc.assert(fc.property(ranges, (ranges) => {
    check(codePointSet(ranges), (codePoint) => inRanges(ranges, codePoint));
  }));
  assertEquals(codePointSet([5, 6, 1, 2, 3, 4, 9, 8]), [1, 6]);
  assertEquals(codePointSet([0xd800, 0xdfff]), []);
  assertEquals(codePointSet([0xd000, 0xf000]), [0xd000, 0xd7ff, 0xe000, 0xf000]);
  assertEquals(codePointSet([0, 0x10ffff]), everyCodePoint);
});

Deno.test("set operations agree with membership, and equal sets are equal arrays", () => {
  fc.assert(fc.property(set, set, set, (a, b, c) => {
    check(unionOfSets([a, b, c]), (x) => setHas(a, x) || setHas(b, x) || setHas(c, x));
    check(intersectSets(a, b), (x) => setHas(a, x) && setHas(b, x));
    check(complementOfSet(a), (x) => !setHas(a, x));
    check(subtractSets(a, b), (x) => setHas(a, x) && !setHas(b, x));
    assertEquals(complementOfSet(complementOfSet(a)), a);
    assertEquals(
      complementOfSet(unionOfSets([a, b])),
      intersectSets(complementOfSet(a), complementOfSet(b)),
    );
  }));
  assertEquals(unionOfSets([]), emptySet);
  assertEquals(complementOfSet(everyCodePoint), emptySet);
  assertEquals(complementOfSet(emptySet), everyCodePoint);
});

Deno.test("partitionBySets gives the coarsest classes that respect every set", () => {
  fc.assert(fc.property(fc.array(set, { maxLength: 4 }), (sets) => {
    const classes = partitionBySets(sets);
    for (const part of classes) assert(part.length > 0);
    assertEquals(unionOfSets(classes), everyCodePoint);
    const signature = (codePoint: number) => sets.map((set) => setHas(set, codePoint)).join();
    const signatures = classes.map((part) => signature(part[0]!));
    assertEquals(new Set(signatures).size, classes.length);
    for (const codePoint of probes.filter((codePoint) => !isSurrogate(codePoint))) {
      const homes = classes.flatMap((part, i) => setHas(part, codePoint) ? [i] : []);
      assertEquals(homes.map((i) => signatures[i]), [signature(codePoint)]);
    }
  }));
});
