/**
 * Kinds of fields: a value on both sides, and the schemas that can ask for it.
 *
 * Fourth layer of the synthetic data. One kind may be asked for in several ways (a price as a number, as text, in cents; an
 * address as a text or an object), and the way is drawn together with the value, because the answer depends on it.
 *
 * @module
 */

import * as pools from "./pools.ts";
import type { Draws } from "./random.ts";
import { type Split, wordingsOf } from "./split.ts";
import * as values from "./values.ts";

/** A JSON Schema under construction. */
export type Schema = Record<string, unknown>;

/** What one document has in common. */
export interface Scene {
  readonly draws: Draws;
  readonly split: Split;
  /** The currency of all amounts, by code. */
  readonly currency: string;
}

/** A field's value, and what asks for it. */
export interface FieldValue {
  /** As the text writes it, after a label or in a sentence. */
  text: string;
  /** A whole sentence that says it, where a word would not. */
  sentence?: string;
  /** Lines of a table, where the layout has room for one. */
  lines?: string[];
  json: unknown;
  schema: Schema;
  /** Words to add to the field's name: the unit, mostly. */
  nameSuffix?: string;
  /** What must be said of the form, if anything is said. */
  description?: string;
}

/** Draws a value. */
export type Kind = (scene: Scene) => FieldValue;

/** A text that is copied as it stands. */
export function copied(draw: (draws: Draws) => string): Kind {
  return ({ draws }) => {
    const text = draw(draws);
    const schema: Schema = { type: "string" };
    if (draws.chance(0.3)) schema.minLength = 1;
    if (draws.chance(0.2)) {
      schema.maxLength = Math.max(text.length, draws.pick([12, 16, 20, 24, 30, 40, 60, 100]));
    }
    return { text, json: text, schema };
  };
}

export const person = copied(pools.personName);
export const givenName = copied(pools.firstName);
export const firm = copied(pools.firmName);
export const city = copied(pools.cityName);
export const country = copied((draws) => draws.pick(pools.COUNTRIES));
export const street = copied(pools.streetAddress);
export const postcode = copied(pools.postalCode);
export const article = copied(pools.articleName);
export const subject = copied(pools.subject);
export const room = copied(values.roomName);
export const brand = copied(values.brand);
export const madeUp = copied(pools.madeUpName);

/** An e-mail address. */
export const email: Kind = ({ draws }) => {
  const text = values.emailAddress(draws);
  return {
    text,
    json: text,
    schema: { type: "string", ...(draws.chance(0.4) ? { format: "email" } : {}) },
  };
};

/** A telephone number, as written. */
export const phone = copied(values.phoneNumber);

/** A web address. */
export const url: Kind = ({ draws }) => {
  const text = values.webAddress(draws);
  const isUri = text.startsWith("https") && draws.chance(0.3);
  return { text, json: text, schema: { type: "string", ...(isUri ? { format: "uri" } : {}) } };
};

/** A number or code, at times with its pattern. */
export const code: Kind = ({ draws }) => {
  const { text, pattern } = values.code(draws);
  return {
    text,
    json: text,
    schema: { type: "string", ...(draws.chance(0.35) ? { pattern } : {}) },
  };
};

/** A date, in ISO form or, at times, as written. */
export const date: Kind = ({ draws, split }) => {
  const { text, json } = values.date(draws, split);
  if (draws.chance(0.12)) {
    return {
      text,
      json: text,
      schema: { type: "string" },
      description: draws.pick(["as written", "as written in the text"]),
    };
  }
  if (draws.chance(0.7)) return { text, json, schema: { type: "string", format: "date" } };
  return { text, json, schema: { type: "string" }, description: "YYYY-MM-DD" };
};

/** A time of day as HH:MM. */
export const time: Kind = ({ draws }) => {
  const { text, json } = values.timeOfDay(draws);
  if (draws.chance(0.5)) {
    return {
      text,
      json,
      schema: {
        type: "string",
        pattern: draws.pick(["^\\d{2}:\\d{2}$", "^([01]\\d|2[0-3]):[0-5]\\d$"]),
      },
      description: draws.pick(["HH:MM", "24 hours, HH:MM"]),
    };
  }
  return {
    text,
    json,
    schema: { type: "string" },
    description: draws.pick(["HH:MM", "24 hours, HH:MM"]),
  };
};

/** A length of time in minutes. */
export const duration: Kind = ({ draws }) => {
  const isUsual = draws.chance(0.4);
  const { text, json } = values.duration(draws, isUsual);
  const schema: Schema = isUsual
    ? draws.chance(0.6)
      ? { anyOf: [15, 30, 45, 60].map((minutes) => ({ type: "number", const: minutes })) }
      : { enum: [15, 30, 45, 60] }
    : { type: "integer" };
  return { text, json, schema, nameSuffix: "minutes" };
};

