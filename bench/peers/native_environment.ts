/**
 * The Python environment of the native engines: made once, in `.cache/`, with pinned packages.
 *
 * @module
 */

const root = new URL("../../", import.meta.url);
const environment = new URL(".cache/bench-peers-python/", root);
const requirements = new URL("requirements.txt", import.meta.url);

/** The environment's Python, or why there is none. */
export type NativeEnvironment =
  | { readonly python: string; readonly skipped?: undefined }
  | { readonly python?: undefined; readonly skipped: string };

let made: Promise<NativeEnvironment> | undefined;

/** Makes the environment where it is missing or its packages are others; seconds, and a download. */
export function nativeEnvironment(): Promise<NativeEnvironment> {
  return made ??= make();
}

async function make(): Promise<NativeEnvironment> {
  const folder = pathOf(environment);
  const python = Deno.build.os === "windows"
    ? `${folder}Scripts\\python.exe`
    : `${folder}bin/python`;
  const wanted = await Deno.readTextFile(requirements);
  const stamp = new URL("requirements.txt", environment);
  if (await Deno.readTextFile(stamp).catch(() => "") === wanted) return { python };
  for (
    const [command, ...args] of [
      ["python3", "-m", "venv", "--clear", folder],
      [python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", pathOf(requirements)],
    ] as [string, ...string[]][]
  ) {
    const problem = await problemOf(command, args);
    if (problem !== undefined) return { skipped: problem };
  }
  await Deno.writeTextFile(stamp, wanted);
  return { python };
}

/** Runs a command to its end; what went wrong, in one line. */
async function problemOf(command: string, args: string[]): Promise<string | undefined> {
  const name = `${command.split(/[\\/]/).at(-1)} ${args.slice(0, 2).join(" ")}`;
  try {
    const { success, stderr } = await new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return undefined;
    const lines = new TextDecoder().decode(stderr).trim().split("\n");
    return `${name}: ${lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1)}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${command} is not on the PATH`;
    throw error;
  }
}

function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}
