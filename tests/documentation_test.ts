/**
 * The code blocks of README and docs that are not run (` ```ts ignore `, because they would load a model)
 * still type-check. All others are run as tests by `deno test --doc`.
 *
 * @module
 */

import { assert } from "@std/assert";

const root = new URL("../", import.meta.url);

Deno.test("code blocks in Markdown that are not run type-check", async () => {
  // Inside of the package, so that its own name resolves.
  await Deno.mkdir(new URL(".cache/", root), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: new URL(".cache/", root).pathname });
  try {
    const blocks: string[] = [];
    for (const path of await markdownFiles()) {
      const text = await Deno.readTextFile(new URL(path, root));
      for (const [, code] of text.matchAll(/^```ts ignore\n(.*?)^```$/gms)) {
        const file = `${folder}/${path.replaceAll("/", "_")}_${blocks.length}.ts`;
        await Deno.writeTextFile(file, code!);
        blocks.push(file);
      }
    }
    assert(blocks.length > 0, "there is such a block");
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", ...blocks],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function markdownFiles(): Promise<string[]> {
  const paths = ["README.md"];
  for await (const entry of Deno.readDir(new URL("docs/", root))) {
    if (entry.name.endsWith(".md")) paths.push(`docs/${entry.name}`);
  }
  return paths;
}