/** An integer between bounds. */
export function count(least: number, most: number, unit = ""): Kind {
  return ({ draws }) => {
    const { text, json } = values.count(draws, least, most);
    const schema: Schema = { type: draws.chance(0.85) ? "integer" : "number" };
    if (draws.chance(0.3)) schema.minimum = draws.pick([0, Math.min(1, least)]);
    if (draws.chance(0.2)) schema.maximum = Math.max(most, draws.pick([99, 100, 500, 999, 10_000]));
    return { text: unit === "" ? text : `${text} ${unit}`, json, schema };
  };
}

/** A decimal number with a unit. */
export function measure(unit: string, most: number): Kind {
  return ({ draws }) => {
    const json = draws.integer(1, most * 10) / 10;
    return {
      text: `${json}${draws.chance(0.7) ? " " : ""}${unit}`,
      json,
      schema: { type: "number" },
    };
  };
}

/** Ways to ask for an amount. */
type AmountForm = "number" | "cents" | "text";

/** How an amount is asked for. */
export function amountForm(draws: Draws): AmountForm {
  return draws.pick(["number", "number", "cents", "text"]);
}

/** An amount's answer and schema. */
export function amount(draws: Draws, cents: number, form: AmountForm): Omit<FieldValue, "text"> {
  if (form === "text") {
    return {
      json: values.decimals(cents),
      schema: { type: "string" },
      description: draws.pick(["digits with decimals", "with two decimals", "such as 12.50"]),
    };
  }
  const schema: Schema = { type: form === "cents" ? "integer" : "number" };
  if (draws.chance(0.3)) schema.minimum = 0;
  if (draws.chance(0.15)) schema.maximum = draws.pick([999_999, 9_999_999, 1_000_000]);
  return form === "cents"
    ? {
      json: cents,
      schema,
      nameSuffix: "cents",
      description: draws.pick(["in cents", "amount in cents"]),
    }
    : { json: cents / 100, schema };
}

/** A price or a sum in the document's currency. */
export const money: Kind = ({ draws, currency }) => {
  const cents = values.priceCents(draws) * (draws.chance(0.2) ? 10 : 1);
  const form = amountForm(draws);
  const rest = amount(draws, cents, form);
  const text = values.moneyText(draws, cents, currency);
  return { text, ...rest };
};

/** The document's currency, as a code. */
export const currencyCode: Kind = ({ draws, currency }) => ({
  text: currency,
  json: currency,
  schema: draws.chance(0.8)
    ? { type: "string", enum: draws.shuffle(Object.keys(values.CURRENCIES)) }
    : { type: "string" },
});

/** One of some words, which the text uses as they are. */
export function choice(words: string): Kind {
  const all = words.split("|");
  return ({ draws }) => {
    const json = draws.pick(all);
    const shown = draws.chance(0.8) ? all : draws.shuffle(all);
    return {
      text: json,
      json,
      schema: draws.chance(0.85) ? { type: "string", enum: shown } : { type: "string" },
    };
  };
}

/** One of some words, each with sentences that mean it, separated by `|`. */
export function meant(sentences: Readonly<Record<string, string>>): Kind {
  const all = Object.keys(sentences);
  return ({ draws, split }) => {
    const json = draws.pick(all);
    return {
      text: json,
      sentence: draws.pick(wordingsOf(sentences[json]!.split("|"), split)),
      json,
      schema: { type: "string", enum: draws.chance(0.7) ? all : draws.shuffle(all) },
    };
  };
}

/** Yes or no, with sentences that mean the one or the other. */
export function flag(yes: string, no: string): Kind {
  return ({ draws, split }) => {
    const json = draws.chance(0.5);
    return {
      text: json ? "yes" : "no",
      sentence: draws.pick(wordingsOf((json ? yes : no).split("|"), split)),
      json,
      schema: { type: "boolean" },
    };
  };
}

/** Several texts. */
export function several(draw: (draws: Draws) => string, least: number, most: number): Kind {
  return ({ draws }) => {
    const items = new Set<string>();
    for (let left = draws.integer(least, most); left > 0; left--) items.add(draw(draws));
    const json = [...items];
    const schema: Schema = { type: "array", items: { type: "string" } };
    if (draws.chance(0.25)) {
      schema.items = { type: "string", minLength: 1, maxLength: draws.pick([24, 30, 40, 60]) };
    }
    if (draws.chance(0.2)) schema.minItems = 1;
    if (draws.chance(0.2)) schema.maxItems = Math.max(most, draws.integer(3, 6));
    return { text: values.listed(draws, json), json, schema };
  };
}

