/** Describes a route for OpenAPI, its errors included. */
import { type RouteConfig, z } from "@hono/zod-openapi";
import type { Who } from "../../core/caller.ts";
import { isOperatorsChange, Nothing, type Route } from "./define-route.ts";
import { type ErrorCode, ERRORS } from "../../core/errors.ts";
import { CONTENT_KEY_SECONDS } from "../idempotency/content-key.ts";
import { refusalsOf } from "../../limits/rate-limit-rules.ts";

const Metadata = z.object({
  requestId: z.string(),
  traceId: z.string(),
  timestamp: z.string().openapi({ format: "date-time" }),
}).openapi("Metadata");

const ListMetadata = Metadata.extend({ nextCursor: z.string().nullable() }).openapi("ListMetadata");

const json = "application/json";

function envelopeOf(data: z.ZodType): z.ZodType {
  const metadata = data instanceof z.ZodArray ? ListMetadata : Metadata;
  return z.object({ success: z.literal(true), data, metadata });
}

const ErrorEnvelope = z.object({
  error: z.object({
    type: z.string(),
    code: z.string(),
    message: z.string().openapi({ description: "A sentence for people; users may see it." }),
    retryable: z.boolean().openapi({ description: "true: the same request may succeed later." }),
    field: z.string().optional().openapi({ example: "events[3].model" }),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  metadata: Metadata,
}).openapi("Error");

const OpenAiErrorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().openapi({ description: "OpenAI's type, such as `insufficient_quota`." }),
    param: z.string().nullable(),
    code: z.string(),
    retryable: z.boolean(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
}).openapi("OpenAiError");

/** Returns the schema of a route's error body for one status, limited to that status's codes. */
function errorOf({ shape }: Route, codes: readonly ErrorCode[]): z.ZodType {
  const body = shape === "openai" ? OpenAiErrorBody : ErrorEnvelope;
  return body.and(z.object({ error: z.object({ code: z.enum(codes) }) }));
}

/** Returns the errors that a route's declaration implies, and the errors that the declaration lists. */
function errorCodesOf(route: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>(["invalid_request", "internal", "not_ready", ...route.errors]);
  if (!route.isSigned) {
    codes.add("unauthenticated").add("token_expired").add("upstream_unavailable")
      .add("request_timeout");
  }
  const isRestricted = !route.who.includes("none") && !route.isSigned;
  if (isRestricted) codes.add("forbidden");
  if (isOperatorsChange(route)) codes.add("mfa_required");
  if (route.feature !== null) codes.add("feature_disabled");
  for (const code of refusalsOf(route.limit)) codes.add(code);
  if (route.method === "post") codes.add("payload_too_large");
  if (route.idempotent !== false) {
    codes.add("missing_idempotency_key").add("idempotency_in_progress")
      .add("idempotency_key_reused");
  }
  return [...codes];
}

/** The headers of every response of a rate-limited route, including refusals. */
const LIMIT_HEADERS = {
  "ratelimit-policy": z.string().openapi({
    description: "The limit that is closest to being used up: `q` requests in `w` seconds.",
    example: '"default";q=100;w=60',
  }),
  "ratelimit": z.string().openapi({
    description:
      "`r` more requests are allowed in the next `t` seconds. `farthing-soft` is added when 80 % " +
      "are used.",
    example: '"default";r=42;t=17',
  }),
};

const REFUSED_HEADERS = {
  ...LIMIT_HEADERS,
  "retry-after": z.string().openapi({ description: "Seconds to wait, at least 1." }),
};

function statusesOf(code: ErrorCode, route: Route): number[] {
  const { status, alsoStatus } = ERRORS[code];
  return alsoStatus !== undefined && route.asksUpstream ? [status, alsoStatus] : [status];
}

function errorResponses(route: Route): RouteConfig["responses"] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(route).sort()) {
    for (const status of statusesOf(code, route)) {
      byStatus.set(status, [...byStatus.get(status) ?? [], code]);
    }
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join("\n"),
      ...(status === 429 ? { headers: z.object(REFUSED_HEADERS) } : {}),
      content: { [json]: { schema: errorOf(route, codes) } },
    }]),
  );
}

const SUCCESS: Readonly<Record<string, string>> = {
  200: "Success",
  201: "Created",
  202: "Accepted",
};

function headersOf(route: Route): { headers?: z.ZodObject } {
  const limits = route.limit === "none" ? {} : LIMIT_HEADERS;
  const headers = { ...route.answerHeaders, ...limits };
  return Object.keys(headers).length === 0 ? {} : { headers: z.object(headers) };
}

function successResponses(route: Route): RouteConfig["responses"] {
  const others = Object.fromEntries(
    route.alsoProduces.map((type) => [type, { schema: z.string() }]),
  );
  const headers = headersOf(route);
  const responses: RouteConfig["responses"] = Object.fromEntries(
    Object.entries(route.responses).map(([status, schema]) => [status, {
      description: SUCCESS[status]!,
      ...headers,
      content: route.produces === null
        ? { [json]: { schema: route.shape === "openai" ? schema : envelopeOf(schema) }, ...others }
        : { [route.produces]: { schema } },
    }]),
  );
  if (route.conditional) {
    responses[304] = { description: "Not changed; without a body", ...headers };
  }
  return responses;
}

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

/** The audiences of the API, in the order in which the API page shows them. */
export const AUDIENCES = [
  {
    name: "Browser",
    description: "Routes that an app calls for its signed-in user, or for anyone.",
  },
  { name: "Back end", description: "Routes that an app's server calls with a secret key." },
  { name: "Operator", description: "Routes for operators. A secret key may call them, too." },
  {
    name: "Platform",
    description: "Routes that are called by Stripe, the scheduler, monitoring and the database.",
  },
] as const;

type Audience = typeof AUDIENCES[number]["name"];

const AUDIENCE: Readonly<Record<Who, Audience>> = {
  user: "Browser",
  none: "Browser",
  secret: "Back end",
  operator: "Operator",
  shared: "Platform",
  signed: "Platform",
};

/** The functions that no app calls. */
const PLATFORM: readonly string[] = [
  ...["health", "job-runner", "notification-runner", "payment-runner"],
  ...["send-notification", "stripe-webhook"],
];

/**
 * Returns the audiences of a route. A route for users and operators also accepts secret keys, so it
 * is for back ends, too.
 */
function audiencesOf(name: string, { who }: Route): Audience[] {
  if (PLATFORM.includes(name) && !who.includes("operator")) return ["Platform"];
  const named = new Set(who.map((caller) => AUDIENCE[caller]));
  if (who.includes("user") && who.includes("operator")) named.add("Back end");
  return AUDIENCES.map((audience) => audience.name).filter((audience) => named.has(audience));
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
    request.body = { required: true, content: { [json]: { schema: route.body } } };
  }
  return request;
}

/** Returns OpenAPI's description of the route, with the function's name before its path. */
export function describeRoute(name: string, route: Route) {
  return {
    method: route.method,
    path: route.path === "/" ? `/${name}` : `/${name}${route.path}`,
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
