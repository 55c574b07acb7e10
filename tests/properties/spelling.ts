/**
 * JSON texts of a value, spelt at random: whitespace, the order of keys, escapes, forms of numbers.
 *
 * @module
 */

type Random = () => number;

/** A text of the value, one of many. */
export function randomSpelling(value: unknown, random: Random): string {
  const space = () =>
    random() < 0.8 ? "" : [" ", "\n", "\t", "\r\n", "  "][Math.floor(random() * 5)]!;
  const write = (part: unknown): string => {
    if (typeof part === "number") return randomNumber(part, random);
    if (typeof part === "string") return randomString(part, random);
    if (typeof part !== "object" || part === null) return String(part);
    if (Array.isArray(part)) {
      if (part.length === 0) return `[${space()}]`;
      return `[${part.map((item) => space() + write(item) + space()).join(",")}]`;
    }
    const entries = shuffled(Object.entries(part), random);
    if (entries.length === 0) return `{${space()}}`;
    return `{${
      entries.map(([name, member]) =>
        `${space()}${randomString(name, random)}${space()}:${space()}${write(member)}${space()}`
      ).join(",")
    }}`;
  };
  return space() + write(value) + space();
}

/** A number's text: as it is, with zeros, or with an exponent. */
export function randomNumber(value: number, random: Random): string {
  let text = String(value);
  if (Object.is(value, -0)) text = "-0";
  if (text.includes("e") || random() < 0.5) return text;
  if (value === 0 && !text.startsWith("-") && random() < 0.3) text = "-0";
  const choice = random();
  if (choice < 0.3) return text.includes(".") ? `${text}0` : `${text}.0`;
  const exponent = Math.floor(random() * 5) - 2;
  const sign = exponent > 0 && random() < 0.5 ? "+" : "";
  return `${shifted(text, -exponent)}${random() < 0.5 ? "e" : "E"}${sign}${exponent}`;
}

/** A decimal text times a power of ten. */
function shifted(text: string, power: number): string {
  const isNegative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const digits = (whole + fraction).padStart(8, "0").padEnd(16, "0");
  const point = whole.length + Math.max(0, 8 - whole.length - fraction.length) + power;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const right = digits.slice(point).replace(/0+$/, "");
  return `${isNegative ? "-" : ""}${left === "" ? "0" : left}${right === "" ? "" : `.${right}`}`;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function randomString(text: string, random: Random): string {
  const plain = random() < 0.6;
  let written = "";
  for (const character of text) {
    const mustEscape = character === '"' || character === "\\" || character < " ";
    if (plain && !mustEscape) written += character;
    else if (!plain && random() < 0.3 || mustEscape && SHORT[character] === undefined) {
      for (let i = 0; i < character.length; i++) {
        const hex = character.charCodeAt(i).toString(16).padStart(4, "0");
        written += `\\u${random() < 0.5 ? hex : hex.toUpperCase()}`;
      }
    } else if (mustEscape || random() < 0.5) written += SHORT[character] ?? character;
    else written += character;
  }
  return `"${written}"`;
}

/** A text with one byte-sized change: most are no JSON any more, some are other JSON. */
export function garbled(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const choice = random();
  const inserted = '{}[],:"\\0123456789.eE+-truefalsn abu'[Math.floor(random() * 35)]!;
  const changed = choice < 0.35
    ? text.slice(0, at) + text.slice(at + 1)
    : choice < 0.7
    ? text.slice(0, at) + inserted + text.slice(at)
    : choice < 0.9
    ? text.slice(0, at) + inserted + text.slice(at + 1)
    : text.slice(0, at);
  return changed.toWellFormed();
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
