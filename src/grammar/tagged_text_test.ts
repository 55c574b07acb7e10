import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileGrammar, Matcher } from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { endOfJson } from "./json_end.ts";
import { parseGrammar } from "./parse_grammar.ts";
import { taggedText, type TaggedTextOptions, TaggedTextReader } from "./tagged_text.ts";

const EOS = 256, TAG = 257, CLOSE = 258;
const names = new Map([[TAG, "<call>"], [CLOSE, "</call>"]]);
/** Every byte, EOS, and two tags that are tokens. */
const vocabulary = Vocabulary.unpack({
  bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
  starts: Int32Array.from({ length: 260 }, (_, id) => Math.min(id, 256)),
  isHole: Uint8Array.from({ length: 259 }, (_, id) => id < 256 ? 0 : 1),
  eosTokenIds: [EOS],
  specialTokenIds: [EOS, TAG, CLOSE],
  logitsSize: 259,
  names,
});

/** Token ids of a text; `[call]` and `[/call]` stand for the tags that are tokens. */
function encode(text: string): number[] {
  return text.split(/(\[\/?call\])/).flatMap((part) =>
    part === "[call]" ? [TAG] : part === "[/call]" ? [CLOSE] : [...new TextEncoder().encode(part)]
  );
}

function accepts(options: TaggedTextOptions, text: string): boolean {
  const matcher = new Matcher(compileGrammar(taggedText(options), vocabulary));
  return encode(text).every((id) => matcher.acceptToken(id)) && matcher.isAccepting();
}

const weather = {
  name: "weather",
  begin: '<tool>{"name":"weather","arguments":',
  content: {
    schema: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
  },
  end: "}</tool>",
};
const time = {
  name: "time",
  begin: '<tool>{"name":"time","arguments":',
  content: { schema: { type: "object", additionalProperties: false } },
  end: "}</tool>",
};
const sections = [weather, time];
const oslo = '<tool>{"name":"weather","arguments":{"city":"Oslo </tool>"}}</tool>';
const now = '<tool>{"name":"time","arguments":{}}</tool>';

Deno.test("text may say anything but the beginning of a section that does not follow", () => {
  for (
    const text of ["", "Hello.", `A < b <tool, ${oslo}`, `${now}${oslo} and ${now}!`, "日本 <too"]
  ) assert(accepts({ sections }, text), text);
  for (
    const text of [
      '<tool>{"name":"',
      `${oslo.slice(0, -1)}`,
      '<tool>{"name":"other","arguments":{}}</tool>',
      '<tool>{"name":"time","arguments":{"city":"Oslo"}}</tool>',
    ]
  ) assert(!accepts({ sections }, text), text);
});

Deno.test("sections are counted, and there may be nothing else", () => {
  const one = { sections, minSections: 1, maxSections: 2 };
  assert(!accepts(one, "none"));
  assert(accepts(one, `${now} then ${oslo}`));
  assert(!accepts(one, now + now + now));
  const bare = { sections, allowsText: false, separator: "\n", minSections: 1 };
  assert(accepts(bare, now));
  assert(accepts(bare, `${now}\n${oslo}\n${now}`));
  for (const text of ["", `${now} `, now + now, `${now}\n`]) assert(!accepts(bare, text), text);
  const optional = { sections, allowsText: false, separator: ",", maxSections: 2 };
  assert(accepts(optional, "") && accepts(optional, `${now},${now}`));
  assert(!accepts(optional, `${now},${now},${now}`));
  assert(accepts({ sections, maxSections: 0 }, "only text"));
  assert(!accepts({ sections, maxSections: 0 }, now));
});

Deno.test("a tag that is a token is that token, and no other tokens spell it", () => {
  const options = {
    sections: [{ ...time, begin: "<call>\n", end: "\n</call>" }],
    tokens: ["<call>", "</call>"],
  };
  assert(accepts(options, "Well: [call]\n{}\n[/call]"));
  assert(!accepts(options, "Well: <call>\n{}\n</call>"));
  assert(!accepts(options, "Well: [call]\n{}\n</call>"));
  assert(accepts(options, "Well: <call"));
});

