/** Tests of context-free grammars: the parser against a recogniser that tries everything, and masks against every token. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { qwenTokens } from "../../tests/conformance/qwen_tokens.ts";
import { maskDifference } from "../../tests/properties/mask_oracle.ts";
import { seededRandom } from "../../tests/random_walk/walk.ts";
import { LimitExceededError } from "../errors.ts";
import { type Expression, type Grammar, UndefinedRuleError } from "../grammar/mod.ts";
import { isSentenceOf } from "./_grammar_oracle.ts";
import { grammarArbitrary, grammarOf, rule, sequence, text } from "./_grammar_samples.ts";
import { acceptText, eos, isSentence, maskOf, vocabulary } from "./_matcher_fixtures.ts";
import { compileGrammar } from "./compile_grammar.ts";
import type { GrammarState } from "./grammar_state.ts";
import { type CompiledGrammar, EmptyGrammarError, Matcher } from "./mod.ts";

/** All texts over some characters, shortest first. */
function textsOver(characters: string, longest: number): string[] {
  const texts = [""];
  for (let i = 0; texts[i]!.length < longest; i++) {
    for (const character of characters) texts.push(texts[i]! + character);
  }
  return texts;
}

/** The states that a text leads through, which is all in the grammar. */
function statesOf(grammar: CompiledGrammar, text: string): GrammarState[] {
  const states = [grammar.internals.begin().state as GrammarState];
  for (const byte of new TextEncoder().encode(text)) {
    states.push(states.at(-1)!.step(byte) as GrammarState);
  }
  return states;
}

/** Null for a grammar without a sentence. */
function compiled(grammar: Grammar): CompiledGrammar | null {
  try {
    return compileGrammar(grammar, vocabulary);
  } catch (error) {
    if (error instanceof EmptyGrammarError) return null;
    throw error;
  }
}

Deno.test("a text is accepted if and only if some way to derive it exists", () => {
  let accepted = 0, empty = 0;
  const property = fc.property(grammarArbitrary(), (grammar) => {
    const engine = compiled(grammar);
    if (engine === null) empty++;
    const texts = textsOver(grammar.ignored.length > 0 ? "ab-" : "abc", 3);
    for (const one of [...texts, "ababab", "aabbab", "bbbbbbb", "aaaaaaa", "abbaabba"]) {
      const expected = isSentenceOf(grammar, one);
      if (expected) accepted++;
      assertEquals(engine !== null && isSentence(engine, one), expected, JSON.stringify(one));
    }
  });
  fc.assert(property, { numRuns: 200 });
  assert(accepted > 500, `${accepted} texts accepted, ${empty} grammars without a sentence`);
});

Deno.test("every prefix that is accepted can be completed, and its completion is accepted", () => {
  let prefixes = 0;
  const property = fc.property(grammarArbitrary(), (grammar) => {
    const engine = compiled(grammar);
    if (engine === null) return;
    for (const text of textsOver("ab-", 4)) {
      const matcher = new Matcher(engine);
      if (!acceptText(matcher, text)) continue;
      prefixes++;
      const completion = matcher.completionTokens();
      assert(completion !== null, `no completion after ${JSON.stringify(text)}`);
      for (const id of completion!) assert(matcher.acceptToken(id), JSON.stringify(text));
      assert(matcher.isAccepting(), JSON.stringify(text));
    }
  });
  fc.assert(property, { numRuns: 150 });
  assert(prefixes > 500, `${prefixes} prefixes`);
});

Deno.test("masks of random grammars are what trying every token gives", () => {
  let positions = 0;
  const property = fc.property(grammarArbitrary(), fc.nat(), (grammar, seed) => {
    const engine = compiled(grammar);
    if (engine === null) return;
    const random = seededRandom(seed);
    const matcher = new Matcher(engine);
    for (let step = 0; step < 8; step++) {
      assertEquals(maskDifference(matcher), null, `after ${matcher.tokenCount} tokens`);
      positions++;
      const mask = new Uint32Array(vocabulary.maskWordCount);
      matcher.fillMask(mask);
      const allowed = Array.from({ length: vocabulary.tokenCount }, (_, id) => id).filter((id) =>
        (mask[id >>> 5]! >>> (id & 31) & 1) === 1 && !vocabulary.eosTokenIds.includes(id)
      );
      if (allowed.length === 0) break;
      matcher.acceptToken(allowed[Math.floor(random() * allowed.length)]!);
    }
  });
  fc.assert(property, { numRuns: 150 });
  assert(positions > 300, `${positions} positions`);
});

