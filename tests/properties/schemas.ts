/**
 * Random JSON Schemas for property tests: all keywords, small sizes, and names, texts and numbers from pools so small
 * that keywords meet.
 *
 * A schema is a handful of keywords drawn together; most of them speak of one kind of value, so that they constrain one
 * another instead of passing each other by. Every part shrinks to a Boolean schema or to nothing, which is what
 * makes the reproducers short.
 *
 * @module
 */

import fc from "fast-check";

/** A schema, as far as tests need to know. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** Property names that schemas and instances share. */
export const NAMES: readonly string[] = ["a", "b", "c", "ab", "x-a", "é", "", 'q"\\', "toString"];
/** Texts that schemas and instances share. */
export const TEXTS: readonly string[] = [
  ...["", "a", "b", "ab", "abc", "ba", "é", "😀", "x-a", "7", "a b", '"\\', "\n", "Ω/"],
  ...["2024-02-29", "2023-02-29", "127.0.0.1", "::1", "10:00:00Z", "2024-02-29T10:00:00Z"],
  ...["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "a@b.de", "http://a.b/c?d"],
];
/** Numbers that schemas and instances share. */
export const NUMBERS: readonly number[] = [
  ...[0, 1, 2, 3, -1, 10, 4, -7, 12, 100, 1000],
  ...[0.5, 1.5, -0.5, 0.1, 0.3, 0.25, 2.75, 0.01, -1.1],
];
/**
 * Patterns: anchored and not, overlapping, beyond ASCII, with look-arounds. Not the empty one: beside
 * `additionalProperties` both validators read it as a pattern that matches nothing.
 */
export const PATTERNS: readonly string[] = [
  ...["^a", "b$", "^[a-c]{1,2}$", "^x-", "^$", "^[^a]*$", "a|é", "^\\p{L}+$", "^.{2}$"],
  ...["(?=a)", "^(?!a)", "\\d", "^(ab)*$", "\\bb", "^.$", "[^\\x00-\\x7f]", "^(?=.*b)[ab]+$"],
];
const FORMATS = ["date", "ipv4", "ipv6", "uuid", "date-time", "email", "uri", "unknown"];
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"];

/** The kind of value that most keywords of a schema speak of. */
type Flavour = "any" | "scalar" | "array" | "object";

type Keywords = Readonly<Record<string, unknown>>;

const name = fc.constantFrom(...NAMES);
const count = fc.integer({ min: 0, max: 3 });
const bound = fc.constantFrom(...NUMBERS);
const text = fc.constantFrom(...TEXTS);

/** A small JSON value. */
const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    bound,
    text,
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(name, tie("value"), { maxKeys: 2 }),
  ),
})).value;

/** A schema, with `$defs` where it refers to them. */
export function schemaArbitrary(maximumDepth = 3): fc.Arbitrary<JsonSchema> {
  const schemas = new SchemaArbitraries();
  return fc.record({
    root: schemas.schema(maximumDepth, "any"),
    p: schemas.schema(maximumDepth - 1, "any"),
    q: schemas.schema(maximumDepth - 1, "object"),
  }).map(({ root, p, q }) => {
    if (typeof root === "boolean") return root;
    const $defs: Record<string, JsonSchema> = {};
    const written = JSON.stringify([root, p, q]);
    if (written.includes("#/$defs/p")) $defs["p"] = p;
    if (written.includes("#/$defs/q")) $defs["q"] = q;
    return Object.keys($defs).length === 0 ? root : { ...root, $defs };
  });
}

/** Arbitraries by depth and flavour, each made once. */
class SchemaArbitraries {
  readonly #known = new Map<string, fc.Arbitrary<JsonSchema>>();

  schema(wantedDepth: number, wanted: Flavour): fc.Arbitrary<JsonSchema> {
    const depth = Math.max(0, wantedDepth);
    const flavour = depth === 0 ? "scalar" : wanted;
    const key = `${depth} ${flavour}`;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, known = this.#make(depth, flavour));
    return known;
  }