/** A postal address, as a text or in parts. */
export const address: Kind = ({ draws }) => {
  const parts = {
    street: pools.streetAddress(draws),
    postcode: pools.postalCode(draws),
    city: pools.cityName(draws),
    country: draws.chance(0.3) ? draws.pick(pools.COUNTRIES) : null,
  };
  const place = draws.chance(0.7)
    ? `${parts.postcode} ${parts.city}`
    : `${parts.city} ${parts.postcode}`;
  const text = [parts.street, place, ...(parts.country === null ? [] : [parts.country])].join(", ");
  if (draws.chance(0.35)) return { text, json: text, schema: { type: "string" } };
  const names = {
    street: draws.pick(["street", "street", "streetAddress", "line1"]),
    postcode: draws.pick(["postcode", "zip", "postalCode", "zip_code"]),
    city: draws.pick(["city", "town", "city"]),
    country: "country",
  };
  const wanted = draws.chance(0.7)
    ? (["street", "postcode", "city", "country"] as const)
    : draws.shuffle(["street", "postcode", "city"] as const);
  const json: Record<string, unknown> = {}, properties: Schema = {};
  const required: string[] = [];
  const isOptional = draws.chance(0.5);
  for (const part of wanted) {
    const name = names[part], value = parts[part];
    properties[name] = { type: part === "country" && !isOptional ? ["string", "null"] : "string" };
    if (part !== "country" || !isOptional) required.push(name);
    if (value !== null || !isOptional) json[name] = value;
  }
  return { text, json, schema: { type: "object", properties, required } };
};

/** People with what they do. */
export const people: Kind = ({ draws }) => {
  const roles = draws.sample(ROLES, draws.integer(1, 2));
  const named = roles.map((role) => ({
    name: pools.personName(draws),
    role: draws.chance(0.8) ? role : null,
  }));
  const isNullable = named.some(({ role }) => role === null) || draws.chance(0.4);
  const roleName = draws.pick(["role", "role", "title", "position", "function"]);
  const text = values.listed(
    draws,
    named.map(({ name, role }) =>
      role === null ? name : draws.pick([
        `${name}, ${role}`,
        `${name} (${role})`,
        `the ${role}, ${name}`,
        `the ${role} ${name}`,
      ])
    ),
  );
  return {
    text,
    json: named.map(({ name, role }) => ({ name, [roleName]: role })),
    schema: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string", ...(draws.chance(0.3) ? { maxLength: 30 } : {}) },
          [roleName]: isNullable
            ? { anyOf: [{ type: "string" }, { type: "null" }] }
            : { type: "string" },
        },
        required: ["name", roleName],
      },
      ...(draws.chance(0.3) ? { maxItems: draws.integer(2, 4) } : {}),
    },
  };
};

/** What people are. */
export const ROLES = [
  "mayor",
  "director",
  "engineer",
  "chair",
  "minister",
  "captain",
  "coach",
  "teacher",
  "doctor",
  "designer",
  "manager",
  "spokesman",
  "spokeswoman",
  "lawyer",
  "nurse",
  "owner",
  "founder",
  "treasurer",
  "head of sales",
  "project lead",
  "accountant",
  "researcher",
  "police chief",
  "farmer",
  "architect",
  "editor",
];

