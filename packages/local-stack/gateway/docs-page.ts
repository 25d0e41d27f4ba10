/**
 * /docs: shows the OpenAPI document of the Edge Functions in Scalar. Scalar is served from this
 * machine, so the page works offline. The npm package of Scalar's browser bundle has nearly 300 MB
 * of dependencies. Scalar's Fastify plugin serves the same bundle from one of its routes, so this
 * file calls that route.
 */
import { Scalar } from "@scalar/hono-api-reference";
import { Hono } from "hono";
import type { Keys } from "../core/keys.ts";
import type { ApiSamples } from "../stack/welcome.ts";
import { DOCS_REPAIRS } from "./docs-repairs.ts";
import { DOCS_STYLE } from "./docs-style.ts";

const BUNDLE_PATH = "/docs/scalar.js";
const REPAIRS_PATH = "/docs/repairs.js";
/** The path of the OpenAPI document of the Edge Functions. */
export const DOCUMENT_PATH = "/functions/v1/health/openapi.json";
/** The path of the same document with examples that work on this stack. */
const FILLED_PATH = "/docs/openapi.json";

/** Forbids the page to load anything from another origin, because it needs nothing from there. */
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

/** A stub of Fastify's reply object, for the plugin's routes. Its `send` returns the body. */
const echo = { header: () => echo, send: (body: unknown) => body };

/** Returns Scalar's browser bundle. @throws when the plugin no longer offers it */
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

type DocsKeys = Pick<Keys, "publishableKey" | "secretKey" | "notificationSecret">;

/**
 * The host names under which the page shows keys and samples. DNS rebinding lets a page of another
 * site reach this machine under that site's host name, but never under one of these names.
 */
const LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

const isLocal = (url: string) => LOCAL_HOSTS.includes(new URL(url).hostname);

/**
 * Returns the keys that the page fills in. No security scheme is preferred: Scalar would send a
 * preferred scheme with every request, even to a route that does not accept it. Without a preferred
 * scheme, Scalar sends the first one that the route accepts.
 */
function authenticationOf(keys: DocsKeys, userToken: string | undefined) {
  return {
    authentication: {
      securitySchemes: {
        publishableKey: { value: keys.publishableKey },
        secretKey: { value: keys.secretKey },
        webhookSecret: { value: keys.notificationSecret },
        ...(userToken !== undefined && { userToken: { token: userToken } }),
      },
    },
  };
}

export interface DocsParts {
  keys: DocsKeys;
  /** Reads the functions' OpenAPI document. */
  readDocument: () => Promise<unknown>;
  /** Fills in the document's examples; undefined if the app that the stack runs has none. */
  samples?: ((document: unknown) => Promise<ApiSamples>) | undefined;
  log: (line: string) => void;
}

/**
 * Adds what Scalar's page lacks: the attribute for its language, an icon, the style of
 * docs-style.ts, and the script of docs-repairs.ts. The style is not passed as `customCss`, because
 * Scalar's theme would come after it and override it.
 */
function completePage(page: string): string {
  const head = `<link rel="icon" href="data:,"><style>${DOCS_STYLE}</style>` +
    `<script type="module" src="${REPAIRS_PATH}"></script></head>`;
  return page.replace("<html>", '<html lang="en">').replace("</head>", head);
}

type Samples = ApiSamples | undefined;

/**
 * Returns the samples of the app. If creating them fails, the API page is still useful, because it
 * has the keys.
 */
async function samplesOf({ readDocument, samples, log }: DocsParts): Promise<Samples> {
  try {
    return await samples?.(await readDocument());
  } catch (error) {
    log(`the API page has no samples: ${error instanceof Error ? error.message : error}`);
  }
}

export function docsRoutes(parts: DocsParts): Hono {
  const app = new Hono();
  let bundle: Promise<string> | undefined;
  // The API page requests the OpenAPI document after the page has loaded. The document then
  // contains the samples that were created for that page. If two windows open at once, their
  // samples are created one after the other. So the second window finds the objects of the first,
  // and does not create them again.
  let current = Promise.resolve<Samples>(undefined);
  const renew = () => current = current.then(() => samplesOf(parts));
  app.get(BUNDLE_PATH, async (c) => {
    bundle ??= scalarBundle();
    c.header("Content-Type", "text/javascript; charset=utf-8");
    c.header("Cache-Control", "public, max-age=3600");
    return c.body(await bundle);
  });
  app.get(REPAIRS_PATH, (c) => {
    c.header("Content-Type", "text/javascript; charset=utf-8");
    return c.body(DOCS_REPAIRS);
  });
  app.get(FILLED_PATH, async (c) => {
    const samples = isLocal(c.req.url) ? await current ?? await renew() : undefined;
    c.header("Cache-Control", "no-store");
    return samples ? c.json(samples.document as object) : c.redirect(DOCUMENT_PATH);
  });
  app.get(
    "/docs",
    async (c, next) => {
      if (isLocal(c.req.url)) await renew();
      await next();
      const page = await c.res.text();
      c.res = new Response(completePage(page), c.res);
      c.header("Content-Security-Policy", POLICY);
      c.header("Cache-Control", "no-store");
    },
    Scalar(async (c) => ({
      url: isLocal(c.req.url) ? FILLED_PATH : DOCUMENT_PATH,
      cdn: BUNDLE_PATH,
      pageTitle: "Farthing API",
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: "never",
      ...(isLocal(c.req.url) && authenticationOf(parts.keys, (await current)?.userToken)),
      servers: [{ url: new URL("/functions/v1", c.req.url).href, description: "This stack" }],
    })),
  );
  return app;
}
