/**
 * What an independent validator says of a walk's text.
 *
 * @module
 */

import { Ajv2020 } from "ajv/dist/2020.js";
import * as ajvFormats from "ajv-formats";
import type { FormatsPlugin } from "ajv-formats";

// The package's CommonJS export is the function under `default`; its types say it is the module itself.
const addFormats = ajvFormats.default as unknown as FormatsPlugin;

/** `valid`; `incomparable` where a double cannot hold a number of the text; or what is wrong. */
export type Judgement = "valid" | "incomparable" | { readonly wrong: string };

/** Formats as their specifications have them, where ajv-formats is narrower: RFC 5321 and RFC 3986. */
const SPECIFIED_FORMATS = {
  email:
    /^(?:[^\s@"]+|"(?:[^"\\]|\\.)*")@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[.+\])$/i,
  uri: /^[a-z][a-z0-9+.-]*:[^\s"<>\\^`{|}]*$/i,
};

/**
 * Compiles a schema with ajv.
 *
 * @param asSpecified Whether the text may be anything that the specifications of formats allow; else only what
 *   ajv-formats accepts.
 */
export function judgeOf(schema: unknown, asSpecified: boolean): (text: string) => Judgement {
  const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9, logger: false });
  addFormats(ajv);
  if (asSpecified) {
    for (const entry of Object.entries(SPECIFIED_FORMATS)) {
      ajv.addFormat(...entry);
    }
  }
  const validate = ajv.compile(schema as Record<string, unknown> | boolean);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { wrong: `not JSON: ${(error as Error).message}` };
    }
    const duplicate = duplicateKey(text);
    if (duplicate !== undefined) return { wrong: `the key ${JSON.stringify(duplicate)} twice` };
    if (!text.isWellFormed() || hasLoneSurrogate(value)) return { wrong: "a lone surrogate" };
    if (validate(value)) return "valid";
    if (!numbersFitDoubles(text)) return "incomparable";
    return { wrong: ajv.errorsText(validate.errors) };
  };
}

const LEXEMES = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A key that an object of the text has twice; the parser would silently keep the last. */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  const lexemes = text.match(LEXEMES) ?? [];
  for (const [index, lexeme] of lexemes.entries()) {
    if (lexeme === "{") open.push(new Set());
    else if (lexeme === "[") open.push(undefined);
    else if (lexeme === "}" || lexeme === "]") open.pop();
    else if (lexeme.startsWith('"') && lexemes[index + 1] === ":") {
      const key = JSON.parse(lexeme) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** Whether no number of the text has more digits or a larger exponent than a double keeps. */
function numbersFitDoubles(text: string): boolean {
  return (text.match(LEXEMES) ?? []).every((lexeme) => {
    if (!/^[-\d]/.test(lexeme)) return true;
    const [digits = "", exponent = "0"] = lexeme.toLowerCase().split("e");
    const significant = digits.replace(/[-.]/g, "").replace(/^0+/, "");
    return significant.length <= 15 && Math.abs(Number(exponent)) < 200;
  });
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) =>
    !key.isWellFormed() || hasLoneSurrogate(member)
  );
}
