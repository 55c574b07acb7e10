/**
 * The frame of a call.
 *
 *     <tool_call> "\n" JSON of {"name": …, "arguments": …} "\n" </tool_call>
 *
 * One composed grammar: the JSON of any of the tools between the tags that the model was trained on. A tag that is one token
 * of the model (in Qwen2.5 both are) is written as that token and no other way, because the same characters in
 * several tokens mean nothing to the model.
 *
 * @module
 */

import type { LanguageModel } from "../decoding/mod.ts";
import { compileExtraction, type ExtractionWhitespace } from "../extract/mod.ts";
import type { Expression } from "../grammar/mod.ts";
import { type CompiledGrammar, compileGrammar } from "../matcher/mod.ts";
import { CALL_CLOSING, CALL_OPENING } from "./call_tags.ts";
import type { ToolDefinition } from "./tool_definition.ts";

/**
 * Compiles the frame.
 *
 * @param model Whose tokens to use.
 * @param tools What may be called; at least one.
 * @param whitespace Of the JSON.
 * @throws {UnsupportedSchemaError} A tool's parameters have a keyword that cannot be enforced.
 */
export async function compileCallGrammar(
  model: LanguageModel,
  tools: readonly ToolDefinition[],
  whitespace: ExtractionWhitespace,
): Promise<CompiledGrammar> {
  const { vocabulary } = model;
  // Objects of the arguments are closed as those of an extraction are.
  const { jsonSchema } = await compileExtraction(callSchema(tools), vocabulary, { whitespace });
  const call: Expression = {
    kind: "sequence",
    parts: [
      tag(model, CALL_OPENING),
      text("\n"),
      { kind: "json", schema: jsonSchema },
      text("\n"),
      tag(model, CALL_CLOSING),
    ],
  };
  const rules = [{ name: "call", isTerminal: false, expression: call }];
  return compileGrammar({ start: "call", rules, ignored: [] }, vocabulary, { whitespace });
}

function text(characters: string): Expression {
  return { kind: "text", text: characters, ignoresCase: false };
}

/** A tag as the model writes it: one token where there is one, else its characters. */
function tag({ tokenizer }: LanguageModel, characters: string): Expression {
  const tokenIds = tokenizer.encode(characters, { allowSpecial: true });
  return tokenIds.length === 1
    ? { kind: "token", token: tokenIds[0]!, isNegated: false }
    : text(characters);
}

/** JSON Schema of a call of any of the tools. */
function callSchema(tools: readonly ToolDefinition[]) {
  return {
    anyOf: tools.map(({ name }, index) => ({
      type: "object",
      properties: { name: { const: name }, arguments: { $ref: `#/$defs/${index}` } },
      required: ["name", "arguments"],
    })),
    $defs: Object.fromEntries(
      tools.map(({ parameters }, index) => [index, moveReferences(parameters, `#/$defs/${index}`)]),
    ),
  };
}

/** A schema whose references to its own parts stay right when it becomes a part itself. */
function moveReferences(node: unknown, place: string): unknown {
  if (Array.isArray(node)) return node.map((part) => moveReferences(part, place));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === "$ref" && typeof value === "string" && /^#(\/|$)/.test(value)
        ? [key, place + value.slice(1)]
        : [key, moveReferences(value, place)]
    ),
  );
}
