/**
 * Requests made from openapi.json: valid ones, and ones that break its schema in exactly one place. The same seed makes the same
 * requests, as long as nothing is learned from answers. What a schema cannot say (that an end is after its start) may make a valid
 * one refused; nothing makes a broken one right.
 */
import fc from "fast-check";
import { IN_ORDER, LIKELY, LIKELY_SHARE, NOT_TOGETHER, OFTEN } from "./likely-values.ts";

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

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
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
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
  /** Goes out as JSON. */
  readonly body?: Json;
  /** Goes out as it is, with the content type that stands in `headers`. */
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

/** A start that is free: so many members fit together that chance would never find one. */
export interface FreeStart {
  readonly providerId: string;
  readonly visitTypeId: string;
  readonly locationId: string;
  readonly start: string;
}

/** Bodies of files, by the last part of the path: [media, text]. */
export type Files = Readonly<Record<string, readonly (readonly [string, string])[]>>;

export interface More {
  readonly starts?: readonly FreeStart[];
  readonly files?: Files;
  /** Ids that are never deactivated, changed, merged or deleted: else little is left after a while that can be used. */
  readonly spared?: readonly string[];
}

const SAMPLES = 12;
/** What is learned of one kind: the newest, so that what belongs together (a hold, its token) is found together now and then. */
const LEARNED_MAX = 12;
const ID = /\b(?:apt|blk|cns|dev|hld|loc|pai|pat|prt|prv|ser|stf|vst)_[0-9a-z]{10,}\b/g;
const SECRET = /"(?:token|secret)":"([^"]{1,200})"/g;
const DATE_PATTERN = "^\\d{4}-\\d{2}-\\d{2}$";
const COUNT_PATTERN = "^\\d{1,3}$";
const VERSION_PATTERN = '^"v\\d{1,9}"$';
const PATIENT_PATTERN = "^pat_[0-9a-hjkmnp-tv-z]{2}[0-9a-hjkmnp-tv-z]{12}$";
const CURSOR = /"(?:next|nextCursor|cursor)":"([^"]{1,500})"/g;
const CODE = /"code":"([^"]{6,20})"/g;
const FORM = "application/x-www-form-urlencoded";
/** Few enough that now and then one is used again, for something else. */
const KEYS = 20_000;
/** What takes away what others need: ids that are spared are not named to it. */
const TAKES_AWAY =
  /^(?:change(?!Patient|Staff)|deactivate|activate|putClosure|mergePatient|deletePatient|createBlock)/;
