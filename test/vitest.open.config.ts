/**
 * Tests of what is not done yet. They are no part of `npm test` or `npm run test:real`, because they fail; docs/design/access.md says
 * how far each one is.
 */
import { defineConfig } from "vitest/config";
import { workersProject } from "./support/workers-project.ts";

const root = new URL("..", import.meta.url).pathname;
const matrix = await workersProject({
  name: "matrix",
  include: ["test/workers/edge/access-matrix.test.ts"],
  globalSetup: "./test/support/postgres-setup.ts",
  groupOrder: 0,
});

export default defineConfig({
  cacheDir: "build/vite",
  test: {
    projects: [{ root, ...matrix }],
  },
});
