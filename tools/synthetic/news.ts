/**
 * Short news: who, where, what about, how bad.
 *
 * Sixth layer of the synthetic data, beside `document.ts`. The one family whose answers are not labelled in the text: a
 * headline is the main clause of the lead, a topic is what the events are about, names are told from places by what stands
 * around them.
 *
 * @module
 */

import type { Difficulty, Extraction } from "./document.ts";
import { type FieldValue, ROLES, type Scene, type Schema } from "./field_kinds.ts";
import { capitalized, cityName, firmName, personName } from "./pools.ts";
import type { Draws } from "./random.ts";
import { schemaBelongsTo, type Split, wordingsOf } from "./split.ts";
import { count } from "./values.ts";

/** Events: subjects, verbs and objects that go together. */
interface Kind {
  topic: string;
  sentiment: "negative" | "neutral" | "positive";
  subjects: string;
  verbs: string;
  objects: string;
}

const KINDS: readonly Kind[] = [
  {
    topic: "weather",
    sentiment: "negative",
    subjects:
      "Heavy rain|A storm|A flood|A night of heavy snow|Strong winds|A day of heavy rain|Hail|A long drought",
    verbs: "damaged|closed|hit|flooded|cut|destroyed",
    objects:
      "the old bridge|the harbour|two schools|the lower town|several roads|the railway line|dozens of houses|the market square|the upper town",
  },
  {
    topic: "weather",
    sentiment: "positive",
    subjects: "Warm weather|The sun|A mild spring|A week of sunshine",
    verbs: "draws|brings back|delights|fills",
    objects: "visitors|the tourists|the beaches|the gardens",
  },
  {
    topic: "business",
    sentiment: "positive",
    subjects:
      "A local firm|The car maker|A young company|The steel works|The bakery chain|A software firm",
    verbs: "opens|builds|buys|hires for",
    objects: "a new factory|a second plant|a large office|a new shop|its biggest rival",
  },
  {
    topic: "business",
    sentiment: "negative",
    subjects: "The bank|A paper mill|The airline|The shipyard|A retailer",
    verbs: "closes|gives up|sells|cuts jobs at",
    objects: "its main office|the last branch|the old plant|half of its shops",
  },
  {
    topic: "science",
    sentiment: "positive",
    subjects: "Researchers|A team of scientists|Two students|Astronomers|A young chemist",
    verbs: "discovered|found|tested|described|developed",
    objects: "a new kind of beetle|a better battery|a distant planet|a cheap vaccine|an old ship",
  },
  {
    topic: "politics",
    sentiment: "neutral",
    subjects: "The city council|Parliament|The government|The new minister|Voters",
    verbs: "approved|rejected|discussed|passed|changed",
    objects: "the budget|a new law|the tax plan|the traffic plan|a housing bill",
  },
  {
    topic: "sport",
    sentiment: "positive",
    subjects: "The home team|A young runner|The local club|The women's team|The cyclists",
    verbs: "won|celebrated|reached|dominated",
    objects: "the cup|the final|the first race|the championship|the derby",
  },
  {
    topic: "sport",
    sentiment: "negative",
    subjects: "The home team|The champions|The old club|The swimmers",
    verbs: "lost|missed|gave away",
    objects: "the final|the cup|the last match|the derby",
  },
  {
    topic: "culture",
    sentiment: "positive",
    subjects: "A museum|The theatre|A young painter|The city library|An orchestra",
    verbs: "presents|shows|opens|celebrates",
    objects: "an exhibition|its new stage|a rare book|a film festival|a concert series",
  },
];
const TOPICS = ["politics", "business", "science", "culture", "sport", "weather"];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );
const SOURCES = [
  "officials said on {day}",
  "police said",
  "the paper reports",
  "it was announced on {day}",
  "local media said on {day}",
];
const NOBODY = [
  "Nobody was hurt.",
  "Nobody was hurt, officials said.",
  "There were no injuries.",
  "No one was injured.",
  "Nobody was injured.",
  "All people are safe and nobody was hurt.",
];
const HURT = [
  "{} people were hurt.",
  "{} people were injured.",
  "There are {} injured.",
  "At least {} people were hurt.",
];
const QUOTES = [
  "We did not expect that",
  "It is a great day",
  "We will see what comes",
  "The work has only begun",
  "It could have been worse",
  "That was longer than we thought",
  "We are ready",
  "We had more luck than we hoped for",
];
const ASIDES = [
  "Some {} households are without power.",
  "About {} visitors came.",
  "It cost {} million.",
  "The work took {} months.",
  "Traffic was slow for {} hours.",
  "{} streets were closed.",
];

