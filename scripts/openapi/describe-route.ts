/** Describes a route for OpenAPI: its callers, its request and its responses. */
import { type RouteConfig, z } from "@hono/zod-openapi";
import type { Who } from "../../supabase/functions/_shared/core/caller.ts";
import { CONTENT_KEY_SECONDS } from "../../supabase/functions/_shared/http/idempotency/content-key.ts";
import {
  Nothing,
  pathOf,
  type Route,
} from "../../supabase/functions/_shared/http/route/define-route.ts";
import { audiencesOf } from "./audiences.ts";
import { errorResponses, JSON_TYPE, successResponses } from "./responses.ts";

const WITH_TOKEN = { publishableKey: [], userToken: [] };

const SECURITY: Readonly<Record<Who, Record<string, string[]>>> = {
  user: WITH_TOKEN,
  secret: { secretKey: [] },
  operator: WITH_TOKEN,
  shared: { webhookSecret: [] },
  signed: { stripeSignature: [] },
  none: {},
};

/**
 * Returns the credentials of a route's callers. The API page sends the first credential of the
 * list. A secret key comes before an operator's token, because every project has a secret key.
 */
function securityOf({ who }: Route): Record<string, string[]>[] {
  const all = who.flatMap((each) => each === "operator" ? ["secret", each] as const : [each]);
  return [...new Set(all.map((each) => SECURITY[each]))];
}

const Key = z.string().min(1).max(255).openapi({ example: "request-1" });

const IdempotencyHeader = z.object({
  "idempotency-key": Key.openapi({ description: "Printable ASCII, stored for 24 hours." }),
});

const OptionalIdempotencyHeader = z.object({
  "idempotency-key": Key.optional().openapi({
    description:
      "Printable ASCII, stored for 24 hours. Without a key, a request with the same content within " +
      `${CONTENT_KEY_SECONDS / 60} minutes is a repeat.`,
  }),
});

const OfferedIdempotencyHeader = z.object({
  "idempotency-key": Key.optional().openapi({
    description:
      "Printable ASCII, stored for 24 hours. Without a key, each request is served and charged anew.",
  }),
});

const ConditionHeader = z.object({
  "if-none-match": z.string().optional()
    .openapi({
      description:
        "The ETag of an earlier response; the response is 304 while the resource has not changed.",
    }),
});

function requestOf(route: Route): NonNullable<RouteConfig["request"]> {
  const request: NonNullable<RouteConfig["request"]> = {};
  if (route.params !== Nothing) request.params = route.params as z.ZodObject;
  if (route.query !== Nothing) request.query = route.query as z.ZodObject;
  if (route.idempotent === true) request.headers = IdempotencyHeader;
  if (route.idempotent === "optional") request.headers = OptionalIdempotencyHeader;
  if (route.idempotent === "offered") request.headers = OfferedIdempotencyHeader;
  if (route.conditional) request.headers = ConditionHeader;
  if (route.body !== Nothing) {
    request.body = { required: true, content: { [JSON_TYPE]: { schema: route.body } } };
  }
  return request;
}

/** Returns OpenAPI's description of the route, with the function's name before its path. */
export function describeRoute(name: string, route: Route) {
  return {
    method: route.method,
    path: pathOf(name, route),
    tags: audiencesOf(name, route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: securityOf(route),
    request: requestOf(route),
    responses: { ...successResponses(route), ...errorResponses(route) },
    "x-who": route.who,
    "x-rate-limit": route.limit,
    ...(route.feature === null ? {} : { "x-feature": route.feature }),
    ...(route.idempotent === "offered" ? { "x-idempotent": "with a key" } : {}),
  } satisfies RouteConfig & Record<`x-${string}`, unknown>;
}
