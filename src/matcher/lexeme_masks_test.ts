/** Tests of remembered masks: each way to one against trying every token. */

import { assert, assertEquals } from "@std/assert";
import { maskDifference } from "../../tests/properties/mask_oracle.ts";
import { smallVocabulary } from "../../tests/random_walk/vocabularies.ts";
import { acceptText, compileFree, maskOf, vocabulary } from "./_matcher_fixtures.ts";
import { compileJsonSchema, type CompileJsonSchemaOptions, Matcher } from "./mod.ts";

const LAYOUTS: readonly CompileJsonSchemaOptions[] = [
  { whitespace: "any", propertyOrder: "any" },
  { whitespace: "compact" },
];

/** String schemas by the way that their masks are computed, with beginnings of texts. */
const STRINGS: Readonly<Record<string, { readonly schema: object; readonly starts: string[] }>> = {
  "any string": { schema: {}, starts: ['"', '"a', '"é', '"日本'] },
  "bounded from above": {
    schema: { maxLength: 5 },
    starts: ['"', '"ab', '"abcd', '"abcde', '"日本日本'],
  },
  "bounded from below": { schema: { minLength: 3 }, starts: ['"', '"ab', '"abc'] },
  "of one length": { schema: { minLength: 4, maxLength: 4 }, starts: ['"', '"a', '"abc', '"abcd'] },
  "nearly any string": { schema: { not: { pattern: "[xz]" } }, starts: ['"', '"a', '"\\\\'] },
  "not one text": { schema: { not: { const: "" } }, starts: ['"', '"a'] },
  "not some texts": {
    schema: { not: { enum: ["a", "ab", "é"] } },
    starts: ['"', '"a', '"ab', '"abc'],
  },
  "a few characters": { schema: { pattern: "^[a-c ]*$" }, starts: ['"', '"ab '] },
  "a pattern with bounds": {
    schema: { pattern: "^[a-z ]*$", minLength: 2, maxLength: 40 },
    starts: ['"', '"a', '"ab'],
  },
  "a pattern with bounds that matter": {
    schema: { pattern: "^[a-z]*$", minLength: 2, maxLength: 4 },
    starts: ['"', '"a', '"abc', '"abcd'],
  },
  "words with an upper bound": {
    schema: { pattern: "^(?:\\S+\\s+){0,3}\\S+$", minLength: 1, maxLength: 12 },
    starts: ['"', '"ab', '"ab cd ', '"ab cd efg h', '"é é é é'],
  },
  "characters of a kind with an upper bound, and a pattern": {
    schema: { pattern: "^(?!.*xx)(?=.{1,9}$)([a-z.]{1,4}\\.){1,3}[a-z]+$" },
    starts: ['"', '"a.', '"ab.cd', '"ab.cd.ef'],
  },
  "a pattern with an upper bound, not some texts": {
    schema: { pattern: "^[a-c]+$", maxLength: 4, not: { enum: ["a", "abc", "b"] } },
    starts: ['"', '"a', '"ab', '"abc'],
  },
  "a negated pattern with bounds": {
    schema: { not: { pattern: "^a" }, minLength: 1, maxLength: 30 },
    starts: ['"', '"b'],
  },
  "a pattern that is not anchored": { schema: { pattern: "ab|é" }, starts: ['"', '"xa', '"ab'] },
  "a format": { schema: { format: "date-time" }, starts: ['"', '"2024-0', '"2024-02-29T10:00:00'] },
};

Deno.test("masks inside strings of all kinds are what trying every token gives", () => {
  for (const [name, { schema, starts }] of Object.entries(STRINGS)) {
    for (const layout of LAYOUTS) {
      const grammar = compileJsonSchema({ type: "string", ...schema }, vocabulary, layout);
      for (const start of starts) {
        const matcher = new Matcher(grammar);
        assert(acceptText(matcher, start), `${name}: ${start}`);
        assertEquals(maskDifference(matcher), null, `${name}, ${layout.whitespace}: ${start}`);
      }
    }
  }
});

Deno.test("masks inside an escape or a character are what trying every token gives", () => {
  const grammar = compileFree({ type: "string", maxLength: 2 });
  for (
    const start of ['"\\', '"\\u', '"\\u00', '"\\ud83d', '"\\ud83d\\', '"\\ud83d\\ude0', '"a\\u0']
  ) {
    const matcher = new Matcher(grammar);
    assert(acceptText(matcher, start), start);
    assertEquals(maskDifference(matcher), null, start);
  }
  for (const bytes of [[0x22, 0xc3], [0x22, 0xe6, 0x97], [0x22, 0xf0, 0x9f, 0x98]]) {
    const matcher = new Matcher(grammar);
    for (const byte of bytes) assert(matcher.acceptToken(byte));
    assertEquals(maskDifference(matcher), null, String(bytes));
  }
});

