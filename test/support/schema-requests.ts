/**
 * Requests made from openapi.json: valid ones, and ones that break its schema in exactly one place. The same seed makes the same
 * requests. What a schema cannot say (that an end is after its start) may make a valid one refused; nothing makes a broken one right.
 */
import fc from "fast-check";

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

export interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

interface Parameter {
  readonly in: "path" | "query" | "header";
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface MadeRequest {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly text?: string;
  /** What is wrong with it; null = nothing that the schema knows. */
  readonly broken: string | null;
}

/** A seeded source of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Node {
  readonly schema: Schema;
  readonly value: { [member: string]: Json };
}

const SAMPLES = 12;
/** Far from every form that a schema asks for, whatever it is. */
const WRONG: Json = [{ zzUnknown: 1 }];
export const UNKNOWN = "zzUnknown";

export class RequestMaker {
  readonly #document: Document;
  readonly #random: () => number;
  /** Ids that exist, for patterns that they fit. */
  readonly #known: readonly string[];
  readonly #operations: readonly {
    readonly method: string;
    readonly path: string;
    readonly operation: OperationObject;
  }[];
  readonly #samples = new Map<string, readonly string[]>();

  constructor(document: Document, seed: number, known: readonly string[]) {
    this.#document = document;
    this.#random = randomFrom(seed);
    this.#known = known;
    this.#operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  get operationIds(): readonly string[] {
    return this.#operations.map(({ operation }) => operation.operationId);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #string(schema: Schema): string {
    const { pattern, format, minLength = 0, maxLength = 40 } = schema;
    if (format === "date-time")
      return new Date(Date.now() + this.#below(20 * 288) * 300_000 - (Date.now() % 300_000)).toISOString();
    if (format === "date")
      return new Date(Date.now() + this.#below(60) * 86_400_000).toISOString().slice(0, 10);
    if (format === "email") return `p${this.#below(1e6)}@example.org`;
    if (pattern) return this.#matching(pattern);
    const length = Math.min(Math.max(minLength, 1 + this.#below(12)), maxLength);
    return Array.from({ length }, () => this.#pick([..."abcdefghijklmnop -é0123456789"])).join("") || "x";
  }

  #matching(pattern: string): string {
    const shape = new RegExp(pattern);
    const known = this.#known.filter((id) => shape.test(id));
    if (known.length > 0 && this.#random() < 0.8) return this.#pick(known);
    const samples =
      this.#samples.get(pattern) ??
      fc.sample(fc.stringMatching(shape), { numRuns: SAMPLES, seed: this.#below(1e9) });
    this.#samples.set(pattern, samples);
    return this.#pick(samples);
  }

  #value(given: Schema, nodes: Node[]): Json {
    const schema = given.$ref
      ? (this.#document.components.schemas[given.$ref.split("/").at(-1) ?? ""] as Schema)
      : given;
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return this.#pick(schema.enum);
    const some = schema.anyOf ?? schema.oneOf;
    if (some) return this.#value(this.#pick(some), nodes);
    const type = Array.isArray(schema.type) ? this.#pick(schema.type as readonly string[]) : schema.type;
    switch (type) {
      case "null":
        return null;
      case "boolean":
        return this.#random() < 0.5;
      case "integer":
      case "number": {
        const { minimum = 0, maximum = 1_000 } = schema;
        const number = Math.floor(
          minimum + this.#random() * (Math.min(maximum, minimum + 10_000) - minimum + 1),
        );
        return Math.min(maximum, Math.max(minimum, Math.round(number / 5) * 5)); // minutes lie on steps of five
      }
      case "array": {
        const { minItems = 0, maxItems = 3, items = {} } = schema;
        const length = Math.min(maxItems, minItems + this.#below(2));
        return Array.from({ length }, () => this.#value(items, nodes));
      }
      case "object":
        return this.#object(schema, nodes);
      default:
        return this.#string(schema);
    }
  }

  #object(schema: Schema, nodes: Node[]): Json {
    const value: { [member: string]: Json } = {};
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (schema.required?.includes(name) || this.#random() < 0.4) value[name] = this.#value(member, nodes);
    }
    nodes.push({ schema, value });
    return value;
  }

  /** Breaks one place; says which. */
  #breakBody(nodes: readonly Node[]): string {
    const { schema, value } = this.#pick(nodes);
    const present = Object.keys(value);
    const required = present.filter((name) => schema.required?.includes(name));
    const how = this.#below(3);
    if (how === 1 && present.length > 0) {
      const name = this.#pick(present);
      value[name] = WRONG;
      return `a wrong ${name}`;
    }
    if (how === 2 && required.length > 0) {
      const name = this.#pick(required);
      delete value[name];
      return `no ${name}`;
    }
    value[UNKNOWN] = 1;
    return "an unknown member";
  }

  /** @param break whether to break it; an operation that takes nothing stays whole */
  make(operationId: string | null, isBroken: boolean): MadeRequest {
    const row =
      operationId === null
        ? this.#pick(this.#operations)
        : this.#operations.find(({ operation }) => operation.operationId === operationId);
    if (!row) throw new Error(`there is no operation ${operationId}`);
    const { method, path, operation } = row;
    const parameters = operation.parameters ?? [];
    const headers: Record<string, string> = {};
    const query = new URLSearchParams();
    let address = path.slice("/v1".length);
    let broken: string | null = null;
    for (const { in: where, name, required, schema } of parameters) {
      if (where !== "path" && !required && this.#random() < 0.6) continue;
      const value = this.#value(schema, []);
      const text = Array.isArray(value) ? String(value[0] ?? "") : String(value);
      if (where === "path") address = address.replace(`{${name}}`, encodeURIComponent(text));
      else if (where === "query") query.set(name, text);
      else headers[name.toLowerCase()] = name === "Idempotency-Key" ? `fuzz-${this.#below(1e9)}` : text;
    }
    const checked = parameters.filter(
      ({ in: where, schema }) =>
        where === "query" && (schema.pattern ?? schema.enum ?? schema.format) !== undefined,
    );
    const content = Object.entries(operation.requestBody?.content ?? {});
    const json = content.find(([media]) => media === "application/json")?.[1].schema;
    const nodes: Node[] = [];
    const made: { body?: Json; text?: string } = {};
    if (json) made.body = this.#value(json, nodes);
    else if (content.length > 0) {
      headers["content-type"] = this.#pick(content)[0];
      made.text = this.#string({ maxLength: 200 });
    }
    if (isBroken && nodes.length > 0 && (checked.length === 0 || this.#random() < 0.8))
      broken = this.#breakBody(nodes);
    else if (isBroken && checked.length > 0) {
      const { name } = this.#pick(checked);
      query.set(name, "!\u0001");
      broken = `a wrong ${name} in the query`;
    }
    const search = query.size > 0 ? `?${query}` : "";
    return {
      operationId: operation.operationId,
      method,
      path: `${address}${search}`,
      headers,
      ...made,
      broken,
    };
  }

  /** [OA6] The same valid body once for each object in it, with one member too many there. */
  withUnknownMembers(operationId: string): MadeRequest[] {
    const made: MadeRequest[] = [];
    for (let at = 0; ; at++) {
      const request = this.make(operationId, false);
      const objects = objectsIn(request.body);
      const object = objects[at];
      if (!object) return made;
      object[UNKNOWN] = 1;
      made.push({ ...request, broken: `an unknown member in object ${at + 1}` });
    }
  }
}

const objectsIn = (value: Json | undefined): { [member: string]: Json }[] => {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return [value, ...Object.values(value).flatMap(objectsIn)];
};
