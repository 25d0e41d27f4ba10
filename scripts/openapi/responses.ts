/** Describes a route's responses for OpenAPI: successes, and the errors that its declaration implies. */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { type ErrorCode, ERRORS } from "../../supabase/functions/_shared/core/errors.ts";
import {
  isOperatorsChange,
  type Route,
} from "../../supabase/functions/_shared/http/route/define-route.ts";
import { refusalsOf } from "../../supabase/functions/_shared/limits/rate-limit-rules.ts";

/** The media type of bodies in JSON. */
export const JSON_TYPE = "application/json";

const Metadata = z.object({
  requestId: z.string(),
  traceId: z.string(),
  timestamp: z.string().openapi({ format: "date-time" }),
}).openapi("Metadata");

const ListMetadata = Metadata.extend({ nextCursor: z.string().nullable() }).openapi("ListMetadata");

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

/**
 * Returns the schema of a route's error body for one status. It allows only the codes of that
 * status.
 */
function errorOf({ shape }: Route, codes: readonly ErrorCode[]): z.ZodType {
  const body = shape === "openai" ? OpenAiErrorBody : ErrorEnvelope;
  return body.and(z.object({ error: z.object({ code: z.enum(codes) }) }));
}

/** Returns a route's error codes: those that its declaration implies, and those that it lists. */
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

export function errorResponses(route: Route): RouteConfig["responses"] {
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
      content: { [JSON_TYPE]: { schema: errorOf(route, codes) } },
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

export function successResponses(route: Route): RouteConfig["responses"] {
  const others = Object.fromEntries(
    route.alsoProduces.map((type) => [type, { schema: z.string() }]),
  );
  const headers = headersOf(route);
  const responses: RouteConfig["responses"] = Object.fromEntries(
    Object.entries(route.responses).map(([status, schema]) => [status, {
      description: SUCCESS[status]!,
      ...headers,
      content: route.produces === null
        ? {
          [JSON_TYPE]: { schema: route.shape === "openai" ? schema : envelopeOf(schema) },
          ...others,
        }
        : { [route.produces]: { schema } },
    }]),
  );
  if (route.conditional) {
    responses[304] = { description: "Not changed; without a body", ...headers };
  }
  return responses;
}
