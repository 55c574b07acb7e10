/**
 * The ways in which a text says things: forms, letters, e-mails, running text.
 *
 * Sixth layer of the synthetic data, beside `document.ts`: statements in, a text out. The layout knows nothing of the
 * schema.
 *
 * @module
 */

import type { Family, Field } from "./families.ts";
import type { FieldValue } from "./field_kinds.ts";
import { capitalized, cityName, firmName, firstName, streetAddress } from "./pools.ts";
import type { Draws } from "./random.ts";
import { type Split, wordingsOf } from "./split.ts";

/** A field that the text says. */
export interface Statement {
  field: Field;
  value: FieldValue;
}

const SEPARATORS = [": ", ": ", " : ", " - ", ":  ", " = ", ": ", ":\n"];
const PLAIN_SENTENCES = [
  "The {label} is {}.",
  "{Label}: {}.",
  "{Label} is {}.",
  "As {label} we have {}.",
  "The {label}: {}.",
  "{} is the {label}.",
  "And the {label} is {}.",
  "Its {label} is {}.",
  "For {label}: {}.",
  "{Label} would be {}.",
  "We have {} as {label}.",
  "{Label} - {}.",
  "Our {label} is {}.",
  "The {label} was {}.",
  "{Label}, {}.",
  "Here the {label} is {}.",
];
const GREETINGS = [
  "Hello,",
  "Hi,",
  "Dear all,",
  "Hi both,",
  "Good morning,",
  "Dear team,",
  "Hi there,",
  "Hi all,",
];
const CLOSINGS = [
  "Best,",
  "Regards,",
  "Kind regards,",
  "Best wishes,",
  "Thanks,",
  "Many thanks,",
  "Yours,",
  "Cheers,",
];

/** Writes a text. */
export function layOut(
  draws: Draws,
  split: Split,
  family: Family,
  said: readonly Statement[],
  isFull: boolean,
): string {
  const roll = draws.unit();
  const has = (id: string) => said.some(({ field }) => field.id === id);
  if (isFull && (has("seller") || has("shop")) && roll < 0.5) {
    return bill(draws, split, family, said);
  }
  if (isFull && (has("organizer") || has("attendees") || has("subject")) && roll < 0.5) {
    return mail(draws, split, family, said);
  }
  if (roll < 0.6) return form(draws, split, family, said);
  if (roll < 0.75 && said.length > 2) {
    const cut = draws.integer(1, said.length - 1), mixed = draws.shuffle(said);
    const parts = [
      form(draws, split, family, mixed.slice(0, cut)),
      prose(draws, split, family, mixed.slice(cut)),
    ];
    return (draws.chance(0.7) ? parts : parts.reverse()).join("\n\n");
  }
  if (roll < 0.83) return mail(draws, split, family, said);
  return prose(draws, split, family, said);
}

function labelOf(draws: Draws, split: Split, field: Field): string {
  return draws.pick(wordingsOf(field.labels.split("|"), split));
}

/** One statement a line. */
function form(draws: Draws, split: Split, family: Family, said: readonly Statement[]): string {
  const separator = draws.pick(wordingsOf(SEPARATORS, split));
  const isPadded = draws.chance(0.2), bullet = draws.pick(["", "", "", "- ", "* "]);
  const statements = draws.chance(0.7) ? draws.shuffle(said) : said;
  const lines = statements.map(({ field, value }) => {
    if (value.lines !== undefined) {
      return `${draws.chance(0.5) ? `${labelOf(draws, split, field)}:\n` : ""}${
        value.lines.join("\n")
      }`;
    }
    if (value.sentence !== undefined && draws.chance(0.6)) return value.sentence;
    const label = labelOf(draws, split, field) + (isPadded ? ":" : separator.trimEnd());
    const gap = isPadded
      ? " ".repeat(Math.max(1, 18 - label.length))
      : separator.slice(separator.trimEnd().length);
    return `${bullet}${label}${gap}${value.text}`;
  });
  const isInline = draws.chance(0.12) && said.every(({ value }) => value.lines === undefined);
  const body = isInline ? lines.join(draws.pick(["; ", " | ", ", "])) : joinLines(draws, lines);
  return draws.chance(0.4)
    ? `${draws.pick(wordingsOf(family.titles.split("|"), split))}\n${
      draws.chance(0.3) ? "\n" : ""
    }${body}`
    : body;
}

