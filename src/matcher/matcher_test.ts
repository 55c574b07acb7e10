/** Tests of {@link Matcher}: accepting, going back, forking, ending, completing. */

import { assert, assertEquals, assertThrows, fail } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { maskDifference } from "../../tests/properties/mask_oracle.ts";
import { smallVocabulary } from "../../tests/random_walk/vocabularies.ts";
import { CORE_SCHEMAS, FURTHER_SCHEMAS } from "../../tests/random_walk/schemas.ts";
import { seededRandom } from "../../tests/random_walk/walk.ts";
import {
  acceptText,
  compileFree,
  eos,
  isSentence,
  maskOf,
  tokensOf,
  vocabulary,
} from "./_matcher_fixtures.ts";
import { compileJsonSchema, compileRegex, Matcher } from "./mod.ts";

const person = {
  type: "object",
  properties: { name: { type: "string", maxLength: 8 }, age: { type: "integer", minimum: 0 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const personText = '{"name":"Åsa","age":41}';

Deno.test("a refused token is an answer and leaves no trace", () => {
  const matcher = new Matcher(compileFree(person));
  assert(acceptText(matcher, '{"na'));
  const before = maskOf(matcher);
  for (const id of [...tokensOf("x"), ...tokensOf("}"), eos, eos - 1, vocabulary.logitsSize - 1]) {
    assertEquals(matcher.acceptToken(id), false);
  }
  // A token whose first bytes are allowed.
  assertEquals(matcher.acceptToken(tokensOf('": "')[0]!), false);
  assertEquals(maskOf(matcher), before);
  assertEquals(matcher.tokenCount, 4);
  assert(acceptText(matcher, 'me":"","age":0}') && matcher.isAccepting());
});

Deno.test("an id that is none and a mask of another length are misuse", () => {
  const matcher = new Matcher(compileFree(true));
  for (const id of [-1, vocabulary.logitsSize, 1.5, NaN, Infinity]) {
    assertThrows(() => matcher.acceptToken(id), RangeError, String(id));
  }
  for (const length of [0, vocabulary.maskWordCount - 1, vocabulary.maskWordCount + 1]) {
    assertThrows(() => matcher.fillMask(new Uint32Array(length)), RangeError, String(length));
  }
});

Deno.test("ids that write nothing are never allowed", () => {
  const matcher = new Matcher(compileFree(true));
  const mask = maskOf(matcher);
  for (const id of [eos - 1, eos + 1, vocabulary.logitsSize - 1]) {
    assertEquals(mask[id >>> 5]! >>> (id & 31) & 1, 0);
    assertEquals(matcher.acceptToken(id), false);
  }
});

Deno.test("EOS is allowed where the text may end, ends it, and can be taken back", () => {
  const matcher = new Matcher(compileJsonSchema({ type: "boolean" }, vocabulary));
  const isEosAllowed = () => (maskOf(matcher)[eos >>> 5]! >>> (eos & 31) & 1) === 1;
  assert(!matcher.isAccepting() && !isEosAllowed());
  assertEquals(matcher.acceptToken(eos), false);
  assert(acceptText(matcher, "true"));
  assert(matcher.isAccepting() && isEosAllowed());
  assert(matcher.acceptToken(eos));
  assertEquals(matcher.isAccepting(), false);
  assertEquals(matcher.acceptToken(eos), false);
  assertEquals(matcher.fillMask(new Uint32Array(vocabulary.maskWordCount)), false);
  assertEquals(matcher.forcedTokens(), []);
  assertEquals(matcher.completionTokens(), []);
  matcher.rollback(1);
  assert(matcher.isAccepting() && isEosAllowed());
  matcher.rollback(4);
  assertEquals(matcher.tokenCount, 0);
  assert(acceptText(matcher, "false") && matcher.isAccepting());
});

Deno.test("a number may end or go on", () => {
  const matcher = new Matcher(compileJsonSchema({ type: "integer", maximum: 99 }, vocabulary));
  assert(acceptText(matcher, "4") && matcher.isAccepting());
  assert(acceptText(matcher, "2") && matcher.isAccepting());
  assert(!acceptText(matcher, "0"));
  assert(matcher.isAccepting());
});

Deno.test("masks after rolling back are equal bit for bit, however far", () => {
  const random = seededRandom(7);
  for (const [name, schema] of Object.entries({ ...CORE_SCHEMAS, ...FURTHER_SCHEMAS })) {
    const matcher = new Matcher(compileFree(schema));
    const masks = [maskOf(matcher)];
    const completion = matcher.completionTokens()!;
    for (const id of completion) {
      const other = Math.floor(random() * vocabulary.tokenCount);
      if (matcher.acceptToken(other)) matcher.rollback(1); // an excursion now and then
      assert(matcher.acceptToken(id), name);
      masks.push(maskOf(matcher));
    }
    while (matcher.tokenCount > 0) {
      const count = 1 + Math.floor(random() * Math.min(4, matcher.tokenCount));
      matcher.rollback(count);
      assertEquals(maskOf(matcher), masks[matcher.tokenCount], name);
    }
  }
});

Deno.test("taking back more than was accepted is misuse", () => {
  const matcher = new Matcher(compileFree(true));
  assert(acceptText(matcher, "[1"));
  for (const count of [3, -1, 0.5]) assertThrows(() => matcher.rollback(count), RangeError);
  matcher.rollback(0);
  assertEquals(matcher.tokenCount, 2);
});

Deno.test("forks go on independently, and both can roll back to before the fork", () => {
  const matcher = new Matcher(compileFree(person));
  assert(acceptText(matcher, '{"name":"a'));
  const fork = matcher.fork();
  assertEquals(maskOf(fork), maskOf(matcher));
  assert(acceptText(matcher, 'b","age":1}') && matcher.isAccepting());
  assert(!fork.isAccepting());
  assert(!acceptText(fork, "bcdefghi")); // one character too many
  fork.rollback(fork.tokenCount);
  assert(acceptText(fork, '{"age":7,"name":""}') && fork.isAccepting());
  matcher.rollback(1);
  assert(acceptText(matcher, "2}") && matcher.isAccepting());
});

Deno.test("a matcher that was reset is as a new one", () => {
  const grammar = compileFree(person);
  const matcher = new Matcher(grammar);
  const first = maskOf(matcher);
  assert(acceptText(matcher, personText) && matcher.acceptToken(eos));
  matcher.reset();
  assertEquals(matcher.tokenCount, 0);
  assertEquals(maskOf(matcher), first);
  assertThrows(() => matcher.rollback(1), RangeError);
  assert(acceptText(matcher, personText) && matcher.isAccepting());
});

Deno.test("matchers of one grammar do not see each other", () => {
  const grammar = compileFree({ type: "array", uniqueItems: true, items: { enum: [1, 2, 3] } });
  const one = new Matcher(grammar), other = new Matcher(grammar);
  assert(acceptText(one, "[1,2,") && acceptText(other, "[3,"));
  assert(!acceptText(one, "2]"));
  assert(acceptText(other, "2]"));
});

Deno.test("tokens that cut across lexemes are as good as single bytes", () => {
  const grammar = compileFree(person);
  const matcher = new Matcher(grammar);
  for (const id of tokensOf(personText)) assert(matcher.acceptToken(id));
  assert(matcher.isAccepting());
  assert(isSentence(grammar, personText));
});

Deno.test("forced tokens write what there is no choice about, to the next choice and no further", () => {
  const grammar = compileJsonSchema(person, vocabulary);
  const matcher = new Matcher(grammar);
  const written = (ids: readonly number[]) =>
    ids.map((id) => new TextDecoder().decode(vocabulary.tokenBytes(id)!)).join("");
  const forced = matcher.forcedTokens();
  assertEquals(written(forced), '{"name":"');
  assertEquals(matcher.tokenCount, 0);
  for (const id of forced) assert(matcher.acceptToken(id));
  assertEquals(matcher.forcedTokens(), []);
  assert(acceptText(matcher, 'x"'));
  assertEquals(written(matcher.forcedTokens()), ',"age":');
  assert(acceptText(matcher, ',"age":0'));
  assertEquals(written(matcher.forcedTokens()), "}");
  assert(acceptText(matcher, "}"));
  assertEquals(matcher.forcedTokens(), []);
  // With free whitespace nothing is forced between lexemes.
  assertEquals(new Matcher(compileFree(person)).forcedTokens(), []);
});

Deno.test("forced tokens of a constant are all of it", () => {
  const matcher = new Matcher(compileJsonSchema({ const: { a: [1, "é"] } }, vocabulary));
  for (const id of matcher.forcedTokens()) assert(matcher.acceptToken(id));
  assert(matcher.isAccepting());
  assertEquals(matcher.forcedTokens(), []);
});

Deno.test("a completion from any position is accepted token by token and ends the text", () => {
  const random = seededRandom(11);
  const layouts = [
    { whitespace: "any", propertyOrder: "any" },
    { whitespace: "compact", propertyOrder: "schema" },
    { whitespace: "spaced", propertyOrder: "schema" },
  ] as const;
  let positions = 0;
  for (const [name, schema] of Object.entries({ ...CORE_SCHEMAS, ...FURTHER_SCHEMAS })) {
    for (const layout of layouts) {
      const matcher = new Matcher(compileJsonSchema(schema, vocabulary, layout));
      const mask = new Uint32Array(vocabulary.maskWordCount);
      for (let step = 0; step < 14; step++) {
        const count = matcher.tokenCount;
        const completion: number[] = matcher.completionTokens() ?? fail(`${name}: no completion`);
        assertEquals(matcher.tokenCount, count);
        for (const id of completion) assert(matcher.acceptToken(id), `${name}: ${id} refused`);
        assert(matcher.isAccepting(), `${name}: not at the end`);
        matcher.rollback(completion.length);
        positions++;
        matcher.fillMask(mask);
        const allowed = Array.from({ length: vocabulary.tokenCount }, (_, id) => id)
          .filter((id) => id !== eos && (mask[id >>> 5]! >>> (id & 31) & 1) === 1);
        if (allowed.length === 0) break;
        assert(matcher.acceptToken(allowed[Math.floor(random() * allowed.length)]!));
      }
    }
  }
  assert(positions > 1000, `${positions} positions`);
});

Deno.test("a grammar of a regular expression is followed like any other", () => {
  const matcher = new Matcher(compileRegex("(ab)+c?", vocabulary));
  assert(acceptText(matcher, "ab") && matcher.isAccepting());
  assert(!acceptText(matcher, "b"));
  assert(acceptText(matcher, "abc") && matcher.isAccepting());
  assertEquals(maskOf(matcher).reduce((sum, word) => sum + (word === 0 ? 0 : 1), 0), 1); // EOS
  assertEquals(new Matcher(compileRegex("abc", vocabulary)).forcedTokens(), tokensOf("abc"));
});

Deno.test({
  name: "a limit that is met while a mask is computed leaves the engine as it was",
  fn() {
    const own = smallVocabulary();
    const options = { whitespace: "any", propertyOrder: "any", cache: false } as const;
    // Six patterns a schema are fine, but together they tell too many names apart, which shows at the second item.
    const allOf = [0, 1].map((first) => ({
      type: "object",
      patternProperties: Object.fromEntries(
        [0, 1, 2, 3, 4, 5].map((i) => [`^.{${2 * i + first}}a`, {}]),
      ),
    }));
    const matcher = new Matcher(
      compileJsonSchema({ prefixItems: [{ type: "object" }, { allOf }] }, own, options),
    );
    assert(acceptText(matcher, '[{"a":"x'));
    assertThrows(() => maskOf(matcher), LimitExceededError);
    const other = new Matcher(compileJsonSchema(true, own, options));
    assertEquals(maskDifference(other), null);
  },
});
