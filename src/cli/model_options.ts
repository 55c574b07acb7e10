/**
 * The options that name a model and where it runs: the same for every command that loads one.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { DEFAULT_MODEL, DTYPE_SUFFIXES } from "../models/mod.ts";
import { integerFrom, url } from "./option_values.ts";

/** Adds them to a command. */
export function withModelOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--model <id|path>", "the model: hub id or folder").default(DEFAULT_MODEL)
        .env("ESPALIER_MODEL"),
    )
    .addOption(
      new Option("--device <name>", "where it runs").choices(["auto", "cpu", "wasm", "webgpu"])
        .default("auto"),
    )
    .addOption(
      new Option("--dtype <name>", "weight format; default: the best for the device")
        .choices(Object.keys(DTYPE_SUFFIXES)),
    )
    .option("--threads <count>", "threads of a forward pass on cpu and wasm", integerFrom(1))
    .option("--revision <name>", "branch, tag or commit of the model; default: main")
    .option("--cache-dir <folder>", "where downloads are kept; default: the user's cache folder")
    .addOption(
      new Option("--remote-host <url>", "where models are downloaded from").env("HF_ENDPOINT")
        .argParser(url),
    );
}
