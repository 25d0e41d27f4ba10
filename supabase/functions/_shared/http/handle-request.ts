/** Handles one request from its arrival to its log line, independent of the HTTP framework. */
import { EnvError } from "../core/env.ts";
import { consoleLogger, type LogRecord } from "../core/logger.ts";
import { withinRequest } from "../core/current-request.ts";
import { startContext } from "../core/start-request.ts";
import { nameActiveSpan } from "../core/trace.ts";
import type { Services, ServicesSource } from "./route/app-services.ts";
import type { Route } from "./route/define-route.ts";
import { HTTPS_ONLY } from "./reply/headers.ts";
import { renderError } from "./reply/reply.ts";
import { ApiError, asApiError } from "../core/errors.ts";
import { runRoute } from "./run-route.ts";

/**
 * Turns every error other than an ApiError into `not_ready` or `internal`, so that the caller learns no
 * internal detail.
 */
function toApiError(error: unknown): ApiError {
  if (error instanceof EnvError) {
    return new ApiError("not_ready", { internal: error.message, cause: error });
  }
  return asApiError(error);
}

// The form of this API's own field names, for example `events[3].model`. The caller chooses the name of an
// unknown field, and the name may contain personal data, so only names of this form are logged.
const FIELD_NAME = /^[a-z][a-z0-9_]*(\[\d+\]|\.[a-z0-9_]+)*$/;

function failureRecord(error: ApiError): LogRecord {
  const { field } = error.body;
  const record: LogRecord = { code: error.code };
  if (field !== undefined && FIELD_NAME.test(field)) record.field = field;
  if (error.internal !== undefined) record.detail = error.internal;
  return record;
}

/**
 * Returns true if a credential was refused: with 401, with 403, or with 400 for a wrong webhook signature.
 * `feature_disabled` does not count: it refuses the caller whatever the credential is.
 */
function isAuthFailure({ body, code }: ApiError): boolean {
  return body.type === "auth" && code !== "feature_disabled" || code === "signature_invalid";
}

/**
 * Returns the error to answer with. On a signed route every 5xx becomes 500, which makes Stripe
 * deliver the event again.
 */
function refuse(thrown: unknown, route: Route | null, record: LogRecord): ApiError {
  const caught = toApiError(thrown);
  const isOurs = route?.isSigned && caught.status >= 500;
  const error = isOurs
    ? new ApiError("internal", { internal: caught.internal, cause: caught })
    : caught;
  Object.assign(record, failureRecord(error));
  return error;
}

/** Only methods of this form are logged: a caller can send any text as the method. */
const METHOD = /^[A-Z]{3,16}$/;

/** The framework's request, reduced to what a route needs. */
interface Incoming {
  readonly request: Request;
  /** The request's path, without the query. */
  readonly path: string;
  /** The variables in the path. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * A route, its `name` for the log, and its `title` for metrics. All three are null for an unknown
 * path.
 */
export interface Endpoint {
  readonly route: Route | null;
  readonly name: string | null;
  /** The method and the path, as metrics count them. */
  readonly title: string | null;
}

/** Runs the route and always returns a response. Writes one log line about the request. */
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
    response = renderError(error, context, now, route?.shape);
  }
  record.status = response.status;
  const durationMs = performance.now() - startedMs;
  record.duration_ms = Math.round(durationMs * 100) / 100;
  services?.metrics.request(title, response.status, durationMs);
  const log = services?.log ?? consoleLogger;
  log(response.status >= 500 || isOurBug ? "error" : "info", "request", record);
  return response;
}
