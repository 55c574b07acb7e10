/**
 * The published metaschemas by URI, so that `{"$ref": "https://json-schema.org/draft/2020-12/schema"}` works
 * without a network: a schema for schemas, which a model may well be asked to write.
 *
 * Last place where `schema_documents.ts` looks for a document.
 *
 * @module
 */

import { draft04 } from "./draft_04.ts";
import { draft06 } from "./draft_06.ts";
import { draft07 } from "./draft_07.ts";
import { DRAFT_2019_09 } from "./draft_2019_09.ts";
import { DRAFT_2020_12 } from "./draft_2020_12.ts";

const METASCHEMAS: ReadonlyMap<string, () => unknown> = new Map([
  ["draft-04/schema", draft04],
  ["draft-06/schema", draft06],
  ["draft-07/schema", draft07],
  ...Object.entries(DRAFT_2019_09).map(([name, make]) => [`draft/2019-09/${name}`, make] as const),
  ...Object.entries(DRAFT_2020_12).map(([name, make]) => [`draft/2020-12/${name}`, make] as const),
]);

/**
 * The metaschema with this URI, newly made.
 *
 * @param uri Absolute, without a fragment; `http:` or `https:`.
 * @returns undefined where there is none.
 */
export function metaschema(uri: string): unknown {
  const name = /^https?:\/\/json-schema\.org\/(.*)$/.exec(uri)?.[1];
  return name === undefined ? undefined : METASCHEMAS.get(name)?.();
}