/** Lines under each other, at times two short ones side by side. */
function joinLines(draws: Draws, lines: readonly string[]): string {
  const isDouble = draws.chance(0.15);
  let text = "";
  for (const [index, line] of lines.entries()) {
    if (index === 0) text = line;
    else if (isDouble && line.length < 40 && !line.includes("\n") && draws.chance(0.5)) {
      text += " ".repeat(draws.integer(3, 12)) + line;
    } else text += `\n${draws.chance(0.1) ? "\n" : ""}${line}`;
  }
  return text;
}

/** Running text. */
function prose(draws: Draws, split: Split, family: Family, said: readonly Statement[]): string {
  const values = new Map(said.map(({ field, value }) => [field.id, value]));
  const open = new Set(values.keys());
  const sentences: string[] = [];
  for (const { value, field } of said) {
    if (value.sentence === undefined || field.labels.includes("|") && draws.chance(0.15)) continue;
    open.delete(field.id);
    sentences.push(value.sentence);
  }
  for (const template of draws.shuffle(wordingsOf(family.sentences.split("|"), split))) {
    const slots = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    if (slots.length === 0 || !slots.every((slot) => open.has(slot))) continue;
    for (const slot of slots) open.delete(slot);
    sentences.push(template.replace(/\{(\w+)\}/g, (_, slot: string) => values.get(slot)!.text));
  }
  for (const { field, value } of said) {
    if (!open.has(field.id)) continue;
    const label = labelOf(draws, split, field).replace(/[.:]$/, "");
    const template = draws.pick(wordingsOf(PLAIN_SENTENCES, split));
    sentences.push(
      template.replace("{label}", label.toLowerCase()).replace("{Label}", capitalized(label))
        .replace("{}", value.text),
    );
  }
  const asides = family.asides?.split("|") ?? [];
  if (asides.length > 0) {
    for (let count = draws.pick([0, 0, 1, 1, 2]); count > 0; count--) {
      sentences.push(draws.pick(asides));
    }
  }
  return wrap(draws, draws.shuffle(sentences).map(capitalized).join(" "));
}

/** At times the lines of a paragraph end early, as in mails. */
function wrap(draws: Draws, text: string): string {
  if (!draws.chance(0.3)) return text;
  const width = draws.integer(50, 100);
  return text.replace(new RegExp(`(.{1,${width}})( |$)`, "g"), "$1\n").trimEnd();
}

/** A mail with its head. */
function mail(draws: Draws, split: Split, family: Family, said: readonly Statement[]): string {
  const find = (...ids: string[]) => said.find(({ field }) => ids.includes(field.id));
  const from = find("organizer", "customer", "guest", "name"),
    to = find("attendees"),
    subject = find("subject");
  const inHead = new Set<Statement>();
  const head: string[] = [];
  const put = (label: string, statement: Statement | undefined, probability: number) => {
    if (statement === undefined || !draws.chance(probability)) return;
    inHead.add(statement);
    head.push(
      `${label}: ${
        Array.isArray(statement.value.json) ? statement.value.json.join(", ") : statement.value.text
      }`,
    );
  };
  put("From", from, 0.6);
  put("To", to, 0.9);
  put("Subject", subject, 0.9);
  // Who signs with the whole name need not say it elsewhere.
  const isSigned = from !== undefined && !inHead.has(from) && draws.chance(0.7);
  const body = said.filter((statement) =>
    !inHead.has(statement) && !(isSigned && statement === from)
  );
  const parts = head.length > 0 ? [head.join("\n")] : [];
  if (draws.chance(0.9)) parts.push(draws.pick(wordingsOf(GREETINGS, split)));
  if (body.length > 0) parts.push(prose(draws, split, family, body));
  const name = from === undefined
    ? firstName(draws)
    : isSigned
    ? from.value.text
    : from.value.text.split(" ")[0]!;
  parts.push(`${draws.pick(wordingsOf(CLOSINGS, split))}${draws.chance(0.5) ? " " : "\n"}${name}`);
  return parts.join("\n\n");
}

