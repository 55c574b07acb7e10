/**
 * Schemas that no text holds: made where the engine needs "is one of these values" or "one of these schemas" as a goal.
 *
 * The parts of a constant object, the values that `uniqueItems` has already seen, what `unevaluatedItems` leaves to
 * items that `contains` has matched.
 *
 * @module
 */

import { canonicalText } from "./json_value.ts";
import { ALL_TYPES, type JsonValue, type SchemaNode, type SchemaResource } from "./schema_node.ts";

const RESOURCE: SchemaResource = { id: -1, uri: "", dynamicAnchors: new Map() };
const NO_ENTRIES = new Map<string, never>() as ReadonlyMap<string, never>;

const EMPTY_NODE: Omit<SchemaNode, "id" | "pointer"> = {
  resource: RESOURCE,
  boolean: null,
  types: ALL_TYPES,
  minLength: 0,
  maxLength: Infinity,
  prefixItems: [],
  minItems: 0,
  maxItems: Infinity,
  uniqueItems: false,
  minContains: 1,
  maxContains: Infinity,
  containsEvaluates: true,
  properties: NO_ENTRIES,
  patternProperties: NO_ENTRIES,
  required: [],
  minProperties: 0,
  maxProperties: Infinity,
  dependentRequired: NO_ENTRIES,
  dependentSchemas: NO_ENTRIES,
  allOf: [],
};

/** Makes nodes; equal contents give the same node. */
export class MadeNodes {
  readonly #nodes = new Map<string, SchemaNode>();

  /** The schema of exactly these values. */
  oneOfValues(values: readonly JsonValue[], pointer: string): SchemaNode {
    const key = `=${values.map(canonicalText).join()}`;
    return this.#make(key, pointer, { enumeration: values });
  }

  /** The schema that holds if any of these does. */
  anyOf(nodes: readonly SchemaNode[], pointer: string): SchemaNode {
    if (nodes.length === 1) return nodes[0]!;
    const key = `|${nodes.map((node) => `${node.resource.id}:${node.id}`).join()}`;
    return this.#make(key, pointer, { anyOf: nodes });
  }

  #make(key: string, pointer: string, fields: Partial<SchemaNode>): SchemaNode {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      node = { ...EMPTY_NODE, id: -1 - this.#nodes.size, pointer, ...fields };
      this.#nodes.set(key, node);
    }
    return node;
  }
}
