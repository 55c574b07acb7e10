/**
 * What has to hold for any schema: the checks of the property tests and of the fuzzer.
 *
 * - Compiling ends in a grammar or in an error of the engine's own.
 * - Random walks in every layout come to an end, and validators accept what they wrote.
 * - With free layout a text is accepted if and only if validators accept it, however it is spelt; without, a serialiser's
 *   plain text is.
 * - A schema that no value fits has no valid instance among those tried.
 * - At every position that is looked at, the mask is what trying each token gives.
 *
 * @module
 */

import { EspalierError, LimitExceededError } from "../../src/errors.ts";
import {
  type CompiledGrammar,
  compileJsonSchema,
  Matcher,
  UnsatisfiableSchemaError,
} from "../../src/matcher/mod.ts";
import { canonicalText, type JsonValue } from "../../src/json_schema/mod.ts";
import type { Vocabulary } from "../../src/vocabulary/mod.ts";
import { smallVocabulary } from "../random_walk/vocabularies.ts";
import { seededRandom, walk } from "../random_walk/walk.ts";
import { InstanceSource } from "./instances.ts";
import { maskDifference } from "./mask_oracle.ts";
import type { JsonSchema } from "./schemas.ts";
import { garbled, randomSpelling } from "./spelling.ts";
import { readText, Validators } from "./validators.ts";

/** Something that does not hold. */
export interface Finding {
  readonly what: string;
  readonly text?: string;
  readonly layout?: string;
}

/** Counts of what was tried. */
export class Tally {
  schemas = 0;
  unsatisfiable = 0;
  /** Refused by another error of the engine's own, by its code and what it names. */
  readonly refused = new Map<string, number>();
  walks = 0;
  texts = 0;
  validTexts = 0;
  masks = 0;
  /** Texts that doubles cannot hold. */
  unclear = 0;
  /** Texts on which the two validators disagree. */
  disputed = 0;
  /** Valid texts that are refused on purpose: `uniqueItems` under a negation. */
  leftOut = 0;
  /** Schemas and texts about which a validator cannot tell. */
  unjudged = 0;
  /** Errors about limits that came up only while a text was written. */
  lateLimits = 0;
  /** The last of these, with its schema. */
  lateLimit = "";
  /** The schema that took longest to compile. */
  slowestMs = 0;
  slowest: JsonSchema = true;

  refuse(error: EspalierError): void {
    const { keyword, limit } = error as { keyword?: string; limit?: string };
    const key = `${error.code} ${keyword ?? limit ?? ""}`;
    this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
  }

  toString(): string {
    const refused = [...this.refused].map(([key, count]) => `${key}: ${count}`).join(", ");
    return `${this.schemas} schemas (${this.unsatisfiable} unsatisfiable; refused: ${
      refused || "none"
    }), ${this.walks} walks, ${this.texts} texts (${this.validTexts} valid), ${this.masks} masks, ` +
      `${this.unclear} beyond doubles, ${this.disputed} disputed, ${this.unjudged} unjudged, ${this.leftOut} left out, ${this.lateLimits} late limits, ` +
      `slowest schema ${this.slowestMs.toFixed(0)} ms`;
  }
}

const LAYOUTS = [
  { whitespace: "any", propertyOrder: "any" },
  { whitespace: "compact", propertyOrder: "schema" },
  { whitespace: "spaced", propertyOrder: "any" },
  { whitespace: "compact", propertyOrder: "any" },
] as const;

const INSTANCES = 8;
/** Schemas with these words are compared in the free layout only: other layouts leave texts of them out. */
const NARROWED = /"format":"(?:email|uri)"/;

let vocabulary: Vocabulary | undefined;

