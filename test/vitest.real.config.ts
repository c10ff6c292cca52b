/** Tests on real parts: PostgreSQL, Chromium, bare workerd. One file at a time: they share two cores and measure time. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "real",
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.{pg,e2e,fault}.node.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 180_000,
    globalSetup: "./test/support/system-setup.ts",
  },
});
