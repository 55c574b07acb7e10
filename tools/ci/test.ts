// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task test`: everything that has to hold before a change is done, in one command.
 *
 * Holds the lockfile against `deno.json`, then runs the formatter, the linter, the type checker, the
 * documentation linter, and the tests with the examples inside documentation as tests. Everything runs
 * with the Deno that runs this script, so that it works where `deno` is not on the PATH
 * (`npx -y deno task test`). A failing step does not keep the later ones from running. The last line is
 * always `N passed, N failed`: every step but the last counts as one, the last one counts each of its
 * tests.
 *
 * Arguments go to the test runner (`deno task test src/matcher` runs the checks and those tests).
 *
 * @module
 */

import { bold, green, red } from "@std/fmt/colors.js";
import { runStep, type StepResult } from "./_step.ts";
import { documentedEntryPoints, markdownFiles } from "./_entry_points.ts";

/**
 * What the tests may touch. The network is this machine only: models and data that are not in the
 * repository or in an npm package are never downloaded by a test.
 */
const TEST_PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-ffi",
  "--allow-run",
  "--allow-net=localhost,127.0.0.1,[::1]",
];

const root = new URL("../../", import.meta.url);

const steps: { name: string; args: string[] }[] = [
  // Installs the npm packages too; fails where deno.json has a dependency that deno.lock has not.
  { name: "lockfile", args: ["install", "--frozen", "--quiet"] },
  { name: "fmt", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint", "--quiet"] },
  {
    name: "check",
    args: ["check", "--quiet", "--doc", ".", ...await markdownFiles(root)],
  },
  { name: "doc --lint", args: ["doc", "--lint", ...await documentedEntryPoints(root)] },
  {
    name: "test, test --doc",
    args: [
      "test",
      "--doc",
      "--no-check", // `check` above has checked all of it, examples included
      "--parallel",
      "--quiet",
      ...TEST_PERMISSIONS,
      ...Deno.args,
    ],
  },
];

const results: StepResult[] = [];
for (const step of steps) {
  console.log(bold(`\n── ${step.name} ──`));
  results.push(await runStep(step.name, step.args, root));
}

let passed = 0;
let failed = 0;
console.log(bold("\n── summary ──"));
for (const { name, success, tests, elapsedMs } of results) {
  const seconds = (elapsedMs / 1000).toFixed(1).padStart(6);
  const detail = tests ? `${tests.passed} passed, ${tests.failed} failed` : "";
  console.log(`${success ? green("ok    ") : red("FAILED")} ${seconds} s  ${name}  ${detail}`);
  passed += tests ? tests.passed : success ? 1 : 0;
  failed += tests ? tests.failed : success ? 0 : 1;
  // A runner that broke without naming a failed test (a module that does not load) still failed.
  if (tests && !success && tests.failed === 0) failed++;
}
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exitCode = 1;
