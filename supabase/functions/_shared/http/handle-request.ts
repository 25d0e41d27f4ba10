/** One request from its first byte to its log line, whatever framework brought it. */
import { EnvError } from "../core/env.ts";
import { consoleLogger, type LogRecord } from "../core/logger.ts";
import { nameActiveSpan, startContext, withinRequest } from "../core/request.ts";
import type { Services, ServicesSource } from "./route/app-services.ts";
import type { Route } from "./route/define-route.ts";
import { HTTPS_ONLY } from "./reply/headers.ts";
import { renderError } from "./reply/reply.ts";
import { ApiError } from "../core/errors.ts";
import { runRoute } from "./run-route.ts";

/** Anything that is not an ApiError is ours, and the caller learns nothing of it. */
function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof EnvError) {
    return new ApiError("not_ready", { internal: error.message, cause: error });
  }
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal: detail, cause: error });
}

// The shape of our own fields, `events[3].model`. Of a field that nobody knows the name is the caller's,
// and may be anything they have to say.
const FIELD_NAME = /^[a-z][a-z0-9_]*(\[\d+\]|\.[a-z0-9_]+)*$/;

function failureRecord(error: ApiError): LogRecord {
  const { field } = error.body;
  const record: LogRecord = { code: error.code };
  if (field !== undefined && FIELD_NAME.test(field)) record.field = field;
  if (error.internal !== undefined) record.detail = error.internal;
  return record;
}

/**
 * 401, 403, and a webhook's wrong signature, which the contract answers with 400. A product that is switched
 * off refuses everybody, whoever they are.
 */
function isAuthFailure({ body, code }: ApiError): boolean {
  return body.type === "auth" && code !== "feature_disabled" || code === "signature_invalid";
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

/** A method that nobody knows may be of any length, and say anything. */
const METHOD = /^[A-Z]{3,16}$/;

/** The request of a framework, reduced to what a route needs. */
interface Incoming {
  readonly request: Request;
  /** Path without query, as routed. */
  readonly path: string;
  /** The path's variables. */
  readonly params: Readonly<Record<string, string>>;
}

/** A route and what every log line about it says; null where the path leads nowhere. */
export interface Endpoint {
  readonly route: Route | null;
  readonly name: string | null;
  /** With its method, as metrics count it. */
  readonly title: string | null;
}

/** Answers, whatever happens, and writes one line about it. */
export async function handleRequest(
  { route, name, title }: Endpoint,
  { request, path, params }: Incoming,
  source: ServicesSource,
): Promise<Response> {
  const startedMs = performance.now();
  const context = startContext(request.headers, startedMs);
  nameActiveSpan(title, name);
  const record: LogRecord = {
    request_id: context.requestId,
    trace_id: context.traceId,
    method: METHOD.test(request.method) ? request.method : "other",
    route: name,
  };
  let services: Services | undefined;
  let response: Response;
  let isOurBug = false;
  try {
    services = source();
    if (services.functionsUrl.startsWith("https:")) context.answerHeaders.push(HTTPS_ONLY);
    if (route === null) throw new ApiError("not_found");
    const run = { route, request, path, params, context, services, record };
    response = await withinRequest(context, () => runRoute(run));
  } catch (thrown) {
    const now = services?.now() ?? new Date();
    const error = refuse(thrown, route, record);
    isOurBug = error.isOurBug;
    if (error.status >= 500 || isOurBug) services?.report(error, { context, title });
    if (isAuthFailure(error)) {
      services?.metrics.count("auth_failures", { status: `${error.status}`, code: error.code });
    }
    if (error.code === "usage_conflict") {
      services?.metrics.count("usage_conflicts", { from: "request" });
    }
    response = renderError(error, context, now);
  }
  record.status = response.status;
  const durationMs = performance.now() - startedMs;
  record.duration_ms = Math.round(durationMs * 100) / 100;
  services?.metrics.request(title, response.status, durationMs);
  const log = services?.log ?? consoleLogger;
  log(response.status >= 500 || isOurBug ? "error" : "info", "request", record);
  return response;
}
