/**
 * Schemas in a SQLite file, through the runtime's own `node:sqlite`.
 *
 * Every put is a transaction that is on the disk before it is acknowledged (write-ahead log, `synchronous = FULL`), so a
 * process that is killed loses nothing it has promised. A deletion leaves the row without its schema: the
 * number of a version is never used again. Several processes on one machine may share the file.
 *
 * Calls run on the caller's thread: a look-up takes some 20 µs, a put as long as the disk takes to sync.
 *
 * Source: https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { PutResult, SchemaStore, StoredSchema } from "./schema_store.ts";

const TABLES = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS schemas (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    schema TEXT, -- JSON; null where it was deleted
    created_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
  ) STRICT;
`;

interface Row {
  name: string;
  version: number;
  schema: string | null;
  created_at: number;
}

/** Keeps schemas in a file. */
export class SqliteSchemaStore implements SchemaStore {
  readonly #database: DatabaseSync;
  readonly #statements: Readonly<Record<"last" | "one" | "all" | "list" | "add", StatementSync>>;
  readonly #remove: StatementSync;

  /**
   * Opens or makes the file.
   *
   * @param path The file; `":memory:"` keeps nothing.
   * @throws {Error} SQLite's, if that is no database or cannot be written.
   */
  constructor(path: string) {
    const database = new DatabaseSync(path);
    database.exec(TABLES);
    const columns = "SELECT name, version, schema, created_at FROM schemas";
    this.#database = database;
    this.#statements = {
      last: database.prepare(`${columns} WHERE name = ? ORDER BY version DESC LIMIT 1`),
      one: database.prepare(`${columns} WHERE name = ? AND version = ?`),
      all: database.prepare(`${columns} WHERE name = ? AND schema IS NOT NULL ORDER BY version`),
      list: database.prepare(
        `${columns} WHERE schema IS NOT NULL AND (name, version) IN
          (SELECT name, max(version) FROM schemas GROUP BY name) ORDER BY name`,
      ),
      add: database.prepare(
        "INSERT INTO schemas (name, version, schema, created_at) VALUES (?, ?, ?, ?)",
      ),
    };
    this.#remove = database.prepare(
      "UPDATE schemas SET schema = NULL WHERE name = ? AND schema IS NOT NULL",
    );
  }

  /** As {@link SchemaStore.put}. */
  // deno-lint-ignore require-await -- what SQLite throws has to reject
  async put(name: string, schema: unknown): Promise<PutResult> {
    const json = JSON.stringify(schema);
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const last = this.#row(this.#statements.last, name);
      const isNew = last?.schema !== json;
      const version = isNew ? (last?.version ?? 0) + 1 : last!.version;
      const createdAt = isNew ? Math.floor(Date.now() / 1000) : last!.created_at;
      if (isNew) this.#statements.add.run(name, version, json, createdAt);
      this.#database.exec("COMMIT");
      return { stored: { name, version, schema: JSON.parse(json), createdAt }, isNew };
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** As {@link SchemaStore.get}. */
  // deno-lint-ignore require-await
  async get(name: string, version?: number): Promise<StoredSchema | null> {
    const { last, one } = this.#statements;
    const row = version === undefined ? this.#row(last, name) : this.#row(one, name, version);
    return row === undefined || row.schema === null ? null : stored(row);
  }

  /** As {@link SchemaStore.versions}. */
  // deno-lint-ignore require-await
  async versions(name: string): Promise<readonly StoredSchema[]> {
    return (this.#statements.all.all(name) as unknown as Row[]).map(stored);
  }

  /** As {@link SchemaStore.list}. */
  // deno-lint-ignore require-await
  async list(): Promise<readonly StoredSchema[]> {
    return (this.#statements.list.all() as unknown as Row[]).map(stored);
  }

  /** As {@link SchemaStore.delete}. */
  // deno-lint-ignore require-await
  async delete(name: string): Promise<boolean> {
    return Number(this.#remove.run(name).changes) > 0;
  }

  /** Closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #row(statement: StatementSync, ...values: (string | number)[]): Row | undefined {
    return statement.get(...values) as unknown as Row | undefined;
  }
}

function stored({ name, version, schema, created_at }: Row): StoredSchema {
  return { name, version, schema: JSON.parse(schema!), createdAt: created_at };
}
