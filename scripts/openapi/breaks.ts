/**
 * [OA3] What an older openapi.json promised and a newer one does not keep, each as a sentence. Additions are none: a new operation,
 * a new member of an answer, a new optional member of a request. References are followed; each pair of schemas is looked at once.
 */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>;
}
interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: JsonSchema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, JsonSchema>>;
    readonly responses?: Readonly<Record<string, Content>>;
  };
}

type Direction = "request" | "answer";

/** A bound that only grows, or only shrinks, without taking anything from a caller. */
const BOUNDS = [
  ["minLength", "up"],
  ["minimum", "up"],
  ["minItems", "up"],
  ["maxLength", "down"],
  ["maximum", "down"],
  ["maxItems", "down"],
] as const;

const typesOf = ({ type, const: constant }: JsonSchema): readonly string[] =>
  type === undefined ? (constant === undefined ? [] : [typeof constant]) : [type].flat();
const valuesOf = ({ enum: values, const: constant }: JsonSchema): readonly unknown[] | null =>
  values ?? (constant === undefined ? null : [constant]);

class Comparison {
  readonly found: string[] = [];
  readonly #seen = new Set<string>();
  readonly #before: OpenApi;
  readonly #after: OpenApi;

  constructor(before: OpenApi, after: OpenApi) {
    this.#before = before;
    this.#after = after;
  }

