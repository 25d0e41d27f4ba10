/**
 * Turns a function's routes into a Hono app. One handler per route and no middleware, so a request
 * costs one route match and one call; CORS work is done only when a browser asks.
 */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { cors } from "hono/cors";
import { EnvError } from "../env.ts";
import { consoleLogger, type LogRecord, redact } from "../logger.ts";
import type { Services, ServicesSource } from "../services.ts";
import type { Route } from "./define-route.ts";
import { renderError } from "./envelope.ts";
import { ApiError } from "./errors.ts";
import { describeRoute, pathOf } from "./openapi.ts";
import { type RequestContext, startContext } from "./request-context.ts";
import { runRoute } from "./run-route.ts";

const ALLOW_HEADERS = [
  "authorization",
  "x-client-info",
  "apikey",
  "content-type",
  "idempotency-key",
  "prefer",
  "traceparent",
  "tracestate",
  "x-request-id",
];

const EXPOSE_HEADERS = [
  "x-request-id",
  "traceparent",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "location",
  "etag",
  "idempotency-replayed",
];

const PREFLIGHT_SECONDS = 7_200;

/** Anything that is not an ApiError is ours, and the caller learns nothing of it. */
function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof EnvError) {
    return new ApiError("not_ready", { internal: error.message, cause: error });
  }
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal: detail, cause: error });
}

function failureRecord(error: ApiError): LogRecord {
  const record: LogRecord = { code: error.code };
  if (error.body.field !== undefined) record.field = error.body.field;
  if (error.internal !== undefined) record.detail = redact(error.internal);
  return record;
}

/** The refusal as an answer; to a signed sender only 500 says "deliver again", whatever we lacked. */
function refuse(thrown: unknown, route: Route | null, record: LogRecord): ApiError {
  const caught = toApiError(thrown);
  const isOurs = route?.isSigned && caught.status >= 500;
  const error = isOurs
    ? new ApiError("internal", { internal: caught.internal, cause: caught })
    : caught;
  Object.assign(record, failureRecord(error));
  return error;
}

async function answer(
  route: Route | null,
  c: Context,
  context: RequestContext,
  services: Services,
  record: LogRecord,
): Promise<Response> {
  const incoming = {
    request: c.req.raw,
    path: c.req.path,
    params: () => c.req.param(),
    context,
  };
  try {
    if (route === null) throw new ApiError("not_found");
    return await runRoute(route, incoming, services, record);
  } catch (thrown) {
    return renderError(refuse(thrown, route, record), context, services.now());
  }
}

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

  const browser = cors({
    origin: (origin) => source().origins.includes(origin) ? origin : null,
    allowHeaders: ALLOW_HEADERS,
    exposeHeaders: EXPOSE_HEADERS,
    allowMethods: ["GET", "POST", "DELETE"],
    maxAge: PREFLIGHT_SECONDS,
  });

  async function handle(route: Route | null, c: Context): Promise<Response> {
    const startedMs = performance.now();
    const context = startContext(c.req.raw.headers);
    let services: Services;
    try {
      services = source();
    } catch (thrown) {
      const error = toApiError(thrown);
      consoleLogger("error", "not configured", failureRecord(error));
      return renderError(error, context, new Date());
    }
    const record: LogRecord = {
      request_id: context.requestId,
      trace_id: context.traceId,
      method: c.req.method,
      route: route === null ? null : pathOf(name, route),
    };
    const response = await answer(route, c, context, services, record);
    record.status = response.status;
    record.duration_ms = Math.round((performance.now() - startedMs) * 100) / 100;
    services.log(response.status >= 500 ? "error" : "info", "request", record);
    return response;
  }

  async function respondToBrowser(route: Route | null, c: Context): Promise<Response> {
    const preflight = await browser(c, async () => {
      c.res = await handle(route, c);
    });
    if (!preflight) return c.res;
    const context = startContext(c.req.raw.headers);
    preflight.headers.set("x-request-id", context.requestId);
    preflight.headers.set("traceparent", context.traceparent);
    return preflight;
  }

  function respond(route: Route | null, c: Context): Promise<Response> {
    const isBrowser = c.req.raw.headers.has("origin");
    return isBrowser ? respondToBrowser(route, c) : handle(route, c);
  }

  for (const route of routes) {
    const description = createRoute(describeRoute(name, route));
    app.openAPIRegistry.registerPath(description);
    app.on(route.method.toUpperCase(), description.getRoutingPath(), (c) => respond(route, c));
  }
  app.notFound((c) => respond(null, c));
  return app;
}
