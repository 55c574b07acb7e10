/**
 * Variants: the ways of asking that an evaluation compares.
 *
 * A variant is named by its parts, joined by `+`: `masks`, `no-masks+spaced`, `masks+json-schema+examples=2`. The first
 * part says whether the output is held to the schema; the rest change the prompt, one thing each, so that
 * two names differ by what they compare.
 *
 * @module
 */

import { UnknownVariantError } from "./errors.ts";

/** One way of asking. */
export interface Variant {
  /** As given. */
  readonly name: string;
  /** Whether every token is held to the schema; without, whatever comes is searched for JSON. */
  readonly masks: boolean;
  /** Of the JSON that is written, or shown in examples; `undefined` for the task's own default. */
  readonly whitespace: "compact" | "spaced" | undefined;
  /** How the prompt shows the schema: as an outline, or as it is. */
  readonly prompt: "outline" | "json-schema";
  /** Whether the names of the properties are said once more after the text. */
  readonly reminder: boolean;
  /** In which order properties are written: the schema's, the schema's backwards, or as the model likes. */
  readonly order: "schema" | "reversed" | "any";
  /** Whether lists are held to different items, where the schema does not ask for that. */
  readonly uniqueItems: boolean;
  /** How many other items of the set are shown with their answers. */
  readonly exampleCount: number;
  /** Subtracted from the logits of the model's own words for each time that the answer has them; 0 changes nothing. */
  readonly frequencyPenalty: number;
  /** Makes the model's own words less probable by a factor once the answer has them; 1 changes nothing. */
  readonly repetitionPenalty: number;
  /** Whether a tool has to be called, or the model decides. */
  readonly choice: "auto" | "required";
  /** Least probability of a call at which one is made; `undefined` for the tool caller's default. */
  readonly callThreshold: number | undefined;
}

type Writable = { -readonly [Key in keyof Variant]: Variant[Key] };

/** What each part of a name sets; `N` stands for a number. */
const PARTS: Readonly<Record<string, (variant: Writable, value: number) => void>> = {
  "compact": (variant) => variant.whitespace = "compact",
  "spaced": (variant) => variant.whitespace = "spaced",
  "json-schema": (variant) => variant.prompt = "json-schema",
  "reminder": (variant) => variant.reminder = true,
  "reversed": (variant) => variant.order = "reversed",
  "any-order": (variant) => variant.order = "any",
  "unique-items": (variant) => variant.uniqueItems = true,
  "examples=N": (variant, value) => variant.exampleCount = value,
  "frequency=N": (variant, value) => variant.frequencyPenalty = value,
  "repetition=N": (variant, value) => variant.repetitionPenalty = value,
  "required": (variant) => variant.choice = "required",
  "threshold=N": (variant, value) => variant.callThreshold = value,
};

/** The parts that may follow `masks` or `no-masks`, for help texts. */
export const VARIANT_PARTS: readonly string[] = Object.keys(PARTS);

/**
 * Reads a variant's name.
 *
 * @param name Parts joined by `+`; the first is `masks` or `no-masks`.
 * @returns What the name says.
 * @throws {UnknownVariantError} If a part is none.
 *
 * @example
 * ```ts
 * import { parseVariant } from "@espalier/core/eval";
 *
 * const { masks, exampleCount } = parseVariant("no-masks+examples=2");
 * console.assert(!masks && exampleCount === 2);
 * ```
 */
export function parseVariant(name: string): Variant {
  const [first, ...parts] = name.split("+");
  if (first !== "masks" && first !== "no-masks") {
    throw new UnknownVariantError(name, `must begin with "masks" or "no-masks"`);
  }
  const variant: Writable = {
    name,
    masks: first === "masks",
    whitespace: undefined,
    prompt: "outline",
    reminder: false,
    order: "schema",
    uniqueItems: false,
    exampleCount: 0,
    frequencyPenalty: 0,
    repetitionPenalty: 1,
    choice: "auto",
    callThreshold: undefined,
  };
  const seen = new Set<string>();
  for (const part of parts) {
    const [key = "", value] = part.split("=");
    const known = value === undefined ? key : `${key}=N`;
    const set = Object.hasOwn(PARTS, known) ? PARTS[known]! : undefined;
    if (set === undefined || seen.has(known)) {
      const reason = set === undefined ? "unknown" : "repeated";
      throw new UnknownVariantError(
        name,
        `has the ${reason} part ${JSON.stringify(part)}; there are ${VARIANT_PARTS.join(", ")}`,
      );
    }
    seen.add(known);
    set(variant, readNumber(name, key, value));
  }
  return variant;
}

/** What the number of a part may be, in words and as a check. */
const RANGES: Readonly<Record<string, readonly [range: string, isIn: (value: number) => boolean]>> =
  {
    examples: ["an integer from 0 to 999", (value) => Number.isInteger(value) && value < 1000],
    frequency: ["from 0 to 2", (value) => value <= 2],
    repetition: ["above 0", (value) => value > 0],
    threshold: ["from 0 to 1", (value) => value <= 1],
  };

function readNumber(name: string, key: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const [range, isIn] = RANGES[key]!;
  if (/^\d*\.?\d+(e-\d+)?$/.test(text) && isIn(Number(text))) return Number(text);
  throw new UnknownVariantError(name, `has a number that is not ${range}: ${JSON.stringify(text)}`);
}
