/**
 * Values as texts write them and as answers write them: dates, times, amounts, counts and so on.
 *
 * Third layer of the synthetic data. Each function draws a value and gives both sides of it; how they differ (a date
 * in words and in ISO form, an amount and its cents) is what a model has to learn beyond copying.
 *
 * @module
 */

import { cityName, firmName, firstName, lastName, madeUpName, madeUpWord } from "./pools.ts";
import type { Draws } from "./random.ts";
import { type Split, wordingsOf } from "./split.ts";

/** A value on both sides. */
export interface Written<Value = unknown> {
  /** As the text has it. */
  text: string;
  /** As the answer has it. */
  json: Value;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const NUMBER_WORDS = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
  "twenty",
];

const pad = (number: number) => String(number).padStart(2, "0");

type DateParts = { day: number; month: number; year: number; weekday: string };

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

const DATE_FORMS: readonly ((parts: DateParts) => string)[] = [
  ({ day, month, year }) => `${day} ${MONTHS[month]} ${year}`,
  ({ day, month, year }) => `${MONTHS[month]} ${day}, ${year}`,
  ({ day, month, year }) => `${year}-${pad(month + 1)}-${pad(day)}`,
  ({ day, month, year, weekday }) => `${weekday} ${day} ${MONTHS[month]} ${year}`, // held out
  ({ day, month, year }) => `${pad(day)}.${pad(month + 1)}.${year}`,
  ({ day, month, year }) => `${day} ${MONTHS[month]!.slice(0, 3)} ${year}`,
  ({ day, month, year, weekday }) => `${weekday}, ${day} ${MONTHS[month]} ${year}`,
  ({ day, month, year }) => `${ordinal(day)} ${MONTHS[month]} ${year}`, // held out
  ({ day, month, year }) => `${pad(day)}/${pad(month + 1)}/${year}`,
  ({ day, month, year }) => `${MONTHS[month]!.slice(0, 3)} ${day}, ${year}`,
  ({ day, month, year }) => `${MONTHS[month]} ${ordinal(day)}, ${year}`,
];

/** A date between 2015 and 2030; the answer in ISO form. */
export function date(draws: Draws, split: Split): Written<string> {
  const instant = new Date(Date.UTC(2015, 0, 1) + draws.integer(0, 5800) * 86_400_000);
  const parts = {
    day: instant.getUTCDate(),
    month: instant.getUTCMonth(),
    year: instant.getUTCFullYear(),
    weekday: WEEKDAYS[instant.getUTCDay()]!,
  };
  const form = draws.pick(wordingsOf(DATE_FORMS, split));
  return { text: form(parts), json: instant.toISOString().slice(0, 10) };
}

/** A time of day; the answer as HH:MM. */
export function timeOfDay(draws: Draws): Written<string> {
  const roll = draws.unit();
  if (roll < 0.4) {
    const hour = draws.integer(7, 18),
      minute = draws.pick([0, 30, 15, 45, 5 * draws.integer(0, 11)]);
    const json = `${pad(hour)}:${pad(minute)}`;
    return { text: draws.chance(0.5) ? json : `${hour}:${pad(minute)}`, json };
  }
  if (roll < 0.65) {
    const hour = draws.integer(7, 20), minute = draws.pick([0, 0, 30, 15, 45]);
    const clock = (hour - 1) % 12 + 1, half = hour < 12 ? "am" : "pm";
    const text = minute === 0 && draws.chance(0.7)
      ? `${clock} ${half}`
      : `${clock}${draws.pick([":", "."])}${pad(minute)} ${half}`;
    return { text, json: `${pad(hour)}:${pad(minute)}` };
  }
  if (roll < 0.69) return { text: "noon", json: "12:00" };
  // In words; as in a diary, eight to eleven are in the morning, one to six in the afternoon.
  const spoken = draws.pick([8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]);
  const hour = spoken < 7 ? spoken + 12 : spoken;
  const name = NUMBER_WORDS[spoken]!;
  const kind = draws.integer(0, 3);
  if (kind === 0) return { text: `half past ${name}`, json: `${pad(hour)}:30` };
  if (kind === 1) return { text: `quarter past ${name}`, json: `${pad(hour)}:15` };
  if (kind === 2) return { text: `quarter to ${name}`, json: `${pad(hour - 1)}:45` };
  return { text: `${name} o'clock`, json: `${pad(hour)}:00` };
}

