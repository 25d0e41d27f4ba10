/**
 * Turns a function's routes into a Hono app. One handler per route and no middleware, so a request
 * costs one route match and one call; CORS work is done only when a browser asks.
 */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ServicesSource } from "./route/app-services.ts";
import { createCors } from "./cors.ts";
import { Nothing, type Route } from "./route/define-route.ts";
import { SECURITY_HEADERS } from "./reply/headers.ts";
import { type Endpoint, handleRequest } from "./handle-request.ts";
import { describeRoute } from "./route/openapi.ts";
import { startContext } from "../core/request.ts";

const NO_PARAMS: Readonly<Record<string, string>> = {};
const NOWHERE: Endpoint = { route: null, name: null, title: null };

/**
 * Makes the app of one function.
 * @param name the function's folder, which is also the first segment of its paths
 */
export function createApp(
  name: string,
  routes: readonly Route[],
  source: ServicesSource,
): OpenAPIHono {
  const app = new OpenAPIHono();

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
    const description = createRoute(describeRoute(name, route));
    const title = `${route.method.toUpperCase()} ${description.path}`;
    const endpoint = { route, name: description.path, title };
    app.openAPIRegistry.registerPath(description);
    app.on(route.method.toUpperCase(), description.getRoutingPath(), (c) => respond(endpoint, c));
  }
  app.notFound((c) => respond(NOWHERE, c));
  return app;
}

/**
 * A function as its folder's app.ts declares it.
 * @returns its app, on the services of its environment, and a way to make one with other services
 */
export function defineFunction(name: string, routes: readonly Route[], source: ServicesSource) {
  const create = (services: ServicesSource) => createApp(name, routes, services);
  return { app: create(source), createApp: create };
}
