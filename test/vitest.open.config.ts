/**
 * Tests of what is not done yet. They are no part of `npm test` or `npm run test:real`, because they fail; docs/design/access.md says
 * how far each one is.
 */
import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  cacheDir: "build/vite",
  test: {
    projects: [
      {
        test: {
          root,
          name: "open",
          include: ["test/**/*.open.ts"],
          environment: "node",
          testTimeout: 300_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
