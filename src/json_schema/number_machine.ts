/**
 * A byte automaton that accepts exactly the JSON number texts whose exact value is in a {@link NumberSet}.
 *
 * A leaf of the lexer's regular expressions, made by the JSON Schema front end from numeric keywords, `const`
 * and `enum`. A state stands for all prefixes with the same future. It is made when a byte first leads to it:
 * the cells of the set that the prefix can still be completed into are kept (`number_machine_cell.ts`), described
 * canonically, and the description is looked up. A prefix with no such cell is not a state, so every
 * state is alive. After `e`, the state is a set of exponents (`number_machine_exponent.ts`).
 *
 * Two forms. "json" accepts any number that RFC 8259 allows: `-0`, `1.0` and `10e-1` for an integer, `1E+03`.
 * Its one bound: where the set has bounds or steps, an exponent is taken only after a mantissa of at most
 * {@link MAXIMUM_MANTISSA_DIGITS} digits before the point and as many after it, counted only where they matter (digits
 * before the point for bounds, zeros before and digits after it for steps). Mantissas without an
 * exponent, and exponents themselves, have no limit. "canonical" is what a generator should write: no
 * exponent, no `-0`, no point if all members are whole numbers; at most 25 digits before and 20 after the point
 * or what the bounds and steps need, so that a model cannot write digits forever.
 *
 * Cost: `step` is one table read (5 ns) once a transition is known; a new transition costs about 1 us on average,
 * 3 us at the 99th percentile, more for long enums (linear in live cells). In "json" form a set without
 * conditions has 9 states and one that only fixes the sign 12; otherwise digit counts up to the mantissa
 * limit, and remainders for steps, are told apart as texts reach them (MaskBench's 437 constraints, 1,794
 * numbers each: 123 states at the median). Canonical form counts digits too: 187 states for all numbers.
 *
 * @module
 */
import type { Machine } from "../automata/mod.ts";
import { Decimal, greatestCommonDivisor, powerOfTen } from "./decimal.ts";
import {
  afterZeros,
  allowedExponents,
  canComplete,
  canCompleteZeros,
  describe,
  describeZeros,
  type MagnitudeCell,
  magnitudeCell,
  MAXIMUM_MANTISSA_DIGITS,
  memberExponents,
  type Prefix,
  type TextForm,
} from "./number_machine_cell.ts";
import {
  ALL_EXPONENTS,
  canReachExponent,
  type ExponentSet,
  exponentSet,
  hasExponent,
  lastDistinctExponent,
  nonNegativePart,
  nonPositivePart,
} from "./number_machine_exponent.ts";
import { contains, type NumberSet } from "./number_set.ts";
import {
  intersectCells,
  isSingleNumber,
  normaliseCell,
  type NumberCell,
} from "./number_set_cell.ts";

/** Which texts a number may be written as; see the module. */
export type NumberForm = "json" | "canonical";

/** Digits before the point in canonical form, unless bounds or steps need more. */
const CANONICAL_INTEGER_DIGITS = 25;
/** Digits after the point in canonical form, unless bounds or steps need more. */
const CANONICAL_FRACTION_DIGITS = 20;

// Byte classes: 0..9 the digits, then the other bytes of a number; -1 for every other byte.
const MINUS = 10;
const PLUS = 11;
const POINT = 12;
const EXPONENT = 13;
/** Transitions of a state: `table[state << ROW_SHIFT | class]`. */
const ROW_SHIFT = 4;
const UNKNOWN = -2;

const CLASS_OF_BYTE = new Int8Array(256).fill(-1);
for (let digit = 0; digit <= 9; digit++) CLASS_OF_BYTE[0x30 + digit] = digit;
CLASS_OF_BYTE[0x2d] = MINUS;
CLASS_OF_BYTE[0x2b] = PLUS;
CLASS_OF_BYTE[0x2e] = POINT;
CLASS_OF_BYTE[0x45] = EXPONENT;
CLASS_OF_BYTE[0x65] = EXPONENT;

/** Nothing read; or only the minus sign. */
interface StartState {
  readonly phase: "start" | "minus";
}

