/** Proves that every answer is stamped, whoever made it, and that stamping leaves the rest of it alone. */
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { expect, it } from "vitest";
import type { EdgeEnv } from "../../../workers/edge/env.ts";
import { requestContext } from "../../../workers/edge/middleware/request-context.ts";

const app = new Hono<EdgeEnv>()
  .use(requestContext)
  .get("/ours", (c) => {
    c.header("ETag", '"v1"');
    return c.body("as it was", 200, { "content-type": "text/plain" });
  })
  // As an answer that came from an object or from the assets: its headers cannot be written to.
  .get("/fetched", () => Response.redirect("https://openslot.test/elsewhere", 302));

it("stamps an answer of ours and keeps its headers and its body", async () => {
  const answer = await app.request("/ours", {}, env);
  expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
  expect(answer.headers.get("server-timing")).toMatch(/^edge;dur=\d/);
  expect(answer.headers.get("etag")).toBe('"v1"');
  expect(answer.headers.get("content-type")).toBe("text/plain");
  expect(await answer.text()).toBe("as it was");
});

it("stamps an answer that cannot be written to as well", async () => {
  expect(() => Response.redirect("https://openslot.test/", 302).headers.set("x-request-id", "1")).toThrow(
    TypeError,
  );
  const answer = await app.request("/fetched", {}, env);
  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe("https://openslot.test/elsewhere");
  expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
});