const DURATIONS: readonly [minutes: number, ...texts: string[]][] = [
  [15, "15 minutes", "a quarter of an hour", "fifteen minutes", "15 min"],
  [30, "30 minutes", "half an hour", "thirty minutes", "30 min"],
  [45, "45 minutes", "three quarters of an hour", "45 min", "forty-five minutes"],
  [60, "60 minutes", "an hour", "one hour", "1 hour"],
  [90, "90 minutes", "an hour and a half", "1.5 hours", "90 min"],
  [120, "two hours", "2 hours", "120 minutes"],
  [20, "20 minutes", "twenty minutes", "20 min"],
  [180, "three hours", "3 hours"],
];

/** A length of time; the answer in minutes, of the four usual ones if `isUsual`. */
export function duration(draws: Draws, isUsual = false): Written<number> {
  const [minutes, ...texts] = draws.pick(isUsual ? DURATIONS.slice(0, 4) : DURATIONS);
  return { text: draws.pick(texts), json: minutes };
}

/** An integer, small ones at times in words. */
export function count(draws: Draws, least: number, most: number): Written<number> {
  const json = draws.chance(0.6)
    ? draws.integer(least, Math.min(most, 20))
    : draws.integer(least, most);
  const word = NUMBER_WORDS[json];
  return { text: word !== undefined && draws.chance(0.4) ? word : String(json), json };
}

/** The currencies that texts name, by code. */
export const CURRENCIES: Readonly<Record<string, { symbol: string; word: string }>> = {
  EUR: { symbol: "€", word: "euros" },
  USD: { symbol: "$", word: "dollars" },
  GBP: { symbol: "£", word: "pounds" },
  CHF: { symbol: "CHF ", word: "francs" },
};

/** Cents as a decimal number with two places. */
export function decimals(cents: number): string {
  return `${Math.floor(cents / 100)}.${pad(cents % 100)}`;
}

/** A price in cents, low ones more often. */
export function priceCents(draws: Draws): number {
  const whole = draws.integer(0, 10 ** draws.integer(1, 3) - 1);
  return whole * 100 + draws.pick([0, 50, 90, 95, 99, draws.integer(0, 99), draws.integer(1, 99)]);
}

/** An amount of a currency as texts write it. */
export function moneyText(draws: Draws, cents: number, code: string): string {
  const { symbol, word } = CURRENCIES[code]!;
  let number = decimals(cents);
  if (cents % 100 === 0 && draws.chance(0.3)) number = String(cents / 100);
  if (cents >= 100_000 && draws.chance(0.4)) number = number.replace(/^(\d+)(\d{3})/, "$1,$2");
  const roll = draws.unit();
  if (roll < 0.35) return `${code} ${number}`;
  if (roll < 0.65) return `${symbol}${number}`;
  if (roll < 0.85) return `${number} ${code}`;
  return `${number} ${word}`;
}

const digits = (draws: Draws, length: number) =>
  Array.from({ length }, (_, index) => draws.integer(index === 0 ? 1 : 0, 9)).join("");
const capitals = (draws: Draws, length: number) =>
  Array.from({ length }, () => draws.pick("ABCDEFGHJKLMNPQRSTUVWXYZ".split(""))).join("");

