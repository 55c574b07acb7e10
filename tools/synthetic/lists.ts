/**
 * Lists of things with numbers: a schema whose root is an array, or an object around one.
 *
 * Sixth layer of the synthetic data, beside `document.ts`.
 *
 * @module
 */

import type { Extraction } from "./document.ts";
import type { Schema } from "./field_kinds.ts";
import { madeUpName, personName, thing } from "./pools.ts";
import type { Draws } from "./random.ts";
import { schemaBelongsTo, type Split, wordingsOf } from "./split.ts";
import { code, count, listed } from "./values.ts";

const OPENINGS = [
  "Please send us {}.",
  "We need {}.",
  "I would like to order {}.",
  "Our order: {}.",
  "Put {} on the list.",
  "Could we have {}?",
  "For the next delivery: {}.",
  "We want {}.",
];
const SCORES = ["The results: {}.", "Points: {}.", "This week we have {}.", "So far: {}."];

/** Draws a list with its schema. */
export function drawList(draws: Draws, split: Split): Extraction {
  for (;;) {
    const extraction = tryList(draws, split);
    if (extraction !== null) return extraction;
  }
}

function tryList(draws: Draws, split: Split): Extraction | null {
  const what = draws.pick(["code", "code", "thing", "person"] as const);
  const names = {
    key: what === "person" ? draws.pick(["name", "player", "person"]) : draws.pick(
      what === "code"
        ? ["article", "sku", "code", "articleNumber", "id"]
        : ["item", "product", "name", "article"],
    ),
    count: what === "person"
      ? draws.pick(["points", "score", "votes"])
      : draws.pick(["count", "quantity", "qty", "pieces"]),
    flag: draws.pick(["express", "urgent"]),
  };
  const isFlagged = what !== "person" && draws.chance(0.4);
  const isFlagOptional = draws.chance(0.6);
  const spoken: string[] = [], answer: Record<string, unknown>[] = [];
  const pattern = code(draws);
  for (let left = draws.integer(1, 4); left > 0; left--) {
    const key = what === "code"
      ? code(draws).text
      : what === "thing"
      ? thing(draws)
      : draws.chance(0.5)
      ? madeUpName(draws)
      : personName(draws);
    const number = count(draws, 1, 120), isUrgent = isFlagged && draws.chance(0.4);
    const phrase = what === "person"
      ? draws.pick([
        `${key} has ${number.text}`,
        `${key} ${number.text}`,
        `${number.text} for ${key}`,
      ])
      : draws.pick([
        `${number.text} of ${key}`,
        `${number.text} x ${key}`,
        `${number.text} ${what === "code" ? "pieces of " : ""}${key}`,
      ]);
    spoken.push(
      isUrgent
        ? draws.pick([`by express, ${phrase}`, `${phrase} (urgent)`, `${phrase} by express`])
        : phrase,
    );
    answer.push({
      [names.key]: key,
      [names.count]: number.json,
      ...(isFlagged && (isUrgent || !isFlagOptional) ? { [names.flag]: isUrgent } : {}),
    });
  }
  const wrapper = draws.pick(["items", "entries", "lines", "list"]);
  const isRoot = draws.chance(0.6);
  if (!schemaBelongsTo([names.key, names.count, isRoot ? "" : wrapper], split)) return null;
  const item: Schema = {
    type: "object",
    properties: {
      [names.key]: {
        type: "string",
        ...(what === "code" && draws.chance(0.3) && answer.length === 1
          ? { description: draws.pick(["article number", "as written"]) }
          : {}),
      },
      [names.count]: {
        type: "integer",
        ...(draws.chance(0.4) ? { minimum: 1, maximum: 500 } : {}),
      },
      ...(isFlagged ? { [names.flag]: { type: "boolean" } } : {}),
    },
    required: [names.key, names.count, ...(isFlagged && !isFlagOptional ? [names.flag] : [])],
  };
  const array: Schema = {
    type: "array",
    items: item,
    ...(draws.chance(0.4) ? { minItems: 1, maxItems: 4 + pattern.text.length % 3 } : {}),
  };
  const opening = draws.pick(wordingsOf(what === "person" ? SCORES : OPENINGS, split));
  const text = draws.chance(0.7)
    ? opening.replace("{}", listed(draws, spoken))
    : spoken.map((phrase) => `- ${phrase}`).join("\n");
  return {
    family: "list",
    text,
    schema: isRoot
      ? array
      : { type: "object", properties: { [wrapper]: array }, required: [wrapper] },
    answer: isRoot ? answer : { [wrapper]: answer },
  };
}
