/**
 * Documents, resources and references: where a `$ref` leads.
 *
 * A document is one JSON text: the schema in hand, an external schema, a metaschema. A resource is a document's
 * root or a subschema with an `$id` of its own: what references inside it are relative to, and what anchors
 * belong to. Documents are loaded when something first refers to them, and only those that have identifiers
 * below their root are searched for them, along the keywords that hold subschemas, so that an `$id` in an
 * `enum` is data.
 *
 * URIs are only parsed where a reference has more than a fragment. A document without a URI has
 * {@link DEFAULT_BASE}, which no message shows.
 *
 * Nothing here ever reads from a network.
 *
 * Source: JSON Schema core, draft 2020-12, sections 8.2 and 9; RFC 6901 (pointers); RFC 3986 (URIs).
 *
 * @module
 */

import type { Dialect } from "./dialect.ts";
import { DEFAULT_DIALECT, DialectCatalogue } from "./dialect.ts";
import {
  checkDocument,
  type DocumentBudget,
  type DocumentTraits,
  isPlainObject,
} from "./document_check.ts";
import { InvalidSchemaError } from "./errors.ts";
import { escapePointerSegment, ownValue, quoteValue, type SchemaObject } from "./keyword_values.ts";
import { metaschema } from "./metaschemas/mod.ts";

/** Base of relative URIs where nothing else is. */
const DEFAULT_BASE = "json-schema:///";

/** A subschema in a document. */
export interface SchemaLocation {
  readonly value: SchemaObject | boolean;
  /** As in `SchemaNode.pointer`. */
  readonly pointer: string;
  /** The innermost resource around it; the one it starts, if it has an `$id`. */
  readonly resource: Resource;
}

/** Where a reference leads. */
export interface ReferenceTarget extends SchemaLocation {
  /** The `$dynamicAnchor` that the reference named, `""` for `$recursiveAnchor`; null for any other way. */
  readonly dynamicAnchor: string | null;
}

/** One JSON text. */
interface Document extends DocumentTraits {
  /** Resources below the root, by the schema object that starts them. */
  readonly embedded: Map<SchemaObject, Resource>;
  /** Schema objects that have been searched for identifiers. */
  readonly indexed: Set<SchemaObject>;
}

/** A document's root or an embedded schema with an identifier. */
export class Resource implements SchemaLocation {
  /** Plain-name fragments. */
  readonly anchors: Map<string, SchemaLocation> = new Map();
  /** Those of `$dynamicAnchor`; `""` stands for `$recursiveAnchor: true`. */
  readonly dynamicAnchors: Map<string, SchemaLocation> = new Map();
  /** References that have been followed, by their text. */
  readonly targets: Map<string, ReferenceTarget> = new Map();

  /**
   * @param uri Absolute, without a fragment; begins with {@link DEFAULT_BASE} where there is no real one.
   * @param value The schema that starts it.
   * @param pointer Of that schema.
   * @param document The text it is a part of.
   */
  constructor(
    readonly uri: string,
    readonly value: SchemaObject | boolean,
    readonly pointer: string,
    readonly dialect: Dialect,
    readonly document: Document,
  ) {}

  /** Itself, so that a resource is the location of its root. */
  get resource(): Resource {
    return this;
  }

  /** The URI as the user knows it, `""` where there is none. */
  get publicUri(): string {
    return publicUri(this.uri);
  }

  /** The resource that a child of this one belongs to: another one if the child has an `$id`. */
  resourceOf(child: SchemaObject): Resource {
    return this.document.hasInnerIdentifiers ? this.document.embedded.get(child) ?? this : this;
  }
}

/** Keywords that hold subschemas: one, an array of them (or one), or an object of them. */
const SUBSCHEMA_KEYWORDS: ReadonlyMap<string, "array" | "object"> = new Map([
  ...[
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
  ].map((keyword) => [keyword, "array"] as const),
  ...[
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
  ].map((keyword) => [keyword, "object"] as const),
]);