/** In the mantissa. "zero": a leading 0; "point": right after the decimal point. */
interface MantissaState {
  readonly phase: "zero" | "integer" | "point" | "fraction";
  readonly isNegative: boolean;
  /** null: only zeros so far. */
  readonly prefix: Prefix | null;
  /** Zeros after the point, where only zeros were read. */
  readonly zeros: number;
  /** Cells that a non-zero completion can be a member of. */
  readonly live: readonly MagnitudeCell[];
}

/** After `e`, after its sign, or in its digits. */
interface ExponentState {
  readonly phase: "exponent" | "exponentSign" | "exponentDigits";
  /** Allowed values; from the sign on, of the magnitude. */
  readonly exponents: ExponentSet;
  readonly value: number;
}

type State = StartState | MantissaState | ExponentState;

/** What stands for the digits once they do not matter any more. */
const ANY_PREFIX: Prefix = {
  head: "",
  hasTail: false,
  point: 0,
  digits: 1n,
  digitCount: 1,
  trailingZeros: 0,
  fractionDigits: -1,
  hasDust: false,
  hasLongZeros: false,
};

/**
 * The automaton of the texts of a set's members.
 *
 * @param set The numbers to accept.
 * @param form "json": every JSON text of them; "canonical": one plain way to write each.
 * @returns Independent of other machines; its states are made as they are reached.
 */
export function numberMachine(set: NumberSet, form: NumberForm): Machine {
  return new NumberMachine(set, form);
}

/** See {@link numberMachine}; `stateCount` is for tests and measurements. */
export class NumberMachine implements Machine {
  readonly key: string;
  readonly start: number;
  readonly #form: TextForm;
  readonly #positive: MagnitudeCell[] = [];
  readonly #negative: MagnitudeCell[] = [];
  readonly #cellNumbers = new Map<MagnitudeCell, number>();
  readonly #hasZero: boolean;
  readonly #hasNegativeZero: boolean;
  /** Digits of the longest bound. */
  #headLength = 0;
  /** Whether remainders are needed at all. */
  #hasSteps = false;
  /** After so many fraction digits no step sees a further one. */
  #lastPlace = MAXIMUM_MANTISSA_DIGITS + 1;
  /** Replacing digits of long integers; made when first needed. */
  #longIntegers: { modulus: bigint; keptZeros: number; digitLimit: number } | undefined;
  readonly #states: State[] = [];
  readonly #stateOfKey = new Map<string, number>();
  readonly #accepting: boolean[] = [];
  #table = new Int32Array(16 << ROW_SHIFT);

  /** See {@link numberMachine}. */
  constructor(set: NumberSet, form: NumberForm) {
    this.key = `number:${form}:${set.key}`;
    const isCanonical = form === "canonical";
    this.#form = {
      hasExponents: !isCanonical,
      maximumFractionDigits: isCanonical ? canonicalFractionDigits(set) : Infinity,
    };
    const cells = isCanonical ? clipped(set) : set.cells;
    for (const cell of cells) {
      for (
        const [cells, isNegative] of [[this.#positive, false], [this.#negative, true]] as const
      ) {
        const magnitudes = magnitudeCell(cell, isNegative);
        if (magnitudes === null) continue;
        this.#cellNumbers.set(magnitudes, cells.length);
        cells.push(magnitudes);
        const { lower, upper, multipleOf, notMultipleOf } = magnitudes;
        for (const bound of [lower, upper]) {
          if (bound !== null) this.#headLength = Math.max(this.#headLength, bound.digits.length);
        }
        for (const step of multipleOf === null ? notMultipleOf : [multipleOf, ...notMultipleOf]) {
          this.#hasSteps = true;
          this.#lastPlace = Math.max(this.#lastPlace, 1 - step.exponent);
        }
      }
    }
    this.#hasZero = contains(set, Decimal.zero);
    this.#hasNegativeZero = this.#hasZero && !isCanonical;
    this.start = set.cells.length === 0 ? -1 : this.#intern("start", { phase: "start" });
  }

  /** Number of states made so far. */
  get stateCount(): number {
    return this.#states.length;
  }

  /** See {@link Machine}. */
  step(state: number, byte: number): number {
    const byteClass = CLASS_OF_BYTE[byte]!;
    if (byteClass < 0) return -1;
    const slot = state << ROW_SHIFT | byteClass;
    const known = this.#table[slot]!;
    if (known !== UNKNOWN) return known;
    const next = this.#follow(this.#states[state]!, byteClass);
    this.#table[slot] = next;
    return next;
  }

  /** See {@link Machine}. */
  isAccepting(state: number): boolean {
    return this.#accepting[state]!;
  }

  #intern(key: string, state: State): number {
    const known = this.#stateOfKey.get(key);
    if (known !== undefined) return known;
    const id = this.#states.length;
    this.#states.push(state);
    this.#stateOfKey.set(key, id);
    this.#accepting.push(this.#accepts(state));
    const end = id + 1 << ROW_SHIFT;
    if (end > this.#table.length) {
      const table = new Int32Array(this.#table.length * 2);
      table.set(this.#table);
      this.#table = table;
    }
    this.#table.fill(UNKNOWN, id << ROW_SHIFT, end);
    return id;
  }

  #accepts(state: State): boolean {
    switch (state.phase) {
      case "zero":
      case "integer":
      case "fraction":
        if (state.prefix === null) return this.#zeroIsMember(state.isNegative);
        return state.live.some((cell) => {
          const [from, to] = memberExponents(cell, state.prefix!);
          return from <= 0 && 0 <= to;
        });
      case "exponentDigits":
        return hasExponent(state.exponents, state.value);
      default:
        return false;
    }
  }

  #zeroIsMember(isNegative: boolean): boolean {
    return isNegative ? this.#hasNegativeZero : this.#hasZero;
  }

