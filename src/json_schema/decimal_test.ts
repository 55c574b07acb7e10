/** Exact decimals. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compareDecimals, Decimal, leastCommonMultiple } from "./decimal.ts";

Deno.test("different texts of one number parse to the same decimal", () => {
  for (
    const [a, b] of [
      ["1", "1.0"],
      ["1500", "1.5e3"],
      ["0.001", "1E-03"],
      ["-0", "0e999999999"],
      ["100e-2", "1"],
      ["-12.50", "-1250e-2"],
    ] as const
  ) {
    const x = Decimal.parse(a), y = Decimal.parse(b);
    assertEquals([x.mantissa, x.exponent], [y.mantissa, y.exponent], `${a} ${b}`);
  }
});

Deno.test("what is not a JSON number is a SyntaxError", () => {
  for (const text of ["", "-", "01", "1.", ".5", "+1", "1e", "0x1", " 1", "1 ", "NaN", "1e1.5"]) {
    assertThrows(() => Decimal.parse(text), SyntaxError);
  }
});

Deno.test("absurd exponents are a RangeError at once", () => {
  for (const text of ["1e400000", "-1e-400000", "1e99999999999999999999", "1e5000"]) {
    assertThrows(() => Decimal.parse(text), RangeError);
  }
  for (const value of [NaN, Infinity, -Infinity]) {
    assertThrows(() => Decimal.from(value), RangeError);
  }
  assertEquals(Decimal.parse("1.7976931348623157e308").toString(), "17976931348623157e292");
});

Deno.test("a JavaScript number is the decimal that it prints as", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    const decimal = Decimal.from(value);
    assertEquals(Number(decimal.toString()), value === 0 ? 0 : value);
    assertEquals(Decimal.parse(decimal.toString()), decimal);
  }));
});

const decimals = fc.tuple(fc.bigInt(-100_000n, 100_000n), fc.integer({ min: -6, max: 6 }))
  .map(([mantissa, exponent]) => Decimal.of(mantissa, exponent));
const steps = decimals.filter((value) => value.sign > 0);

Deno.test("order, sums, quotients and multiples agree with integers over a common scale", () => {
  fc.assert(fc.property(decimals, decimals, steps, (a, b, step) => {
    const x = a.scaledTo(-6), y = b.scaledTo(-6), s = step.scaledTo(-6);
    assertEquals(Math.sign(compareDecimals(a, b)), x < y ? -1 : x > y ? 1 : 0);
    assertEquals(a.add(b).scaledTo(-6), x + y);
    assertEquals(a.isMultipleOf(step), x % s === 0n);
    assertEquals(a.isInteger, x % 1_000_000n === 0n);
    const floor = a.floorQuotient(step), ceiling = a.ceilingQuotient(step);
    assert(floor * s <= x && (floor + 1n) * s > x);
    assert(ceiling * s >= x && (ceiling - 1n) * s < x);
  }));
});

Deno.test("the least common multiple is a multiple of both and no smaller one is", () => {
  assertEquals(leastCommonMultiple(Decimal.parse("0.6"), Decimal.parse("4")).toString(), "12");
  assertEquals(leastCommonMultiple(Decimal.parse("1.5"), Decimal.parse("0.25")).toString(), "1.5");
  fc.assert(fc.property(steps, steps, (a, b) => {
    const multiple = leastCommonMultiple(a, b);
    assert(multiple.isMultipleOf(a) && multiple.isMultipleOf(b));
    const k = multiple.floorQuotient(a);
    for (let i = 1n; i < k && i < 50n; i++) assert(!a.times(i).isMultipleOf(b));
  }));
});
