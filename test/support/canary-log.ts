/**
 * Under every test in workerd: what the Workers and their objects write to the console holds none of the marks that tests put into
 * personal fields (CANARY in any case). test/faults/canary.fault.node.ts looks at everything else.
 */
import { afterEach, expect } from "vitest";

const MARK = /canary/i;
const leaked: string[] = [];

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value instanceof Error ? `${value.stack}` : `${JSON.stringify(value)}`;

for (const level of ["debug", "log", "info", "warn", "error"] as const) {
  const say = console[level].bind(console);
  console[level] = (...said: unknown[]) => {
    const text = said.map(textOf).join(" ");
    if (MARK.test(text)) leaked.push(`${level}: ${text}`);
    say(...said);
  };
}

afterEach(() => {
  expect(leaked.splice(0), "a mark of a personal field stands in the log").toEqual([]);
});