/** Checks one schema; the seed decides about everything that is tried on it. */
export async function check(
  schema: JsonSchema,
  seed: number,
  tally: Tally,
): Promise<Finding | null> {
  vocabulary ??= smallVocabulary();
  const random = seededRandom(seed);
  tally.schemas++;
  const grammars: CompiledGrammar[] = [];
  const startedAt = performance.now();
  let isUnsatisfiable = false;
  try {
    for (const layout of LAYOUTS) {
      grammars.push(compileJsonSchema(schema, vocabulary, { ...layout, cache: false }));
    }
  } catch (error) {
    if (!(error instanceof EspalierError)) return { what: `crash: ${describe(error)}` };
    if (error.code === "invalid_schema") return { what: `called invalid: ${error.message}` };
    if (!(error instanceof UnsatisfiableSchemaError)) {
      tally.refuse(error);
      return null;
    }
    isUnsatisfiable = true;
    tally.unsatisfiable++;
  } finally {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > tally.slowestMs) [tally.slowestMs, tally.slowest] = [elapsedMs, schema];
  }
  if (isUnsatisfiable && grammars.length > 0) {
    if (NARROWED.test(JSON.stringify(schema))) return null;
    return { what: "unsatisfiable in some layouts only", layout: layoutName(grammars.length) };
  }
  let validators: Validators;
  try {
    validators = new Validators(schema);
  } catch {
    tally.unjudged++;
    return null;
  }
  try {
    return isUnsatisfiable
      ? await checkHasNoInstance(schema, random, validators, tally)
      : await checkWalks(schema, grammars, random, validators, tally) ??
        await checkTexts(schema, grammars, random, validators, tally);
  } catch (error) {
    if (error instanceof LimitExceededError) {
      tally.lateLimits++;
      tally.lateLimit = `${error.limit} in ${JSON.stringify(schema)}`;
      return null;
    }
    return { what: `crash: ${describe(error)}` };
  } finally {
    validators.close();
  }
}

async function checkHasNoInstance(
  schema: JsonSchema,
  random: () => number,
  validators: Validators,
  tally: Tally,
): Promise<Finding | null> {
  const source = new InstanceSource(schema, random);
  for (let i = 0; i < 4 * INSTANCES; i++) {
    const instance = i % 2 === 0 ? source.instance() : source.mutated(source.instance());
    tally.texts++;
    if (validators.isValid(instance) !== true) continue;
    if (!await validators.isConfirmed(instance)) tally.disputed++;
    else return { what: "called unsatisfiable, but valid is", text: JSON.stringify(instance) };
  }
  return null;
}

async function checkWalks(
  schema: JsonSchema,
  grammars: readonly CompiledGrammar[],
  random: () => number,
  validators: Validators,
  tally: Tally,
): Promise<Finding | null> {
  for (const [index, grammar] of grammars.entries()) {
    const { outcome, text, detail } = walk(grammar, vocabulary!, random, {
      budgetTokens: 1 + Math.floor(random() * 30),
      maximumTokens: 3000,
    });
    const layout = layoutName(index);
    tally.walks++;
    if (outcome !== "complete") return { what: `${outcome} (${detail ?? ""})`, text, layout };
    const read = readText(text);
    if (read === null) return { what: "a walk wrote what is no JSON", text, layout };
    if (read === "unclear") {
      tally.unclear++;
      continue;
    }
    const isValid = validators.isValid(read.value);
    if (isValid === null) tally.unjudged++;
    else if (isValid) {
      const finding = index === 0
        ? await checkText(grammar, schema, new InstanceSource(schema, random).mutated(read.value), {
          random,
          validators,
          tally,
        })
        : null;
      if (finding !== null) return finding;
    } else if (await validators.isConfirmed(read.value)) {
      return { what: "a walk wrote what is not valid", text, layout };
    } else tally.disputed++;
  }
  return null;
}

interface TextCheck {
  readonly random: () => number;
  readonly validators: Validators;
  readonly tally: Tally;
}

async function checkTexts(
  schema: JsonSchema,
  grammars: readonly CompiledGrammar[],
  random: () => number,
  validators: Validators,
  tally: Tally,
): Promise<Finding | null> {
  const source = new InstanceSource(schema, random);
  const tools = { random, validators, tally };
  for (let i = 0; i < INSTANCES; i++) {
    const instance = source.instance();
    for (const value of [instance, source.mutated(instance)]) {
      const finding = await checkText(grammars[0]!, schema, value, tools) ??
        await checkPlainText(grammars[3]!, schema, value, tools);
      if (finding !== null) return finding;
    }
  }
  return null;
}

/** A value in any spelling, and a text that is nearly it. */
async function checkText(
  grammar: CompiledGrammar,
  schema: JsonSchema,
  value: unknown,
  { random, validators, tally }: TextCheck,
): Promise<Finding | null> {
  const written = randomSpelling(value, random);
  for (const text of random() < 0.4 ? [written, garbled(written, random)] : [written]) {
    const finding = await compare(grammar, schema, text, 0, { random, validators, tally });
    if (finding !== null) return finding;
  }
  return null;
}

