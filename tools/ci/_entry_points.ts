/**
 * What users read and import: the modules of `exports` in `deno.json`, and the Markdown files whose
 * code blocks must compile.
 *
 * @module
 */

/**
 * The exported modules that exist as libraries; command-line entry points have no public symbols to
 * document and are left out.
 *
 * @param root Folder of `deno.json`.
 * @returns Paths relative to `root`, in the order of `exports`.
 */
export async function documentedEntryPoints(root: URL): Promise<string[]> {
  const configuration = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const exported = Object.values<string>(configuration.exports);
  return exported.filter((path) => !path.endsWith("/main.ts"));
}

/**
 * The README and the pages of `docs/`; the type checker does not find Markdown by itself.
 *
 * @param root Folder of the README.
 * @returns Paths relative to `root`.
 */
export async function markdownFiles(root: URL): Promise<string[]> {
  const paths = ["README.md"];
  for await (const entry of Deno.readDir(new URL("docs/", root))) {
    if (entry.isFile && entry.name.endsWith(".md")) paths.push(`docs/${entry.name}`);
  }
  return paths.sort();
}
