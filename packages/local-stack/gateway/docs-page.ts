/**
 * /docs: the functions' OpenAPI document in Scalar, served from here so that it works offline.
 * Scalar's own package of the browser bundle draws in nearly 300 MB of packages; its Fastify
 * plugin carries the same bundle alone, as a route, and that route is asked for it.
 */
import { Scalar } from "@scalar/hono-api-reference";
import { Hono } from "hono";

const BUNDLE_PATH = "/docs/scalar.js";
const DOCUMENT_PATH = "/functions/v1/health/openapi.json";

/** The page needs nothing from elsewhere, and must not try. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
].join("; ");

interface PluginRoute {
  url: string;
  handler(request: unknown, reply: unknown): unknown;
}

/** What the plugin's routes see as a reply: the body that they send. */
const echo = { header: () => echo, send: (body: unknown) => body };

/** Scalar's browser bundle. @throws when the plugin no longer offers it */
async function scalarBundle(): Promise<string> {
  const { default: plugin } = await import("@scalar/fastify-api-reference");
  const routes: PluginRoute[] = [];
  const host = { initialConfig: {}, route: (route: PluginRoute) => routes.push(route) };
  const register = plugin as unknown as (
    host: unknown,
    options: unknown,
    next: () => void,
  ) => void;
  register(host, { configuration: { url: DOCUMENT_PATH } }, () => {});
  const route = routes.find(({ url }) => url.endsWith(".js"));
  const bundle = route?.handler({}, echo);
  if (typeof bundle !== "string") throw new Error("Scalar's plugin has no bundle route");
  return bundle;
}

export function docsRoutes(): Hono {
  const app = new Hono();
  let bundle: Promise<string> | undefined;
  app.get(BUNDLE_PATH, async (c) => {
    bundle ??= scalarBundle();
    c.header("Content-Type", "text/javascript; charset=utf-8");
    c.header("Cache-Control", "public, max-age=3600");
    return c.body(await bundle);
  });
  app.get(
    "/docs",
    async (c, next) => {
      await next();
      c.header("Content-Security-Policy", POLICY);
    },
    Scalar((c) => ({
      url: DOCUMENT_PATH,
      cdn: BUNDLE_PATH,
      pageTitle: "Farthing API",
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: "never",
      servers: [{ url: new URL("/functions/v1", c.req.url).href, description: "This stack" }],
    })),
  );
  return app;
}
