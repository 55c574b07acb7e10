/**
 * A text of a family, the schema that asks for some of what it says, and the right answer.
 *
 * Sixth layer of the synthetic data: fields are drawn, some asked for, some in the text unasked, some asked for and not in
 * the text; then names, types and layout. The schema is drawn before the text, so that nothing in the text depends on
 * how it is asked for.
 *
 * @module
 */

import { FAMILIES, type Family, type Field } from "./families.ts";
import type { FieldValue, Scene, Schema } from "./field_kinds.ts";
import { layOut, type Statement } from "./layout.ts";
import type { Draws } from "./random.ts";
import { schemaBelongsTo, type Split, wordingsOf } from "./split.ts";
import { CURRENCIES } from "./values.ts";

/** A text with what is asked of it. */
export interface Extraction {
  /** Name of the family, for the measurement's table. */
  family: string;
  text: string;
  schema: Schema;
  answer: unknown;
}

/** How much is asked. */
export interface Difficulty {
  /** Most fields asked for. */
  maxFields: number;
  /** Whether types other than text, and layouts of several parts, may come. */
  isFull: boolean;
  /** Whether more fields, and the families with the richest schemas, come more often. */
  isRich?: boolean;
  /** Whether forms also call fields what schemas call them. */
  hasOtherLabels?: boolean;
}

const RICH_FAMILIES = new Set(["invoice", "order", "receipt", "meeting"]);

type NameStyle = (words: string) => string;

const pascal = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const NAME_STYLES: readonly NameStyle[] = [
  (words) => words.split(" ").map((word, index) => (index === 0 ? word : pascal(word))).join(""),
  (words) => words.split(" ").join("_"),
];

/** Draws an extraction. */
export function drawExtraction(draws: Draws, split: Split, difficulty: Difficulty): Extraction {
  for (;;) {
    const extraction = tryExtraction(draws, split, difficulty);
    if (extraction !== null) return extraction;
  }
}

interface Asked {
  field: Field;
  value: FieldValue;
  /** In the text? */
  isSaid: boolean;
  need: "required" | "nullable" | "optional";
}

function tryExtraction(draws: Draws, split: Split, difficulty: Difficulty): Extraction | null {
  const families = FAMILIES.filter(({ isHeldOut = false }) => split === "held_out" || !isHeldOut);
  const isRich = difficulty.isRich ?? false;
  const family = isRich && draws.chance(0.3)
    ? draws.pick(families.filter(({ name }) => RICH_FAMILIES.has(name)))
    : draws.pick(families);
  const scene: Scene = {
    draws,
    split,
    currency: draws.pick(["EUR", "EUR", "USD", "USD", "GBP", "CHF"] as const),
  };
  const mostFields = Math.min(difficulty.maxFields, family.fields.length);
  let askedCount = draws.integer(1, mostFields);
  if (isRich) askedCount = Math.max(askedCount, draws.integer(1, mostFields));
  const pool = difficulty.isFull ? family.fields : family.fields.filter(({ id }) => isPlain(id));
  const chosen = draws.shuffle(pool).slice(
    0,
    askedCount + draws.integer(0, difficulty.isFull ? 3 : 2),
  );
  if (chosen.length === 0) return null;
  const asked: Asked[] = chosen.slice(0, askedCount).map((field) => {
    const value = field.kind(scene);
    const roll = draws.unit();
    const need = roll < 0.64 ? "required" : roll < 0.84 ? "nullable" : "optional";
    const mayBeEmpty = value.schema.type === "boolean" ||
      (value.schema.type === "array" && !("minItems" in value.schema));
    const mayMiss = need !== "required" || mayBeEmpty;
    const isSaid = !mayMiss || draws.chance(need === "required" ? 0.9 : 0.6);
    return { field, value, isSaid, need };
  });
  // Amounts name their currency: where the text has some, the currency is known, said apart or not.
  const implied =
    asked.filter(({ field, isSaid }) => isSaid && ["total", "tax"].includes(field.id)).length > 0;
  const currency = asked.find(({ field }) => field.id === "currency");
  const isCurrencyImplied = currency !== undefined && implied && draws.chance(0.75);
  if (
    currency !== undefined &&
    asked.some(({ field }) => ["total", "tax", "lines"].includes(field.id))
  ) currency.isSaid = true;
  const unasked = chosen.slice(askedCount).map((field) => ({ field, value: field.kind(scene) }));
  const said = [
    ...asked.filter((entry) => entry.isSaid && !(entry === currency && isCurrencyImplied)),
    ...unasked.filter(({ field }) =>
      currency === undefined || !["total", "tax", "lines"].includes(field.id)
    ),
  ];
  if (said.length === 0) return null;

  const form = draws.chance(0.4)
    ? asked.toSorted((a, b) => family.fields.indexOf(a.field) - family.fields.indexOf(b.field))
    : asked;
  const built = buildSchema(draws, split, family, form);
  if (built === null || !schemaBelongsTo(built.names, split)) return null;
  const statements: Statement[] = said.map(({ field, value }) => ({
    field: difficulty.hasOtherLabels && split === "trained" && draws.chance(0.35)
      ? withOtherLabel(draws, field)
      : field,
    value,
  }));
  const text = layOut(draws, split, family, statements, difficulty.isFull);
  return { family: family.name, text, schema: built.schema, answer: built.answer };
}

