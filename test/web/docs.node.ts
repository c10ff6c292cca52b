/** Proves that descriptions on /docs stay text: code between backticks, and never markup. */

import type { Component, System } from "swagger-ui-dist/swagger-ui-es-bundle.js";
import { expect, it } from "vitest";
import { ourParts, partsOf } from "../../web/docs/our-parts.ts";

type Made = readonly [type: unknown, props: unknown, ...children: unknown[]];
const system: System = { React: { createElement: (...made): Made => made } };
const nothing: Component = () => null;
const show = (name: string, props: Readonly<Record<string, unknown>>): unknown =>
  ourParts.wrapComponents?.[name]?.(nothing, system)(props);

it("[OA8] a description is text with code in it, whatever it says", () => {
  expect(partsOf("a `b` c")).toEqual(["a ", "b", " c"]);
  expect(show("Markdown", { source: "<img src=x onerror=1> `x`" })).toEqual([
    "div",
    { className: "markdown" },
    ["p", null, "<img src=x onerror=1> ", ["code", { key: 1 }, "x"], ""],
  ]);
  expect(show("Markdown", { source: "" })).toBeNull();
  expect(show("Markdown", {})).toBeNull();
});

it("[OA8] an operation's button has no link in it, and the field of a body has a name", () => {
  expect(show("DeepLink", { text: "/v1/health", path: "x", enabled: true })).toEqual([
    "span",
    { className: "nostyle" },
    "/v1/health",
  ]);
  expect(show("TextArea", { value: "{}" })).toEqual([nothing, { "aria-label": "Request body", value: "{}" }]);
});
