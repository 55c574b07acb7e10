/**
 * Where schemas are kept that were put over HTTP: by name, in versions that never change.
 *
 * One interface, so that a server on one machine can keep them in SQLite, a test in memory, and several servers in a database
 * that they share. Implementations answer in promises; what they acknowledge has to survive the process, as far as they
 * say that they keep anything.
 *
 * @module
 */

/** A version of a schema. */
export interface StoredSchema {
  /** Unique in the store. */
  readonly name: string;
  /** From 1 on; never used again, not even after a deletion. */
  readonly version: number;
  /** A JSON Schema. */
  readonly schema: unknown;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

/** What a put came to. */
export interface PutResult {
  /** The version that holds the schema now. */
  readonly stored: StoredSchema;
  /** False where the last version had the same schema already. */
  readonly isNew: boolean;
}

/** A store. */
export interface SchemaStore extends AsyncDisposable {
  /** Adds a version, unless the last one is the same. */
  put(name: string, schema: unknown): Promise<PutResult>;
  /** A version, default the last; null where there is none. */
  get(name: string, version?: number): Promise<StoredSchema | null>;
  /** All versions, oldest first; none where the name is not known. */
  versions(name: string): Promise<readonly StoredSchema[]>;
  /** The last version of each schema, by name. */
  list(): Promise<readonly StoredSchema[]>;
  /** Deletes all versions; false where there were none. */
  delete(name: string): Promise<boolean>;
}

/** Keeps schemas as long as the process lives. */
export class MemorySchemaStore implements SchemaStore {
  readonly #versions = new Map<string, StoredSchema[]>();
  /** The highest version of each name that was ever given out. */
  readonly #highest = new Map<string, number>();

  /** As {@link SchemaStore.put}. */
  put(name: string, schema: unknown): Promise<PutResult> {
    const versions = this.#versions.get(name) ?? [];
    const last = versions.at(-1);
    const json = JSON.stringify(schema);
    if (last !== undefined && JSON.stringify(last.schema) === json) {
      return Promise.resolve({ stored: last, isNew: false });
    }
    const version = (this.#highest.get(name) ?? 0) + 1;
    const createdAt = Math.floor(Date.now() / 1000);
    const stored = { name, version, schema: JSON.parse(json), createdAt };
    this.#highest.set(name, version);
    this.#versions.set(name, [...versions, stored]);
    return Promise.resolve({ stored, isNew: true });
  }

  /** As {@link SchemaStore.get}. */
  get(name: string, version?: number): Promise<StoredSchema | null> {
    const versions = this.#versions.get(name) ?? [];
    const found = version === undefined
      ? versions.at(-1)
      : versions.find((stored) => stored.version === version);
    return Promise.resolve(found ?? null);
  }

  /** As {@link SchemaStore.versions}. */
  versions(name: string): Promise<readonly StoredSchema[]> {
    return Promise.resolve(this.#versions.get(name) ?? []);
  }

  /** As {@link SchemaStore.list}. */
  list(): Promise<readonly StoredSchema[]> {
    const names = [...this.#versions.keys()].sort();
    return Promise.resolve(names.map((name) => this.#versions.get(name)!.at(-1)!));
  }

  /** As {@link SchemaStore.delete}. */
  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.#versions.delete(name));
  }

  /** Nothing to free. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
