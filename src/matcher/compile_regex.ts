/**
 * From a regular expression, or a list of choices, to a grammar.
 *
 * @module
 */

import {
  fullMatchLanguage,
  parsePattern,
  type Regex,
  TextSet,
  textSetMachine,
  Utf8Algebra,
} from "../automata/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { CompiledGrammar } from "./compiled_grammar.ts";
import { EndState } from "./end_state.ts";
import { Engine } from "./engine.ts";
import { EmptyGrammarError } from "./errors.ts";
import { LexemeState, type ParserState } from "./parser_state.ts";

/**
 * Compiles an ECMAScript regular expression (ECMA-262, flag `u`; where that grammar refuses, Annex B). The text has to match
 * it from its first character to its last.
 *
 * @param pattern Without slashes and flags.
 * @param vocabulary The tokens of the model that will write.
 * @throws {PatternSyntaxError} It is no regular expression.
 * @throws {UnsupportedPatternError} It has a back-reference, or look-arounds beyond the limits.
 * @throws {EmptyGrammarError} No text matches it.
 * @throws {LimitExceededError} It is too large.
 *
 * @example A date
 * ```ts
 * import { compileRegex, Matcher } from "@espalier/core/matcher";
 * import { Vocabulary } from "@espalier/core/vocabulary";
 *
 * const tokens = [..."0123456789-"].map((digit) => new TextEncoder().encode(digit));
 * const vocabulary = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [11] });
 * const matcher = new Matcher(compileRegex("\\d{4}-[01]\\d", vocabulary));
 * console.assert([2, 0, 2, 6, 10, 1, 1].every((id) => matcher.acceptToken(id)));
 * console.assert(matcher.isAccepting());
 * ```
 */
export function compileRegex(pattern: string, vocabulary: Vocabulary): CompiledGrammar {
  if (typeof pattern !== "string") {
    throw new TypeError(`pattern must be a string, got ${typeof pattern}`);
  }
  const engine = Engine.of(vocabulary, "any");
  const algebra = new Utf8Algebra(engine.languages.store);
  return compileWhole(fullMatchLanguage(parsePattern(pattern), algebra), engine, () => pattern);
}

/**
 * Compiles a list of texts of which one has to be written. Lists of 100,000 texts are fine.
 *
 * @param choices At least one text.
 * @param vocabulary The tokens of the model that will write.
 * @throws {TypeError} The list is empty, or holds something else than texts.
 *
 * @example
 * ```ts
 * import { compileChoice, Matcher } from "@espalier/core/matcher";
 * import { Vocabulary } from "@espalier/core/vocabulary";
 *
 * const tokens = ["y", "es", "no"].map((text) => new TextEncoder().encode(text));
 * const vocabulary = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [3] });
 * const matcher = new Matcher(compileChoice(["yes", "no"], vocabulary));
 * console.assert(matcher.acceptToken(0) && matcher.acceptToken(1) && matcher.isAccepting());
 * ```
 */
export function compileChoice(choices: readonly string[], vocabulary: Vocabulary): CompiledGrammar {
  if (!Array.isArray(choices) || choices.length === 0) {
    throw new TypeError("choices must be a list of at least one text");
  }
  for (const choice of choices) {
    if (typeof choice !== "string") {
      throw new TypeError(`choices must be texts, got ${typeof choice}`);
    }
    if (!choice.isWellFormed()) {
      throw new TypeError(`choice ${JSON.stringify(choice)} has a lone surrogate`);
    }
  }
  const engine = Engine.of(vocabulary, "any");
  const regex = engine.languages.store.machine(textSetMachine(TextSet.of(choices), "utf8"));
  return compileWhole(regex, engine, () => "choices");
}

function compileWhole(regex: Regex, engine: Engine, name: () => string): CompiledGrammar {
  if (!engine.languages.automaton.isAlive(regex)) throw new EmptyGrammarError(name());
  const start = { engine, state: new WholeText(engine, regex) };
  return new CompiledGrammar(engine.vocabulary, { begin: () => start });
}

/** A text that is one lexeme. */
class WholeText extends LexemeState {
  readonly #end = new EndState(false);

  constructor(engine: Engine, regex: Regex) {
    super(engine.languages.automaton, regex, false, false);
  }

  protected override finish(): ParserState {
    return this.#end;
  }
}
