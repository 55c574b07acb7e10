/**
 * Judges written for this purpose, for languages of which no program says exactly what a text has to be.
 *
 * They cut texts apart and compare numbers, as no grammar does, so that they are wrong in other places.
 *
 * @module
 */

import { Ajv } from "ajv";

const ajv = new Ajv();

/** Whether a text is a date, a time, or both, as `iso_8601.gbnf` has them. */
export function isDateOrTime(text: string): boolean {
  const [date, time, ...rest] = text.split("T");
  if (rest.length > 0) return false;
  if (time !== undefined) return isDate(date!) && isTime(time);
  return isDate(text) || isTime(text);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // The host lets days run over into the next month, and then says another date.
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

function isTime(text: string): boolean {
  const [, hours, minutes, , seconds, fraction, offset] =
    /^(\d\d):(\d\d)(:(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::\d\d)?)?$/.exec(text) ?? [];
  if (hours === undefined || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return false;
  const sum = Number(minutes) + Number(seconds ?? 0) + Number(fraction ?? 0);
  if (Number(hours) > 24 || Number(hours) === 24 && sum > 0) return false;
  if (offset === undefined || offset === "Z") return true;
  const [offsetHours, offsetMinutes = 0] = offset.slice(1).split(":").map(Number);
  if (offset.startsWith("-") && offsetHours === 0 && offsetMinutes === 0) return false;
  return offsetHours! < 24 && offsetMinutes < 60;
}

/** Whether a text is a mailbox as `email.gbnf` has it. */
export function isMailbox(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 0) return false;
  const local = text.slice(0, at), host = text.slice(at + 1);
  return isLocalPart(local) && (isDomain(host) || isAddress(host));
}

function isLocalPart(text: string): boolean {
  if (text.startsWith('"')) {
    if (text.length < 2 || !text.endsWith('"')) return false;
    for (let i = 1; i < text.length - 1; i++) {
      if (text[i] === '"' || text[i]! < " " || text[i]! > "~") return false;
      // What is escaped may be anything that is seen, but not the closing quote.
      if (text[i] === "\\" && (++i > text.length - 2 || text[i]! < " " || text[i]! > "~")) {
        return false;
      }
    }
    return true;
  }
  return text.split(".").every((atom) =>
    atom !== "" && [...atom].every((c) => c > " " && c <= "~" && !'"(),.:;<>@[\\]'.includes(c))
  );
}

function isDomain(text: string): boolean {
  const labels = text.split(".");
  return labels.every((label) =>
    label.length <= 63 && /^[0-9a-z-]+$/i.test(label) && !label.startsWith("-") &&
    !label.endsWith("-")
  ) && /^[a-z]/i.test(labels.at(-1)!);
}

function isAddress(text: string): boolean {
  if (!text.startsWith("[") || !text.endsWith("]")) return false;
  const octets = text.slice(1, -1).split(".");
  return octets.length === 4 && octets.every((octet) => String(Number(octet)) === octet) &&
    octets.every((octet) => /^\d+$/.test(octet) && Number(octet) < 256);
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const DAYS = "sun mon tue wed thu fri sat".split(" ");
const FIELDS = [[0, 59, []], [0, 23, []], [1, 31, []], [1, 12, MONTHS], [0, 7, DAYS]] as const;
const NICKNAMES = "reboot yearly annually monthly weekly daily midnight hourly".split(" ");

/** Whether a text is a schedule as `cron.lark` has it. */
export function isSchedule(text: string): boolean {
  if (text.startsWith("@")) return NICKNAMES.includes(text.slice(1));
  const fields = text.split(/[ \t]+/);
  return fields.length === 5 && fields.every((field, i) => {
    const [least, most, names] = FIELDS[i]!;
    const isValue = (value: string) =>
      /^\d\d?$/.test(value)
        ? Number(value) >= least && Number(value) <= most
        : (names as readonly string[]).includes(value.toLowerCase());
    return field.split(",").every((part) => {
      const [range, step, ...more] = part.split("/");
      if (more.length > 0) return false;
      const ends = range!.split("-");
      const isRange = range === "*" || ends.length === 2 && ends.every(isValue);
      if (step !== undefined) return isRange && /^[1-9]\d?$/.test(step);
      return isRange || ends.length === 1 && isValue(range!);
    });
  });
}

/** Whether a text is an answer as `tool_calls.lark` has it. */
export function isToolCallAnswer(text: string): boolean {
  const first = text.indexOf("<tool_call>");
  const before = first < 0 ? text : text.slice(0, first);
  if (before.includes("</tool_call>") || text === "") return false;
  if (first < 0) return true;
  return text.slice(first).split("\n<tool_call>").every((part, i) => {
    const call = i === 0 ? part : `<tool_call>${part}`;
    const request = /^<tool_call>\n([^]*)\n<\/tool_call>$/.exec(call)?.[1];
    if (request === undefined || request.trim() !== request) return false;
    if (request.includes("tool_call>")) return false;
    try {
      return ajv.validate(REQUEST, JSON.parse(request));
    } catch {
      return false;
    }
  });
}

const REQUEST = {
  type: "object",
  properties: { name: { type: "string", minLength: 1 }, arguments: { type: "object" } },
  required: ["name", "arguments"],
  additionalProperties: false,
};
