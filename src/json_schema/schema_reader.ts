/**
 * Turns schema objects into nodes: the work list that makes a graph of a schema.
 *
 * A node is made when something first refers to a schema object and filled later from a list, so recursion in
 * the schema becomes a cycle in the graph, and a long chain of references costs no stack. Within a resource one
 * schema object has one node. What nothing refers to (most of `$defs`) is never read.
 *
 * Cost: one node and one map entry per schema object, one look-up per keyword.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import type { Dialect } from "./dialect.ts";
import { isPlainObject } from "./document_check.ts";
import { InvalidSchemaError } from "./errors.ts";
import { keywordsOf, type SchemaReading } from "./keywords.ts";
import { quoteValue, type SchemaObject } from "./keyword_values.ts";
import { MutableSchemaNode } from "./mutable_schema_node.ts";
import type { Resource, SchemaDocuments, SchemaLocation } from "./schema_documents.ts";
import type { SchemaNode, SchemaResource } from "./schema_node.ts";

/** A resource, as the reader has met it. */
interface ReadResource {
  readonly resource: Resource;
  /** The part of it that nodes show. */
  readonly published: SchemaResource & { readonly dynamicAnchors: Map<string, SchemaNode> };
  readonly nodes: Map<SchemaObject, MutableSchemaNode>;
}

/** Reads the documents of one root schema. Use once. */
export class SchemaReader implements SchemaReading {
  readonly assertFormats: boolean;
  readonly #documents: SchemaDocuments;
  readonly #maximumNodes: number;
  readonly #resources = new Map<Resource, ReadResource>();
  /** Nodes to fill, and what from; the two go in step. */
  readonly #waiting: MutableSchemaNode[] = [];
  readonly #waitingSchemas: SchemaObject[] = [];
  readonly #waitingResources: ReadResource[] = [];
  #nodeCount = 0;
  /** Whether any node depends on the dynamic scope. */
  #hasDynamicScope = false;
  /** Of the node in hand. */
  #current!: ReadResource;

  /**
   * @param documents With the root document opened.
   * @param maximumNodes Largest number of nodes.
   * @param assertFormats Whether nodes get their `format`.
   */
  constructor(documents: SchemaDocuments, maximumNodes: number, assertFormats: boolean) {
    this.#documents = documents;
    this.#maximumNodes = maximumNodes;
    this.assertFormats = assertFormats;
  }

  /** The node of a document's root, and with it everything it refers to. */
  read(root: Resource): MutableSchemaNode {
    const node = this.#nodeAt({ value: root.value, pointer: root.pointer, resource: root });
    this.#fillAll();
    while (this.#hasDynamicScope && this.#publishDynamicAnchors()) this.#fillAll();
    return node;
  }

  get hasInfinity(): boolean {
    return this.#current.resource.document.hasInfinity;
  }

  get dialect(): Dialect {
    return this.#current.resource.dialect;
  }

  child(
    value: unknown,
    parent: MutableSchemaNode,
    keyword: string,
    path: string,
  ): MutableSchemaNode {
    const pointer = `${parent.pointer}/${path}`;
    if (typeof value === "boolean") return this.#newNode(this.#current, pointer, value);
    if (!isPlainObject(value)) {
      throw new InvalidSchemaError(
        keyword,
        parent.pointer,
        `${keyword} must hold schemas (objects or booleans), got ${quoteValue(value)}`,
      );
    }
    const resource = this.#current.resource.resourceOf(value);
    return this.#objectNode(
      value,
      pointer,
      resource === this.#current.resource ? this.#current : this.#enter(resource),
    );
  }

  part(parent: MutableSchemaNode): MutableSchemaNode {
    return this.#newNode(this.#current, parent.pointer, null);
  }

  reference(node: MutableSchemaNode, reference: string): void {
    const { resource } = this.#current;
    node.ref = this.#nodeAt(this.#documents.follow("$ref", reference, resource, node.pointer));
  }

  dynamicReference(node: MutableSchemaNode, keyword: string, reference: string): void {
    const { resource } = this.#current;
    const target = this.#documents.follow(keyword, reference, resource, node.pointer);
    // Each of the two keywords looks for its own kind of anchor.
    const isRecursive = keyword === "$recursiveRef";
    const anchor = (target.dynamicAnchor === "") === isRecursive ? target.dynamicAnchor : null;
    if (anchor !== null) this.#hasDynamicScope = true;
    node.dynamicRef = { initial: this.#nodeAt(target), anchor };
  }

  #nodeAt({ value, pointer, resource }: SchemaLocation): MutableSchemaNode {
    const entered = this.#enter(resource);
    return typeof value === "boolean"
      ? this.#newNode(entered, pointer, value)
      : this.#objectNode(value, pointer, entered);
  }

  #enter(resource: Resource): ReadResource {
    let entered = this.#resources.get(resource);
    if (entered === undefined) {
      const uri = resource.publicUri;
      entered = {
        resource,
        published: { id: this.#resources.size, uri, dynamicAnchors: new Map() },
        nodes: new Map(),
      };
      this.#resources.set(resource, entered);
    }
    return entered;
  }

  #objectNode(schema: SchemaObject, pointer: string, entered: ReadResource): MutableSchemaNode {
    let node = entered.nodes.get(schema);
    if (node === undefined) {
      node = this.#newNode(entered, pointer, null);
      entered.nodes.set(schema, node);
      this.#waiting.push(node);
      this.#waitingSchemas.push(schema);
      this.#waitingResources.push(entered);
    }
    return node;
  }

  #newNode(entered: ReadResource, pointer: string, boolean: boolean | null): MutableSchemaNode {
    if (this.#nodeCount >= this.#maximumNodes) {
      throw new LimitExceededError("schemaNodes", Infinity, this.#maximumNodes);
    }
    const containsEvaluates = entered.resource.dialect.draft >= 2020;
    return new MutableSchemaNode(
      this.#nodeCount++,
      pointer,
      entered.published,
      boolean,
      containsEvaluates,
    );
  }

  #fillAll(): void {
    for (let node = this.#waiting.pop(); node !== undefined; node = this.#waiting.pop()) {
      const schema = this.#waitingSchemas.pop()!;
      this.#current = this.#waitingResources.pop()!;
      const { dialect } = this.#current.resource;
      const keywords = keywordsOf(dialect);
      if (dialect.refOverridesSiblings && Object.hasOwn(schema, "$ref")) {
        keywords.get("$ref")!(this, node, schema["$ref"], schema);
        continue;
      }
      for (const keyword of Object.keys(schema)) {
        keywords.get(keyword)?.(this, node, schema[keyword], schema);
      }
    }
  }

  /** Makes nodes of the anchors that dynamic references may find. Returns whether there were new ones. */
  #publishDynamicAnchors(): boolean {
    let added = false;
    // A new node may enter a resource; the loop meets it too.
    for (const { resource, published } of this.#resources.values()) {
      for (const [name, location] of resource.dynamicAnchors) {
        if (published.dynamicAnchors.has(name)) continue;
        published.dynamicAnchors.set(name, this.#nodeAt(location));
        added = true;
      }
    }
    return added;
  }
}
