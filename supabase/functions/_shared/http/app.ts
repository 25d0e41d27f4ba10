/**
 * Turns the routes of an Edge Function into a Hono app. Each route has one handler and there is no
 * middleware, so a request costs one route match and one call. CORS work runs only for a request
 * with an Origin header.
 */
import { type Context, Hono } from "hono";
import type { ServicesSource } from "./route/app-services.ts";
import { createCors } from "./cors.ts";
import { Nothing, pathOf, type Route } from "./route/define-route.ts";
import { SECURITY_HEADERS } from "./reply/headers.ts";
import { type Endpoint, handleRequest } from "./handle-request.ts";
import { startContext } from "../core/start-request.ts";

const NO_PARAMS: Readonly<Record<string, string>> = {};
const NOWHERE: Endpoint = { route: null, name: null, title: null };

/** Turns OpenAPI's `{id}` into Hono's `:id`. */
const inHonosForm = (path: string) => path.replaceAll(/\{(\w+)\}/g, ":$1");

/**
 * Makes the app of one Edge Function.
 * @param name the name of the function's folder, which is also the first segment of its paths
 */
export function createApp(
  name: string,
  routes: readonly Route[],
  source: ServicesSource,
): Hono {
  const app = new Hono();

  const browser = createCors(source);

  function handle(endpoint: Endpoint, c: Context): Promise<Response> {
    const { raw: request, path } = c.req;
    const hasParams = endpoint.route !== null && endpoint.route.params !== Nothing;
    const params = hasParams ? c.req.param() : NO_PARAMS;
    return handleRequest(endpoint, { request, path, params }, source);
  }

  async function handleBrowser(endpoint: Endpoint, c: Context): Promise<Response> {
    const preflight = await browser(c, async () => {
      c.res = await handle(endpoint, c);
    });
    if (!preflight) return c.res;
    const context = startContext(c.req.raw.headers);
    preflight.headers.set("x-request-id", context.requestId);
    preflight.headers.set("traceparent", context.traceparent);
    for (const [header, value] of SECURITY_HEADERS) preflight.headers.set(header, value);
    return preflight;
  }

  function respond(endpoint: Endpoint, c: Context): Promise<Response> {
    const isBrowser = c.req.raw.headers.has("origin");
    return isBrowser ? handleBrowser(endpoint, c) : handle(endpoint, c);
  }

  for (const route of routes) {
    const method = route.method.toUpperCase();
    const path = pathOf(name, route);
    const endpoint = { route, name: path, title: `${method} ${path}` };
    app.on(method, inHonosForm(path), (c) => respond(endpoint, c));
  }
  app.notFound((c) => respond(NOWHERE, c));
  return app;
}

/**
 * Declares an Edge Function. The file app.ts in the function's folder calls this.
 * @returns `app`, which uses the services of `source`; `createApp`, which makes an app with other
 *   services; and `declaration`, from which the OpenAPI document is made
 */
export function defineFunction(name: string, routes: readonly Route[], source: ServicesSource) {
  const create = (services: ServicesSource) => createApp(name, routes, services);
  return { app: create(source), createApp: create, declaration: { name, routes } };
}
