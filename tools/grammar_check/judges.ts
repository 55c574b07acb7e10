/**
 * Independent judges of single languages: other programs that read what the grammars describe.
 *
 * Where a judge and the grammar are meant to be the same, both directions count. Where the judge takes more
 * (SQLite knows more SQL, a browser's URL parser mends what is broken), or knows only part of what makes a
 * text right, what the grammar accepts has to please it, and nothing follows from what it accepts. The
 * differences that are meant are said beside each judge.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseGraphql } from "graphql";
import { marked } from "marked";
// @ts-types="npm:@types/semver@7.8.0"
import { parse as parseVersion } from "semver";
import { isDateOrTime, isMailbox, isSchedule, isToolCallAnswer } from "./plain_judges.ts";

/** A judge of one language. */
export interface Judge {
  /** Who it is. */
  readonly name: string;
  /** Whether the grammar and the judge are meant to agree on every text. */
  readonly isExact: boolean;
  /** The verdict; `undefined` where the text is one of those on which they are meant to differ. */
  readonly accepts: (text: string) => boolean | undefined;
}

const database = new DatabaseSync(":memory:");

/** The judges, by the name of the grammar. */
export const JUDGES: Readonly<Record<string, Judge>> = {
  json: {
    name: "JSON.parse, and well-formed strings",
    isExact: true,
    accepts: (text) => {
      let isWellFormed = true;
      try {
        JSON.parse(text, (key, value) => {
          isWellFormed &&= key.isWellFormed() &&
            (typeof value !== "string" || value.isWellFormed());
          return value;
        });
        return isWellFormed;
      } catch {
        return false;
      }
    },
  },
  iso_8601: {
    name: "numbers, and the host's calendar",
    isExact: true,
    accepts: isDateOrTime,
  },
  email: { name: "cut at the @ and the dots", isExact: true, accepts: isMailbox },
  cron: { name: "cut at the spaces and commas", isExact: true, accepts: isSchedule },
  url: {
    name: "the URL parser of WHATWG",
    isExact: false,
    // Names that begin with xn-- have to be decodable; a last label such as 0x1 is a number to it, and
    // letters first to us.
    accepts: (text) => /xn--/i.test(text) ? undefined : URL.canParse(text),
  },
  semantic_version: {
    name: "semver",
    isExact: true,
    // It forgives spaces and a prefix, and has limits on size.
    accepts: (text) => {
      if (/^[\sv=]|\s$/.test(text)) return false;
      if (text.length > 250 || /\d{16}/.test(text)) return undefined;
      return parseVersion(text) !== null;
    },
  },
  csv_row: {
    name: "csv-parse",
    isExact: true,
    // A line end behind the record belongs to it; a line end within would be a second record. Control
    // characters are text to it.
    accepts: (text) => {
      if (text === "") return true;
      // deno-lint-ignore no-control-regex
      if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]/.test(text)) return undefined;
      try {
        const records: string[][] = parseCsv(Buffer.from(`${text}\u0001`), {
          record_delimiter: "\u0001",
          relax_column_count: true,
        });
        return records.length === 1 && !/[\r\n]/.test(text.replace(/"(?:[^"]|"")*"/g, ""));
      } catch {
        return false;
      }
    },
  },
  markdown_table: {
    name: "marked",
    isExact: false,
    accepts: (text) => {
      const tokens = marked.lexer(text);
      const [table] = tokens;
      if (tokens.length !== 1 || table?.type !== "table") return false;
      return table.rows.every((row: unknown[]) => row.length === table.header.length);
    },
  },
  graphql: {
    name: "graphql-js 16",
    isExact: true,
    // It takes control characters in strings and comments, and \u{…}, which the specification of 2021 does
    // not.
    accepts: (text) => {
      // deno-lint-ignore no-control-regex
      if (/[\x00-\x08\x0b\x0c\x0e-\x1f]|\\u\{/.test(text)) return undefined;
      try {
        const document = parseGraphql(text, { noLocation: true });
        // Descriptions of operations and variables have come with the specification of 2025.
        if (/"description":\{/.test(JSON.stringify(document))) return undefined;
        return document.definitions.every(({ kind }) =>
          kind === "OperationDefinition" || kind === "FragmentDefinition"
        );
      } catch {
        return false;
      }
    },
  },
  sql_select: {
    name: "SQLite",
    isExact: false,
    // It has no tables, so all that counts is what kind of error it gives.
    accepts: (text) => {
      if (/[\0ſK]/.test(text)) return undefined;
      try {
        database.prepare(text);
        return true;
      } catch (error) {
        return !/syntax error|unrecognized token|incomplete input/.test(String(error));
      }
    },
  },
  tool_calls: {
    name: "split at the tags, and ajv",
    isExact: true,
    accepts: isToolCallAnswer,
  },
};
