/**
 * The command line, `espalier`: reads the arguments, runs a command, turns what went wrong into an exit code.
 *
 * Top layer. Standard output carries what was asked for and nothing else; progress, notes and errors go to
 * standard error, an error as one line. Exit codes: 0, 1 for a failure, 2 for bad usage, 130 and 143 after SIGINT
 * and SIGTERM.
 *
 * The process ends by `Deno.exit`, because a read of standard input that nobody answers would keep it alive;
 * Workers have ended before that, see `extract_command.ts`.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import configuration from "../../deno.json" with { type: "json" };
import { defineConvertCommand } from "./convert_command.ts";
import { defineEvalCommand } from "./eval_command.ts";
import { defineExtractCommand } from "./extract_command.ts";
import { exitCodeOf, messageOf } from "./failure.ts";
import { defineGrammarCommand } from "./grammar_command.ts";
import { note, printSync } from "./output.ts";
import { defineServeCommand } from "./serve_command.ts";

/**
 * Runs the command line.
 *
 * @param args The arguments after the program's name.
 * @returns The exit code; never throws.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const program = new Command("espalier")
      .description("Typed JSON out of texts, by a small language model on this machine.")
      .version(configuration.version)
      .configureOutput({ writeOut: printSync, writeErr: (text) => note(text.trimEnd()) })
      .exitOverride();
    defineExtractCommand(program);
    defineConvertCommand(program);
    defineEvalCommand(program);
    defineGrammarCommand(program);
    defineServeCommand(program);
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // Commander has said what is wrong; its codes are 0 for --help and --version and 1 for the rest.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    note(`espalier: ${messageOf(error)}`);
    return exitCodeOf(error);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
