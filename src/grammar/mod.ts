/**
 * Grammars: notations that are read into one form, checked, sampled and written again.
 *
 * Two notations: GBNF, which llama.cpp reads, and Lark's, with what llguidance adds to it. Both are read
 * into a {@link Grammar}, plain data that the engine compiles and that both can be written from. Nothing
 * here knows a model, a vocabulary or a JSON Schema's meaning.
 *
 * @example From one notation to the other
 * ```ts
 * import { formatGrammar, parseGrammar } from "@espalier/core/grammar";
 *
 * const { grammar, warnings } = parseGrammar('root ::= "yes" | "no" | number\nnumber ::= [0-9]+');
 * console.assert(warnings.length === 0);
 * console.log(formatGrammar(grammar, "lark"));
 * ```
 *
 * @module
 */

export type {
  CharactersExpression,
  ChoiceExpression,
  Expression,
  Grammar,
  GrammarRule,
  JsonExpression,
  Positioned,
  RegexExpression,
  RepeatExpression,
  RuleExpression,
  SequenceExpression,
  SourcePosition,
  TextExpression,
  TextUntilExpression,
  TokenExpression,
} from "./grammar_form.ts";
export { EspalierError, LimitExceededError } from "../errors.ts";
export { analyzeGrammar } from "./analyze_grammar.ts";
export type { GrammarAnalysis } from "./analyze_grammar.ts";
export {
  DuplicateRuleError,
  GrammarFormatError,
  GrammarImportError,
  GrammarSyntaxError,
  RecursiveTerminalError,
  UndefinedRuleError,
  UnsupportedGrammarError,
} from "./errors.ts";
export { visitExpressions } from "./expressions.ts";
export { formatGbnf } from "./gbnf_formatter.ts";
export { parseGbnf } from "./gbnf_reader.ts";
export type { GbnfOptions } from "./gbnf_reader.ts";
export { formatGrammar } from "./format_grammar.ts";
export type { GrammarLimits } from "./grammar_text.ts";
export { withIgnoredWritten } from "./ignored_text.ts";
export { parseLark } from "./lark_assembly.ts";
export type { LarkOptions } from "./lark_assembly.ts";
export { formatLark } from "./lark_formatter.ts";
export type { GrammarImports } from "./lark_imports.ts";
export type { GrammarWarning } from "./lark_text.ts";
export type { GrammarNotation } from "./notation.ts";
export { parseGrammar } from "./parse_grammar.ts";
export { rulesOnCycles } from "./rule_cycles.ts";
export type { ParsedGrammar, ParseGrammarOptions } from "./parse_grammar.ts";
export { sampleSentence, SentenceSampler } from "./sample_sentence.ts";
export type { SampleOptions } from "./sample_sentence.ts";
export { taggedText, TaggedTextReader } from "./tagged_text.ts";
export type {
  SectionContent,
  TaggedEvent,
  TaggedPart,
  TaggedSection,
  TaggedTextOptions,
} from "./tagged_text.ts";
export { boolean, choice, integer, json, number, regex, string, template } from "./template.ts";
export type {
  Hole,
  HoleValues,
  NumberHoleOptions,
  StringHoleOptions,
  Template,
  TemplateReading,
} from "./template.ts";
