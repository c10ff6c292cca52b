/**
 * The pages' calls of `/v1`, checked against openapi.json: an address, header or body that it does not know is a type error, and an
 * answer has the type that it says. What runs is `fetch` and nothing else. Rule: core/SPEC.md [OA9].
 */
import type { paths } from "./openapi.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
/** Addresses that answer this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { readonly responses: unknown } ? P : never;
}[keyof paths];

type Given<O, K extends "path" | "query" | "header"> = O extends { readonly parameters: infer Parameters }
  ? K extends keyof Parameters
    ? Exclude<Parameters[K], undefined>
    : never
  : never;
/** `{ [name]: T }`, as needed as T's own members are; never there when T is. */
type Part<Name extends string, T> = [T] extends [never]
  ? { readonly [N in Name]?: never }
  : Record<never, never> extends T
    ? { readonly [N in Name]?: T }
    : { readonly [N in Name]: T };
type BodyOf<O> = O extends { readonly requestBody: { readonly content: { readonly "application/json": infer B } } }
  ? B
  : never;

export type Asked<P extends keyof paths, M extends Method> = Part<"path", Given<Operation<P, M>, "path">> &
  Part<"query", Given<Operation<P, M>, "query">> &
  Part<"headers", Given<Operation<P, M>, "header">> &
  Part<"body", BodyOf<Operation<P, M>>> & { readonly token?: string };

/** The JSON of an operation's answer with this status. */
export type AnswerOf<P extends keyof paths, M extends Method, Status extends number> =
  Operation<P, M> extends { readonly responses: infer Responses }
    ? Status extends keyof Responses
      ? Responses[Status] extends { readonly content: { readonly "application/json": infer Json } }
        ? Json
        : never
      : never
    : never;

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

interface Parts {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly token?: string;
}

function addressOf(template: string, { path = {}, query = {} }: Parts): string {
  const named = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
  return search === "" ? named : `${named}?${search}`;
}

/** The address of a live socket, ticket and all. */
export const livePath = <P extends PathOf<"get"> & `/v1/live/${string}`>(
  path: P,
  asked: Pick<Asked<P, "get">, "path" | "query">,
): string => addressOf(path, asked as Parts);

/** @throws what `fetch` throws when nobody answers; every answer comes back, whatever its status. */
export function call<M extends Method, P extends PathOf<M>>(
  fetch: Fetch,
  method: M,
  path: P,
  asked: Asked<P, M>,
): Promise<Response> {
  const parts = asked as Parts;
  return fetch(addressOf(path, parts), {
    method: method.toUpperCase(),
    headers: {
      ...parts.headers,
      ...(parts.token === undefined ? {} : { authorization: `Bearer ${parts.token}` }),
      ...(parts.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
  });
}
