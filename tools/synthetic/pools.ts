/**
 * Names of people, firms, places and things: known ones, and made-up ones that nobody can have learnt by heart.
 *
 * Second layer of the synthetic data. About half of what is drawn is put together from syllables, so that the only way to
 * the right answer is to copy it from the text.
 *
 * @module
 */

import type { Draws } from "./random.ts";

const words = (text: string) => text.trim().split(/\s+/);

const FIRST_NAMES = words(`
  Ada Aisha Alan Alice Amara Amir Anna Anton Aoife Ben Bianca Boris Carla Carlos Chen Chloe Clara Daniel Daria David Diego
  Dmitri Elena Eli Emil Emma Erik Esther Eva Fatima Felix Fiona Frank Freya Gabriel Grace Greta Hana Hans Hassan Helen
  Henry Hugo Ibrahim Ida Igor Ines Ingrid Iris Ivan Jack James Jana Jasper Jean Jin Joan John Jonas Jose Julia Kai Karim
  Kate Kenji Klara Lars Laura Lea Leo Liam Lin Lina Lucas Lucy Luis Maja Marco Maria Mark Marta Martin Mary Mateo Max
  Maya Mei Mia Mila Milan Mona Nadia Nina Noah Nora Olga Olivia Omar Oscar Otto Paul Pavel Peter Petra Pia Priya Rahul
  Rosa Ruth Sam Sara Sven Tara Theo Thomas Tim Tom Tomas Uma Vera Victor Wei Yara Yuki Zara Zoe`);

const LAST_NAMES = words(`
  Adams Ahmed Allen Bauer Becker Bell Berg Brandt Brown Bruno Campbell Carter Castro Chen Clark Cohen Cook Costa Cruz Dahl
  Davis Diaz Dubois Evans Fischer Foster Frank Garcia Gomez Gray Green Gupta Hall Hansen Harris Hill Hoffman Horvat
  Hughes Ito Ivanov Jackson Jansen Jensen Johnson Jones Kaya Keller Khan Kim King Klein Kovacs Kumar Lang Larsen Lee Lewis
  Lind Lopez Martin Mehta Meyer Miller Moore Mora Moreau Morgan Murphy Nakamura Nelson Nguyen Novak Olsen Ortiz
  Park Patel Perez Peters Petrov Popov Reed Reyes Rios Roberts Rossi Ryan Sato Schmidt Schulz Shah Silva Singh Smith
  Sokolov Stein Tanaka Taylor Torres Turner Vega Vogel Wagner Walker Wang Ward Weber White Wilson Wolf Wood Wright Young`);

const CITIES = words(`
  Amsterdam Athens Austin Barcelona Basel Berlin Bern Boston Bristol Brussels Chicago Cologne Dallas Denver Dresden Dublin
  Geneva Graz Hamburg Helsinki Leeds Leipzig Lima Linz Lisbon London Lyon Madrid Milan Munich Naples Oslo Oxford Paris Porto
  Prague Riga Rome Seattle Sofia Tokyo Toronto Turin Utrecht Vienna Warsaw York Zurich Northport Westhaven
  Ashford Millbrook Redhill Stonefield Lakewood Brookdale Fairview Greenford Oakmoor Southgate`);

/** Countries, as addresses name them. */
export const COUNTRIES = words(`
  Argentina Austria Belgium Brazil Canada Chile China Croatia Denmark Egypt Estonia Finland France Germany Greece Hungary
  India Ireland Italy Japan Kenya Latvia Mexico Norway Peru Poland Portugal Romania Spain Sweden Switzerland Turkey`);

const STREETS = words(`
  Oak Maple Mill Park Station Church High King Queen Garden Lake River Hill Bridge Market Castle Forest Elm Cedar Victoria
  Harbour School Spring North South Meadow`);
const STREET_KINDS = words("Street Road Lane Avenue St. Rd. Drive Way Square Place Court");
const STREET_ENDINGS = words("str. straat weg gasse allee platz strasse gatan");

