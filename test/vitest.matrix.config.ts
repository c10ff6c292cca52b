/** The access matrix by itself: see vitest.config.ts for why it is not part of `npm test` yet. */
import { defineConfig } from "vitest/config";
import { workersProject } from "./support/workers-project.ts";

const root = new URL("..", import.meta.url).pathname;
const matrix = await workersProject({
  name: "matrix",
  include: ["test/workers/edge/access-matrix.test.ts"],
  globalSetup: "./test/support/postgres-setup.ts",
  groupOrder: 0,
});

export default defineConfig({ cacheDir: "build/vite", test: { projects: [{ root, ...matrix }] } });
