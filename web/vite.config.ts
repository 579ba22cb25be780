import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { precachePlugin, shellPlugin } from "./shell.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
// Models come from the local server in development too: `wick serve` beside `npm run dev`.
const proxy = {
  "^/models/.+": process.env.WICK_SERVER ?? "http://localhost:8080",
};

export default defineConfig({
  base: "./",
  plugins: [shellPlugin(at(".")), precachePlugin()],
  worker: { format: "es" },
  server: { headers: isolation, proxy },
  preview: { headers: isolation, proxy },
  build: {
    target: "es2022",
    rollupOptions: {
      input: { index: at("index.html"), sw: at("sw/sw.ts") },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js",
      },
    },
  },
});
