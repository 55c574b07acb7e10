/**
 * The names that an object has so far.
 *
 * Immutable; adding a name gives another set. Sets with the same names have the same key, in whatever order they came.
 *
 * @module
 */

/** A set of property names. */
export class SeenNames {
  /** Of an object without properties. */
  static readonly none: SeenNames = new SeenNames([], new Set(), "");

  private constructor(
    /** In the order in which they were written. */
    readonly names: readonly string[],
    private readonly set: ReadonlySet<string>,
    /** The same for the same names. */
    readonly key: string,
  ) {}

  get count(): number {
    return this.names.length;
  }

  has(name: string): boolean {
    return this.set.has(name);
  }

  /** The set with one more name. O(n log n). */
  with(name: string): SeenNames {
    const names = [...this.names, name];
    return new SeenNames(names, new Set(names), JSON.stringify([...names].sort()));
  }
}
