/**
 * `espalier serve`: models behind OpenAI's API, extraction and schemas over HTTP; `espalier api-key`: a key for it.
 *
 * A configuration file says what is served; without one, one model is. Requests are told of on standard error, a line
 * of JSON each, without their texts. The first SIGINT or SIGTERM lets running requests finish.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { integerFrom } from "./option_values.ts";
import { print } from "./output.ts";

/** The command's options, as Commander names them. */
export interface ServeCommandOptions {
  config?: string;
  model?: string;
  host?: string;
  port?: number;
  quiet?: boolean;
}

const EXAMPLES = `
Examples:
  espalier serve --model onnx-community/Qwen2.5-0.5B-Instruct --port 8080
  espalier serve --config espalier.config.ts

A configuration is a module whose default export is made by defineServerConfig; see docs/server.md.`;

/** Adds the commands to the program. */
export function defineServeCommand(program: Command): void {
  program.command("serve")
    .description("Serve models over HTTP: OpenAI's API, extraction, schemas.")
    .option("--config <file>", "the configuration: a module")
    .addOption(
      new Option("--model <id|path>", "without a configuration, the model: hub id or folder")
        .env("ESPALIER_MODEL").conflicts("config"),
    )
    .option("--host <address>", "where to listen; default: 127.0.0.1, or the configuration's")
    .option("--port <number>", "default: 8080, or the configuration's", integerFrom(0))
    .option("--quiet", "no progress and no log of requests")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ServeCommandOptions) => {
      const { runServe } = await import("./run_server.ts"); // with Hono
      await runServe(options);
    });
  program.command("api-key")
    .description("Make an API key: the key for its user, and the hash for the configuration.")
    .action(async () => {
      const { createApiKey } = await import("../server/mod.ts");
      const { key, hash } = createApiKey();
      await print(`${JSON.stringify({ key, hash }, null, 2)}\n`);
    });
}