  #of(document: OpenApi, { $ref, ...schema }: JsonSchema): JsonSchema {
    return $ref ? (document.components?.schemas?.[$ref.split("/").at(-1) ?? ""] ?? {}) : schema;
  }

  /** Compares two schemas of the same place. */
  schemas(where: string, was: JsonSchema, is: JsonSchema, direction: Direction): void {
    if (was.$ref && is.$ref) {
      const pair = `${direction} ${was.$ref} ${is.$ref}`;
      if (this.#seen.has(pair)) return;
      this.#seen.add(pair);
    }
    const before = this.#of(this.#before, was);
    const after = this.#of(this.#after, is);
    this.#types(where, before, after, direction);
    this.#values(where, before, after, direction);
    if (direction === "request") this.#bounds(where, before, after);
    this.#members(where, before, after, direction);
    if (before.items && after.items) this.schemas(`${where}[]`, before.items, after.items, direction);
    this.#alternatives(where, before, after, direction);
  }

  #types(where: string, before: JsonSchema, after: JsonSchema, direction: Direction): void {
    const [was, is] = [typesOf(before), typesOf(after)];
    if (was.length === 0 || is.length === 0) return;
    const lost = was.filter((type) => !is.includes(type) && !(type === "integer" && is.includes("number")));
    const gained = is.filter((type) => !was.includes(type));
    if (direction === "request" && lost.length > 0)
      this.found.push(`${where} took ${lost.join(", ")} and does not any more.`);
    if (direction === "answer" && gained.length > 0)
      this.found.push(`${where} was ${was.join(" or ")} and may be ${gained.join(", ")} now.`);
  }

  #values(where: string, before: JsonSchema, after: JsonSchema, direction: Direction): void {
    const [was, is] = [valuesOf(before), valuesOf(after)];
    const lost = (was ?? []).filter((value) => is !== null && !is.includes(value));
    if (lost.length > 0)
      this.found.push(
        direction === "request"
          ? `${where} took ${lost.join(", ")} and does not any more.`
          : `${where} could be ${lost.join(", ")} and cannot any more.`,
      );
    if (direction === "request" && was === null && is !== null)
      this.found.push(`${where} takes only ${is.join(", ")} now.`);
  }

  #bounds(where: string, before: JsonSchema, after: JsonSchema): void {
    for (const [name, narrower] of BOUNDS) {
      const [was, is] = [before[name], after[name]];
      if (is === undefined || is === was) continue;
      const narrows = was === undefined || (narrower === "up" ? is > was : is < was);
      if (narrows) this.found.push(`${where} has a narrower ${name} now: ${is}.`);
    }
    if (after.pattern !== undefined && after.pattern !== before.pattern)
      this.found.push(`${where} must fit another pattern now.`);
  }

  #members(where: string, before: JsonSchema, after: JsonSchema, direction: Direction): void {
    const [was, is] = [before.properties ?? {}, after.properties ?? {}];
    if (!before.properties || !after.properties) return;
    for (const [name, schema] of Object.entries(was)) {
      const member = is[name];
      if (!member) this.found.push(`${where}.${name} is gone.`);
      else this.schemas(`${where}.${name}`, schema, member, direction);
    }
    const needed = (schema: JsonSchema) => schema.required ?? [];
    if (direction === "request") {
      for (const name of needed(after).filter((one) => !needed(before).includes(one)))
        this.found.push(`${where}.${name} is required now.`);
    } else {
      for (const name of needed(before).filter((one) => is[one] && !needed(after).includes(one)))
        this.found.push(`${where}.${name} was always there and may be missing now.`);
    }
  }

  /** By their order: a new alternative comes last. A request may get more of them, an answer too: callers ignore what they do not know. */
  #alternatives(where: string, before: JsonSchema, after: JsonSchema, direction: Direction): void {
    const [was, is] = [before.anyOf ?? before.oneOf ?? [], after.anyOf ?? after.oneOf ?? []];
    if (was.length === 0) return;
    if (is.length < was.length) this.found.push(`${where} has fewer alternatives than before.`);
    for (const [at, schema] of was.entries()) {
      const other = is[at];
      if (other) this.schemas(`${where}(${at + 1})`, schema, other, direction);
    }
  }

  operation(id: string, was: Operation, is: Operation): void {
    const names = (operation: Operation) =>
      new Map((operation.parameters ?? []).map((one) => [`${one.in} ${one.name}`, one]));
    const [before, after] = [names(was), names(is)];
    for (const [name, parameter] of before) {
      const other = after.get(name);
      if (!other) this.found.push(`${id}: the ${name} is gone.`);
      else if (parameter.schema && other.schema)
        this.schemas(`${id}: the ${name}`, parameter.schema, other.schema, "request");
    }
    for (const [name, parameter] of after)
      if (parameter.required && !before.get(name)?.required)
        this.found.push(`${id}: the ${name} is required now.`);
    if (is.requestBody?.required && !was.requestBody?.required)
      this.found.push(`${id}: a body is required now.`);
    this.#content(`${id}: the body`, was.requestBody ?? {}, is.requestBody ?? {}, "request");
    for (const [status, answer] of Object.entries(was.responses)) {
      const other = is.responses[status];
      if (!other) {
        if (Number(status) < 400) this.found.push(`${id} does not answer ${status} any more.`);
        continue;
      }
      if (Number(status) >= 400) continue; // kinds of problems may come and go; each one's members are a schema of its own
      this.#content(`${id}: ${status}`, answer, other, "answer");
    }
  }

  #content(where: string, was: Content, is: Content, direction: Direction): void {
    for (const [media, { schema }] of Object.entries(was.content ?? {})) {
      const other = is.content?.[media];
      if (!other) this.found.push(`${where} is not ${media} any more.`);
      else if (schema && other.schema) this.schemas(where, schema, other.schema, direction);
    }
  }

  /** Problems and frames are shared: they are compared by name. */
  shared(): void {
    const { schemas: was = {} } = this.#before.components ?? {};
    const { schemas: is = {} } = this.#after.components ?? {};
    for (const [name, schema] of Object.entries(was)) {
      const other = is[name];
      const isTold = name.startsWith("Problem-") || name.endsWith("Frame");
      if (isTold && !other) this.found.push(`${name} is gone.`);
      else if (isTold && other) this.schemas(name, schema, other, "answer");
    }
  }
}

/** Empty = everything that was promised still holds. */
export function breaksOf(before: OpenApi, after: OpenApi): readonly string[] {
  const comparison = new Comparison(before, after);
  for (const [path, item] of Object.entries(before.paths)) {
    for (const [method, was] of Object.entries(item)) {
      const is = after.paths[path]?.[method];
      if (is) comparison.operation(was.operationId, was, is);
      else comparison.found.push(`${was.operationId} (${method.toUpperCase()} ${path}) is gone.`);
      if (is && is.operationId !== was.operationId)
        comparison.found.push(`${was.operationId} is called ${is.operationId} now.`);
    }
  }
  comparison.shared();
  return comparison.found;
}
