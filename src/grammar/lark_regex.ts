/**
 * Regular expressions of the form in the spelling of Lark's terminals: the way back from `python_regex.ts`.
 *
 * One pass that copies all but what Python reads differently: `.`, empty classes, `\u{…}`, `\cX`, a lone
 * brace, names of groups, slashes and line ends.
 *
 * @module
 */

import { escapeUnseen } from "./rule_writer.ts";

/**
 * Spells a pattern as `translatePythonRegex` reads it.
 *
 * @param pattern In ECMA-262's spelling, with the `u` flag or by Annex B.
 * @param flags Of `i`, `m`, `s`.
 * @param refuseAnchor Called for an anchor, which terminals cannot have.
 */
export function larkRegex(
  pattern: string,
  flags: string,
  refuseAnchor: (anchor: string) => never,
): string {
  /** Whether `.` is any character, in each group that is open. */
  const dotAll = [flags.includes("s")];
  let inClass = false;
  let before = "";
  return pattern.replace(PIECE, (piece) => {
    const isBehindBackslash = before === "\\\\";
    before = piece;
    // Lark takes \" for an escaped quote even if the backslash is one itself.
    if (piece === '"' && isBehindBackslash) return "\\x22";
    if (piece.startsWith("\\")) return spellEscape(piece, inClass);
    if (inClass) {
      if (piece === "]") inClass = false;
      return piece === "[" || piece === "/" ? `\\${piece}` : spellCharacters(piece);
    }
    switch (piece[0]) {
      case "[":
        if (piece === "[]") return "[^\\s\\S]";
        if (piece === "[^]") return "[\\s\\S]";
        inClass = true;
        return piece;
      case "(": {
        const [, on = "", off = ""] = /^\(\?([ims]*)(?:-([ims]*))?:/.exec(piece) ?? [];
        dotAll.push(on.includes("s") || dotAll.at(-1)! && !off.includes("s"));
        return piece.replace(/^\(\?<(?![=!])/, "(?P<");
      }
      case ")":
        dotAll.pop();
        return piece;
      case ".":
        return dotAll.at(-1) ? "." : "[^\\n\\r\\u2028\\u2029]";
      case "^":
      case "$":
        return refuseAnchor(piece);
      case "{":
        return piece === "{" ? "\\{" : piece;
      case "/":
        return "\\/";
    }
    return spellCharacters(piece);
  });
}

/** Escapes, beginnings of groups and classes, repeats, and single characters. */
const PIECE =
  /\\(?:u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|[pP]\{[^}]*\}|[^])|\(\?(?:<?[=!]|<[^>=!][^>]*>|[ims]*(?:-[ims]*)?:)|\[\^?\]|\[\^?|\{\d+(?:,\d*)?\}|[^]/gu;

function spellEscape(escape: string, inClass: boolean): string {
  const letter = escape[1]!;
  if (escape.length > 2 && letter !== "c") {
    if (!escape.startsWith("\\u")) return escape;
    const hex = escape.replace(/[^0-9A-Fa-f]/g, "");
    const codePoint = parseInt(hex, 16);
    return codePoint > 0xffff
      ? `\\U${codePoint.toString(16).padStart(8, "0")}`
      : `\\u${codePoint.toString(16).padStart(4, "0")}`;
  }
  if (letter === "c") return spellCode(escape.charCodeAt(2) % 32);
  if (letter === "0") return "\\x00";
  if (/[dDsSwWfnrtvbB]/.test(letter)) return escape;
  // By Annex B a letter may be escaped for no reason; Python would see something else in it.
  if (/[A-Za-z]/.test(letter)) return letter;
  return letter === "/" || letter === "-" && inClass || /[\^$\\.*+?()[\]{}|]/.test(letter)
    ? escape
    : spellCharacters(letter);
}

function spellCode(code: number): string {
  return `\\x${code.toString(16).padStart(2, "0")}`;
}

function spellCharacters(characters: string): string {
  return Array.from(characters, escapeUnseen).join("");
}
