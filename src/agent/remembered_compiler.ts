/**
 * A compiler that compiles each frame once: all steps of an agent have the same ones.
 *
 * Grammars are immutable, so sharing them is safe, and what masks were computed stay with them. A compilation that fails is
 * not remembered. As many entries as an agent has frames: its tools, its answer, the choice after a call.
 *
 * @module
 */

import type { TurnCompiler, TurnGrammar } from "./turn_grammar.ts";

/**
 * Wraps a compiler.
 *
 * @param compiler Does the work.
 */
export function rememberedCompiler(compiler: TurnCompiler): TurnCompiler {
  const known = new Map<string, Promise<TurnGrammar>>();
  const once = (key: unknown[], compile: () => Promise<TurnGrammar>) => {
    const name = JSON.stringify(key);
    let grammar = known.get(name);
    if (grammar === undefined) {
      grammar = compile();
      known.set(name, grammar);
      grammar.catch(() => known.delete(name));
    }
    return grammar;
  };
  // Without the signal of a run: the next run wants the grammar, too.
  return {
    compileJsonSchema: (schema, { signal: _, ...options } = {}) =>
      once(["schema", schema, options], () => compiler.compileJsonSchema(schema, options)),
    compileGrammar: (grammar) => once(["grammar", grammar], () => compiler.compileGrammar(grammar)),
    compileRegex: (pattern) => once(["regex", pattern], () => compiler.compileRegex(pattern)),
    compileChoice: (choices) => once(["choice", choices], () => compiler.compileChoice(choices)),
  };
}
