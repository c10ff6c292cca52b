/** Faults: real processes, killed and cut off. Not part of `npm test`; one file at a time, because each takes the machine. */
import { defineConfig } from "vitest/config";

/** A kill-storm with its drain takes under three minutes; anything beyond hangs. */
const TEST_MAX_MS = 240_000;

export default defineConfig({
  test: {
    name: "faults",
    include: ["test/faults/**/*.fault.node.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: TEST_MAX_MS,
    hookTimeout: TEST_MAX_MS,
  },
});
