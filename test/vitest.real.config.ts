/**
 * Tests on real parts: PostgreSQL, bare workerd, Chromium. One file at a time: they share two cores and measure time.
 * The whole system runs only beside the tests that look at it in a browser, and those come last.
 */
import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;
const shared = {
  root,
  environment: "node",
  fileParallelism: false,
  testTimeout: 300_000,
  hookTimeout: 180_000,
} as const;

export default defineConfig({
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
        test: {
          ...shared,
          name: "browser",
          include: ["test/**/*.e2e.node.ts"],
          globalSetup: "./test/support/system-setup.ts",
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
