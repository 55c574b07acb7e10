/**
 * The conformance data: where it is, and its files as cases.
 *
 * The data sets are not part of the repository. They are looked for in `$ESPALIER_DATA`, else in
 * `../shared/data` beside the repository; whoever runs without them is told so.
 *
 * - MaskBench (guidance-ai/jsonschemabench), `maskbench.dev.jsonl.gz`: one schema and its instances a line.
 * - JSON-Schema-Test-Suite (json-schema-org), `json-schema-test-suite/{tests,remotes}`.
 *
 * @module
 */

import { compactJson, parseKeepingNumbers, spacedJson } from "./json_text.ts";

/** One schema and the instances it is tested with. */
export interface ConformanceCase {
  /** Stable name, unique in its data set. */
  readonly id: string;
  readonly schema: unknown;
  /** Whether `format` asserts. */
  readonly assertFormats: boolean;
  readonly instances: readonly ConformanceInstance[];
}

/** One instance, as one or more texts that all mean the same. */
export interface ConformanceInstance {
  readonly description: string;
  readonly valid: boolean;
  /** Serialisations; the verdict on the instance is the worst of theirs. */
  readonly texts: readonly string[];
}

/** The folder of the data sets, or undefined where there is none. */
export function dataFolder(): URL | undefined {
  const configured = Deno.env.get("ESPALIER_DATA");
  const folder = configured === undefined
    ? new URL("../../../shared/data/", import.meta.url)
    : new URL(`file://${Deno.realPathSync(configured)}/`);
  return exists(folder) ? folder : undefined;
}

/** What to tell someone who has no data. */
export const DATA_MISSING =
  "SKIPPED: no conformance data. Set ESPALIER_DATA to a folder with maskbench.dev.jsonl.gz and json-schema-test-suite/.";

/**
 * MaskBench's schemas, in the order of the file, instances written with `", "` and `": "` as its protocol says.
 *
 * @param folder From {@link dataFolder}.
 * @param select Whether to take the schema with this index and name; others are not parsed twice.
 */
export async function* maskBenchCases(
  folder: URL,
  select: (index: number, id: string) => boolean,
): AsyncGenerator<ConformanceCase> {
  let index = 0;
  for await (const line of linesOfGzip(new URL("maskbench.dev.jsonl.gz", folder))) {
    // The name is the first field of each line, so a line that is not wanted is not parsed.
    const name = /^\{"file": "([^"]*)"/.exec(line)?.[1] ?? JSON.parse(line).file as string;
    if (!select(index++, name.replace(/\.json$/, ""))) continue;
    const { schema } = JSON.parse(line) as { schema: unknown };
    const { tests } = parseKeepingNumbers(line) as {
      tests: { description: string; valid: boolean; data: unknown }[];
    };
    yield {
      id: name.replace(/\.json$/, ""),
      schema,
      assertFormats: true,
      instances: tests.map(({ description, valid, data }) => ({
        description,
        valid,
        texts: [spacedJson(data)],
      })),
    };
  }
}

/** The drafts of the suite that are run, with the URI that names each as a dialect. */
export const DRAFTS = {
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
  "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
  "draft7": "http://json-schema.org/draft-07/schema#",
  "draft6": "http://json-schema.org/draft-06/schema#",
  "draft4": "http://json-schema.org/draft-04/schema#",
} as const;

/** Name of a draft, as the suite's folders have it. */
export type Draft = keyof typeof DRAFTS;

/** Part of the suite: `required` (formats do not assert) or `format` (`optional/format`, where they do). */
export type SuitePart = "required" | "format";

/**
 * The official suite's test groups of one draft and part. Each instance is written twice, compact and
 * spaced. Schemas of the older drafts, which do not say what they are, get their draft's `$schema`.
 */
export function suiteCases(folder: URL, draft: Draft, part: SuitePart): ConformanceCase[] {
  const tests = new URL(
    `json-schema-test-suite/tests/${draft}/${part === "format" ? "optional/format/" : ""}`,
    folder,
  );
  const cases: ConformanceCase[] = [];
  const ids = new Set<string>();
  for (const file of filesOf(tests)) {
    const text = Deno.readTextFileSync(new URL(file, tests));
    const groups = JSON.parse(text) as { description: string; schema: unknown }[];
    const exact = parseKeepingNumbers(text) as {
      tests: { description: string; valid: boolean; data: unknown }[];
    }[];
    groups.forEach(({ description, schema }, index) => {
      const name = `${draft}/${part}/${file.replace(/\.json$/, "")}: ${description}`;
      let id = name;
      for (let number = 2; ids.has(id); number++) id = `${name} (${number})`;
      ids.add(id);
      cases.push({
        id,
        schema: withDialect(schema, DRAFTS[draft]),
        assertFormats: part === "format",
        instances: exact[index]!.tests.map(({ description, valid, data }) => ({
          description,
          valid,
          texts: [compactJson(data), spacedJson(data)],
        })),
      });
    });
  }
  return cases;
}

/** The suite's remote schemas by the URL under which its tests refer to them. */
export function suiteRemotes(folder: URL): Record<string, unknown> {
  const remotes: Record<string, unknown> = {};
  const base = new URL("json-schema-test-suite/remotes/", folder);
  const visit = (path: string) => {
    for (const entry of Deno.readDirSync(new URL(path, base))) {
      if (entry.isDirectory) {
        if (entry.name !== "draft3" && entry.name !== "v1") visit(`${path}${entry.name}/`);
      } else if (entry.name.endsWith(".json")) {
        const schema = JSON.parse(Deno.readTextFileSync(new URL(path + entry.name, base)));
        remotes[`http://localhost:1234/${path}${entry.name}`] = schema;
      }
    }
  };
  visit("./");
  return Object.fromEntries(
    Object.entries(remotes).map(([url, schema]) => [url.replace("/./", "/"), schema]),
  );
}

function withDialect(schema: unknown, dialect: string): unknown {
  if (typeof schema !== "object" || schema === null || "$schema" in schema) return schema;
  return { $schema: dialect, ...schema };
}

function filesOf(folder: URL): string[] {
  return [...Deno.readDirSync(folder)]
    .filter((entry) => entry.isFile && entry.name.endsWith(".json"))
    .map((entry) => entry.name)
    .sort();
}

async function* linesOfGzip(file: URL): AsyncGenerator<string> {
  const text = (await Deno.open(file)).readable
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const chunk of text) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function exists(path: URL): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