/** All documents that one schema draws on. */
export class SchemaDocuments {
  readonly #budget: DocumentBudget;
  readonly #dialects: DialectCatalogue;
  readonly #externalSchemas: Readonly<Record<string, unknown>>;
  /** Keys of the external schemas by the absolute URI they mean; made when a key does not match literally. */
  #externalKeys: Map<string, string> | undefined;
  /** Every resource that has been found, by absolute URI. The first one to claim a URI keeps it. */
  readonly #resources = new Map<string, Resource>();
  #loadedAllExternal = false;
  /** Dialect of documents without a `$schema`: that of the root document. */
  #defaultDialect: Dialect = DEFAULT_DIALECT;

  constructor(externalSchemas: Readonly<Record<string, unknown>>, budget: DocumentBudget) {
    this.#externalSchemas = externalSchemas;
    this.#budget = budget;
    this.#dialects = new DialectCatalogue((uri) => this.#external(uri)?.schema);
  }

  /**
   * Takes in the schema that everything starts from. Call it once, first.
   *
   * @throws {InvalidSchemaError} when it is not an object or a Boolean, or not JSON.
   * @throws {LimitExceededError} when it is too large or nested too deeply.
   */
  openRoot(schema: unknown): Resource {
    const root = this.#open(schema, "", DEFAULT_BASE);
    this.#defaultDialect = root.dialect;
    return root;
  }

  /**
   * Follows a reference.
   *
   * @param keyword `$ref`, `$dynamicRef` or `$recursiveRef`, for errors.
   * @param reference Its value.
   * @param from The resource it stands in.
   * @param pointer Of the schema that has it, for errors.
   * @throws {InvalidSchemaError} when it leads nowhere, or to something that is not a schema.
   */
  follow(keyword: string, reference: string, from: Resource, pointer: string): ReferenceTarget {
    const known = from.targets.get(reference);
    if (known !== undefined) return known;
    const refuse = (reason: string, cause?: unknown) =>
      new InvalidSchemaError(
        keyword,
        pointer,
        `${quoteValue(reference)} leads nowhere: ${reason}`,
        cause === undefined ? undefined : { cause },
      );

    const hash = reference.indexOf("#");
    let resource = from;
    if (hash !== 0 && reference !== "") {
      let uri: string;
      try {
        uri = absoluteUri(hash < 0 ? reference : reference.slice(0, hash), from.uri);
      } catch (error) {
        throw refuse(`not a URI relative to ${quoteValue(from.publicUri)}`, error);
      }
      const found = this.#resourceAt(uri);
      if (found === undefined) throw refuse(`no schema with the URI ${quoteValue(publicUri(uri))}`);
      resource = found;
    }

    let fragment = hash < 0 ? "" : reference.slice(hash + 1);
    if (fragment.includes("%")) {
      try {
        fragment = decodeURIComponent(fragment);
      } catch (error) {
        throw refuse("its percent-encoding is broken", error);
      }
    }
    let location: SchemaLocation;
    let dynamicAnchor: string | null = null;
    if (fragment === "") {
      location = resource;
      if (resource.dynamicAnchors.has("")) dynamicAnchor = "";
    } else if (fragment.startsWith("/")) {
      location = this.#atPointer(resource, fragment, refuse);
    } else {
      const anchored = resource.anchors.get(fragment);
      if (anchored === undefined) throw refuse(`no anchor ${quoteValue(fragment)} there`);
      location = anchored;
      // An $anchor elsewhere in the resource may have the name as well, and come first.
      if (resource.dynamicAnchors.get(fragment)?.value === anchored.value) dynamicAnchor = fragment;
    }
    const target = {
      value: location.value,
      pointer: location.pointer,
      resource: location.resource,
      dynamicAnchor,
    };
    from.targets.set(reference, target);
    return target;
  }