const FIRM_WORDS = words(`
  Alpine Atlas Blue Bright Central Clear Coastal Delta Eagle Eastern Evergreen First Global Golden Grand Green Harbor Horizon
  Iron Maple Metro Modern Nordic North Ocean Orange Pacific Pioneer Prime Quality Rapid Red River Royal Silver Smart Solar
  Southern Star Sterling Summit Sun United Urban Vista West`);
const FIRM_TRADES = words(`
  Bakery Books Catering Consulting Design Electric Energy Engineering Foods Freight Furniture Garden Hardware Health Labs
  Logistics Machines Media Motors Office Paper Partners Pharma Plumbing Print Software Solutions Sports Supplies Systems
  Textiles Tools Toys Trading Transport Travel Works`);
const FIRM_FORMS = words("GmbH Ltd Inc. LLC AG Co. Corp. Group S.A. B.V. Oy AB PLC & Sons");

const THINGS = words(`
  backpack battery bench blanket block board book bottle bowl box brush bucket cable camera candle cap card case chair chain
  charger clock coat coffee cup curtain desk door drill fan filter flour folder frame glass glove hammer hat headset heater
  helmet ink jacket jar kettle key keyboard knife ladder lamp lock map mat mirror monitor mouse mug notebook oil pan paper pen
  pencil pillow pipe plate printer pump radio rope router rug sack saw scarf screen shelf shirt shoe soap sofa spoon stand stove
  switch table tape tea tent tile toaster towel tray umbrella valve vase wallet watch wheel wire`);
const QUALITIES = words(`
  black blue brown green grey red white yellow large small long short light heavy soft hard thin wide steel wooden cotton
  leather paper plastic glass copper wool digital electric folding portable classic compact deluxe mini pro basic`);

const SYLLABLES = words(`
  ba be bi bo bra bri ca cel co cor da del di dor dra du el en fa fen fi for ga gal gen gor gra ha hel hi ho il in ja jo ka
  kel ki kor kra la len li lo lu ma mar mel mi mo mor na nel ni no nor o or pa pel pi por pra qua ra ren ri ro ru sa sel
  si so sta sul ta tan tel ti tor tra tu u va vel vi vo wa wel wi xa ya yo za zel zi zo`);
const ENDINGS = words("n r s l x k t m nd rt th ck a o ia us is on er en ar a e ix an");

/** A made-up word, lower case. */
export function madeUpWord(draws: Draws): string {
  let word = "";
  for (let count = draws.integer(1, 3); count > 0; count--) word += draws.pick(SYLLABLES);
  return word + draws.pick(SYLLABLES) + (draws.chance(0.7) ? draws.pick(ENDINGS) : "");
}

/** The text with its first letter in upper case. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A made-up name of one word. */
export function madeUpName(draws: Draws): string {
  return capitalized(madeUpWord(draws));
}

/** A given name. */
export function firstName(draws: Draws): string {
  return draws.chance(0.75) ? draws.pick(FIRST_NAMES) : madeUpName(draws);
}

/** A family name. */
export function lastName(draws: Draws): string {
  const name = draws.chance(0.6) ? draws.pick(LAST_NAMES) : madeUpName(draws);
  return draws.chance(0.04) ? `${name}-${draws.pick(LAST_NAMES)}` : name;
}

/** Given name and family name. */
export function personName(draws: Draws): string {
  const middle = draws.chance(0.05) ? ` ${draws.pick("ABCDEFGHJKLMNPRSTW".split(""))}.` : "";
  return `${firstName(draws)}${middle} ${lastName(draws)}`;
}

/** A town. */
export function cityName(draws: Draws): string {
  if (draws.chance(0.05)) {
    return `${draws.pick(["New", "Port", "San", "Lake", "Bad"])} ${madeUpName(draws)}`;
  }
  return draws.chance(0.6) ? draws.pick(CITIES) : madeUpName(draws);
}