  #make(depth: number, flavour: Flavour): fc.Arbitrary<JsonSchema> {
    const booleans = fc.constantFrom(true, false);
    if (flavour === "any") {
      const kinds: Flavour[] = ["scalar", "array", "object"];
      return fc.oneof(
        { withCrossShrink: true },
        { weight: 1, arbitrary: booleans },
        ...kinds.map((kind) => ({
          weight: kind === "scalar" ? 3 : 5,
          arbitrary: this.schema(depth, kind),
        })),
      );
    }
    const entries = [
      ...this.#general(flavour),
      ...flavour === "scalar"
        ? scalarKeywords
        : flavour === "array"
        ? this.#arrayKeywords(depth)
        : this.#objectKeywords(depth),
      ...depth === 0 ? [] : this.#applicators(depth, flavour),
    ];
    const objects = fc.uniqueArray(fc.oneof(...entries), {
      maxLength: 4,
      selector: (keywords) => Object.keys(keywords)[0],
    }).map((parts): JsonSchema => Object.assign({}, ...parts));
    return fc.oneof(
      { withCrossShrink: true },
      { weight: 1, arbitrary: booleans },
      { weight: 12, arbitrary: objects },
    );
  }

  /** Keywords that say something of every kind of value. */
  #general(flavour: Flavour): fc.Arbitrary<Keywords>[] {
    const own = flavour === "scalar" ? TYPES.slice(0, 5) : [flavour];
    return [
      fc.oneof(
        fc.constantFrom(...own),
        fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 }),
      ).map((type) => ({ type })),
      value.map((constant) => ({ const: constant })),
      fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
    ];
  }

  #arrayKeywords(depth: number): fc.Arbitrary<Keywords>[] {
    const item = this.schema(depth - 1, "any");
    return [
      fc.array(item, { minLength: 1, maxLength: 2 }).map((prefixItems) => ({ prefixItems })),
      item.map((items) => ({ items })),
      count.map((minItems) => ({ minItems })),
      count.map((maxItems) => ({ maxItems })),
      fc.constant({ uniqueItems: true }),
      fc.record({ contains: item, minContains: count, maxContains: count }, {
        requiredKeys: ["contains"],
      }),
      item.map((unevaluatedItems) => ({ unevaluatedItems })),
    ];
  }

  #objectKeywords(depth: number): fc.Arbitrary<Keywords>[] {
    const member = this.schema(depth - 1, "any");
    const names = fc.uniqueArray(name, { maxLength: 2 });
    const pattern = fc.constantFrom(...PATTERNS);
    return [
      fc.dictionary(name, member, { maxKeys: 3 }).map((properties) => ({ properties })),
      names.map((required) => ({ required })),
      fc.dictionary(pattern, member, { minKeys: 1, maxKeys: 2 })
        .map((patternProperties) => ({ patternProperties })),
      member.map((additionalProperties) => ({ additionalProperties })),
      this.schema(0, "scalar").map((propertyNames) => ({ propertyNames })),
      count.map((minProperties) => ({ minProperties })),
      count.map((maxProperties) => ({ maxProperties })),
      fc.dictionary(name, names, { maxKeys: 2 })
        .map((dependentRequired) => ({ dependentRequired })),
      fc.dictionary(name, this.schema(depth - 1, "object"), { maxKeys: 2 })
        .map((dependentSchemas) => ({ dependentSchemas })),
      member.map((unevaluatedProperties) => ({ unevaluatedProperties })),
    ];
  }

  #applicators(depth: number, flavour: Flavour): fc.Arbitrary<Keywords>[] {
    const part = fc.oneof(
      { weight: 4, arbitrary: this.schema(depth - 1, flavour) },
      { weight: 1, arbitrary: this.schema(depth - 1, "any") },
    );
    const parts = fc.array(part, { minLength: 1, maxLength: 3 });
    return [
      parts.map((allOf) => ({ allOf })),
      parts.map((anyOf) => ({ anyOf })),
      parts.map((oneOf) => ({ oneOf })),
      part.map((not) => ({ not })),
      fc.record({ if: part, then: part, else: part }, { requiredKeys: ["if"] }),
      fc.constantFrom("#", "#/$defs/p", "#/$defs/q").map(($ref) => ({ $ref })),
    ];
  }
}

// Multiples of what doubles hold exactly: the validators divide doubles.
const scalarKeywords: fc.Arbitrary<Keywords>[] = [
  bound.map((minimum) => ({ minimum })),
  bound.map((maximum) => ({ maximum })),
  bound.map((exclusiveMinimum) => ({ exclusiveMinimum })),
  bound.map((exclusiveMaximum) => ({ exclusiveMaximum })),
  fc.constantFrom(1, 2, 3, 0.5, 0.25, 5, 0.125, 10).map((multipleOf) => ({ multipleOf })),
  count.map((minLength) => ({ minLength })),
  count.map((maxLength) => ({ maxLength })),
  fc.constantFrom(...PATTERNS).map((pattern) => ({ pattern })),
  fc.constantFrom(...FORMATS).map((format) => ({ format })),
];