  #open(schema: unknown, prefix: string, retrievalUri: string): Resource {
    const refuse = () =>
      new InvalidSchemaError(
        "",
        prefix,
        `a schema must be an object or a boolean, got ${quoteValue(schema)}`,
      );
    if (typeof schema !== "boolean" && (typeof schema !== "object" || schema === null)) {
      throw refuse();
    }
    const traits = checkDocument(schema, prefix, this.#budget);
    if (typeof schema !== "boolean" && !isPlainObject(schema)) throw refuse();
    const document: Document = {
      hasInnerIdentifiers: traits.hasInnerIdentifiers,
      hasInfinity: traits.hasInfinity,
      embedded: new Map(),
      indexed: new Set(),
    };
    const schemaUri = typeof schema === "object" ? ownValue(schema, "$schema") : undefined;
    const dialect = typeof schemaUri === "string"
      ? this.#dialects.find(schemaUri, prefix)
      : this.#defaultDialect;
    const id = typeof schema === "object" ? identifierOf(schema, dialect) : undefined;
    const uri = id === undefined || id.startsWith("#")
      ? retrievalUri
      : this.#identifierUri(id, retrievalUri, dialect, prefix);
    const root = new Resource(uri, schema, prefix, dialect, document);
    this.#register(uri, root);
    if (uri !== retrievalUri) this.#register(retrievalUri, root);
    if (typeof schema === "object") {
      document.embedded.set(schema, root);
      if (document.hasInnerIdentifiers) this.#index(schema, prefix, root);
      else addAnchors(schema, prefix, root);
    }
    return root;
  }

  #register(uri: string, resource: Resource): void {
    if (!this.#resources.has(uri)) this.#resources.set(uri, resource);
  }

