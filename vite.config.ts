import { cloudflare } from "@cloudflare/vite-plugin";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: "web/public", // served as it is: openapi.json
  plugins: [
    preact(),
    cloudflare({
      inspectorPort: false, // nobody debugs here, and two servers would fight for the port
      persistState: { path: process.env.OPENSLOT_STATE ?? ".wrangler/state" },
      auxiliaryWorkers: [
        { configPath: "workers/identity/wrangler.toml" },
        { configPath: "workers/events/wrangler.toml" },
      ],
    }),
  ],
  server: { port: Number(process.env.PORT ?? 8787), strictPort: true },
  environments: {
    client: {
      build: {
        manifest: true,
        rollupOptions: {
          input: {
            patient: "web/patient/client.tsx",
            kiosk: "web/kiosk/client.tsx",
            docs: "web/docs/client.ts",
          },
        },
      },
    },
  },
});
