/**
 * Which JSON Schema a schema is written in: the draft that `$schema` names, and for a metaschema of one's own
 * the keyword vocabularies that it switches on.
 *
 * First step of the reader: `keywords.ts` keeps a table of keywords per dialect, `schema_documents.ts` asks how
 * identifiers are written. Without `$schema` the dialect is 2020-12 read leniently: array-form `items` and
 * `additionalItems`, which that draft dropped but most schemas in the wild still use, keep their meaning.
 *
 * Source: JSON Schema core, draft 2020-12, sections 8.1.1 (`$schema`) and 8.1.2 (`$vocabulary`).
 *
 * @module
 */

import { InvalidSchemaError, UnsupportedSchemaError } from "./errors.ts";

/** A draft by its number or year; they compare in the order of publication. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** A group of keywords that a metaschema can leave out. Core keywords are always there. */
export type KeywordVocabulary = "core" | "applicator" | "unevaluated" | "validation" | "format";

/** How to read the keywords of one schema resource. */
export interface Dialect {
  readonly draft: Draft;
  /** Nobody named it: keywords of older drafts that 2020-12 gave up are honoured as well. */
  readonly lenient: boolean;
  readonly vocabularies: ReadonlySet<KeywordVocabulary>;
  /** The keyword that names a resource. */
  readonly idKeyword: "id" | "$id";
  /** Whether `$ref` makes every keyword beside it mean nothing, `$id` included (drafts 4 to 7). */
  readonly refOverridesSiblings: boolean;
}

const EVERY_VOCABULARY: ReadonlySet<KeywordVocabulary> = new Set(
  ["core", "applicator", "unevaluated", "validation", "format"] as const,
);

function dialect(
  draft: Draft,
  lenient = false,
  vocabularies: ReadonlySet<KeywordVocabulary> = EVERY_VOCABULARY,
): Dialect {
  return {
    draft,
    lenient,
    vocabularies,
    idKeyword: draft === 4 ? "id" : "$id",
    refOverridesSiblings: draft <= 7,
  };
}

/** The dialect of a document that does not say what it is. */
export const DEFAULT_DIALECT: Dialect = dialect(2020, true);

/** Dialects by `$schema` without scheme and fragment. Draft 5 is draft 4 with another name. */
const KNOWN_DIALECTS: ReadonlyMap<string, Dialect> = (() => {
  const draft4 = dialect(4);
  return new Map([
    ["json-schema.org/draft-04/schema", draft4],
    ["json-schema.org/draft-05/schema", draft4],
    ["json-schema.org/draft-06/schema", dialect(6)],
    ["json-schema.org/draft-07/schema", dialect(7)],
    ["json-schema.org/draft/2019-09/schema", dialect(2019)],
    ["json-schema.org/draft/2020-12/schema", dialect(2020)],
  ]);
})();

const VOCABULARY_URI =
  /^https:\/\/json-schema\.org\/draft\/(?:2019-09|2020-12)\/vocab\/(core|applicator|unevaluated|validation|format|content|meta-data)(?:-annotation|-assertion)?$/;

/** Finds dialects by `$schema` and remembers those of metaschemas of one's own. */
export class DialectCatalogue {
  readonly #custom = new Map<string, Dialect>();

  /** @param findMetaschema The schema with this absolute URI among those the caller supplied, if any. */
  constructor(private readonly findMetaschema: (uri: string) => unknown) {}

  /**
   * The dialect that a `$schema` names; {@link DEFAULT_DIALECT} for a URI that nobody knows.
   *
   * @param schemaUri Value of `$schema`, with or without an empty fragment, with `http:` or `https:`.
   * @param pointer Of the schema that has it, for errors.
   * @throws {UnsupportedSchemaError} for draft 3 and older, and for a required vocabulary that is not known.
   */
  find(schemaUri: string, pointer: string): Dialect {
    const uri = schemaUri.endsWith("#") ? schemaUri.slice(0, -1) : schemaUri;
    const withoutScheme = uri.replace(/^https?:\/\//, "");
    const known = KNOWN_DIALECTS.get(withoutScheme) ?? this.#custom.get(uri);
    if (known !== undefined) return known;
    if (/^json-schema\.org\/draft-0[0-3]\/schema$/.test(withoutScheme)) {
      throw new UnsupportedSchemaError(
        "$schema",
        pointer,
        `drafts before 4 are not supported, got ${JSON.stringify(schemaUri)}`,
      );
    }
    // Until it is known: a metaschema may name itself as its own.
    this.#custom.set(uri, DEFAULT_DIALECT);
    const found = this.#ofMetaschema(this.findMetaschema(uri), pointer);
    this.#custom.set(uri, found);
    return found;
  }

  #ofMetaschema(metaschema: unknown, pointer: string): Dialect {
    if (typeof metaschema !== "object" || metaschema === null) return DEFAULT_DIALECT;
    const { $schema, $vocabulary } = metaschema as Record<string, unknown>;
    const base = typeof $schema === "string" ? this.find($schema, pointer) : DEFAULT_DIALECT;
    if (base.draft < 2019 || $vocabulary === undefined) return base;
    if (typeof $vocabulary !== "object" || $vocabulary === null) {
      throw new InvalidSchemaError(
        "$schema",
        pointer,
        "the metaschema's $vocabulary must be an object",
      );
    }
    const vocabularies = new Set<KeywordVocabulary>(["core"]);
    for (const [uri, isRequired] of Object.entries($vocabulary)) {
      const name = VOCABULARY_URI.exec(uri)?.[1];
      if (name === undefined) {
        if (isRequired !== true) continue;
        throw new UnsupportedSchemaError(
          "$schema",
          pointer,
          `its metaschema requires the vocabulary ${JSON.stringify(uri)}, which is not known`,
        );
      }
      if (name !== "content" && name !== "meta-data") vocabularies.add(name as KeywordVocabulary);
      // In 2019-09 the unevaluated keywords still belong to the applicators.
      if (name === "applicator" && base.draft === 2019) vocabularies.add("unevaluated");
    }
    return dialect(base.draft, false, vocabularies);
  }
}
