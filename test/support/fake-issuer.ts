/**
 * An issuer for tests of the edge alone: it answers what a test says and remembers what it was asked. The real one beside the
 * edge: test/e2e/sign-in.e2e.node.ts.
 */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import app from "../../workers/edge/index.tsx";

export const SITE = "http://localhost:8787";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answers = (asked: Asked) => Response | Promise<Response>;

export class FakeIssuer {
  readonly asked: Asked[] = [];
  /** Cookie header to token; a function counts and may throw. */
  tokens: (cookies: string) => { token: string; expiresAt: number; setCookie: string | null } | null = () =>
    null;
  tokensAsked = 0;
  answers: Answers = () => Response.json({});

  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const asked = {
      method: request.method,
      path: `${pathname}${search}`,
      headers: request.headers,
      body: await request.text(),
    };
    this.asked.push(asked);
    return this.answers(asked);
  }

  tokenOf(cookies: string) {
    this.tokensAsked += 1;
    return Promise.resolve(cookies).then(this.tokens);
  }

  /** Whose sessions were ended. */
  readonly ended: string[] = [];

  endStaffSessions(id: string) {
    return this.#end(id);
  }

  endPatientSessions(id: string) {
    return this.#end(id);
  }

  async #end(id: string): Promise<void> {
    await this.answers({ method: "RPC", path: "end", headers: new Headers(), body: id });
    this.ended.push(id);
  }

  sentCodes() {
    return Promise.resolve([{ at: 0, to: "ann@example.org", kind: "code" as const, text: "123456" }]);
  }

  sampleToken(subject: string) {
    return Promise.resolve(`sample.${subject}`);
  }

  jwks() {
    return Promise.resolve({ keys: [] });
  }
}

export interface Visit {
  readonly method?: string;
  readonly cookie?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the site is, if not at SITE. */
  readonly site?: string;
  /** Settings that differ from the tests' own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A browser's request to the edge with this issuer behind it. Forms come from our own pages unless a header says otherwise. */
export async function visit(issuer: FakeIssuer, path: string, request: Visit = {}): Promise<Response> {
  const { form, json, cookie, site = SITE } = request;
  const method = request.method ?? (form || json !== undefined ? "POST" : "GET");
  const headers = new Headers({
    accept: "text/html",
    ...(method === "GET" ? {} : { origin: site }),
    ...(cookie ? { cookie } : {}),
    ...(json === undefined ? {} : { "content-type": "application/json" }),
    ...request.headers,
  });
  const body = form ? new URLSearchParams(form) : json === undefined ? null : JSON.stringify(json);
  const context = createExecutionContext();
  const answer = await app.fetch(
    new Request(`${site}${path}`, { method, headers, body }),
    { ...env, ...request.settings, IDENTITY: issuer } as never, // a plain object in the place of a binding
    context,
  );
  const text = await answer.text(); // before the context is waited for: a body may still be written
  await waitOnExecutionContext(context);
  return new Response(text === "" ? null : text, answer);
}
