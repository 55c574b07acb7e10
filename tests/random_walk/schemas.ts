/**
 * The schemas that random walks go through: each keyword alone and in company, with the corners that
 * make engines walk into dead ends (bounds that meet, empty strings, forced keys, recursion).
 *
 * @module
 */

/** A schema under the name that a failing walk is reported with. */
export type NamedSchemas = Readonly<Record<string, Record<string, unknown> | boolean>>;

/** What every version of the engine must walk. */
export const CORE_SCHEMAS: NamedSchemas = {
  "anything": true,
  "any object": { type: "object" },
  "any array": { type: "array" },
  "null": { type: "null" },
  "boolean or null": { type: ["boolean", "null"] },
  "plain string": { type: "string" },
  "string of a length": { type: "string", minLength: 3, maxLength: 5 },
  "string of characters beyond ASCII": { type: "string", pattern: "^[à-üΑ-Ω😀-😎]{2,4}$" },
  "string by two patterns": {
    allOf: [{ type: "string", pattern: "^[a-f]+[0-9]" }, { pattern: "x$", maxLength: 12 }],
  },
  "pattern not anchored": { type: "string", pattern: "ab|cd", maxLength: 8 },
  "pattern with characters that JSON escapes": { type: "string", pattern: '^["\\\\/\\n\\t]{1,4}$' },
  "pattern of a licence plate": {
    type: "string",
    pattern: "^[A-Z]{1,3}-[A-Z]{1,2} ?[1-9]\\d{0,3}$",
  },
  "date": { type: "string", format: "date" },
  "time": { type: "string", format: "time" },
  "date-time": { type: "string", format: "date-time" },
  "email": { type: "string", format: "email", maxLength: 40 },
  "uuid": { type: "string", format: "uuid" },
  "addresses": {
    type: "object",
    properties: {
      v4: { type: "string", format: "ipv4" },
      v6: { type: "string", format: "ipv6" },
      host: { type: "string", format: "hostname", maxLength: 30 },
    },
    required: ["v4", "v6", "host"],
    additionalProperties: false,
  },
  "uri": { type: "string", format: "uri", maxLength: 60 },
  "integer": { type: "integer" },
  "integer in a range": { type: "integer", minimum: -17, maximum: 1203 },
  "integer from zero": { type: "integer", minimum: 0 },
  "integer by exclusive bounds": { type: "integer", exclusiveMinimum: 9, exclusiveMaximum: 11 },
  "multiples of seven": { type: "integer", multipleOf: 7, minimum: 50, maximum: 5000 },
  "price": { type: "number", minimum: 0, maximum: 999.99, multipleOf: 0.01 },
  "number near zero": { type: "number", exclusiveMinimum: -0.5, exclusiveMaximum: 0.5 },
  "negative number": { type: "number", exclusiveMaximum: 0 },
  "enum of strings with shared beginnings": {
    enum: ["a", "ab", "abc", "b", "", "a b", 'say "hi"', "tab\there", "ünïcode", "日本"],
  },
  "enum of everything": {
    enum: [null, true, 0, -1.5, "x", [1, [2]], { a: 1, b: [null] }, {}, []],
  },
  "const object": { const: { name: "fixed", list: [1, 2, { deep: null }], "kéy": "välue" } },
  "closed object": {
    type: "object",
    properties: {
      name: { type: "string", maxLength: 12 },
      age: { type: "integer", minimum: 0, maximum: 150 },
      tags: { type: "array", items: { type: "string", maxLength: 6 }, maxItems: 3 },
    },
    required: ["name", "age"],
    additionalProperties: false,
  },
  "open object with a required key that has no schema": {
    type: "object",
    properties: { a: { type: "integer" } },
    required: ["a", "b", "c d"],
  },
  "nullable fields": {
    type: "object",
    properties: {
      title: { type: ["string", "null"], maxLength: 10 },
      address: {
        anyOf: [{ type: "null" }, {
          type: "object",
          properties: { street: { type: "string", maxLength: 8 } },
          required: ["street"],
          additionalProperties: false,
        }],
      },
    },
    required: ["title", "address"],
    additionalProperties: false,
  },
  "unicode keys": {
    type: "object",
    properties: {
      "straße": { type: "integer" },
      "名前": { type: "string", maxLength: 4 },
      "emoji 😀": { type: "boolean" },
      'quo"te': { type: "null" },
      "back\\slash": { const: 1 },
    },
    required: ["名前", 'quo"te', "back\\slash"],
    additionalProperties: false,
  },
  "typed additional properties": {
    type: "object",
    properties: { id: { type: "string", format: "uuid" } },
    required: ["id"],
    additionalProperties: { type: "integer", minimum: 1, maximum: 9 },
    maxProperties: 4,
  },
  "pattern properties": {
    type: "object",
    patternProperties: {
      "^x-": { type: "string", maxLength: 5 },
      "^[0-9]{1,3}$": { type: "boolean" },
    },
    additionalProperties: false,
    minProperties: 2,
    maxProperties: 5,
  },
  "pattern properties over properties": {
    type: "object",
    properties: { alpha: { type: "integer", maximum: 100 }, beta: {} },
    patternProperties: { "a$": { minimum: 10 }, "^b": { type: "string", maxLength: 3 } },
    required: ["alpha"],
    additionalProperties: false,
  },
  "exactly three properties": {
    type: "object",
    properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 }, d: { const: 4 } },
    additionalProperties: false,
    minProperties: 3,
    maxProperties: 3,
  },
  "map with a number of entries": {
    type: "object",
    additionalProperties: { type: ["boolean", "null"] },
    minProperties: 1,
    maxProperties: 3,
  },
  "tuple": {
    type: "array",
    prefixItems: [{ type: "string", maxLength: 4 }, { type: "integer" }, { type: "boolean" }],
    items: false,
    minItems: 2,
  },
  "tuple with a rest": {
    type: "array",
    prefixItems: [{ const: "head" }],
    items: { type: "integer", minimum: 0, maximum: 3 },
    minItems: 3,
    maxItems: 6,
  },
  "matrix": {
    type: "array",
    items: {
      type: "array",
      items: { type: "number", minimum: -1, maximum: 1, multipleOf: 0.25 },
      minItems: 2,
      maxItems: 2,
    },
    minItems: 2,
    maxItems: 2,
  },
  "discriminated union": {
    anyOf: [
      {
        type: "object",
        properties: { kind: { const: "circle" }, radius: { type: "number", minimum: 0 } },
        required: ["kind", "radius"],
        additionalProperties: false,
      },
      {
        type: "object",
        properties: {
          kind: { const: "rectangle" },
          width: { type: "integer", minimum: 1 },
          height: { type: "integer", minimum: 1 },
        },
        required: ["kind", "width", "height"],
        additionalProperties: false,
      },
      {
        type: "object",
        properties: { kind: { enum: ["text", "title"] }, value: { type: "string", maxLength: 9 } },
        required: ["kind", "value"],
        additionalProperties: false,
      },
    ],
  },
  "union that shares keys": {
    anyOf: [
      {
        type: "object",
        properties: { a: { type: "integer" }, b: { type: "string", maxLength: 3 } },
        required: ["a", "b"],
      },
      {
        type: "object",
        properties: { a: { type: "number", minimum: 5 }, b: { type: "integer" } },
        required: ["b"],
        additionalProperties: false,
      },
    ],
  },
  "allOf of objects": {
    allOf: [
      { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
      { properties: { a: { minimum: 3, maximum: 30 }, b: { enum: ["x", "y", 1] } } },
      { required: ["b"], properties: { b: { type: "string" } }, maxProperties: 3 },
    ],
  },
  "tree": {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        type: "object",
        properties: {
          value: { type: "integer", minimum: 0, maximum: 99 },
          children: { type: "array", items: { $ref: "#/$defs/node" }, maxItems: 3 },
        },
        required: ["value"],
        additionalProperties: false,
      },
    },
  },
  "linked list": {
    type: "object",
    properties: { head: { type: "boolean" }, next: { anyOf: [{ type: "null" }, { $ref: "#" }] } },
    required: ["head", "next"],
    additionalProperties: false,
  },
  "recursion with one way out": {
    $ref: "#/definitions/expression",
    definitions: {
      expression: {
        anyOf: [
          { $ref: "#/definitions/sum" },
          { type: "object", required: ["e"], properties: { e: { $ref: "#/definitions/never" } } },
          { type: "integer", minimum: 0, maximum: 9 },
        ],
      },
      sum: {
        type: "object",
        properties: {
          left: { $ref: "#/definitions/expression" },
          right: { $ref: "#/definitions/expression" },
        },
        required: ["left", "right"],
        additionalProperties: false,
      },
      // Only an infinite text would be valid: the branch that needs it must never be entered.
      never: {
        type: "object",
        properties: { again: { $ref: "#/definitions/never" } },
        required: ["again"],
      },
    },
  },
  "optional property without a value": {
    type: "object",
    properties: {
      a: { type: "integer" },
      impossible: false,
      "too long": { type: "string", minLength: 2, maxLength: 1 },
    },
    additionalProperties: { type: "null" },
    maxProperties: 3,
  },
  "invoice": {
    type: "object",
    properties: {
      number: { type: "string", pattern: "^INV-\\d{4,6}$" },
      date: { type: "string", format: "date" },
      currency: { enum: ["EUR", "USD", "GBP"] },
      lines: {
        type: "array",
        items: {
          type: "object",
          properties: {
            text: { type: "string", minLength: 1, maxLength: 20 },
            quantity: { type: "integer", minimum: 1, maximum: 1000 },
            price: { type: "number", minimum: 0, multipleOf: 0.01, maximum: 100000 },
          },
          required: ["text", "quantity", "price"],
          additionalProperties: false,
        },
        minItems: 1,
        maxItems: 3,
      },
      note: { type: ["string", "null"], maxLength: 20 },
    },
    required: ["number", "date", "currency", "lines"],
    additionalProperties: false,
  },
};