/** A number or code as firms give them to things, with a pattern that it matches. */
export function code(draws: Draws): { text: string; pattern: string } {
  const letterCount = draws.integer(1, 3), digitCount = draws.integer(3, 6);
  const letters = capitals(draws, letterCount), number = digits(draws, digitCount);
  const letterPattern = letterCount === 1 ? "[A-Z]" : `[A-Z]{${letterCount}}`;
  switch (draws.integer(0, 5)) {
    case 0:
      return { text: number, pattern: `^\\d{${digitCount}}$` };
    case 1:
      return { text: `${letters}${number}`, pattern: `^${letterPattern}\\d{${digitCount}}$` };
    case 2:
      return {
        text: `${draws.integer(2015, 2029)}-${number}`,
        pattern: `^\\d{4}-\\d{${digitCount}}$`,
      };
    case 3:
      return {
        text: `${letters}-${number}-${digits(draws, 2)}`,
        pattern: `^${letterPattern}-\\d+-\\d{2}$`,
      };
    default:
      return {
        text: `${letters}-${number}`,
        pattern: draws.chance(0.5)
          ? `^${letterPattern}-\\d{${digitCount}}$`
          : `^${letterPattern}-\\d{3,6}$`,
      };
  }
}

const DOMAIN_ENDINGS = ["com", "org", "net", "de", "io", "example", "co.uk", "eu"];

/** A domain name. */
export function domain(draws: Draws): string {
  const name = draws.chance(0.6) ? madeUpWord(draws) : lastName(draws).toLowerCase();
  return `${name}.${draws.pick(DOMAIN_ENDINGS)}`;
}

/** An e-mail address, of a person if one is given. */
export function emailAddress(
  draws: Draws,
  person = `${firstName(draws)} ${lastName(draws)}`,
): string {
  const [first = "info", last = "x"] = person.toLowerCase().replace(/[^a-z -]/g, "").split(" ");
  const local = draws.pick([
    `${first}.${last}`,
    first,
    `${first[0]}.${last}`,
    `${first}${draws.integer(1, 99)}`,
    last,
  ]);
  return `${draws.chance(0.85) ? local : madeUpWord(draws)}@${domain(draws)}`;
}

/** A telephone number. */
export function phoneNumber(draws: Draws): string {
  const group = (length: number) => digits(draws, length);
  return draws.pick([
    () => `+${draws.integer(1, 99)} ${group(3)} ${group(3)} ${group(4)}`,
    () => `0${group(3)} ${group(6)}`,
    () => `${group(3)}-${group(3)}-${group(4)}`,
    () => `(${group(3)}) ${group(3)}-${group(4)}`,
    () => `+${draws.integer(1, 99)} ${group(2)} ${group(7)}`,
  ])();
}

/** A web address. */
export function webAddress(draws: Draws): string {
  const path = draws.chance(0.6) ? `/${madeUpWord(draws)}` : "";
  return `${draws.pick(["https://", "https://www.", "www.", "https://meet."])}${
    domain(draws)
  }${path}`;
}

/** Items as a sentence lists them. */
export function listed(draws: Draws, items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  const last = items.at(-1)!, rest = items.slice(0, -1);
  return draws.chance(0.8)
    ? `${rest.join(", ")}${draws.chance(0.2) ? "," : ""} and ${last}`
    : items.join(", ");
}

/** A firm or, at times, a made-up brand. */
export function brand(draws: Draws): string {
  return draws.chance(0.6) ? madeUpName(draws) : firmName(draws);
}

/** Some place in a building. */
export function roomName(draws: Draws): string {
  return draws.chance(0.5)
    ? draws.pick([
      "Birch",
      "Everest",
      "Library",
      "Lounge",
      "Orion",
      "Blue",
      "Atlas",
      "Garden",
      "Studio",
      "Cedar",
    ])
    : draws.chance(0.5)
    ? madeUpName(draws)
    : `${draws.pick(["A", "B", "C", "R", ""])}${draws.integer(1, 420)}`;
}

export { cityName };