Deno.test("sampled masks over Qwen2.5's vocabulary are what trying the tokens gives", () => {
  const { vocabulary: qwen, encode } = qwenTokens();
  const grammars: readonly (readonly [string, string])[] = [
    [JSON_GRAMMAR, '{"a": [1, -2.5e3, "x y", null], "b": {}}'],
    ['start: NAME ("," NAME)*\nNAME: /[a-z]+/\nWS: /\\s+/\n%ignore WS', "  one,two , three\n,four"],
    [
      'root ::= word (" " word)* "."\nword ::= [a-z]{1,30} | "(" root ")"',
      "many words (and more.) here.",
    ],
    ['root ::= (a | b)+\na ::= [a-f]+ | "<" root ">"\nb ::= [d-z]+', "abcdefxyz<abc>de"],
  ];
  for (const [text, sentence] of grammars) {
    const matcher = new Matcher(compileGrammar(text, qwen));
    for (const [index, id] of [...encode(sentence), null].entries()) {
      const mask = new Uint32Array(qwen.maskWordCount);
      matcher.fillMask(mask);
      const sample: number[] = [];
      for (let token = index % 61; token < qwen.logitsSize; token += 61) sample.push(token);
      for (let token = 0; token < qwen.tokenCount; token++) {
        const isIn = (mask[token >>> 5]! >>> (token & 31) & 1) === 1;
        if (isIn && (token + index) % 23 === 0) sample.push(token);
      }
      assertEquals(maskDifference(matcher, sample), null, `${sentence}, after ${index} tokens`);
      if (id !== null) assert(matcher.acceptToken(id), `${sentence}: token ${index}`);
    }
    assert(matcher.isAccepting(), sentence);
  }
});

const JSON_GRAMMAR = String.raw`
root   ::= value
value  ::= (object | array | string | number | "true" | "false" | "null") ws
object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}"
array  ::= "[" ws (value ("," ws value)*)? "]"
string ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\"" ws
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
ws     ::= [ \t\n]*
`;

Deno.test("recursion on the left, on the right and hidden behind an empty rule is followed", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['root ::= root "," item | item\nitem ::= "a" | "(" root ")"', ["a", "a,(a,a)"], ["", "a,"]],
    ['root ::= item "," root | item\nitem ::= "a" | "(" root ")"', ["a", "a,(a,a)"], ["", "a,"]],
    ['root ::= e root "b" | "a" | "(" root ")"\ne ::= "x"?', ["abb", "xab", "xxabb"], ["xa", "b"]],
    ['root ::= x "1" | "(" root ")"\nx ::= root "2" | "3"', ["31", "31212121"], ["312", "321"]],
    ["root ::= a b a | c\na ::= b*\nb ::= a? | c\nc ::= [xy] | [(] root [)]", ["", "xyx", "(x)"], [
      "(",
    ]],
    ["root ::= root | root root | a\na ::= root? | [z] root", ["", "z", "zzz"], ["a"]],
  ];
  for (const [text, accepted, refused] of cases) {
    const grammar = compileGrammar(text, vocabulary);
    for (const one of accepted) assert(isSentence(grammar, one), `${text}: ${one}`);
    for (const one of refused) assert(!isSentence(grammar, one), `${text}: ${one}`);
  }
});

Deno.test("sentences of highly ambiguous grammars lead back to the states that are there", () => {
  const cases: readonly (readonly [string, string])[] = [
    ['root ::= root root | "a"', "a".repeat(500)],
    ['root ::= root root root | root root | "a" | ""', "a".repeat(500)],
    ['root ::= root "+" root | root "*" root | "a"', "a" + "+a*a".repeat(125)],
    ["root ::= w+\nw ::= [a-m]+ | [g-z]+ | [(] root [)]", "abcghixyz".repeat(55)],
  ];
  for (const [text, sentence] of cases) {
    const grammar = compileGrammar(text, vocabulary);
    assert(isSentence(grammar, sentence), text);
    const states = statesOf(grammar, sentence);
    assert(new Set(states).size <= 12, `too many states for ${text}`);
  }
});

Deno.test("a nested construct costs a constant more for every level", () => {
  const grammar = compileGrammar('root ::= "i" root | "i" root "e" root | "x"', vocabulary);
  const sizeAt = (depth: number) =>
    statesOf(grammar, "i".repeat(depth) + "x").at(-1)!.fresh!.rests.length;
  assertEquals(sizeAt(200), sizeAt(100));
});

Deno.test("rules without a sentence are left out, and a grammar without one is refused", () => {
  const grammar = compileGrammar('root ::= "a" dead | "b"\ndead ::= "c" dead', vocabulary);
  assert(isSentence(grammar, "b"));
  assert(!acceptText(new Matcher(grammar), "a"));
  assertThrows(() => compileGrammar('root ::= "a" root', vocabulary), EmptyGrammarError);
});

Deno.test("a grammar in its form with a name that stands for nothing is refused", () => {
  const grammar = grammarOf({ s: sequence(text("a"), rule("t")) });
  const error = assertThrows(() => compileGrammar(grammar, vocabulary), UndefinedRuleError);
  assertEquals(error.rule, "t");
});

Deno.test("characters are read across the borders of tokens that cut them", () => {
  const matcher = new Matcher(
    compileGrammar('root ::= "(" [日-😀]+ ")" | "(" root ")"', vocabulary),
  );
  assert(acceptText(matcher, "("));
  assert([0xe6, 0x97].every((byte) => matcher.acceptToken(byte)));
  assertEquals(maskDifference(matcher), null);
  assert(!matcher.acceptToken(0x29), "in the middle of a character");
  assert(matcher.acceptToken(0xa5));
  assert(acceptText(matcher, ")") && matcher.isAccepting());
});