/** A value as `JSON.stringify` writes it. */
async function checkPlainText(
  grammar: CompiledGrammar,
  schema: JsonSchema,
  value: unknown,
  tools: TextCheck,
): Promise<Finding | null> {
  const text = JSON.stringify(value);
  return NARROWED.test(JSON.stringify(schema))
    ? null
    : await compare(grammar, schema, text, 3, tools);
}

async function compare(
  grammar: CompiledGrammar,
  schema: JsonSchema,
  text: string,
  layoutIndex: number,
  { random, validators, tally }: TextCheck,
): Promise<Finding | null> {
  tally.texts++;
  const layout = layoutName(layoutIndex);
  const read = readText(text);
  if (read === "unclear") {
    tally.unclear++;
    return null;
  }
  const isValid = read === null ? false : validators.isValid(read.value);
  if (isValid === null) {
    tally.unjudged++;
    return null;
  }
  if (isValid) tally.validTexts++;
  const answer = accepts(grammar, text, random, tally);
  if (typeof answer !== "boolean") return { what: answer.what, text, layout };
  if (answer === isValid) return null;
  if (isValid && asksForEqualItems(schema) && hasEqualItems(read!.value)) {
    tally.leftOut++;
    return null;
  }
  if (read !== null && !await validators.isConfirmed(read.value)) {
    tally.disputed++;
    return null;
  }
  return { what: isValid ? "refused a valid text" : "accepted an invalid text", text, layout };
}

/** Whether a text can be written to its end, by tokens that are cut at random; masks looked at on the way. */
function accepts(
  grammar: CompiledGrammar,
  text: string,
  random: () => number,
  tally: Tally,
): boolean | { readonly what: string } {
  const matcher = new Matcher(grammar);
  const mask = new Uint32Array(vocabulary!.maskWordCount);
  for (const id of randomTokens(text, random)) {
    const looks = random();
    if (looks < 0.3) {
      tally.masks++;
      if (!matcher.fillMask(mask)) return { what: "dead end" };
      const isIn = (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
      if (isIn !== matcher.acceptToken(id)) return { what: `mask and acceptToken(${id}) differ` };
      if (!isIn) return false;
      continue;
    }
    if (looks < 0.32) {
      tally.masks++;
      const difference = maskDifference(matcher);
      if (difference !== null) return { what: difference };
    }
    if (!matcher.acceptToken(id)) return false;
  }
  return matcher.isAccepting();
}

/** Whether texts with equal items may be left out; see `docs/json_schema.md`. */
function asksForEqualItems(schema: JsonSchema): boolean {
  return JSON.stringify(schema).includes('"uniqueItems":true');
}

function hasEqualItems(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const parts = Object.values(value);
  if (parts.some(hasEqualItems)) return true;
  return Array.isArray(value) &&
    new Set(parts.map((part) => canonicalText(part as JsonValue))).size < parts.length;
}

let tokensByFirstByte: { readonly id: number; readonly bytes: Uint8Array }[][] | undefined;

function randomTokens(text: string, random: () => number): number[] {
  tokensByFirstByte ??= indexTokens();
  const bytes = new TextEncoder().encode(text);
  const ids: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const fitting = tokensByFirstByte[bytes[at]!]!.filter((token) =>
      token.bytes.every((byte, i) => bytes[at + i] === byte)
    );
    const token = fitting[Math.floor(random() * fitting.length)]!;
    ids.push(token.id);
    at += token.bytes.length;
  }
  return ids;
}

function indexTokens(): { readonly id: number; readonly bytes: Uint8Array }[][] {
  const index: { id: number; bytes: Uint8Array }[][] = Array.from({ length: 256 }, () => []);
  for (let id = 0; id < vocabulary!.tokenCount; id++) {
    const bytes = vocabulary!.tokenBytes(id);
    if (bytes !== null && bytes.length > 0) index[bytes[0]!]!.push({ id, bytes });
  }
  return index;
}

function layoutName(index: number): string {
  const { whitespace, propertyOrder } = LAYOUTS[index]!;
  return `whitespace: ${whitespace}, propertyOrder: ${propertyOrder}`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const origin = error.stack?.split("\n").find((line) => line.includes("/src/"))?.trim() ?? "";
  return `${error.name}: ${error.message} ${origin.replace(/\(?file:.*\/src\//, "src/")}`;
}