/** Draws a piece of news with a schema. */
export function drawNews(draws: Draws, split: Split, difficulty: Difficulty): Extraction {
  for (;;) {
    const drawn = tryNews(draws, split, difficulty);
    if (schemaBelongsTo(Object.keys(drawn.schema.properties as Schema), split)) return drawn;
  }
}

function tryNews(draws: Draws, split: Split, difficulty: Difficulty): Extraction {
  const kind = draws.pick(KINDS);
  const part = (text: string) => draws.pick(wordingsOf(text.split("|"), split));
  // Words are shared by both sides: nobody can tell the topic of a word never read. Wordings are divided.
  const word = (text: string) => draws.pick(text.split("|"));
  const headline = `${word(kind.subjects)} ${word(kind.verbs)} ${word(kind.objects)}`;
  const places: string[] = [],
    persons: { name: string; role: string | null }[] = [],
    firms: string[] = [];
  const town = cityName(draws);
  places.push(town);
  const dateline = draws.chance(0.6)
    ? `${draws.chance(0.5) ? town.toUpperCase() : town}${
      draws.chance(0.6) ? `, ${draws.integer(1, 28)} ${draws.pick(MONTHS)}` : ""
    } ${draws.pick(["-", "-", "–"])} `
    : "";
  const day = draws.pick(WEEKDAYS);
  // The headline ends where the place begins; a town in capital letters is named again.
  let lead = headline + ` ${draws.pick(["of", "in", "near"])} ${town}`;
  if (draws.chance(0.3)) {
    const other = cityName(draws);
    if (!places.includes(other)) places.push(other);
    lead += draws.pick([
      ` and the road to ${other}`,
      ` and cut the railway line to ${other}`,
      ` on the way to ${other}`,
      `, not far from ${other}`,
    ]);
  }
  lead += draws.chance(0.7) ? `, ${part(SOURCES.join("|")).replace("{day}", day)}.` : ".";
  const sentences: string[] = [];
  let casualties: number | null = null;
  const roll = draws.unit();
  if (roll < 0.35) {
    casualties = 0;
    sentences.push(part(NOBODY.join("|")));
  } else if (roll < 0.6) {
    const hurt = count(draws, 2, 90);
    casualties = hurt.json;
    sentences.push(capitalized(part(HURT.join("|")).replace("{}", hurt.text)));
  }
  if (draws.chance(0.4)) {
    sentences.push(draws.pick(ASIDES).replace("{}", String(draws.integer(2, 900))));
  }
  for (let left = draws.pick([0, 1, 1, 2]); left > 0; left--) {
    const person = { name: personName(draws), role: draws.chance(0.8) ? draws.pick(ROLES) : null };
    persons.push(person);
    const quote = `"${draws.pick(wordingsOf(QUOTES, split))},"`;
    sentences.push(
      person.role === null
        ? draws.pick([
          `${quote} said ${person.name}.`,
          `${person.name} was there.`,
          `${person.name} told reporters so.`,
        ])
        : part(
          `${quote} said the ${person.role}, ${person.name}.|${person.name}, the ${person.role}, was pleased.|The ${person.role} ${person.name} thanked the helpers.|${quote} the ${person.role}, ${person.name}, said.|${quote} said ${person.name}, the ${person.role}.`,
        ),
    );
  }
  if (draws.chance(0.35)) {
    const firm = firmName(draws);
    firms.push(firm);
    sentences.push(
      part(
        `${firm} will pay for it.|The firm ${firm} takes part.|Shares of ${firm} rose.|${firm} declined to comment.|A spokesman of ${firm} agreed.`,
      ),
    );
  }
  if (draws.chance(0.3)) {
    const other = cityName(draws);
    if (!places.includes(other)) {
      places.push(other);
      sentences.push(
        part(
          `Help came from ${other}.|In ${other} people were glad.|People travelled from ${other}.|${other} had the same last year.|The road to ${other} stays open.`,
        ),
      );
    }
  }
  let text = dateline + [lead, ...draws.shuffle(sentences)].join(" ");
  if (draws.chance(0.4)) {
    const width = draws.integer(60, 100);
    text = text.replace(new RegExp(`(.{1,${width}})( |$)`, "g"), "$1\n").trimEnd();
  }
  // Lists are in the order of the text.
  const inText = (names: readonly string[]) =>
    [...names].sort((a, b) => position(text, a) - position(text, b));
  persons.sort((a, b) => position(text, a.name) - position(text, b.name));
  const asked = ask(draws, {
    kind,
    headline,
    places: inText(places),
    persons,
    firms,
    casualties,
    day,
  });
  const mostFields = Math.min(difficulty.maxFields, asked.length);
  let askedCount = draws.integer(1, mostFields);
  if (difficulty.isRich) askedCount = Math.max(askedCount, draws.integer(1, mostFields));
  const wanted = draws.shuffle(asked).slice(0, askedCount);
  const ordered = draws.chance(0.5) ? asked.filter((entry) => wanted.includes(entry)) : wanted;
  return {
    family: "news",
    text,
    schema: {
      type: "object",
      properties: Object.fromEntries(ordered.map(({ name, schema }) => [name, schema])),
      required: ordered.map(({ name }) => name),
    },
    answer: Object.fromEntries(ordered.map(({ name, json }) => [name, json])),
  };
}

