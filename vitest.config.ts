import { defineConfig } from "vitest/config";
import { identityProject } from "./test/support/identity-project.ts";
import { workersProject } from "./test/support/workers-project.ts";

// Times in tests are instants or name their zone; what is left must not depend on the machine.
process.env.TZ ??= "UTC";

const workers = await workersProject({
  name: "workers",
  include: ["test/**/*.test.ts"],
  exclude: ["test/workers/identity/**"], // the issuer's own project
  globalSetup: "./test/support/postgres-setup.ts",
  groupOrder: 0,
});

const identity = await identityProject(1);

/** `*.node.ts` runs in plain Node; a word before it names what else it needs and keeps it out of `npm test`. */
const node = {
  test: {
    name: "node",
    include: ["test/**/*.node.ts"],
    exclude: ["test/**/*.{pg,e2e,fault}.node.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 60_000, // the first one builds the database's template
    maxWorkers: process.env.TEST_HALF ? 1 : "100%", // files share nothing; by default one core would stand idle
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  // Copies of the repository may share their packages, never what is bundled of them; nor may two runs at once (scripts/test.ts).
  cacheDir: `build/vite${process.env.TEST_HALF ?? ""}`,
  test: { projects: [workers, identity, node] },
});