Deno.test("contents are schemas, patterns, choices, grammars or text up to the end", () => {
  const { grammar } = parseGrammar('root ::= "(" root? ")"');
  const kinds: TaggedTextOptions = {
    sections: [
      { name: "r", begin: "<r>", content: { regex: "[0-9]{2}" }, end: "</r>" },
      { name: "c", begin: "<c>", content: { choices: ["red", "green"] }, end: "</c>" },
      { name: "g", begin: "<g>", content: { grammar }, end: "</g>" },
      { name: "h", begin: "<h>", content: { grammar }, end: "</h>" },
      { name: "t", begin: "<t>", content: { text: true }, end: "</t>" },
      { name: "n", begin: "<n>", content: { schema: { type: "integer" } }, end: "" },
    ],
  };
  const text = "a<r>42</r><c>red</c><g>(())</g><h>()</h> b <t>< /t <r></t><n>-12 c";
  assert(accepts(kinds, text));
  for (const wrong of ["<r>4</r>", "<c>blue</c>", "<g>(()</g>", "<t>x"]) {
    assert(!accepts(kinds, wrong), wrong);
  }
  const reader = new TaggedTextReader(kinds);
  reader.push(text);
  reader.end();
  assertEquals(
    reader.parts.map((part) => part.kind === "text" ? part.text : [part.name, part.value]),
    ["a", ["r", "42"], ["c", "red"], ["g", "(())"], ["h", "()"], " b ", ["t", "< /t <r>"], [
      "n",
      -12,
    ], " c"],
  );
});

Deno.test("in whatever pieces it comes, a text is read back with its values and spans", () => {
  const words = fc.constantFrom("Hi ", "<", "<tool", "}", oslo, now, "日本", '"', "\n");
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), fc.array(fc.nat(30)), (list, cuts) => {
      const text = list.join("");
      const reader = new TaggedTextReader({ sections });
      const events = [];
      let at = 0;
      for (const cut of cuts) {
        events.push(...reader.push(text.slice(at, at + cut)));
        at = Math.min(text.length, at + cut);
      }
      events.push(...reader.push(text.slice(at)), ...reader.end());
      let rebuilt = "";
      for (const part of reader.parts) {
        assertEquals(
          text.slice(part.start, part.end),
          part.kind === "text" ? part.text : part.content,
        );
        if (part.kind === "text") rebuilt += part.text;
        else {
          const { begin, end } = sections[part.sectionIndex]!;
          rebuilt += begin + part.content + end;
          assertEquals(part.value, JSON.parse(part.content));
        }
      }
      assertEquals(rebuilt, text);
      const calls = list.filter((word) => word === oslo || word === now);
      assertEquals(
        reader.parts.flatMap((part) => part.kind === "section" ? [part.name] : []),
        calls.map((word) => word === oslo ? "weather" : "time"),
      );
      const shown = events.map((event) => event.type === "text" ? event.text : "").join("");
      assertEquals(
        shown,
        reader.parts.map((part) => part.kind === "text" ? part.text : "").join(""),
      );
      const contents = events.map((event) => event.type === "content" ? event.text : "").join("");
      assertEquals(
        contents,
        reader.parts.map((part) => part.kind === "section" ? part.content : "").join(""),
      );
    }),
  );
});

Deno.test("the end of a JSON text is found where it is, and not before", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      assertEquals(endOfJson(text, 0, true), text.length);
      assertEquals(endOfJson(`x ${text}}`, 1, false), text.length + 2);
      for (let length = 0; length < text.length; length++) {
        const end = endOfJson(text.slice(0, length), 0, false);
        assertEquals(end, -1, text.slice(0, length));
      }
    }),
  );
});

Deno.test("what makes no sense is refused", () => {
  assertThrows(() => taggedText({ sections: [] }), TypeError);
  assertThrows(() => taggedText({ sections: [{ ...time, begin: "" }] }), TypeError, "time");
  assertThrows(
    () => taggedText({ sections: [{ ...time, content: { text: true }, end: "" }] }),
    TypeError,
    "no end",
  );
  assertThrows(() => taggedText({ sections, triggers: ["<call>"] }), TypeError, "no trigger");
  assertThrows(() => taggedText({ sections, minSections: 2, maxSections: 1 }), RangeError, "got 1");
});
