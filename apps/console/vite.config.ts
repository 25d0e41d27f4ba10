import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const REGISTRY = at("../../registry");

/**
 * The UI blocks in registry/ and our packages are outside this folder. If they import one of the
 * packages below, they must get this folder's copy.
 */
const ONE_COPY = [
  "@base-ui/react",
  "@tanstack/react-query",
  "class-variance-authority",
  "eventsource-parser",
  "openapi-fetch",
  "react",
  "react-dom",
];

/** Finds a UI block by the name under which `registry.json` installs it into an app. */
const blocks: Plugin = {
  name: "blocks",
  enforce: "pre",
  resolveId(name) {
    const [, block] = /^@\/components\/farthing\/(.+)$/.exec(name) ?? [];
    if (block === undefined) return null;
    return readdirSync(REGISTRY)
      .flatMap((
        folder,
      ) => [`${REGISTRY}/${folder}/${block}.tsx`, `${REGISTRY}/${folder}/${block}.ts`])
      .find(existsSync) ?? null;
  },
};

const { FARTHING_URL, FARTHING_PUBLISHABLE_KEY } = process.env;
const project = { url: FARTHING_URL, publishableKey: FARTHING_PUBLISHABLE_KEY };

/** Serves farthing.json in development. A published build has its own farthing.json beside it. */
const projectFile: Plugin = {
  name: "project-file",
  configureServer: ({ middlewares }) => {
    middlewares.use("/farthing.json", (_, response) => response.end(JSON.stringify(project)));
  },
};

/**
 * The part of a content security policy that a page can set for itself. The build does not know the
 * project, so the policy allows every `https:` address, and projects on this machine. The host can
 * send a stricter policy as a header: one that allows only the URL of its project.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const policy: Plugin = {
  name: "policy",
  apply: "build", // Vite's development server needs inline scripts.
  transformIndexHtml: () => [{
    tag: "meta",
    attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
    injectTo: "head-prepend",
  }],
};

export default defineConfig({
  base: "./", // The console works at any path of any static host.
  plugins: [blocks, projectFile, policy, react(), tailwindcss()],
  resolve: {
    dedupe: ONE_COPY,
    alias: {
      "@/components/ui": `${REGISTRY}/ui`,
      "@/lib/farthing-format": `${REGISTRY}/shared/farthing-format.ts`,
      "@/lib/utils": at("src/parts/class-names.ts"),
      "@farthing/client": at("../../packages/client/mod.ts"),
      "@farthing/react": at("../../packages/react/mod.ts"),
    },
  },
  build: { modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
