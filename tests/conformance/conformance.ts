// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task conformance`: the official suite and MaskBench, one after the other.
 *
 * Takes the options of both (`--help` lists them) and gives them to each. With `--json` the totals of the two are
 * one object on standard output: `{ "suite": …, "maskbench": … }`.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";

const COMMANDS = ["suite", "maskbench"] as const;
const PERMISSIONS = [
  "--allow-read",
  "--allow-env",
  "--allow-sys",
  `--allow-write=${fromFileUrl(new URL(".", import.meta.url))}`,
];

const isJson = Deno.args.includes("--json");
const totals: Record<string, unknown> = {};
for (const name of COMMANDS) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      ...PERMISSIONS,
      new URL(`${name}.ts`, import.meta.url).href,
      ...Deno.args,
    ],
    stdout: isJson ? "piped" : "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = Math.max(Deno.exitCode, code);
  if (!isJson) continue;
  const text = new TextDecoder().decode(stdout);
  try {
    totals[name] = JSON.parse(text);
  } catch {
    totals[name] = { message: text.trim() }; // no data, or bad usage
  }
}
if (isJson) console.log(JSON.stringify(totals, null, 2));
