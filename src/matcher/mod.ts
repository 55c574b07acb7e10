/**
 * The engine: compiled grammars, and the matchers that follow them token by token.
 *
 * @module
 */

export { compileJsonSchema } from "./compile_json_schema.ts";
export type { CompileJsonSchemaOptions, CompileLimits } from "./compile_json_schema.ts";
export type { Whitespace } from "./json_context.ts";
export { compileGrammar } from "./compile_grammar.ts";
export type { CompileGrammarLimits, CompileGrammarOptions } from "./compile_grammar.ts";
export { compileChoice, compileRegex } from "./compile_regex.ts";
export { CompiledGrammar } from "./compiled_grammar.ts";
export { Matcher } from "./matcher.ts";
export { EmptyGrammarError } from "./errors.ts";
export {
  InvalidSchemaError,
  UnsatisfiableSchemaError,
  UnsupportedSchemaError,
} from "../json_schema/mod.ts";
export { explainText } from "./explain_text.ts";
export type { TextExplanation } from "./explain_text.ts";