/** A bill or a receipt: who sells at the top, the lines, the sum at the end. */
function bill(draws: Draws, split: Split, family: Family, said: readonly Statement[]): string {
  const left = new Map(said.map((statement) => [statement.field.id, statement]));
  const take = (...ids: string[]) => {
    for (const id of ids) {
      const statement = left.get(id);
      if (statement !== undefined) {
        left.delete(id);
        return statement;
      }
    }
    return undefined;
  };
  const labelled = (statement: Statement, separator = ": ") =>
    `${labelOf(draws, split, statement.field)}${separator}${statement.value.text}`;
  const title = draws.pick(wordingsOf(family.titles.split("|"), split));
  const seller = take("seller", "shop")!;
  const blocks: string[] = [];
  const ownAddress = family.name === "receipt" ? take("address")?.value.text : undefined;
  const shownAddress = ownAddress ??
    (draws.chance(0.6) ? `${streetAddress(draws)}, ${cityName(draws)}` : undefined);
  const name = draws.chance(0.1) ? seller.value.text : seller.value.text;
  blocks.push(
    shownAddress === undefined ? name : name + draws.pick([", ", "\n", ", "]) + shownAddress,
  );
  const number = take("number"), day = take("issued", "date");
  const second = [
    ...(number === undefined
      ? [draws.chance(0.5) ? title : ""]
      : [draws.chance(0.6) ? `${title} ${number.value.text}` : labelled(number)]),
    ...(day === undefined ? [] : [labelled(day)]),
  ].filter((part) => part !== "");
  if (second.length > 0) {
    blocks.push(second.join(draws.chance(0.5) ? " ".repeat(draws.integer(4, 30)) : "\n"));
  }
  const buyer = take("buyer");
  if (buyer !== undefined) {
    const address = take("address")?.value.text ??
      (draws.chance(0.5) ? `${streetAddress(draws)}, ${cityName(draws)}` : undefined);
    blocks.push(labelled(buyer) + (address === undefined ? "" : `, ${address}`));
  } else if (family.name === "invoice" && draws.chance(0.3)) {
    left.set("", {
      field: { id: "", labels: "Delivered to|Sent to", kind: () => seller.value },
      value: { ...seller.value, text: firmName(draws) },
    });
  }
  const items = take("lines", "items");
  if (items !== undefined) blocks.push(items.value.lines?.join("\n") ?? items.value.text);
  const sums = ["tax", "total", "cash", "change"].map((id) => take(id)).filter((part) =>
    part !== undefined
  );
  if (sums.length > 0) {
    const closing = take("due");
    const end = closing === undefined
      ? draws.pick(["", "", ", VAT included.", ""])
      : `${draws.pick([". ", ", VAT included. "])}${
        draws.pick(
          wordingsOf(["Please pay by {}.", "Payable by {}.", "Due on {}.", "Pay until {}."], split),
        ).replace("{}", closing.value.text)
      }`;
    blocks.push(sums.map((sum) => labelled(sum, draws.pick([" ", ": ", "    "]))).join("\n") + end);
  }
  if (left.size > 0) {
    const rest = draws.shuffle([...left.values()]);
    blocks.splice(
      draws.pick([blocks.length, blocks.length, 1]),
      0,
      draws.chance(0.5) ? form(draws, split, family, rest) : prose(draws, split, family, rest),
    );
  }
  if (draws.chance(0.2)) blocks.push(draws.pick(family.asides?.split("|") ?? ["Thank you."]));
  return blocks.join(draws.chance(0.7) ? "\n\n" : "\n");
}
