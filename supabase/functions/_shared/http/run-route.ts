/**
 * Runs one request through its route: checks the head, the caller, the limit and the input, then
 * calls the handler.
 */
import type { LogRecord } from "../core/logger.ts";
import type { Services } from "./route/app-services.ts";
import { authorize } from "./auth/authorize.ts";
import { authorOf, type Caller, callerScope, userIdOf } from "../core/caller.ts";
import { clientIpHash } from "../core/ip.ts";
import type { Credentials } from "./auth/credentials.ts";
import type { RequestContext } from "../core/current-request.ts";
import { DEADLINE_MS } from "../core/deadline.ts";
import { Nothing, type Route } from "./route/define-route.ts";
import { renderReply } from "./reply/reply.ts";
import { ApiError } from "../core/errors.ts";
import { type Idempotency, idempotencyOf, readIdempotencyKey } from "./idempotency/key.ts";
import { decodeUtf8, parseJson, readBytes, requireJson } from "./input/read-body.ts";
import { requireSaneHead } from "./input/request-head.ts";
import { queryOf, validate } from "./input/validate.ts";

type Params = Readonly<Record<string, string>>;

interface Run {
  readonly route: Route;
  readonly request: Request;
  readonly path: string;
  readonly params: Params;
  readonly context: RequestContext;
  readonly services: Services;
  /** The fields of this request's log line; `caller` is added after the caller is identified. */
  readonly record: LogRecord;
}

interface Identified {
  readonly caller: Caller;
  /** The name of the API key that the request carries. */
  readonly key: string | null;
}

interface Body {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly value: unknown;
}

interface ValidInput {
  readonly params: Params;
  readonly body: Body;
}

const NO_BODY: Body = { bytes: new Uint8Array(), text: "", value: {} };

const NO_CREDENTIALS: Credentials = { user: null, key: null };

/**
 * On a signed route the signature is the credential, so other credentials are ignored. On every
 * other route each given credential must be valid.
 */
function hasCredentials(route: Route, headers: Headers): boolean {
  return !route.isSigned && (headers.has("authorization") || headers.has("apikey"));
}

function keyNameOf({ key }: Credentials): string | null {
  if (key === null) return null;
  return key.kind === "secret" ? key.name : "publishable";
}

async function readBody(route: Route, request: Request): Promise<Body> {
  const bytes = await readBytes(request, route.bodyLimit);
  const text = decodeUtf8(bytes);
  // The signature covers the unparsed text, so the handler parses the text after checking the
  // signature.
  if (route.isSigned) return { bytes, text, value: {} };
  // A route without body fields accepts an empty body or an empty object.
  if (route.body === Nothing && text === "") return { bytes, text, value: {} };
  requireJson(request.headers);
  return { bytes, text, value: validate(route.body, parseJson(text)) };
}

function readQuery(route: Route, request: Request): unknown {
  // A signed sender may add parameters to the URL that it was given.
  if (route.isSigned) return {};
  if (route.query === Nothing && !request.url.includes("?")) return {};
  return validate(route.query, queryOf(request.url));
}

/**
 * Returns the path with its validated variables. An id in capitals is the same id, so the request
 * has the same fingerprint.
 */
function canonicalPath({ route, path }: Run, params: Params): string {
  if (route.params === Nothing) return path;
  const own = route.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
  return `/${path.split("/")[1]}${own}`;
}

function idempotencyOfCall(
  key: string | null,
  caller: Caller,
  run: Run,
  input: ValidInput,
): Idempotency {
  const { route, request, path } = run;
  return idempotencyOf(key, {
    scope: callerScope(caller),
    // The first path segment is the function's name: two functions may both have a route `POST /`.
    route: `${route.method} ${path.split("/")[1]} ${route.path}`,
    method: request.method,
    path: canonicalPath(run, input.params),
    body: input.body.bytes,
    value: input.body.value,
  });
}

async function requireFeature({ route, services }: Run, caller: Caller): Promise<void> {
  const { feature } = route;
  if (feature !== null && !await services.features.isOn(feature, userIdOf(caller))) {
    throw new ApiError("feature_disabled");
  }
}

async function identify({ route, request, services }: Run): Promise<Identified> {
  const { headers } = request;
  const credentials = hasCredentials(route, headers)
    ? await services.verify(headers)
    : NO_CREDENTIALS;
  const shared = route.who.includes("shared") ? services.verifyShared(headers) : null;
  return { caller: authorize(route.who, credentials, shared), key: keyNameOf(credentials) };
}

/**
 * Counts the request against the route's limit.
 * @throws ApiError `rate_limited` or `velocity_exceeded`
 */
async function requireWithinLimit(
  { route, request, context, services }: Run,
  who: Identified | null,
) {
  if (route.limit === "none") return;
  const verdict = await services.limiter.check({
    limit: route.limit,
    caller: who?.caller ?? null,
    key: who?.key ?? null,
    ipHash: clientIpHash(request.headers, services),
  });
  context.answerHeaders.push(...verdict.headers);
  if (verdict.refusal === undefined) return;
  const { code, retryAfterSeconds } = verdict.refusal;
  throw new ApiError(code, { retryAfterSeconds });
}

/**
 * Identifies the caller and counts the request. A refused credential counts too, so that guessing
 * is limited.
 */
async function admit(run: Run): Promise<Caller> {
  const who = await identify(run).catch(async (error: unknown) => {
    await requireWithinLimit(run, null);
    throw error;
  });
  await requireWithinLimit(run, who);
  return who.caller;
}

/**
 * Runs the route.
 * @throws ApiError for everything that the contract refuses
 */
export async function runRoute(run: Run): Promise<Response> {
  const { route, request, context, services } = run;
  const { headers } = request;
  context.deadlineMs += route.deadlineMs - DEADLINE_MS;
  requireSaneHead(route, request);
  const caller = await admit(run);
  run.record.caller = caller.kind;
  context.author = authorOf(caller, route.who);
  // Most routes belong to no product; the check avoids an await on those routes.
  if (route.feature !== null) await requireFeature(run, caller);
  const params = route.params === Nothing ? {} : validate(route.params, run.params) as Params;
  const query = readQuery(route, request);
  const { idempotent } = route;
  const key = idempotent === false ? null : readIdempotencyKey(headers, idempotent);
  const body = route.method === "post" ? await readBody(route, request) : NO_BODY;
  const idempotency = idempotent === false
    ? null
    : idempotencyOfCall(key, caller, run, { params, body });
  const reply = await route.handler({
    caller,
    params,
    query,
    body: body.value,
    rawBody: body.text,
    headers,
    // A getter, because creating the signal costs more than the rest of a small request.
    get signal() {
      return request.signal;
    },
    idempotency,
    context,
    services,
  });
  return reply instanceof Response ? reply : renderReply(reply, context, services.now());
}
