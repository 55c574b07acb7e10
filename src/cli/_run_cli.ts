/**
 * Runs the command line as `deno task cli` does, for tests: in a process, with the task's own permissions.
 *
 * @module
 */

/** How a run ended. */
export interface CliOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a run gets besides its arguments. */
export interface CliInput {
  /** Everything that is on standard input; default nothing. */
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
}

const root = new URL("../../", import.meta.url);

/** The words of a task's command in `deno.json`. */
async function taskWords(name: string): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  return tasks[name].command.split(" ");
}

/** Starts the command line with all its streams piped. */
export async function startCli(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Deno.ChildProcess> {
  const [, ...words] = await taskWords("cli");
  return new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  { stdin = "", env }: CliInput = {},
): Promise<CliOutcome> {
  const child = await startCli(args, env);
  const bytes = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
    // A command that fails early closes the pipe; that is its right.
    new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeTo(child.stdin).catch(() => {}),
  ]);
  return { code, stdout, stderr };
}
