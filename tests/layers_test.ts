/**
 * The import rule: a module imports from its own layer and from lower ones, and only the layers named
 * here load the two heavy dependencies.
 *
 * The graph is the one that Deno itself resolves (`deno info --json`), so type-only imports, dynamic
 * imports and re-exports count, and comments do not. Tests beside the code are exempt: they are the
 * place to drive a lower layer from above.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

/** The layers, lowest first. Layers on one line may not import each other. */
const LAYERS: readonly (readonly string[])[] = [
  ["errors.ts"],
  ["automata"],
  ["vocabulary"],
  ["json_schema", "grammar"],
  ["matcher"],
  ["decoding"],
  ["models"],
  ["convert"],
  ["extract"],
  ["agent"],
  ["eval", "server"],
  ["cli"],
];

/** A dependency, how its specifier begins, and the only layer that may import it. */
const GUARDED = [
  { package: "@huggingface/transformers", layer: "models" },
  { package: "hono", layer: "server" },
] as const;

/** The subpath exports for those who want the engine alone. */
const ENGINE_EXPORTS = ["./automata", "./vocabulary", "./json-schema", "./grammar", "./matcher"];

const root = new URL("../", import.meta.url);
const sourceRoot = new URL("src/", root);

const modules = await moduleGraph([
  ...await sourceModules(sourceRoot),
  new URL("mod.ts", root).href,
]);
/** Resolved imports of each module, by its URL: all of them. */
const graph = new Map([...modules].map(([module, { all }]) => [module, all]));
/** Only those that are run together with the module. */
const eagerGraph = new Map([...modules].map(([module, { eager }]) => [module, eager]));

Deno.test("every folder of src/ has a place in the order of layers", async () => {
  const known = new Set(LAYERS.flat());
  const unknown: string[] = [];
  for await (const entry of Deno.readDir(sourceRoot)) {
    if (!known.has(entry.name)) unknown.push(entry.name);
  }
  assertEquals(unknown, []);
});

Deno.test("imports between layers go down only", () => {
  const violations: string[] = [];
  for (const [module, imports] of graph) {
    const from = layerOf(module);
    if (from === undefined) continue;
    for (const imported of imports) {
      const to = layerOf(imported);
      if (to === undefined || to === from || rank(to) < rank(from)) continue;
      violations.push(`${relative(module)} (${from}) imports ${relative(imported)} (${to})`);
    }
  }
  assertEquals(violations, []);
});

/** `@espalier/core/testing` is a door of its own: a model for tests, which `mod.ts` leaves out. */
const DOORS = ["/mod.ts", "/src/decoding/testing.ts"];

Deno.test("a module enters another layer through its door, mod.ts", () => {
  const violations: string[] = [];
  for (const [module, imports] of graph) {
    const from = layerOf(module);
    if (from === undefined) continue;
    for (const imported of imports) {
      const to = layerOf(imported);
      if (to === undefined || to === from || to === "errors.ts") continue;
      if (!DOORS.some((door) => imported.endsWith(door))) {
        violations.push(`${relative(module)} imports ${relative(imported)}`);
      }
    }
  }
  assertEquals(violations, []);
});

for (const { package: name, layer } of GUARDED) {
  Deno.test(`only src/${layer} imports ${name}`, () => {
    const violations: string[] = [];
    for (const [module, imports] of graph) {
      const from = layerOf(module);
      if (from === undefined || from === layer) continue;
      for (const imported of imports) {
        if (isPackage(imported, name)) violations.push(`${relative(module)} imports ${imported}`);
      }
    }
    assertEquals(violations, []);
  });
}

Deno.test("the engine's subpath exports reach neither transformers.js nor Hono", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const checked: string[] = [];
  for (const subpath of ENGINE_EXPORTS) {
    const entry: string | undefined = exports[subpath];
    if (entry === undefined) continue;
    checked.push(subpath);
    for (const module of reachable(new URL(entry, root).href)) {
      for (const guarded of GUARDED) {
        assert(
          !isPackage(module, guarded.package),
          `${subpath} reaches ${guarded.package} (${module})`,
        );
      }
    }
  }
  assert(checked.includes("./matcher"), "deno.json exports ./matcher");
});

Deno.test("importing mod.ts runs neither transformers.js nor Hono: a Worker does", () => {
  const eager = reachable(new URL("mod.ts", root).href, eagerGraph);
  assert(eager.has(new URL("models/load_model.ts", sourceRoot).href));
  const heavy = [...eager].filter((module) =>
    GUARDED.some((guarded) => isPackage(module, guarded.package))
  );
  assertEquals(heavy, []);
});

/** The layer of a local module: the first part of its path under `src/`. */
function layerOf(module: string): string | undefined {
  if (!module.startsWith(sourceRoot.href)) return undefined;
  return module.slice(sourceRoot.href.length).split("/")[0];
}

function rank(layer: string): number {
  return LAYERS.findIndex((names) => names.includes(layer));
}

function relative(module: string): string {
  return module.startsWith(root.href) ? module.slice(root.href.length) : module;
}

function isPackage(specifier: string, name: string): boolean {
  return new RegExp(`^npm:/?${name}(?:[@/]|$)`).test(specifier);
}

/** Everything that `entry` imports, directly or not, `entry` included. */
function reachable(entry: string, imports: ReadonlyMap<string, string[]> = graph): Set<string> {
  const seen = new Set([entry]);
  for (const module of seen) {
    for (const imported of imports.get(module) ?? []) seen.add(imported);
  }
  return seen;
}

/** URLs of the modules under `folder`, tests and what they share left out. */
async function sourceModules(folder: URL): Promise<string[]> {
  const modules: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) {
      modules.push(...await sourceModules(new URL(`${entry.name}/`, folder)));
    } else if (/(?<!_test)\.ts$/.test(entry.name) && !entry.name.startsWith("_test_")) {
      modules.push(new URL(entry.name, folder).href);
    }
  }
  return modules.sort();
}

/** Asks Deno for the graph below all `modules` at once, through a module that imports them. */
async function moduleGraph(modules: string[]): Promise<Map<string, Imports>> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      entry,
      modules.map((module) => `import ${JSON.stringify(module)};\n`).join(""),
    );
    const configuration = new URL("deno.json", root).pathname;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", "--config", configuration, entry],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const info: ModuleInfo = JSON.parse(new TextDecoder().decode(stdout));
    const imports = new Map<string, Imports>();
    for (const { specifier, error, dependencies = [] } of info.modules) {
      assert(error === undefined, `${specifier}: ${error}`);
      imports.set(specifier, {
        all: dependencies.flatMap(({ code, type }) =>
          [code?.specifier, type?.specifier].filter((target) => target !== undefined)
        ),
        eager: dependencies.filter(({ isDynamic }) => !isDynamic)
          .flatMap(({ code }) => code?.specifier ?? []),
      });
    }
    for (const module of modules) assert(imports.has(module), `${module} is in the graph`);
    return imports;
  } finally {
    await Deno.remove(entry);
  }
}

/** What a module imports. */
interface Imports {
  readonly all: string[];
  /** Without types and dynamic imports. */
  readonly eager: string[];
}

/** The part of `deno info --json` that is read here. */
interface ModuleInfo {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}
