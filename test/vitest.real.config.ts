/**
 * Tests on real parts: PostgreSQL, bare workerd, Chromium. One file at a time: they share two cores and measure time.
 * What drives the API over the embedded Postgres in `npm test` drives it over a server here. The whole system runs only beside the tests that look at it in a browser, and those come last.
 */
import { defineConfig } from "vitest/config";
import { workersProject } from "./support/workers-project.ts";

const root = new URL("..", import.meta.url).pathname;
process.env.HOARDING_ATTEMPTS ??= "1000"; // all of them: test/durable-objects/hoarding.test.ts
const shared = {
  root,
  environment: "node",
  fileParallelism: false,
  testTimeout: 300_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 10_000 } }, // a busy machine; a second is the default
} as const;

export default defineConfig({
  cacheDir: "build/vite",
  test: {
    fileParallelism: false,
    projects: [
      {
        test: {
          ...shared,
          name: "parts",
          include: ["test/**/*.{pg,fault}.node.ts"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        ...(await workersProject({
          name: "system on PostgreSQL",
          include: [
            "test/workers/edge/{,access/}*.test.ts",
            "test/durable-objects/{model-commands,hoarding}.test.ts",
          ],
          globalSetup: "./test/support/real-postgres-setup.ts",
          groupOrder: 1,
        })),
      },
      {
        test: {
          ...shared,
          name: "browser",
          include: ["test/**/*.e2e.node.ts"],
          globalSetup: "./test/support/system-setup.ts",
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
