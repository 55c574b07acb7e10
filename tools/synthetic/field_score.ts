/**
 * How much of an answer is right, field by field.
 *
 * A field is a leaf of the answer: a number, a text, null, a list of such, wherever it stands. Fields that are expected or
 * written count; right are those that are written exactly as expected. So a missing one and an invented one are a mistake each.
 *
 * @module
 */

/** Right fields of all fields. */
export interface FieldScore {
  right: number;
  all: number;
  /** Paths of the fields that are not right. */
  wrong: string[];
}

/** Compares an answer with the right one; `undefined` is an answer that is no JSON. */
export function scoreFields(expected: unknown, written: unknown): FieldScore {
  const want = leaves(expected),
    got = written === undefined ? new Map<string, string>() : leaves(written);
  const paths = new Set([...want.keys(), ...got.keys()]);
  const wrong = [...paths].filter((path) => want.get(path) !== got.get(path));
  return { right: paths.size - wrong.length, all: paths.size, wrong };
}

/** Leaves by their path, as JSON; a list without objects is one leaf. */
function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  const isScalar = (part: unknown) => typeof part !== "object" || part === null;
  if (isScalar(value) || Array.isArray(value) && value.every(isScalar)) {
    found.set(path, JSON.stringify(value));
  } else {
    for (const [key, part] of Object.entries(value as object)) {
      leaves(part, `${path}/${key}`, found);
    }
  }
  return found;
}
