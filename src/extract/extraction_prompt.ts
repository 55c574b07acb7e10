/**
 * The conversation that asks a model for an extraction.
 *
 * What stays the same from text to text comes first (instructions, the schema's outline, examples) and the
 * text last, so that the model's work on the first part can be kept between requests. Examples are earlier
 * turns of the conversation, written with the whitespace that the mask will enforce, because a small model
 * imitates better than it obeys.
 *
 * @module
 */

import type { ChatMessage } from "../decoding/mod.ts";
import { outlineSchema } from "./schema_outline.ts";
import type { JsonSchemaObject } from "./schema_input.ts";

/** Where the model may put whitespace: nowhere, or after every comma and colon. */
export type ExtractionWhitespace = "compact" | "spaced";

/** A text with the value that should be extracted from it. */
export interface ExtractionExample {
  /** A text like those to come. */
  readonly text: string;
  /** The raw value, before any transform; it should fit the schema. */
  readonly value: unknown;
}

/** Parts of the prompt. */
export interface ExtractionPromptOptions {
  /** What the answer looks like; shown as an outline. */
  readonly jsonSchema: JsonSchemaObject;
  /** The text to extract from. */
  readonly text: string;
  /** What to look for, or how, in the caller's words. */
  readonly instructions?: string;
  /** Texts with their right answers, shown before the text. */
  readonly examples?: readonly ExtractionExample[];
  /** How the examples' answers are written: as the mask will have it. */
  readonly whitespace: ExtractionWhitespace;
}

/**
 * Writes the conversation.
 *
 * @param options See {@link ExtractionPromptOptions}.
 * @returns A system turn, two turns for each example, and the user's turn with the text.
 */
export function extractionPrompt(options: ExtractionPromptOptions): ChatMessage[] {
  const { jsonSchema, text, instructions, examples = [], whitespace } = options;
  const system = [
    "You extract data from texts. Answer with JSON of this form and nothing else:",
    outlineSchema(jsonSchema),
    "Take the values from the text. What the text does not say is null, or left out where a field " +
    "is optional (?).",
  ];
  if (instructions !== undefined && instructions.trim() !== "") system.push(instructions.trim());
  return [
    { role: "system", content: system.join("\n\n") },
    ...examples.flatMap((example): ChatMessage[] => [
      { role: "user", content: askFor(example.text) },
      { role: "assistant", content: writeJson(example.value, whitespace) },
    ]),
    { role: "user", content: askFor(text) },
  ];
}

function askFor(text: string): string {
  return `Extract the data from this text:\n\n${text}`;
}

/** A JSON text in the given whitespace. */
export function writeJson(value: unknown, whitespace: ExtractionWhitespace): string {
  if (whitespace === "compact") return JSON.stringify(value);
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return write(plain);

  function write(node: unknown): string {
    if (Array.isArray(node)) return `[${node.map(write).join(", ")}]`;
    if (typeof node !== "object" || node === null) return JSON.stringify(node);
    const members = Object.entries(node).map(([key, part]) =>
      `${JSON.stringify(key)}: ${write(part)}`
    );
    return `{${members.join(", ")}}`;
  }
}