Deno.test("going back and forking leave the masks as they were", () => {
  const random = seededRandom(11);
  const matcher = new Matcher(compileGrammar(JSON_GRAMMAR, vocabulary));
  const masks: Uint32Array[] = [maskOf(matcher)];
  for (let step = 0; step < 60; step++) {
    const mask = masks.at(-1)!;
    const allowed = [...mask.keys()].flatMap((word) =>
      Array.from({ length: 32 }, (_, bit) => word * 32 + bit)
        .filter((id) => (mask[word]! >>> (id & 31) & 1) === 1 && id !== eos)
    );
    if (allowed.length === 0) break;
    assert(matcher.acceptToken(allowed[Math.floor(random() * allowed.length)]!));
    masks.push(maskOf(matcher));
  }
  const fork = matcher.fork();
  assertEquals(maskOf(fork), masks.at(-1));
  while (matcher.tokenCount > 0) {
    assertEquals(maskOf(matcher), masks[matcher.tokenCount]);
    matcher.rollback(1);
  }
  assertEquals(maskOf(fork), masks.at(-1));
});

Deno.test("the same grammar gives the same masks, whatever was compiled before", () => {
  const sentence = '{"a": [1, 2]}';
  const masksOf = () => {
    const matcher = new Matcher(compileGrammar(JSON_GRAMMAR, vocabulary));
    return [...new TextEncoder().encode(sentence)].map((byte) => {
      const mask = maskOf(matcher);
      matcher.acceptToken(byte);
      return mask.join();
    });
  };
  const first = masksOf();
  compileGrammar('root ::= [a-z]+ ("," [0-9]+)* | "(" root ")"', vocabulary);
  assertEquals(masksOf(), first);
});

Deno.test("a bounded repeat of a rule that is not regular counts exactly, and stays linear", () => {
  const grammar = compileGrammar('root ::= x{3,5}\nx ::= "(" x? ")"', vocabulary);
  for (let count = 0; count < 8; count++) {
    assertEquals(isSentence(grammar, "()".repeat(count)), count >= 3 && count <= 5, `${count}`);
  }
  const nested = compileGrammar(
    'root ::= y{0,1000}\ny ::= "[" x{0,1000} "]"\nx ::= "(" x? ")"',
    vocabulary,
  );
  assert(isSentence(nested, "[" + "()".repeat(1000) + "][]"));
  assert(!acceptText(new Matcher(nested), "[" + "()".repeat(1001)));
});

Deno.test("what the grammar leaves no choice about is forced, up to the next choice", () => {
  const matcher = new Matcher(
    compileGrammar('root ::= "name" (":" [0-9] | "(" root ")")', vocabulary),
  );
  const forced = matcher.forcedTokens();
  assertEquals(
    forced.map((id) => new TextDecoder().decode(vocabulary.tokenBytes(id)!)).join(""),
    "name",
  );
});

Deno.test("limits end in an error that names them", () => {
  const limitOf = (act: () => unknown) => assertThrows(act, LimitExceededError).limit;
  assertEquals(
    limitOf(() => compileGrammar('root ::= x{0,30000}\nx ::= "(" x ")" | "a"', vocabulary)),
    "grammarRepeat",
  );
  assertEquals(
    limitOf(() =>
      compileGrammar('root ::= x{0,3000}\nx ::= "(" x ")" | "a"', vocabulary, {
        limits: { grammarSize: 1000 },
      })
    ),
    "grammarSize",
  );
  const palindromes = compileGrammar('root ::= "a" root "a" | "b" root "b" | ""', vocabulary, {
    limits: { grammarItems: 1000 },
  });
  assertEquals(
    limitOf(() => acceptText(new Matcher(palindromes), "ab".repeat(100))),
    "grammarItems",
  );
  // It is the text that was too long; the grammar goes on.
  assert(isSentence(palindromes, "abba"));
  let chain = "root ::= r0\n";
  for (let i = 0; i < 3000; i++) chain += `r${i} ::= r${i + 1} "x"\n`;
  assertEquals(
    limitOf(() =>
      acceptText(
        new Matcher(compileGrammar(chain + 'r3000 ::= "a" | "(" root ")"', vocabulary)),
        "ax",
      )
    ),
    "grammarChain",
  );
});

Deno.test("free text up to the first of some texts is one lexeme, and goes on after it", () => {
  const free: Expression = { kind: "textUntil", ends: ["<a>", "<b"], includesEnd: true };
  const grammar = compileGrammar(grammarOf({ s: sequence(free, text("!")) }), vocabulary);
  for (const one of ["<a>!", "x<a>!", "<<b!", "日<a<a>!"]) assert(isSentence(grammar, one), one);
  for (const one of ["!", "<a>", "<a>x<a>!", "x<b<b!"]) assert(!isSentence(grammar, one), one);
  const without: Expression = { ...free, includesEnd: false };
  const plain = compileGrammar(grammarOf({ s: without }), vocabulary);
  for (const one of ["", "x<a", "a>b"]) assert(isSentence(plain, one), one);
  for (const one of ["<a>", "x<bx"]) assert(!isSentence(plain, one), one);
});