  #identifierUri(id: string, base: string, dialect: Dialect, pointer: string): string {
    const hash = id.indexOf("#");
    try {
      return absoluteUri(hash < 0 ? id : id.slice(0, hash), base);
    } catch (cause) {
      throw new InvalidSchemaError(
        dialect.idKeyword,
        pointer,
        `${quoteValue(id)} is not a URI relative to ${quoteValue(publicUri(base))}`,
        { cause },
      );
    }
  }

  /** Finds the resources and anchors in a schema and the schemas below it. */
  #index(value: unknown, pointer: string, around: Resource): void {
    if (!isPlainObject(value) || around.document.indexed.has(value)) return;
    around.document.indexed.add(value);
    const resource = around.document.embedded.get(value) ?? this.#embed(value, pointer, around);
    addAnchors(value, pointer, resource);
    for (const keyword of Object.keys(value)) {
      const kind = SUBSCHEMA_KEYWORDS.get(keyword);
      const held = value[keyword];
      if (kind === undefined || typeof held !== "object" || held === null) continue;
      const base = `${pointer}/${keyword}`;
      if (Array.isArray(held)) {
        held.forEach((entry, index) => this.#index(entry, `${base}/${index}`, resource));
      } else if (kind === "array") {
        this.#index(held, base, resource);
      } else {
        for (const [key, entry] of Object.entries(held)) {
          this.#index(entry, `${base}/${escapePointerSegment(key)}`, resource);
        }
      }
    }
  }

  /** The resource that a schema below a root belongs to: a new one if it has an identifier. */
  #embed(schema: SchemaObject, pointer: string, around: Resource): Resource {
    // The dialect around it says what an identifier is. Only then does a `$schema` count: real schemas have many a
    // copied "$schema" of draft 4 with an "id" inside another draft, and references that disregard both.
    const id = identifierOf(schema, around.dialect);
    if (id === undefined || id.startsWith("#")) return around;
    const schemaUri = ownValue(schema, "$schema");
    const dialect = typeof schemaUri === "string"
      ? this.#dialects.find(schemaUri, pointer)
      : around.dialect;
    const uri = this.#identifierUri(id, around.uri, around.dialect, pointer);
    // Before 2019-09 an identifier may be an anchor in the resource around it, spelt out.
    if (uri === around.uri && id.includes("#")) return around;
    const resource = new Resource(uri, schema, pointer, dialect, around.document);
    around.document.embedded.set(schema, resource);
    this.#register(uri, resource);
    return resource;
  }

  #atPointer(
    resource: Resource,
    fragment: string,
    refuse: (reason: string) => Error,
  ): SchemaLocation {
    let value: unknown = resource.value;
    let pointer = resource.pointer;
    let around = resource;
    for (const segment of fragment.slice(1).split("/")) {
      const key = segment.includes("~")
        ? segment.replaceAll("~1", "/").replaceAll("~0", "~")
        : segment;
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
        throw refuse(`nothing at ${quoteValue(pointer + "/" + segment)}`);
      }
      value = (value as SchemaObject)[key];
      pointer += "/" + segment;
      if (isPlainObject(value)) around = around.resourceOf(value);
    }
    if (typeof value === "boolean") return { value, pointer, resource: around };
    if (!isPlainObject(value)) throw refuse(`${quoteValue(value)} is not a schema`);
    // The pointer may have led through keywords that hold no schemas.
    if (around.document.hasInnerIdentifiers) this.#index(value, pointer, around);
    return { value, pointer, resource: around.resourceOf(value) };
  }

  #resourceAt(uri: string): Resource | undefined {
    const known = this.#resources.get(uri);
    if (known !== undefined) return known;
    const external = this.#external(uri);
    if (external !== undefined) return this.#open(external.schema, external.key + "#", uri);
    const published = metaschema(uri);
    if (published !== undefined) return this.#open(published, uri + "#", uri);
    if (this.#loadedAllExternal) return undefined;
    this.#loadedAllExternal = true;
    for (const [absolute, key] of this.#keysByUri()) {
      if (this.#resources.has(absolute)) continue;
      this.#open(this.#externalSchemas[key], publicUri(absolute) + "#", absolute);
    }
    return this.#resources.get(uri);
  }

  /** The external schema whose key means this absolute URI. */
  #external(uri: string): { key: string; schema: unknown } | undefined {
    if (Object.hasOwn(this.#externalSchemas, uri)) {
      return { key: uri, schema: this.#externalSchemas[uri] };
    }
    const key = this.#keysByUri().get(uri);
    return key === undefined
      ? undefined
      : { key: publicUri(uri), schema: this.#externalSchemas[key] };
  }

  #keysByUri(): Map<string, string> {
    if (this.#externalKeys === undefined) {
      this.#externalKeys = new Map();
      for (const key of Object.keys(this.#externalSchemas)) {
        const text = key.endsWith("#") ? key.slice(0, -1) : key;
        this.#externalKeys.set(
          URL.canParse(text, DEFAULT_BASE) ? absoluteUri(text, DEFAULT_BASE) : text,
          key,
        );
      }
    }
    return this.#externalKeys;
  }
}

/** The identifier of a schema, if it has one that counts. */
function identifierOf(schema: SchemaObject, dialect: Dialect): string | undefined {
  const id = ownValue(schema, dialect.idKeyword);
  if (typeof id !== "string" || id === "" || id === "#") return undefined;
  return dialect.refOverridesSiblings && Object.hasOwn(schema, "$ref") ? undefined : id;
}

/** Adds the anchors of one schema object to the resource that it belongs to. */
function addAnchors(schema: SchemaObject, pointer: string, resource: Resource): void {
  const { draft } = resource.dialect;
  const add = (name: unknown): SchemaLocation | undefined => {
    if (typeof name !== "string" || name === "") return undefined;
    const location = { value: schema, pointer, resource };
    if (!resource.anchors.has(name)) resource.anchors.set(name, location);
    return location;
  };
  // Also in later drafts, where the fragment is an error: it can mean nothing else.
  const id = identifierOf(schema, resource.dialect);
  if (id !== undefined && id.includes("#")) add(id.slice(id.indexOf("#") + 1));
  if (draft < 2019) return;
  add(ownValue(schema, "$anchor"));
  if (draft === 2019) {
    if (schema === resource.value && ownValue(schema, "$recursiveAnchor") === true) {
      resource.dynamicAnchors.set("", { value: schema, pointer, resource });
    }
    return;
  }
  const name = ownValue(schema, "$dynamicAnchor");
  const location = add(name);
  if (location !== undefined) resource.dynamicAnchors.set(name as string, location);
}

function absoluteUri(reference: string, base: string): string {
  return new URL(reference, base).href;
}

function publicUri(uri: string): string {
  return uri.startsWith(DEFAULT_BASE) ? uri.slice(DEFAULT_BASE.length) : uri;
}
