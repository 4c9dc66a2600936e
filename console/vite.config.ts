/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

// For development only: `DEV_KEY=tg_… npm run dev` talks to a platform at DEV_URL as the company of
// the key. The build knows neither.
const key = process.env.DEV_KEY;
const target = process.env.DEV_URL ?? "http://127.0.0.1:8080";
const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};

/** The operations that the API has; pages and buttons of others are left out of the build's menu. */
const description = readFileSync(new URL("../docs/protocol/openapi.json", import.meta.url), "utf8");
const described = [...description.matchAll(/"operationId": "(\w+)"/g)].map((found) => found[1]);

/** Everything that is not the console comes from the platform. */
const proxy = Object.fromEntries(
  ["/api", "/login", "/logout", "/account", "/docs", "/bootstrap", "/activate", "/register", "/passkey", "/copy.js", "/clinic", "/live", "/messages", "/cas", "/oauth2", "/.well-known"].map((path) => [
    path,
    { target, headers },
  ]),
);

/** With a key instead of a login there is no session: everything that the API has is offered. */
const keySession: Plugin = {
  name: "key-session",
  apply: "serve",
  configureServer(server) {
    if (!key) return;
    server.middlewares.use("/api/v1/session", (_, response) => {
      const operations = described;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          account: { id: "0", login: "key", name: "开发密钥" },
          memberships: [],
          roles: [],
          workspaces: ["company", "customs", "bureau", "operator", "admin"],
          operations,
          csrf: "",
          demo: true,
        }),
      );
    });
  },
};

export default defineConfig({
  base: "/console/",
  define: { __DESCRIBED__: JSON.stringify(described) },
  plugins: [react(), keySession],
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy },
  build: {
    outDir: "dist",
    target: "es2020",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        // Libraries change less often than our pages, so they are stored apart.
        manualChunks(id) {
          if (!id.includes("node_modules")) return undefined;
          if (/node_modules\/(echarts|zrender)\//.test(id)) return "charts";
          if (/node_modules\/(react|react-dom|scheduler|react-router|@tanstack)\//.test(id)) return "react";
          return undefined;
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
