import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { tinyCheckpoint, writeCheckpointFolder } from "../convert/_tiny_checkpoint.ts";
import { runCli } from "./_run_cli.ts";

Deno.test("convert writes a folder, keeps one that exists, and tells bad usage from failure", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const source = join(folder, "source"), out = join(folder, "out");
    await Deno.mkdir(source);
    await writeCheckpointFolder(source, tinyCheckpoint());

    const first = await runCli(["convert", source, out, "--dtype", "q8,q4"]);
    assertEquals([first.code, first.stdout], [0, ""]);
    assert(first.stderr.includes("writing the weights as q4"), first.stderr);
    assert((await Deno.stat(join(out, "onnx", "model_q4.onnx_data"))).size > 0);

    const second = await runCli(["convert", source, out]);
    assertEquals(second.code, 1);
    assertEquals(second.stderr.trimEnd().split("\n").length, 1, second.stderr);
    assert(second.stderr.startsWith("espalier: ") && second.stderr.includes("exists"));

    assertEquals(await runCli(["convert", source, out, "--overwrite", "--quiet"]), {
      code: 0,
      stdout: "",
      stderr: "",
    });
    assertEquals((await runCli(["convert", source, out, "--dtype", "q5"])).code, 2);
    assertEquals((await runCli(["convert", source])).code, 2);
    assertEquals((await runCli(["convert", join(folder, "none"), out])).code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