/** A firm, mostly with its legal form. */
export function firmName(draws: Draws): string {
  const first = draws.chance(0.5)
    ? draws.pick(FIRM_WORDS)
    : draws.chance(0.5)
    ? lastName(draws)
    : madeUpName(draws);
  const trade = draws.chance(0.7) ? ` ${draws.pick(FIRM_TRADES)}` : "";
  const form = trade === "" || draws.chance(0.5) ? ` ${draws.pick(FIRM_FORMS)}` : "";
  return `${first}${trade}${form}`;
}

/** Street and number. */
export function streetAddress(draws: Draws): string {
  const number = draws.integer(1, draws.chance(0.7) ? 99 : 2400);
  if (draws.chance(0.3)) return `${madeUpName(draws)}${draws.pick(STREET_ENDINGS)} ${number}`;
  const name = draws.chance(0.6) ? draws.pick(STREETS) : madeUpName(draws);
  return `${number} ${name} ${draws.pick(STREET_KINDS)}`;
}

/** A postal code of four to six characters. */
export function postalCode(draws: Draws): string {
  const digits = (count: number) =>
    Array.from({ length: count }, () => draws.integer(0, 9)).join("");
  const letter = () => draws.pick("ABCDEFGHJKLMNPRSTUWXY".split(""));
  if (draws.chance(0.15)) {
    return `${letter()}${letter()}${digits(1)} ${digits(1)}${letter()}${letter()}`;
  }
  return digits(draws.pick([4, 5, 5, 5, 6]));
}

/** A thing that one can buy, lower case. */
export function thing(draws: Draws): string {
  const noun = draws.chance(0.85) ? draws.pick(THINGS) : madeUpWord(draws);
  const first = draws.chance(0.6) ? `${draws.pick(QUALITIES)} ` : "";
  return first + noun;
}

/** An article as price lists name it: a thing, at times with a brand, a size or a colour. */
export function articleName(draws: Draws): string {
  const base = capitalized(thing(draws));
  const roll = draws.unit();
  if (roll < 0.15) return `${madeUpName(draws)} ${base.toLowerCase()}`;
  if (roll < 0.25) {
    return `${base} ${draws.pick(["A3", "A4", "A5", "XL", "S", "M", "L", "2L", "V2"])}`;
  }
  if (roll < 0.33) return `${base}, ${draws.pick(QUALITIES)}`;
  if (roll < 0.4) {
    return `${base}, ${draws.integer(1, 99) * 10} ${draws.pick(["g", "ml", "mm", "kg"])}`;
  }
  if (roll < 0.45) {
    return draws.pick([
      "Delivery",
      "Shipping",
      "Installation",
      "Service fee",
      "Gift wrap",
      "Deposit",
    ]);
  }
  if (roll < 0.5) return madeUpName(draws);
  return base;
}

/** What a mail or a meeting is about. */
export function subject(draws: Draws): string {
  const topic = draws.chance(0.75)
    ? draws.pick(words(
      "budget roadmap contract hiring launch office website training travel safety audit design pricing sales support party report planning security staffing",
    ))
    : `${draws.pick(["project", "team", "plan"])} ${madeUpName(draws)}`;
  const roll = draws.unit();
  if (roll < 0.2) {
    return `${capitalized(topic)} for ${
      draws.pick([
        "next year",
        "the second quarter",
        "March",
        "the summer",
        "the new team",
        cityName(draws),
      ])
    }`;
  }
  if (roll < 0.4) {
    return capitalized(
      `${
        draws.pick([
          "review of the",
          "update on the",
          "questions about the",
          "plan for the",
          "notes on the",
        ])
      } ${topic}`,
    );
  }
  if (roll < 0.6) {
    return capitalized(
      `${topic} ${
        draws.pick([
          "review",
          "meeting",
          "workshop",
          "update",
          "sync",
          "planning",
          "kickoff",
          "interview",
        ])
      }`,
    );
  }
  if (roll < 0.8) {
    return capitalized(
      `${draws.pick(["weekly", "monthly", "quarterly", "annual", "final", "first"])} ${topic} ${
        draws.pick(["review", "meeting", "call", "check"])
      }`,
    );
  }
  return capitalized(topic);
}
