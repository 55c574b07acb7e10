// deno-lint-ignore-file no-console -- an example shows its result

/**
 * A query in a language of one's own: a grammar in Lark's notation, and the same in GBNF.
 *
 *     deno run -A examples/follow_a_grammar.ts
 *
 * @module
 */

import { compileGrammar, formatGrammar, generate, Matcher, parseGrammar } from "@espalier/core";
import { exampleModel } from "./_model.ts";

const SEARCH = `
start: condition (" and " condition)~0..2
condition: FIELD " " OPERATOR " " value
value: NUMBER | "'" WORD "'"
FIELD: "price" | "rooms" | "town"
OPERATOR: "=" | "<" | ">"
NUMBER: /[1-9][0-9]{0,5}/
WORD: /[a-z]{1,12}/
`;

const { grammar, warnings } = parseGrammar(SEARCH);
if (warnings.length > 0) throw new Error(warnings[0]!.message);
console.log(formatGrammar(grammar, "gbnf").split("\n")[0]);

await using model = await exampleModel();
const compiled = compileGrammar(grammar, model.vocabulary);
const { text } = await generate(model, {
  messages: [
    { role: "system", content: "Write the search condition for what the user is looking for." },
    { role: "user", content: "A flat in Lyon with at least three rooms, under 900." },
  ],
  grammar: compiled,
  maxTokens: 60,
}).result;

// The same grammar says whether any text fits.
const matcher = new Matcher(compiled);
for (const id of model.tokenizer.encode(text)) matcher.acceptToken(id);
if (!matcher.isAccepting()) throw new Error(`no condition: ${text}`);
console.log(text);
