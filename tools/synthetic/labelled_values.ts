/**
 * Labels that could be anything, and values that could be anything: no family, no meaning.
 *
 * Sixth layer of the synthetic data, beside `document.ts`. Fields are called after nouns from a long list or made-up words, and
 * the schema calls them the same, in its own spelling. What is learnt here holds for every text: find the words of
 * the field's name, take what belongs to them.
 *
 * @module
 */

import type { Difficulty, Extraction } from "./document.ts";
import * as kinds from "./field_kinds.ts";
import { capitalized, madeUpWord, thing } from "./pools.ts";
import type { Draws } from "./random.ts";
import { schemaBelongsTo, type Split, wordingsOf } from "./split.ts";

const NOUNS =
  "access account action agency album animal answer area artist author award bank base batch body bonus branch bridge broker budget building bus cabin camera capital carrier case channel chapter class client climate club coach code colour column command container copy corner cost course court credit culture customer data dealer degree delay density depth design detail device direction discount disease district doctor document donor driver edition editor effect engine entry equipment error estate exam exit expert factor farm fee field file film finding fleet flight floor focus folder form fuel fund game gate goal grade grant group guide harvest height history holder host hour house idea image index input island issue journal judge key lab label lake language law leader league lease length lesson level library licence limit line loan lock machine magazine manager mark market master material matter member memory merchant method mileage mission mode model module nature network note object offer officer operator option origin output owner package page parcel part partner party patient pattern period permit pilot pipe plan plant plate player policy port position post power practice premium press prize process producer profile program project quality quarter queue range rank rate reader reason record region register report result review reward ring risk river route rule sample scale scene school score season seat sector segment sender series server service session shape shelf shift ship signal site slot source space speaker speed stage station status step stop storage story student studio style supply survey symbol target task teacher team term test theme track trainer tutor unit user valley value vehicle version village visitor voice wall warehouse water wave week weight winner worker zone"
    .split(" ");
const SECOND = "name number date type code count id owner address amount level limit place time"
  .split(" ");
const SENTENCES = [
  "The {label} is {}.",
  "{Label}: {}.",
  "Its {label} is {}.",
  "{} is the {label}.",
  "As {label} we have {}.",
  "We have {} as {label}.",
  "The {label} was {}.",
  "For {label} take {}.",
  "{Label} is {}.",
  "{Label} - {}.",
  "Our {label} is {}.",
  "The {label} will be {}.",
];
const SEPARATORS = [": ", " = ", ": ", " - ", ":  ", " : ", ":\n", ", "];

const VALUE_KINDS: readonly kinds.Kind[] = [
  kinds.person,
  kinds.firm,
  kinds.city,
  kinds.madeUp,
  kinds.copied(thing),
  kinds.code,
  kinds.code,
  kinds.date,
  kinds.date,
  kinds.time,
  kinds.money,
  kinds.money,
  kinds.count(0, 5000),
  kinds.count(0, 60),
  kinds.email,
  kinds.phone,
  kinds.url,
  kinds.country,
  kinds.subject,
  kinds.address,
  kinds.duration,
  kinds.measure("km", 900),
  kinds.several((draws) => capitalized(madeUpWord(draws)), 1, 4),
  kinds.several(thing, 1, 3),
  kinds.choice("low|medium|high"),
  kinds.choice("open|closed|pending"),
];

/** Draws a text of labels and values. */
export function drawLabelledValues(draws: Draws, split: Split, difficulty: Difficulty): Extraction {
  for (;;) {
    const extraction = tryDraw(draws, split, difficulty);
    if (extraction !== null) return extraction;
  }
}

function tryDraw(draws: Draws, split: Split, { maxFields }: Difficulty): Extraction | null {
  const scene: kinds.Scene = { draws, split, currency: draws.pick(["EUR", "USD", "GBP", "CHF"]) };
  const isCamel = draws.chance(0.5);
  const labels = new Set<string>();
  const saidCount = draws.integer(2, maxFields + 2);
  while (labels.size < saidCount) labels.add(drawLabel(draws));
  const said = [...labels].map((label) => ({ label, value: draws.pick(VALUE_KINDS)(scene) }));
  const askedCount = Math.max(
    draws.integer(1, said.length),
    draws.integer(1, Math.min(maxFields, said.length)),
  );
  const asked = draws.sample(said, askedCount);
  const missing = draws.chance(0.4)
    ? [{ label: drawLabel(draws), value: draws.pick(VALUE_KINDS)(scene) }].filter(({ label }) =>
      !labels.has(label)
    )
    : [];
  const properties: kinds.Schema = {},
    answer: Record<string, unknown> = {},
    required: string[] = [];
  for (const { label, value } of draws.shuffle([...asked, ...missing])) {
    const isMissing = missing.some((entry) => entry.label === label);
    const words = value.nameSuffix !== undefined ? `${label} ${value.nameSuffix}` : label;
    const name = isCamel
      ? words.split(" ").map((word, index) => (index === 0 ? word : capitalized(word))).join("")
      : words.split(" ").join("_");
    const isNullable = isMissing ? draws.chance(0.6) : draws.chance(0.15);
    const isOptional = !isNullable && (isMissing || draws.chance(0.12));
    const schema = isNullable ? { anyOf: [value.schema, { type: "null" }] } : value.schema;
    const notes = [
      ...(draws.chance(0.1) ? [draws.pick([`the ${label}`, `${label} as in the text`])] : []),
      ...(value.description !== undefined && !("pattern" in value.schema)
        ? [value.description]
        : []),
    ];
    properties[name] = notes.length > 0 ? { ...schema, description: notes.join(", ") } : schema;
    if (!isOptional) required.push(name);
    if (!isMissing) answer[name] = value.json;
    else if (isNullable) answer[name] = null;
  }
  if (
    Object.keys(properties).length < asked.length + missing.length ||
    !schemaBelongsTo(Object.keys(properties), split)
  ) return null;
  return {
    family: "labels",
    text: layOut(draws, split, said),
    schema: { type: "object", properties, required },
    answer,
  };
}

function drawLabel(draws: Draws): string {
  const first = draws.chance(0.8) ? draws.pick(NOUNS) : madeUpWord(draws);
  return draws.chance(0.45)
    ? `${first} ${draws.chance(0.6) ? draws.pick(SECOND) : draws.pick(NOUNS)}`
    : first;
}

function layOut(
  draws: Draws,
  split: Split,
  said: readonly { label: string; value: kinds.FieldValue }[],
): string {
  const separator = draws.pick(wordingsOf(SEPARATORS, split));
  const isProse = draws.chance(0.4), isBoth = draws.chance(0.25);
  const parts = said.map(({ label, value }) => {
    if (isProse !== (isBoth && draws.chance(0.5))) {
      const template = draws.pick(wordingsOf(SENTENCES, split));
      return capitalized(
        template.replace("{label}", label).replace("{Label}", capitalized(label)).replace(
          "{}",
          value.text,
        ),
      );
    }
    return `${capitalized(label)}${separator}${value.text}`;
  });
  const text = parts.join(isProse && !isBoth ? " " : draws.chance(0.85) ? "\n" : "; ");
  if (!isProse || draws.chance(0.7)) return text;
  return text.replace(new RegExp(`(.{1,${draws.integer(50, 100)}})( |$)`, "g"), "$1\n").trimEnd();
}
