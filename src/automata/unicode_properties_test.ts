import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  closeUnderCaseFolding,
  digitSet,
  dotSet,
  lineTerminatorSet,
  propertySet,
  spaceSet,
  wordSet,
} from "./unicode_properties.ts";
import { complementOfSet, everyCodePoint, setHas } from "./unicode_sets.ts";

/** Every scalar value that the expression matches, asked one by one. */
function setOfHost(source: string, from = 0, to = 0x10ffff): number[] {
  const expression = new RegExp(`^${source}$`, "su");
  const ranges: number[] = [];
  for (let codePoint = from; codePoint <= to; codePoint++) {
    if (codePoint === 0xd800) codePoint = 0xe000;
    if (!expression.test(String.fromCodePoint(codePoint))) continue;
    const last = ranges.length - 1;
    if (ranges[last] === codePoint - 1 && codePoint !== 0xe000) ranges[last] = codePoint;
    else ranges.push(codePoint, codePoint);
  }
  return ranges;
}

Deno.test("the sets of escapes are the host's", () => {
  assertEquals(digitSet, setOfHost("\\d", 0, 0xffff));
  assertEquals(wordSet, setOfHost("\\w", 0, 0xffff));
  assertEquals(spaceSet, setOfHost("\\s", 0, 0xffff));
  assertEquals(complementOfSet(dotSet), lineTerminatorSet);
  assertEquals(lineTerminatorSet, setOfHost("[^]", 10, 10).concat([13, 13, 0x2028, 0x2029]));
  for (const codePoint of lineTerminatorSet) assert(!/./u.test(String.fromCodePoint(codePoint)));
});

Deno.test("a property's set is what the host matches, code point by code point", () => {
  for (const property of ["Lu", "L", "Script=Greek", "Noncharacter_Code_Point", "Emoji"]) {
    assertEquals(propertySet(property), setOfHost(`\\p{${property}}`), property);
  }
  assertEquals(propertySet("Any"), everyCodePoint);
  assertEquals(propertySet("Surrogate"), []);
  assertStrictEquals(propertySet("Lu"), propertySet("Lu"));
});

Deno.test("names of no property, and what is no name, have no set", () => {
  const wrong = [
    "",
    "lu",
    "Latin",
    "Script=",
    "Script=Elvish",
    "Lu}",
    "L]|\\p{N",
    "RGI_Emoji",
    "L u",
  ];
  for (const name of wrong) assertEquals(propertySet(name), null, name);
});

Deno.test("case folding joins exactly what the host folds", () => {
  // Every character with a case, and some without: all that could possibly fold.
  const all: string[] = [];
  for (const property of ["Changes_When_Casemapped", "Changes_When_Casefolded", "Lm", "Mn"]) {
    const set = propertySet(property)!;
    for (let i = 0; i < set.length; i += 2) {
      for (let code = set[i]!; code <= set[i + 1]!; code++) all.push(String.fromCodePoint(code));
    }
  }
  const text = [...new Set(all)].join("");
  const cased = propertySet("Changes_When_Casemapped")!;
  let joined = 0;
  for (let i = 0; i < cased.length; i += 2) {
    // Every seventh range would do to find a wrong idea; the known odd ones are asserted below.
    if (i % 7 !== 0) continue;
    for (let code = cased[i]!; code <= cased[i + 1]!; code++) {
      const closed = closeUnderCaseFolding([code, code]);
      const expected = text.match(new RegExp(`\\u{${code.toString(16)}}`, "giu"))!;
      let size = 0;
      for (let k = 0; k < closed.length; k += 2) size += closed[k + 1]! - closed[k]! + 1;
      assertEquals(size, expected.length, code.toString(16));
      for (const member of expected) assert(setHas(closed, member.codePointAt(0)!));
      joined++;
    }
  }
  assert(joined > 100);
});

Deno.test("case folding knows the odd ones", () => {
  const fold = (character: string) => {
    const code = character.codePointAt(0)!;
    const set = closeUnderCaseFolding([code, code]);
    let text = "";
    for (let i = 0; i < set.length; i += 2) {
      for (let at = set[i]!; at <= set[i + 1]!; at++) text += String.fromCodePoint(at);
    }
    return text;
  };
  assertEquals(fold("a"), "Aa");
  assertEquals(fold("k"), "Kk\u212a");
  assertEquals(fold("S"), "Ss\u017f");
  assertEquals(fold("ß"), "ß\u1e9e");
  assertEquals(fold("σ"), "Σςσ");
  assertEquals(fold("µ"), "µΜμ");
  assertEquals(fold("i"), "Ii"); // not the Turkish ones
  assertEquals(fold("İ"), "İ");
  assertEquals(fold("1"), "1");
  assertEquals(fold("𐐀"), "𐐀𐐨");
  assertEquals(closeUnderCaseFolding([0x61, 0x7a]), [
    0x41,
    0x5a,
    0x61,
    0x7a,
    0x17f,
    0x17f,
    0x212a,
    0x212a,
  ]);
  assertEquals(closeUnderCaseFolding(everyCodePoint), everyCodePoint);
});