  #follow(state: State, byteClass: number): number {
    switch (state.phase) {
      case "start":
        if (byteClass === MINUS) {
          return this.#negative.length > 0 || this.#hasNegativeZero
            ? this.#intern("minus", { phase: "minus" })
            : -1;
        }
        return byteClass <= 9 ? this.#firstDigit(byteClass, false) : -1;
      case "minus":
        return byteClass <= 9 ? this.#firstDigit(byteClass, true) : -1;
      case "zero":
      case "integer":
      case "point":
      case "fraction":
        return this.#followMantissa(state, byteClass);
      default:
        return this.#followExponent(state, byteClass);
    }
  }

  #firstDigit(digit: number, isNegative: boolean): number {
    const live = isNegative ? this.#negative : this.#positive;
    if (digit === 0) return this.#afterZeros("zero", isNegative, 0, live);
    const prefix = { ...afterZeros(digit, 0), point: 1, fractionDigits: -1 };
    return this.#afterDigits("integer", isNegative, prefix, live);
  }

  #followMantissa(state: MantissaState, byteClass: number): number {
    const { phase, isNegative, prefix, zeros, live } = state;
    if (byteClass <= 9) {
      if (phase === "zero") return -1;
      if (prefix !== null) {
        const next = phase === "integer" ? "integer" : "fraction";
        return this.#afterDigits(next, isNegative, this.#extend(prefix, byteClass), live);
      }
      return byteClass === 0
        ? this.#afterZeros("fraction", isNegative, zeros + 1, live)
        : this.#afterDigits("fraction", isNegative, afterZeros(byteClass, zeros), live);
    }
    if (byteClass === POINT) {
      if (phase !== "zero" && phase !== "integer") return -1;
      if (this.#form.maximumFractionDigits === 0) return -1;
      if (prefix === null) return this.#afterZeros("point", isNegative, 0, live);
      const hasLongZeros = prefix.trailingZeros > MAXIMUM_MANTISSA_DIGITS;
      return this.#afterDigits(
        "point",
        isNegative,
        { ...prefix, fractionDigits: 0, hasLongZeros },
        live,
      );
    }
    if (byteClass !== EXPONENT || phase === "point" || !this.#form.hasExponents) return -1;
    let exponents: ExponentSet;
    if (prefix === null) exponents = this.#zeroIsMember(isNegative) ? ALL_EXPONENTS : [];
    else exponents = exponentSet(live.map((cell) => allowedExponents(cell, prefix, this.#form)));
    return this.#internExponent("exponent", exponents, 0);
  }

  /** The state after a mantissa of zeros only; -1 when it cannot be completed. */
  #afterZeros(
    phase: MantissaState["phase"],
    isNegative: boolean,
    zeros: number,
    cells: readonly MagnitudeCell[],
  ): number {
    const form = this.#form;
    const isMember = this.#zeroIsMember(isNegative);
    if (zeros > form.maximumFractionDigits) return -1;
    const any = cells.find((cell) => cell.isUnconstrained);
    const live = any !== undefined
      ? [any]
      : cells.filter((cell) => canCompleteZeros(cell, zeros, form));
    if (live.length === 0 && !isMember) return -1;
    if (any !== undefined && isMember) return this.#afterDigits(phase, false, ANY_PREFIX, live);
    let key = `${phase}${isNegative ? "-" : "+"}0`;
    if (any !== undefined) zeros = 0;
    else {
      if (form.maximumFractionDigits !== Infinity) key += zeros;
      for (const cell of live) {
        key += `;${this.#cellNumbers.get(cell)}:${describeZeros(cell, zeros)}`;
      }
    }
    return this.#intern(key, { phase, isNegative, prefix: null, zeros, live });
  }

  /** The state after a mantissa with a non-zero digit; -1 when it cannot be completed. */
  #afterDigits(
    phase: MantissaState["phase"],
    isNegative: boolean,
    prefix: Prefix,
    cells: readonly MagnitudeCell[],
  ): number {
    const form = this.#form;
    const any = cells.find((cell) => cell.isUnconstrained);
    if (any !== undefined) {
      return this.#intern(phase + "*", {
        phase,
        isNegative: false,
        prefix: ANY_PREFIX,
        zeros: 0,
        live: [any],
      });
    }
    if (prefix.fractionDigits > form.maximumFractionDigits) return -1;
    const live: MagnitudeCell[] = [];
    let key = `${phase}${isNegative ? "-" : "+"}`;
    if (form.maximumFractionDigits !== Infinity && prefix.fractionDigits >= 0) {
      key += prefix.fractionDigits;
    }
    for (const cell of cells) {
      if (!canComplete(cell, prefix, form)) continue;
      live.push(cell);
      key += `;${this.#cellNumbers.get(cell)}:${describe(cell, prefix, form)}`;
    }
    if (live.length === 0) return -1;
    return this.#intern(key, { phase, isNegative, prefix, zeros: 0, live });
  }

  #extend(prefix: Prefix, digit: number): Prefix {
    let { head, hasTail, point, digits, digitCount, trailingZeros, fractionDigits, hasDust } =
      prefix;
    if (head.length < this.#headLength) head += digit;
    else hasTail ||= digit !== 0;
    const isInteger = fractionDigits < 0;
    if (isInteger) point++;
    if (!isInteger && fractionDigits >= this.#lastPlace) {
      // Too far behind the point for any step: only whether all is zero matters.
      hasDust ||= digit !== 0;
    } else {
      if (!isInteger) fractionDigits++;
      if (this.#hasSteps) {
        digits = digits * 10n + BigInt(digit);
        digitCount++;
        trailingZeros = digit === 0 ? trailingZeros + 1 : 0;
        if (isInteger && digitCount > 2 * MAXIMUM_MANTISSA_DIGITS) {
          ({ digits, digitCount, trailingZeros } = this.#shorten(
            digits,
            digitCount,
            trailingZeros,
          ));
        }
      }
    }
    return {
      ...prefix,
      head,
      hasTail,
      point,
      digits,
      digitCount,
      trailingZeros,
      fractionDigits,
      hasDust,
    };
  }

  /** Replaces the middle of a long integer: the same leading digits, remainders and last zeros. */
  #shorten(
    digits: bigint,
    digitCount: number,
    trailingZeros: number,
  ): Pick<Prefix, "digits" | "digitCount" | "trailingZeros"> {
    if (this.#longIntegers === undefined) {
      let unit = 1n, keptZeros = MAXIMUM_MANTISSA_DIGITS + 2, longest = 0;
      for (const cell of [...this.#positive, ...this.#negative]) {
        longest = Math.max(longest, cell.lower?.point ?? 0, cell.upper?.point ?? 0);
        // Bounded cells are out of reach by then.
        if (cell.upper !== null) continue;
        for (const step of [cell.multipleOf, ...cell.notMultipleOf]) {
          if (step === null) continue;
          unit = unit / greatestCommonDivisor(unit, step.unit) * step.unit;
          keptZeros = Math.max(
            keptZeros,
            step.exponent + step.unit.toString(2).length + MAXIMUM_MANTISSA_DIGITS + 2,
          );
        }
      }
      const modulus = unit * powerOfTen(keptZeros);
      const digitLimit = 16 + Math.max(longest, modulus.toString().length + this.#headLength + 2);
      this.#longIntegers = { modulus, keptZeros, digitLimit };
    }
    const { modulus, keptZeros, digitLimit } = this.#longIntegers;
    if (digitCount <= digitLimit) return { digits, digitCount, trailingZeros };
    const head = digits.toString().slice(0, this.#headLength) || "1";
    const room = modulus.toString().length + 1;
    const base = BigInt(head) * powerOfTen(room);
    const difference = (digits - base) % modulus;
    return {
      digits: base + (difference < 0n ? difference + modulus : difference),
      digitCount: head.length + room,
      trailingZeros: Math.min(trailingZeros, keptZeros),
    };
  }

  #followExponent(state: ExponentState, byteClass: number): number {
    const { phase, exponents, value } = state;
    if (byteClass <= 9) {
      const magnitudes = phase === "exponent" ? nonNegativePart(exponents) : exponents;
      return this.#internExponent("exponentDigits", magnitudes, value * 10 + byteClass);
    }
    if (phase !== "exponent") return -1;
    if (byteClass === PLUS) {
      return this.#internExponent("exponentSign", nonNegativePart(exponents), 0);
    }
    if (byteClass === MINUS) {
      return this.#internExponent("exponentSign", nonPositivePart(exponents), 0);
    }
    return -1;
  }

  #internExponent(phase: ExponentState["phase"], exponents: ExponentSet, value: number): number {
    if (phase === "exponent") {
      if (exponents.length === 0) return -1;
    } else {
      const last = lastDistinctExponent(exponents);
      if (value > last) value = last + 1;
      if (!canReachExponent(exponents, value)) return -1;
    }
    const key = `${phase}:${exponents.join()}${phase === "exponentDigits" ? `:${value}` : ""}`;
    return this.#intern(key, { phase, exponents, value });
  }
}

