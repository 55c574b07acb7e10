/**
 * Which rules lead back to themselves.
 *
 * Tarjan's strongly connected components (SIAM J. Comput. 1, 1972) with a stack of its own, since rules may
 * form long chains. Linear in rules and uses.
 *
 * @module
 */

/**
 * The names that lie on a cycle.
 *
 * @param uses The names that each name leads to; those without an entry lead nowhere.
 */
export function rulesOnCycles(uses: ReadonlyMap<string, Iterable<string>>): Set<string> {
  const onCycles = new Set<string>();
  /** Order of discovery, and the earliest place that is reached from there. */
  const found = new Map<string, { order: number; low: number; isOpen: boolean }>();
  const component: string[] = [];
  for (const root of uses.keys()) {
    if (found.has(root)) continue;
    const path: { name: string; next: Iterator<string> }[] = [];
    const open = (name: string) => {
      found.set(name, { order: found.size, low: found.size, isOpen: true });
      component.push(name);
      path.push({ name, next: (uses.get(name) ?? [])[Symbol.iterator]() });
    };
    open(root);
    while (path.length > 0) {
      const { name, next } = path.at(-1)!;
      const here = found.get(name)!;
      const { done, value: target } = next.next();
      if (done !== true) {
        const there = found.get(target);
        if (there === undefined) open(target);
        else if (there.isOpen) here.low = Math.min(here.low, there.order);
        if (target === name) onCycles.add(name);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) {
        const outer = found.get(above.name)!;
        outer.low = Math.min(outer.low, here.low);
      }
      if (here.low < here.order) continue;
      const members = component.splice(component.lastIndexOf(name));
      for (const member of members) {
        found.get(member)!.isOpen = false;
        if (members.length > 1) onCycles.add(member);
      }
    }
  }
  return onCycles;
}
