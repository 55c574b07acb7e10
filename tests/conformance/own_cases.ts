/**
 * A small set of schemas with texts that must and must not be writable, for every test run.
 *
 * The large data sets are not in the repository; this is what is checked without them. Texts are given
 * as they are written, because what is tested is how they are written: spacing, key order, escapes,
 * number syntax.
 *
 * @module
 */

/** A schema with the texts that the masks must let through and must not. */
export interface OwnCase {
  readonly name: string;
  readonly schema: unknown;
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}

/** The cases, by what they are about. */
export const OWN_CASES: readonly OwnCase[] = [
  {
    name: "any JSON",
    schema: true,
    valid: ["null", " [ ] ", '{"a": {"b": [1, 2.50, -0, 1E+2]}}', '"\\u00e9\\ud83d\\ude00 é"'],
    invalid: ["", "nul", "[1,]", "01", "1.", "+1", '"\\x"', '"a', "{'a': 1}", "[1] 2", '"\\ud83d"'],
  },
  {
    name: "types",
    schema: { type: ["integer", "null"] },
    valid: ["null", "0", "-12", "1.0", "1e2", "120e-1"],
    invalid: ["1.5", "true", '"1"', "1e-1", "[]"],
  },
  {
    name: "required properties in any order",
    schema: {
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "string" } },
      required: ["a", "b"],
      additionalProperties: false,
    },
    valid: ['{"a":1,"b":""}', '{ "b" : "x" , "a" : 2 }', '{"\\u0061": 1, "b": "y"}'],
    invalid: ["{}", '{"a":1}', '{"a":1,"b":"","c":0}', '{"a":1,"b":"","a":1}', '{"b":1,"a":1}'],
  },
  {
    name: "additional and pattern properties",
    schema: {
      type: "object",
      properties: { id: { type: "integer" } },
      patternProperties: { "^x": { type: "boolean" } },
      additionalProperties: { type: "null" },
      maxProperties: 3,
    },
    valid: ["{}", '{"id":1,"x":true,"other":null}', '{"idx":null}', '{"xid":false}'],
    invalid: ['{"id":null}', '{"xy":null}', '{"y":true}', '{"a":null,"b":null,"c":null,"d":null}'],
  },
  {
    name: "number of properties",
    schema: { type: "object", minProperties: 1, maxProperties: 2 },
    valid: ['{"a":1}', '{"a":1,"b":[]}'],
    invalid: ["{}", '{"a":1,"b":2,"c":3}'],
  },
  {
    name: "tuples",
    schema: { prefixItems: [{ type: "string" }, { const: 1 }], items: false, minItems: 1 },
    valid: ['["a"]', '["a", 1]', "{}", "3", '["a", 1.0]'],
    invalid: ["[]", "[1]", '["a", 2]', '["a", 1, 1]'],
  },
  {
    name: "lists",
    schema: { type: "array", items: { enum: ["x", "xy", 2] }, minItems: 1, maxItems: 3 },
    valid: ['["x"]', '["xy","x",2]', '[ "x", "x" ]', '["\\u0078y"]'],
    invalid: ["[]", '["xyz"]', '["x","x","x","x"]', "[3]"],
  },
  {
    name: "constants are compared by value",
    schema: { const: { a: [1, { b: null }], c: "\u00e9" } },
    valid: ['{"a":[1,{"b":null}],"c":"é"}', '{"c": "\\u00E9", "a": [1.00, {"b": null}]}'],
    invalid: ['{"a":[1,{}],"c":"é"}', '{"a":[1,{"b":null}]}', '{"a":[1,{"b":null}],"c":"e"}', "[]"],
  },
  {
    name: "string lengths count characters",
    schema: { type: "string", minLength: 2, maxLength: 3 },
    valid: ['"ab"', '"😀😀😀"', '"\\ud83d\\ude00é"', '"\\n\\t"', '"\\/\\""'],
    invalid: ['"a"', '"abcd"', '"😀"', '""'],
  },
  {
    name: "patterns",
    schema: { type: "string", pattern: "^(\\d{2}|[^\\W_])-\\p{Lu}$", maxLength: 6 },
    valid: ['"12-A"', '"a-É"', '"\\u0031\\u0032-Ä"'],
    invalid: ['"123-A"', '"_-A"', '"12-a"', '"12-A "', "12"],
  },
  {
    name: "integer bounds",
    schema: { type: "integer", minimum: -10, exclusiveMaximum: 120, multipleOf: 5 },
    valid: ["-10", "0", "-0", "115", "1e2", "5.0"],
    invalid: ["-15", "120", "3", "2.5", "1e3"],
  },
  {
    name: "decimal bounds are exact",
    schema: { type: "number", exclusiveMinimum: 0.1, maximum: 0.3, multipleOf: 0.01 },
    valid: ["0.3", "0.11", "0.30", "11e-2", "0.29e0"],
    invalid: ["0.1", "0.31", "0.115", "0.300000000000000000001", "0.10"],
  },
  {
    name: "formats",
    schema: {
      type: "object",
      properties: {
        date: { format: "date" },
        time: { format: "time" },
        stamp: { format: "date-time" },
        mail: { format: "email" },
        id: { format: "uuid" },
        v4: { format: "ipv4" },
        v6: { format: "ipv6" },
        link: { format: "uri" },
        host: { format: "hostname" },
      },
      additionalProperties: false,
    },
    valid: [
      '{"date":"2024-02-29","time":"23:59:60Z","stamp":"1985-04-12T23:20:50.52Z"}',
      '{"mail":"joe.bloggs@example.com","id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380"}',
      '{"v4":"192.168.0.1","v6":"::ffff:1.2.3.4","link":"http://foo.bar/?q#f","host":"a-b.c"}',
      '{"date":1,"v4":null}',
    ],
    invalid: [
      '{"date":"2023-02-29"}',
      '{"time":"24:00:00Z"}',
      '{"stamp":"1985-04-12 23:20:50Z"}',
      '{"mail":"2962"}',
      '{"id":"2eb8aa08aa98-11ea-b4aa-73b441d16380"}',
      '{"v4":"256.1.1.1"}',
      '{"v6":"12345::"}',
      '{"link":"/abc"}',
      '{"host":"-a"}',
    ],
  },
  {
    name: "anyOf keeps every alternative that is still possible",
    schema: {
      anyOf: [
        {
          type: "object",
          properties: { k: { const: "a" }, v: { type: "integer" } },
          required: ["k"],
        },
        {
          type: "object",
          properties: { k: { const: "b" }, v: { type: "string" } },
          required: ["k"],
        },
        { type: "string", maxLength: 1 },
      ],
    },
    valid: ['{"k":"a","v":1}', '{"v":"s","k":"b"}', '{"v":2,"k":"a","w":[]}', '"x"'],
    invalid: ['{"k":"a","v":"s"}', '{"v":1,"k":"b"}', "{}", '"xy"'],
  },
  {
    name: "allOf",
    schema: {
      allOf: [
        { type: "object", required: ["a"], properties: { a: { type: "number" } } },
        { properties: { a: { minimum: 3 } }, additionalProperties: { type: "null" } },
      ],
    },
    valid: ['{"a":3}', '{"b":null,"a":3.5}'],
    invalid: ["{}", '{"a":2}', '{"a":3,"b":1}'],
  },
  {
    name: "recursion",
    schema: {
      $ref: "#/$defs/list",
      $defs: {
        list: {
          anyOf: [{ type: "null" }, {
            type: "object",
            properties: { head: { type: "integer" }, tail: { $ref: "#/$defs/list" } },
            required: ["head", "tail"],
            additionalProperties: false,
          }],
        },
      },
    },
    valid: ["null", '{"head":1,"tail":{"head":2,"tail":null}}'],
    invalid: ["{}", '{"head":1}', '{"head":1,"tail":{"head":"2","tail":null}}'],
  },
  {
    name: "annotations and unknown keywords are ignored",
    schema: {
      title: "t",
      description: "d",
      default: 1,
      examples: [2],
      deprecated: true,
      readOnly: true,
      "x-own": { type: "string" },
      type: "boolean",
    },
    valid: ["true", "false"],
    invalid: ["1", '"true"'],
  },
];