/** Keywords that an engine may refuse with an `UnsupportedSchemaError`, but not walk wrongly. */
export const FURTHER_SCHEMAS: NamedSchemas = {
  "oneOf that overlaps": {
    oneOf: [{ type: "integer", minimum: 0, maximum: 20 }, { type: "integer", minimum: 10 }],
  },
  "not": { type: "string", maxLength: 6, not: { pattern: "^[a-z]*$" } },
  "not const": { type: "integer", minimum: 1, maximum: 3, not: { const: 2 } },
  "not with required": {
    type: "object",
    properties: { a: { type: "boolean" }, b: { type: "boolean" } },
    additionalProperties: false,
    not: { required: ["a", "b"] },
  },
  "if then else": {
    type: "object",
    properties: { country: { enum: ["DE", "US"] }, code: { type: "string", maxLength: 8 } },
    required: ["country", "code"],
    additionalProperties: false,
    if: { properties: { country: { const: "DE" } } },
    then: { properties: { code: { pattern: "^\\d{5}$" } } },
    else: { properties: { code: { pattern: "^[A-Z]{2}$" } } },
  },
  "dependentRequired": {
    type: "object",
    properties: { card: { type: "integer" }, billing: { type: "string", maxLength: 4 } },
    additionalProperties: false,
    dependentRequired: { card: ["billing"] },
  },
  "dependentSchemas": {
    type: "object",
    properties: { a: { type: "integer" }, b: {} },
    additionalProperties: false,
    dependentSchemas: { a: { properties: { b: { type: "boolean" } }, required: ["b"] } },
  },
  "propertyNames": {
    type: "object",
    propertyNames: { pattern: "^[a-c]{1,2}$" },
    additionalProperties: { type: "null" },
    minProperties: 2,
    maxProperties: 5,
  },
  "contains": {
    type: "array",
    items: { type: "integer", minimum: 0, maximum: 5 },
    contains: { const: 3 },
    minContains: 1,
    maxContains: 2,
    maxItems: 5,
  },
  "uniqueItems over a small enum": {
    type: "array",
    items: { enum: ["a", "b", "c", 1] },
    uniqueItems: true,
    minItems: 3,
  },
  "uniqueItems over objects": {
    type: "array",
    items: {
      type: "object",
      properties: { k: { type: "boolean" } },
      required: ["k"],
      additionalProperties: false,
    },
    uniqueItems: true,
    minItems: 2,
  },
  "unevaluatedProperties": {
    type: "object",
    allOf: [{ properties: { a: { type: "integer" } } }],
    anyOf: [{ properties: { b: { type: "null" } }, required: ["b"] }, { required: ["a"] }],
    unevaluatedProperties: false,
  },
  "unevaluatedItems": {
    type: "array",
    allOf: [{ prefixItems: [{ type: "integer" }, { type: "boolean" }] }],
    unevaluatedItems: { type: "null" },
    maxItems: 4,
  },
  "look-ahead": { type: "string", pattern: "^(?=.*\\d)(?!abc)[a-z0-9]{4,8}$" },
};
