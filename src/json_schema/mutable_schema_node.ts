/**
 * The node that the reader fills: every field of {@link SchemaNode}, writable, with its default.
 *
 * One constructor sets all fields in one order, so that all nodes have one hidden class in V8 and the code that
 * reads them stays monomorphic.
 *
 * @module
 */

import type { Decimal } from "./decimal.ts";
import {
  ALL_TYPES,
  type DynamicReference,
  type JsonValue,
  type NumberAssertions,
  type SchemaNode,
  type SchemaResource,
} from "./schema_node.ts";

const NO_NODES: readonly MutableSchemaNode[] = Object.freeze([]);
const NO_NAMES: readonly string[] = Object.freeze([]);
const NO_NODE_MAP: ReadonlyMap<string, MutableSchemaNode> = new Map();
const NO_NAME_MAP: ReadonlyMap<string, readonly string[]> = new Map();

/** Numeric keywords while they are gathered. */
export class MutableNumberAssertions implements NumberAssertions {
  minimum?: Decimal = undefined;
  maximum?: Decimal = undefined;
  exclusiveMinimum?: Decimal = undefined;
  exclusiveMaximum?: Decimal = undefined;
  multipleOf?: Decimal = undefined;
}

/** A {@link SchemaNode} while it is read. The fields are documented there. */
export class MutableSchemaNode implements SchemaNode {
  types: number = ALL_TYPES;
  constant?: { readonly value: JsonValue } = undefined;
  enumeration?: readonly JsonValue[] = undefined;

  numbers?: MutableNumberAssertions = undefined;
  minLength = 0;
  maxLength = Infinity;
  pattern?: string = undefined;
  format?: string = undefined;

  prefixItems: readonly MutableSchemaNode[] = NO_NODES;
  items?: MutableSchemaNode = undefined;
  minItems = 0;
  maxItems = Infinity;
  uniqueItems = false;
  contains?: MutableSchemaNode = undefined;
  minContains = 1;
  maxContains = Infinity;
  unevaluatedItems?: MutableSchemaNode = undefined;

  properties: ReadonlyMap<string, MutableSchemaNode> = NO_NODE_MAP;
  patternProperties: ReadonlyMap<string, MutableSchemaNode> = NO_NODE_MAP;
  additionalProperties?: MutableSchemaNode = undefined;
  propertyNames?: MutableSchemaNode = undefined;
  required: readonly string[] = NO_NAMES;
  minProperties = 0;
  maxProperties = Infinity;
  dependentRequired: ReadonlyMap<string, readonly string[]> = NO_NAME_MAP;
  dependentSchemas: ReadonlyMap<string, MutableSchemaNode> = NO_NODE_MAP;
  unevaluatedProperties?: MutableSchemaNode = undefined;

  allOf: readonly MutableSchemaNode[] = NO_NODES;
  anyOf?: readonly MutableSchemaNode[] = undefined;
  oneOf?: readonly MutableSchemaNode[] = undefined;
  not?: MutableSchemaNode = undefined;
  if?: MutableSchemaNode = undefined;
  then?: MutableSchemaNode = undefined;
  else?: MutableSchemaNode = undefined;
  ref?: MutableSchemaNode = undefined;
  dynamicRef?: DynamicReference = undefined;

  constructor(
    readonly id: number,
    readonly pointer: string,
    readonly resource: SchemaResource,
    readonly boolean: boolean | null,
    readonly containsEvaluates: boolean,
  ) {}
}
