/**
 * Command line of the model builder.
 *
 *     deno run -A tools/model_builder/main.ts --preset tiny --dtype fp32 --seed 1 --out DIR
 *
 * Exit codes: 0 when the folder is written, 1 for a failure, 2 for bad usage.
 *
 * @module
 */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { buildModel, type Preset, PRESETS } from "./build_model.ts";
import { type Dtype, DTYPES } from "./dtypes.ts";

function parseDtypes(text: string): Dtype[] {
  return text.split(",").map((part) => {
    const dtype = DTYPES.find((known) => known === part.trim());
    if (!dtype) throw new InvalidArgumentError(`Known are ${DTYPES.join(", ")}.`);
    return dtype;
  });
}

function parseSeed(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("An integer of up to nine digits.");
  return Number(text);
}

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("model_builder")
    .description("Write a Qwen2-architecture model folder with seeded random weights.")
    .addOption(new Option("--preset <name>", "sizes").choices(PRESETS).default("tiny"))
    .option(
      "--dtype <list>",
      `weight formats, separated by commas: ${DTYPES.join(", ")}`,
      parseDtypes,
      [
        "fp32",
      ],
    )
    .option("--seed <integer>", "seed of the weights", parseSeed, 1)
    .requiredOption("--out <folder>", "folder to write into")
    .exitOverride();
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const { preset, dtype, seed, out } = command.opts<
    { preset: Preset; dtype: Dtype[]; seed: number; out: string }
  >();
  const print = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  try {
    await buildModel({
      preset,
      dtypes: dtype,
      seed,
      out,
      onFile: (path) => print(`writing ${path}`),
    });
    return 0;
  } catch (error) {
    print(`model_builder: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