Deno.test("what follows a string decides about tokens that end it", () => {
  const inside = (schema: unknown, start: string) => {
    const matcher = new Matcher(compileFree(schema));
    assert(acceptText(matcher, start), start);
    assertEquals(maskDifference(matcher), null, start);
    return maskOf(matcher);
  };
  const text = { type: "string" };
  const inArray = inside({ type: "array", items: text, minItems: 2, maxItems: 2 }, '["a');
  const last = inside({ type: "array", items: text, maxItems: 1 }, '["a');
  const alone = inside(text, '"a');
  const isIn = (mask: Uint32Array, token: string) => {
    const wanted = new TextEncoder().encode(token);
    for (let id = 0; id < vocabulary.tokenCount; id++) {
      const bytes = vocabulary.tokenBytes(id);
      if (bytes?.length === wanted.length && bytes.every((byte, i) => byte === wanted[i])) {
        return (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
      }
    }
    throw new Error(`no token ${token}`);
  };
  assertEquals(['","', '"]'].map((token) => isIn(inArray, token)), [true, false]);
  assertEquals(['","', '"]'].map((token) => isIn(last, token)), [false, true]);
  assertEquals(['","', '"]', '"}'].map((token) => isIn(alone, token)), [false, false, false]);
});

Deno.test("property names and items of a set are looked at again where a token holds another in full", () => {
  const schemas: readonly (readonly [unknown, readonly string[]])[] = [
    [{ type: "object", maxProperties: 3 }, ['{"', '{"a', '{"a":"b']],
    [{ patternProperties: { "^a": false } }, ['{"', '{"b', '{"b":1,"']],
    [{ properties: { a: { const: 1 }, ab: { const: 2 } } }, ['{"', '{"a', '{"b']],
    [{ propertyNames: { enum: ["a", "b"] } }, ['{"', '{"a":1,"']],
    [{ uniqueItems: true, items: { type: "string" } }, ['["', '["a","', '["a","b', '["","']],
    [{ uniqueItems: true, items: { enum: ["a", "ab", "b"] } }, ['["', '["a","', '["ab","a']],
  ];
  for (const [schema, starts] of schemas) {
    for (const start of starts) {
      const matcher = new Matcher(compileFree(schema));
      assert(acceptText(matcher, start), start);
      assertEquals(maskDifference(matcher), null, `${JSON.stringify(schema)}: ${start}`);
    }
  }
});

Deno.test("masks are remembered by state, and the memory for them is counted", () => {
  const own = smallVocabulary();
  const options = { whitespace: "any", cache: false } as const;
  const grammar = compileJsonSchema({ type: "string", maxLength: 9 }, own, options);
  const { masks } = grammar.internals.begin().engine;
  const mask = new Uint32Array(own.maskWordCount);
  const matcher = new Matcher(grammar);
  assert(acceptText(matcher, '"a'));
  matcher.fillMask(mask);
  const size = masks.sizeBytes;
  assert(size > 0);
  // Another schema of the same strings: nothing new.
  const other = new Matcher(
    compileJsonSchema({ anyOf: [{ type: "string", maxLength: 9 }] }, own, options),
  );
  assert(acceptText(other, '"b'));
  other.fillMask(mask);
  assertEquals(masks.sizeBytes, size);
});

Deno.test("an item of a set that a later place cannot do without is not taken for any text", () => {
  const schemas: readonly (readonly [unknown, string])[] = [
    [{ uniqueItems: true, prefixItems: [true, { const: "" }] }, '["'],
    [{ uniqueItems: true, prefixItems: [true], items: { const: "a" } }, '["a'],
    [{ uniqueItems: true, prefixItems: [true, { const: ["a"] }], minItems: 2 }, '[["a'],
    [{ uniqueItems: true, prefixItems: [true, { const: { k: "a" } }], minItems: 2 }, '[{"k":"a'],
    [{ uniqueItems: true, contains: { const: "a" }, minContains: 1, maxItems: 2 }, '["a'],
  ];
  for (const [schema, start] of schemas) {
    const matcher = new Matcher(compileFree(schema));
    assert(acceptText(matcher, start), start);
    assertEquals(maskDifference(matcher), null, JSON.stringify(schema));
  }
});
