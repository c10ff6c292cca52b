/** Tests on a real Apache Kafka broker: Java 17 and Maven. One after the other: each has a JVM beside the whole system. */
import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  cacheDir: "build/vite",
  test: {
    root,
    name: "kafka",
    include: ["test/**/*.kafka.node.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
