/** One suite for all stores; and what only a file has to show. */

import { assertEquals } from "@std/assert";
import { MemorySchemaStore, type SchemaStore } from "./schema_store.ts";
import { SqliteSchemaStore } from "./sqlite_schema_store.ts";

const STORES: Record<string, () => SchemaStore> = {
  memory: () => new MemorySchemaStore(),
  SQLite: () => new SqliteSchemaStore(":memory:"),
};

for (const [name, open] of Object.entries(STORES)) {
  Deno.test(`${name}: versions follow one another, and a schema that is the same makes none`, async () => {
    await using store = open();
    assertEquals(await store.get("a"), null);
    const first = await store.put("a", { type: "string" });
    assertEquals([first.stored.version, first.isNew], [1, true]);
    const again = await store.put("a", { type: "string" });
    assertEquals([again.stored, again.isNew], [first.stored, false]);
    const second = await store.put("a", { type: "number" });
    assertEquals([second.stored.version, second.isNew], [2, true]);
    assertEquals((await store.get("a"))!.schema, { type: "number" });
    assertEquals((await store.get("a", 1))!.schema, { type: "string" });
    assertEquals(await store.get("a", 3), null);
    assertEquals((await store.versions("a")).map(({ version }) => version), [1, 2]);
  });

  Deno.test(`${name}: the list has the last version of each`, async () => {
    await using store = open();
    await store.put("b", 1);
    await store.put("a", 1);
    await store.put("b", 2);
    assertEquals(
      (await store.list()).map(({ name, version, schema }) => [name, version, schema]),
      [["a", 1, 1], ["b", 2, 2]],
    );
  });

  Deno.test(`${name}: a deletion takes all versions, and their numbers are not used again`, async () => {
    await using store = open();
    await store.put("a", true);
    await store.put("a", false);
    assertEquals(await store.delete("a"), true);
    assertEquals(await store.delete("a"), false);
    assertEquals(await store.get("a"), null);
    assertEquals(await store.get("a", 1), null);
    assertEquals(await store.versions("a"), []);
    assertEquals(await store.list(), []);
    assertEquals((await store.put("a", false)).stored.version, 3);
  });
}

Deno.test("SQLite: what was acknowledged survives a process that is killed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/schemas.sqlite`;
    const module = new URL("./sqlite_schema_store.ts", import.meta.url).href;
    const script = `
      import { SqliteSchemaStore } from ${JSON.stringify(module)};
      const store = new SqliteSchemaStore(${JSON.stringify(path)});
      for (let index = 1; ; index++) {
        await store.put("name", { const: index });
        Deno.stdout.writeSync(new TextEncoder().encode(index + "\\n"));
      }`;
    await Deno.writeTextFile(`${folder}/writer.ts`, script);
    const writer = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", `${folder}/writer.ts`],
      stdout: "piped",
    }).spawn();
    let acknowledged = "";
    for await (const chunk of writer.stdout.pipeThrough(new TextDecoderStream())) {
      acknowledged += chunk;
      if (acknowledged.split("\n").length > 20) break;
    }
    writer.kill("SIGKILL");
    await writer.status;
    const last = Number(acknowledged.trimEnd().split("\n").filter((line) => line !== "").at(-1));
    await using store = new SqliteSchemaStore(path);
    assertEquals((await store.get("name", last))!.schema, { const: last });
    assertEquals((await store.versions("name")).slice(0, last).length, last);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
