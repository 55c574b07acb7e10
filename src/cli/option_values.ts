/**
 * Readers for the values of options; what they refuse is bad usage.
 *
 * @module
 */

import { InvalidArgumentError } from "commander";

/** A reader of integers from `minimum` on. */
export function integerFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`It must be an integer of at least ${minimum}.`);
    }
    return value;
  };
}

/** A reader of decimal numbers for which `isInRange` holds; `range` says which in words. */
export function numberIn(
  range: string,
  isInRange: (value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d*\.?\d+$/.test(text) || !isInRange(value)) {
      throw new InvalidArgumentError(`It must be a number ${range}.`);
    }
    return value;
  };
}

/** A reader of URLs. */
export function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new InvalidArgumentError("It must be a URL with http or https.");
  }
  return text;
}