const DAY_MS = 86_400_000;
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
  /** Ids and secrets out of answers, by kind. */
  readonly #learned = new Map<string, string[]>();
  /** Whose what is, by the parameter's name: one is found under the other only. */
  readonly #pairs = new Map<string, readonly (readonly [owner: string, value: string])[]>();
  readonly #starts: readonly FreeStart[];
  readonly #spared: ReadonlySet<string>;
  /** Of the request that is being made. */
  #own: string | null = null;
  #isSparing = false;
  readonly #files: Files;

  constructor(document: Document, seed: number, known: readonly string[], more: More = {}) {
    this.#starts = more.starts ?? [];
    this.#files = more.files ?? {};
    this.#spared = new Set(more.spared);
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

  /** Whether an operation takes anything that can be broken. */
  canBreak(operationId: string): boolean {
    return this.make(operationId, true).broken !== null;
  }

  /** What the answer to a path names can be asked for from now on. */
  learn(path: string, text: string): void {
    const owner = /^\/\w+\/((?:loc|pat|prv)_\w+)/.exec(path)?.[1];
    if (owner) {
      for (const [id] of text.matchAll(ID)) {
        if (id.startsWith("cns_")) this.#pair("consent", owner, id);
        if (id.startsWith("blk_")) this.#pair("block", owner, id);
        if (id.startsWith("prv_") && path.includes("/resources")) this.#pair("resource", owner, id);
      }
      const token = /\/calendar\.ics\?token=([\w.~-]+)/.exec(text)?.[1];
      if (token) this.#pair("token", owner, token);
    }
    for (const [id] of text.matchAll(ID)) this.#keep(id.slice(0, 3), id);
    for (const [, cursor] of text.matchAll(CURSOR)) this.#keep("cursor", cursor as string);
    for (const [, code] of text.matchAll(CODE)) this.#keep("code", code as string);
    for (const [, secret] of text.matchAll(SECRET)) this.#keep("secret", secret as string);
  }

  #pair(name: string, owner: string, value: string): void {
    const pairs = this.#pairs.get(name) ?? [];
    this.#pairs.set(name, [...pairs.slice(1 - LEARNED_MAX), [owner, value]]);
  }

  #keep(kind: string, value: string): void {
    const known = this.#learned.get(kind) ?? [];
    this.#learned.set(kind, known);
    if (known.includes(value)) return;
    known.push(value);
    if (known.length > LEARNED_MAX) known.shift();
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #string(schema: Schema): string {
    const { pattern, format, minLength = 0, maxLength = 40 } = schema;
    if (pattern === DATE_PATTERN) return this.#date();
    if (pattern === COUNT_PATTERN) return String(1 + this.#below(100));
    if (pattern === VERSION_PATTERN) return `"v${1 + this.#below(4)}"`;
    if (format === "date-time")
      return new Date(Date.now() + this.#below(20 * 288) * 300_000 - (Date.now() % 300_000)).toISOString();
    if (format === "date") return this.#date();
    if (format === "email") return `p${this.#below(1e6)}@example.org`;
    if (pattern) return this.#matching(pattern);
    const length = Math.min(Math.max(minLength, 1 + this.#below(12)), maxLength);
    return Array.from({ length }, () => this.#pick([..."abcdefghijklmnop -é0123456789"])).join("") || "x";
  }

  #cursor(schema: Schema): string {
    const learned = this.#learned.get("cursor") ?? [];
    return learned.length > 0 && this.#random() < 0.5 ? this.#pick(learned) : this.#string(schema);
  }

  #date(): string {
    return new Date(Date.now() + this.#below(60) * DAY_MS).toISOString().slice(0, 10);
  }

  #matching(pattern: string): string {
    const shape = new RegExp(pattern);
    const isSpared = (id: string): boolean => this.#isSparing && this.#spared.has(id);
    const own = this.#own;
    if (own !== null && shape.test(own) && !isSpared(own) && this.#random() < 0.5) return own;
    const learned = this.#learned.get(/^\^([a-z]{3})_/.exec(pattern)?.[1] ?? "secret") ?? [];
    const known = [...this.#known, ...learned].filter((id) => shape.test(id) && !isSpared(id));
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
        const { minItems = 0, maxItems = 3, items, prefixItems } = schema;
        if (prefixItems) return prefixItems.map((item) => this.#value(item, nodes));
        const length = Math.min(maxItems, minItems + this.#below(2));
        return Array.from({ length }, () => this.#value(items || {}, nodes));
      }
      case "object":
        return this.#object(schema, nodes);
      default:
        return this.#string(schema);
    }
  }

  /** What a schema leaves open and a person would not (a time zone, a birthday) is mostly taken from a list. */
  #member(name: string, schema: Schema, nodes: Node[]): Json {
    const likely = LIKELY[name];
    if (likely && this.#random() < LIKELY_SHARE) return structuredClone(this.#pick(likely));
    const isOpen = schema.type === "string" && !schema.pattern;
    if (isOpen && /(?:^p|P)atientId$|^into$/.test(name)) return this.#matching(PATIENT_PATTERN);
    const codes = this.#learned.get("code");
    if (isOpen && name === "code" && codes && this.#random() < LIKELY_SHARE) return this.#pick(codes);
    return this.#value(schema, nodes);
  }

  #object(schema: Schema, nodes: Node[]): Json {
    const value: { [member: string]: Json } = {};
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      const share = OFTEN.includes(name) ? LIKELY_SHARE : 0.4;
      if (schema.required?.includes(name) || this.#random() < share)
        value[name] = this.#member(name, member, nodes);
    }
    if (this.#random() < LIKELY_SHARE) {
      const isFree = (name: string): boolean => name in value && schema.required?.includes(name) !== true;
      for (const [one, other] of NOT_TOGETHER) if (one in value && isFree(other)) delete value[other];
      inOrder(value);
    }
    const isStart = ["providerId", "visitTypeId", "locationId", "start"].every((name) => name in value);
    if (isStart && this.#starts.length > 0 && this.#random() < 0.7)
      Object.assign(value, this.#pick(this.#starts));
    nodes.push({ schema, value });
    return value;
  }

  /** A value that breaks one rule of this schema; undefined = it has none that one value breaks for sure. */
  #outside(schema: Schema): Json | undefined {
    if (schema.$ref || schema.anyOf || schema.oneOf) return undefined;
    const { maxLength, minLength, minimum, maximum, minItems, maxItems, pattern, format, items } = schema;
    const found: Json[] = [];
    if (schema.enum || schema.const !== undefined) found.push("zz-not-one-of-them");
    if (maxLength !== undefined) found.push("x".repeat(maxLength + 1));
    if (minLength !== undefined && minLength > 0) found.push("");
    if (pattern !== undefined || format !== undefined) {
      const shape = new RegExp(pattern ?? "^.");
      found.push(...["!\u0001", "", "\ud800"].filter((text) => format !== undefined || !shape.test(text)));
    }
    if (minimum !== undefined) found.push(minimum - 1);
    if (maximum !== undefined) found.push(maximum + 1);
    if (schema.type === "integer") found.push(0.5, "1", 1e300);
    if (schema.type === "boolean") found.push("true", 1);
    if (schema.type === "string") found.push(7, null, true);
    if (schema.type === "object") found.push([], null, "x");
    if (minItems !== undefined && minItems > 0) found.push([]);
    if (maxItems !== undefined && items)
      found.push(Array.from({ length: maxItems + 1 }, () => this.#value(items, [])));
    return found.length > 0 ? this.#pick(found) : undefined;
  }

  /** Breaks one place; says which. */
  #breakBody(nodes: readonly Node[]): string {
    const { schema, value } = this.#pick(nodes);
    const present = Object.keys(value);
    const required = present.filter((name) => schema.required?.includes(name));
    const how = this.#below(5);
    if (how >= 3 && present.length > 0) {
      const name = this.#pick(present);
      const outside = this.#outside(schema.properties?.[name] ?? {});
      if (outside !== undefined) {
        value[name] = outside;
        return `${name} outside its rule`;
      }
    }
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

  #pairOf(parameters: readonly Parameter[]): ReadonlyMap<string, string> {
    const name = parameters.map((one) => one.name).find((one) => this.#pairs.has(one));
    if (name === undefined || this.#random() > LIKELY_SHARE) return new Map();
    const [owner, value] = this.#pick(this.#pairs.get(name) ?? []);
    return new Map([
      ["id", owner],
      [name, value],
    ]);
  }

  /** A body that is no JSON, or does not say that it is. */
  #breakText(made: { body?: Json; text?: string }, headers: Record<string, string>): string {
    const text = JSON.stringify(made.body);
    delete made.body;
    headers["content-type"] = "application/json";
    switch (this.#below(3)) {
      case 0:
        made.text = text.slice(0, -1);
        return "half a body";
      case 1:
        made.text = `[${text}]`;
        return "a list around the body";
      default:
        made.text = text;
        headers["content-type"] = "text/plain";
        return "a body of another type";
    }
  }

  /**
   * @param isBroken whether to break it; an operation that takes nothing stays whole
   * @param own the caller's own id, which is named more often than others
   */
  make(operationId: string | null, isBroken: boolean, own: string | null = null): MadeRequest {
    const row =
      operationId === null
        ? this.#pick(this.#operations)
        : this.#operations.find(({ operation }) => operation.operationId === operationId);
    if (!row) throw new Error(`there is no operation ${operationId}`);
    const { method, path, operation } = row;
    const parameters = operation.parameters ?? [];
    this.#own = own;
    this.#isSparing = TAKES_AWAY.test(operation.operationId);
    const headers: Record<string, string> = {};
    const query = new URLSearchParams();
    let address = path.slice("/v1".length);
    const paired = this.#pairOf(parameters);
    for (const { in: where, name, required, schema } of parameters) {
      const known = paired.get(name);
      if (where !== "path" && !required && known === undefined && this.#random() < 0.6) continue;
      const value = known ?? (name === "cursor" ? this.#cursor(schema) : this.#member(name, schema, []));
      const said = Array.isArray(value) ? String(value[0] ?? "") : String(value);
      const text = where === "header" ? said.replace(/[^\x20-\x7e]/g, "x") : said;
      if (where === "path") address = address.replace(`{${name}}`, encodeURIComponent(text));
      else if (where === "query") query.set(name, text);
      else headers[name.toLowerCase()] = name === "Idempotency-Key" ? `fuzz-${this.#below(KEYS)}` : text;
    }
    const checked = parameters.filter(
      ({ in: where, schema }) =>
        where === "query" && (schema.pattern ?? schema.enum ?? schema.format) !== undefined,
    );
    const content = Object.entries(operation.requestBody?.content ?? {});
    const [media, shape] = content.find(([one]) => one === "application/json" || one === FORM) ?? [];
    const nodes: Node[] = [];
    const made: { body?: Json; text?: string } = {};
    if (shape) made.body = this.#value(shape.schema, nodes);
    else if (content.length > 0) {
      const files = this.#files[address.split("/").at(-1) ?? ""];
      const [type, text] = files
        ? this.#pick(files)
        : [this.#pick(content)[0], this.#string({ maxLength: 200 })];
      headers["content-type"] = type;
      made.text = text;
    }
    const needed = parameters.filter(({ in: where, required }) => where === "header" && required);
    const ways: (() => string)[] = [];
    if (isBroken) {
      if (nodes.length > 0) for (let i = 0; i < 6; i++) ways.push(() => this.#breakBody(nodes));
      if (media === "application/json" && operation.requestBody?.required)
        ways.push(() => this.#breakText(made, headers));
      if (checked.length > 0)
        ways.push(() => {
          const { name } = this.#pick(checked);
          query.set(name, "!\u0001");
          return `a wrong ${name} in the query`;
        });
      if (needed.length > 0)
        ways.push(() => {
          const { name } = this.#pick(needed);
          const isThere = this.#random() < 0.5;
          if (isThere) headers[name.toLowerCase()] = "x y".repeat(100);
          else delete headers[name.toLowerCase()];
          return `${isThere ? "a wrong" : "no"} ${name} in a header`;
        });
    }
    const broken = ways.length > 0 ? this.#pick(ways)() : null;
    if (media === FORM && made.body !== undefined) {
      made.text = formOf(made.body);
      headers["content-type"] = FORM;
      delete made.body;
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

/** A member that is no text is written as JSON: what a form cannot say is wrong in it too. */
const formOf = (body: Json): string =>
  new URLSearchParams(
    Object.entries(body as { [member: string]: Json }).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ).toString();

/** What begins after it ends is mostly meant the other way round. */
function inOrder(value: { [member: string]: Json }): void {
  for (const [first, last] of IN_ORDER) {
    const [from, to] = [value[first], value[last]];
    if (typeof from === "string" && typeof to === "string" && from > to) {
      value[first] = to;
      value[last] = from;
    }
  }
}

const objectsIn = (value: Json | undefined): { [member: string]: Json }[] => {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return [value, ...Object.values(value).flatMap(objectsIn)];
};