const position = (text: string, name: string) =>
  text.toLowerCase().replaceAll("\n", " ").indexOf(name.toLowerCase());

function ask(
  draws: Draws,
  news: {
    kind: Kind;
    headline: string;
    places: string[];
    persons: { name: string; role: string | null }[];
    firms: string[];
    casualties: number | null;
    day: string;
  },
): { name: string; schema: Schema; json: unknown }[] {
  const { kind, headline, places, persons, firms, casualties } = news;
  const described = draws.chance(0.4);
  const list = (name: string, about: string, json: string[]) => ({
    name,
    json,
    schema: {
      type: "array",
      items: { type: "string", ...(draws.chance(0.3) ? { minLength: 1, maxLength: 30 } : {}) },
      ...(draws.chance(0.3) ? { maxItems: Math.max(json.length, draws.integer(3, 5)) } : {}),
      ...(described ? { description: about } : {}),
    },
  });
  const roleName = draws.pick(["role", "role", "title", "function", "position"]);
  const arePersonsObjects = draws.chance(0.6);
  const asked = [
    {
      name: draws.pick(["headline", "headline", "title"]),
      json: headline,
      schema: {
        type: "string",
        ...(draws.chance(0.4) ? { minLength: 1, maxLength: Math.max(headline.length, 48) } : {}),
      } as Schema,
    },
    {
      name: draws.pick(["topic", "topic", "category", "section"]),
      json: kind.topic,
      schema: {
        type: "string",
        enum: draws.chance(0.5) ? TOPICS : draws.shuffle(TOPICS),
      } as Schema,
    },
    list(
      draws.pick(["places", "places", "locations", "towns", "cities"]),
      draws.pick(["every place named in the text", "all places", "towns in the text"]),
      places,
    ),
    arePersonsObjects
      ? {
        name: draws.pick(["people", "people", "persons"]),
        json: persons.map(({ name, role }) => ({ name, [roleName]: role })),
        schema: {
          type: "array",
          items: {
            type: "object",
            properties: {
              name: {
                type: "string",
                ...(draws.chance(0.4) ? { minLength: 1, maxLength: 30 } : {}),
              },
              [roleName]: {
                anyOf: [{
                  type: "string",
                  ...(draws.chance(0.3) ? { minLength: 1, maxLength: 24 } : {}),
                }, { type: "null" }],
              },
            },
            required: ["name", roleName],
          },
          ...(draws.chance(0.3) ? { maxItems: draws.integer(2, 4) } : {}),
        } as Schema,
      }
      : list(
        draws.pick(["people", "persons", "names", "person"]),
        draws.pick(["every person named in the text", "all people"]),
        persons.map(({ name }) => name),
      ),
    list(
      draws.pick(["companies", "organisations", "firms", "organizations"]),
      draws.pick(["every company named in the text", "all firms"]),
      firms,
    ),
    {
      name: draws.pick(["casualties", "casualties", "injured", "hurt"]),
      json: casualties,
      schema: {
        anyOf: [
          { type: "integer", ...(draws.chance(0.5) ? { minimum: 0, maximum: 10_000 } : {}) },
          { type: "null" },
        ],
        ...(described ? { description: "people hurt" } : {}),
      } as Schema,
    },
    {
      name: draws.pick(["sentiment", "sentiment", "tone", "mood"]),
      json: kind.sentiment,
      schema: {
        type: "string",
        enum: draws.chance(0.6)
          ? ["negative", "neutral", "positive"]
          : draws.shuffle(["negative", "neutral", "positive"]),
      } as Schema,
    },
  ];
  return asked;
}

export type { FieldValue, Scene };