/** The lines of an order or a bill. */
export const lineItems: Kind = ({ draws, currency }) => {
  const lineCount = draws.pick([1, 2, 2, 3, 3, 4]);
  const form = amountForm(draws);
  const names = {
    article: draws.pick(["description", "name", "item", "product", "article"]),
    quantity: draws.pick(["quantity", "qty", "count", "units"]),
    price: draws.pick(["unitPrice", "price", "unit_price", "priceEach"]),
    sum: draws.pick(["amount", "total", "lineTotal"]),
  };
  if (form === "cents") {
    names.price = draws.pick(["unitCents", "priceCents", "unitPriceCents", "price_cents"]);
    names.sum = draws.pick(["amountCents", "totalCents", "sumCents"]);
  }
  const wanted = draws.pick(
    [
      ["article", "quantity", "price"],
      ["article", "quantity", "price"],
      ["article", "quantity"],
      ["quantity", "article"],
      ["article", "price"],
      ["article", "quantity", "sum"],
      ["article", "quantity", "price", "sum"],
    ] as const,
  );
  const properties: Schema = {}, required: string[] = [];
  const isDescribed = draws.chance(0.4);
  for (const part of wanted) {
    required.push(names[part]);
    if (part === "article") {
      properties[names[part]] = {
        type: "string",
        ...(draws.chance(0.4) ? { minLength: 1, maxLength: 40 } : {}),
      };
    } else if (part === "quantity") {
      properties[names[part]] = {
        type: "integer",
        ...(draws.chance(0.4) ? { minimum: 1, maximum: 999 } : {}),
      };
    } else {
      const { schema, description } = amount(draws, 0, form);
      const what = part === "price"
        ? draws.pick(["price of one", "price of a single unit"])
        : "sum of the line";
      const unit = description?.includes("cents") ? ", in cents" : "";
      properties[names[part]] = {
        ...schema,
        ...(isDescribed ? { description: `${what}${unit}` } : {}),
      };
    }
  }
  const lines: string[] = [], spoken: string[] = [], json: Record<string, unknown>[] = [];
  const style = draws.integer(0, 7);
  const widths = { name: draws.integer(14, 26), number: draws.integer(8, 13) };
  let sumCents = 0;
  for (let line = 0; line < lineCount; line++) {
    const name = pools.articleName(draws);
    const quantity = draws.chance(0.35) ? 1 : draws.integer(1, draws.chance(0.8) ? 12 : 400);
    const price = values.priceCents(draws), sum = price * quantity;
    sumCents += sum;
    const cells = { price: values.decimals(price), sum: values.decimals(sum) };
    lines.push(
      [
        () =>
          `${String(quantity).padStart(3)} x  ${name.padEnd(widths.name)}${
            cells.price.padStart(widths.number)
          }${cells.sum.padStart(widths.number)}`,
        () => `${quantity} x ${name} ${cells.price}`,
        () => `- ${name}: ${quantity} at ${cells.price}`,
        () =>
          `${name.padEnd(widths.name)} ${String(quantity).padStart(4)} ${
            cells.price.padStart(widths.number)
          } ${cells.sum.padStart(widths.number)}`,
        () => `${name} | ${quantity} | ${cells.price} | ${cells.sum}`,
        () => `${line + 1}. ${name}, ${quantity} pcs, ${cells.price} each`,
        () => `${name}\n  ${quantity} @ ${cells.price}   ${cells.sum}`,
        () => `${quantity} ${name} @ ${cells.price}`,
      ][style]!(),
    );
    const words = values.count(draws, quantity, quantity).text;
    spoken.push(
      wanted.includes("price" as never) || wanted.includes("sum" as never)
        ? `${words} ${name} at ${values.moneyText(draws, price, currency)}${
          quantity > 1 ? " each" : ""
        }`
        : draws.pick([`${words} ${name}`, `${words} of ${name}`]),
    );
    const answer: Record<string, unknown> = {};
    for (const part of wanted) {
      answer[names[part]] = part === "article"
        ? name
        : part === "quantity"
        ? quantity
        : amount(draws, part === "price" ? price : sum, form).json;
    }
    json.push(answer);
  }
  if (style === 4 && draws.chance(0.6)) lines.unshift("Item | Qty | Price | Amount");
  if (style === 3 && draws.chance(0.6)) {
    lines.unshift(
      `${"Item".padEnd(widths.name)} ${"Qty".padStart(4)} ${"Price".padStart(widths.number)} ${
        "Amount".padStart(widths.number)
      }`,
    );
  }
  const isSum = style === 0 || style === 3 || style === 4 || style === 6;
  // The sum of a line is asked for only where a table prints it: nobody should have to multiply.
  if (!isSum && wanted.includes("sum" as never)) {
    return lineItems({ draws, currency, split: "trained" });
  }
  const schema: Schema = { type: "array", items: { type: "object", properties, required } };
  if (draws.chance(0.35)) schema.minItems = 1;
  if (draws.chance(0.3)) schema.maxItems = draws.integer(Math.max(3, lineCount), 8);
  return {
    text: spoken.join(draws.pick([", ", "; ", " and "])),
    ...(wanted.includes("sum" as never) || draws.chance(0.75) ? { lines } : {}),
    json,
    schema,
  };
};

/** A room or a link: an object of one of two forms. */
export const place: Kind = ({ draws }) => {
  const isRoom = draws.chance(0.55);
  const tag = draws.pick(["kind", "kind", "type"]);
  const words = draws.pick(
    [["room", "online"], ["room", "online"], ["room", "video"], ["office", "remote"]] as const,
  );
  const linkName = draws.pick(["link", "url", "link"]),
    roomName = draws.pick(["name", "name", "room"]);
  const where = isRoom ? values.roomName(draws) : values.webAddress(draws);
  const branch = (word: string, name: string) => ({
    type: "object",
    properties: {
      [tag]: { type: "string", const: word },
      [name]: { type: "string", ...(draws.chance(0.4) ? { maxLength: 40 } : {}) },
    },
    required: [tag, name],
  });
  return {
    text: isRoom
      ? draws.pick([`room ${where}`, `the room ${where}`, `meeting room ${where}`])
      : draws.pick([`online, ${where}`, `video call, ${where}`, where]),
    json: isRoom ? { [tag]: words[0], [roomName]: where } : { [tag]: words[1], [linkName]: where },
    schema: {
      [draws.chance(0.6) ? "oneOf" : "anyOf"]: [
        branch(words[0], roomName),
        branch(words[1], linkName),
      ],
    },
  };
};