/** Digits before the point of the largest magnitude that `value` and its neighbours need. */
function integerDigits(value: Decimal | null): number {
  return value === null ? 0 : value.absolute().mantissa.toString().length + value.exponent;
}

/** The set's cells, cut to the magnitudes that canonical form writes. */
function clipped(set: NumberSet): NumberCell[] {
  let digits = CANONICAL_INTEGER_DIGITS;
  for (const { lower, upper, multipleOf, notMultipleOf } of set.cells) {
    // Twelve excluded steps leave a member in any 4,096 multiples: five digits more than the largest step.
    for (const value of [lower, upper, multipleOf, ...notMultipleOf]) {
      digits = Math.max(digits, integerDigits(value) + 5);
    }
  }
  const limit = new Decimal(1n, digits);
  return set.cells.map((cell) => {
    if (cell.lower !== null && cell.upper !== null) return cell;
    const within = intersectCells(cell, {
      lower: limit.negate(),
      lowerExclusive: true,
      upper: limit,
      upperExclusive: true,
      multipleOf: null,
      notMultipleOf: [],
    });
    return normaliseCell(within!)!;
  });
}

/** Digits after the point in canonical form. */
function canonicalFractionDigits({ cells }: NumberSet): number {
  let places = 0, isLattice = true;
  for (const cell of cells) {
    const { lower, upper, multipleOf, notMultipleOf } = cell;
    if (multipleOf !== null) places = Math.max(places, -multipleOf.exponent);
    else if (isSingleNumber(cell)) places = Math.max(places, -lower!.exponent);
    else {
      isLattice = false;
      // One place more than the ends and the excluded steps: between any two ends there is a number.
      for (const value of [lower, upper, ...notMultipleOf]) {
        if (value !== null) places = Math.max(places, 1 - value.exponent);
      }
    }
  }
  return isLattice ? places : Math.max(places, CANONICAL_FRACTION_DIGITS);
}