/** Fields for the first lessons: texts that are copied as they stand, mostly. */
function isPlain(id: string): boolean {
  return ![
    "lines",
    "items",
    "place",
    "address",
    "shipping",
    "total",
    "tax",
    "price",
    "duration",
    "attendees",
    "artists",
  ].includes(id);
}

/** The field under one of its names as its label, other than a held-out label. */
function withOtherLabel(draws: Draws, field: Field): Field {
  const plain = (label: string) => label.toLowerCase().replace(/[^a-z ]/g, "").trim();
  const labels = field.labels.split("|");
  const heldOut = new Set(labels.length < 4 ? [] : wordingsOf(labels, "held_out").map(plain));
  const names = (field.names?.split("|") ?? []).filter((name) => !heldOut.has(plain(name)));
  if (names.length === 0) return field;
  const name = draws.pick(names);
  return { ...field, labels: name.slice(0, 1).toUpperCase() + name.slice(1) };
}

function buildSchema(
  draws: Draws,
  split: Split,
  family: Family,
  asked: readonly Asked[],
): { schema: Schema; answer: unknown; names: string[] } | null {
  const style = draws.pick(NAME_STYLES);
  const describes = draws.chance(0.5) ? draws.pick([0.3, 0.6, 1]) : 0;
  const groups = new Map<string, number>();
  for (const { field } of asked) {
    if (field.group !== undefined) groups.set(field.group, (groups.get(field.group) ?? 0) + 1);
  }
  const nested = new Set(
    [...groups].filter(([, size]) => size > 1 && draws.chance(0.5)).map(([name]) => name),
  );
  const root = { properties: {} as Schema, required: [] as string[], answer: {} as Schema };
  const parts = new Map<string, typeof root>();
  const names: string[] = [];
  for (const { field, value, isSaid, need } of asked) {
    let target = root;
    if (field.group !== undefined && nested.has(field.group)) {
      const group = style(field.group);
      target = parts.get(group) ?? { properties: {}, required: [], answer: {} };
      if (!parts.has(group)) {
        parts.set(group, target);
        root.properties[group] = {
          type: "object",
          properties: target.properties,
          required: target.required,
        };
        root.required.push(group);
        root.answer[group] = target.answer;
      }
    }
    const name = nameOf(draws, style, field, value);
    if (name.name in target.properties) return null;
    names.push(name.name);
    let part: Schema = { ...value.schema };
    const description = describe(draws, split, family, field, value, name.isUnitShown, describes);
    if (need === "nullable") {
      part = draws.chance(0.25) && typeof part.type === "string" && !("enum" in part) &&
          !("format" in part)
        ? { ...part, type: [part.type, "null"] }
        : { anyOf: [part, { type: "null" }] };
    }
    if (description !== "") part.description = description;
    target.properties[name.name] = part;
    if (need !== "optional") target.required.push(name.name);
    if (isSaid) target.answer[name.name] = value.json;
    else if (need === "nullable") target.answer[name.name] = null;
    else if (need === "required") {
      target.answer[name.name] = value.schema.type === "array" ? [] : false;
    }
  }
  const schema: Schema = { type: "object", properties: root.properties, required: root.required };
  if (draws.chance(0.05)) {
    schema.description = `${draws.pick(["data of the", "the", "one"])} ${family.name}`;
  }
  if (draws.chance(0.3)) schema.additionalProperties = false;
  return { schema, answer: root.answer, names };
}

function nameOf(
  draws: Draws,
  style: NameStyle,
  field: Field,
  value: FieldValue,
): { name: string; isUnitShown: boolean } {
  const plain = (label: string) => label.toLowerCase().replace(/[^a-z ]/g, "").trim();
  const names = field.names?.split("|") ?? field.labels.split("|").map(plain);
  let words = draws.chance(0.85) ? draws.pick(names) : plain(draws.pick(field.labels.split("|")));
  if (words === "") words = names[0]!;
  const isUnitShown = value.nameSuffix !== undefined && !words.includes(value.nameSuffix) &&
    draws.chance(0.75);
  return { name: style(isUnitShown ? `${words} ${value.nameSuffix}` : words), isUnitShown };
}

function describe(
  draws: Draws,
  split: Split,
  family: Family,
  field: Field,
  value: FieldValue,
  isUnitShown: boolean,
  probability: number,
): string {
  const notes: string[] = [];
  if (draws.chance(probability)) {
    const label = field.labels.split("|")[0]!.toLowerCase();
    const known = wordingsOf(field.descriptions?.split("|") ?? [], split);
    notes.push(
      known.length > 0 && draws.chance(0.8)
        ? draws.pick(known)
        : draws.pick([`the ${label}`, `${label} of the ${family.name}`, label]),
    );
  }
  const hasForm = "pattern" in value.schema || "format" in value.schema || isUnitShown;
  if (value.description !== undefined && (!hasForm || draws.chance(0.4))) {
    notes.push(value.description);
  }
  return notes.join(draws.pick([", ", "; "]));
}

/** Currency codes, for those who list them. */
export const CURRENCY_CODES: readonly string[] = Object.keys(CURRENCIES);
