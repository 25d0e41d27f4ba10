/**
 * Runs one request through its route: checks the request's headers and URL, the caller, the rate limit and
 * the input, then calls the handler.
 */
import type { LogRecord } from "../core/logger.ts";
import type { Services } from "./route/app-services.ts";
import { admit } from "./auth/authorize.ts";
import { authorOf, type Caller, callerScope, userIdOf } from "../core/caller.ts";
import { isOwnChange } from "../core/whose-data.ts";
import type { RequestContext } from "../core/current-request.ts";
import { DEADLINE_MS } from "../core/deadline.ts";
import { isOperatorsChange, isSharedChange, Nothing, type Route } from "./route/define-route.ts";
import { renderReply } from "./reply/reply.ts";
import { ApiError } from "../core/errors.ts";
import { type Idempotency, idempotencyOf } from "./idempotency/hashed-key.ts";
import { canRepeat } from "./idempotency/mode.ts";
import { readIdempotencyKey } from "./idempotency/key-header.ts";
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

async function readBody(route: Route, request: Request): Promise<Body> {
  const bytes = await readBytes(request, route.bodyLimit);
  const text = decodeUtf8(bytes);
  // The signature covers the unparsed text, so the handler checks the signature first and then parses the
  // text.
  if (route.isSigned) return { bytes, text, value: {} };
  // A route without body fields accepts an empty body or an empty object.
  if (route.body === Nothing && text === "") return { bytes, text, value: {} };
  requireJson(request.headers);
  return { bytes, text, value: validate(route.body, parseJson(text)) };
}

function readQuery(route: Route, request: Request): unknown {
  // Any parameters are allowed on a signed route, because the sender of a signed request may add
  // some to its URL.
  if (route.isSigned) return {};
  if (route.query === Nothing && !request.url.includes("?")) return {};
  return validate(route.query, queryOf(request.url));
}

/**
 * Returns the path with its validated variables. An id in upper case is the same id as in lower case, so both
 * give the request the same fingerprint.
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
    // The first segment of the path is the Edge Function's name. It is included, because two Edge
    // Functions may both have a route `POST /`.
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

/**
 * Refuses a change by an operator whose token shows no second factor, if the policy requires one.
 * The policy is read for each such change, so that a new setting applies at once.
 * @throws ApiError `mfa_required`
 */
async function requireSecondFactor({ services }: Run, caller: Caller): Promise<void> {
  if (caller.kind !== "user" || caller.hasSecondFactor) return;
  await services.database.rpc("mfa_check", { p_livemode: services.stripeMode === "live" });
}

/**
 * Decides the author of a change on a route for users and operators. The body says whose account
 * is changed. A change of the caller's own account has the author `owner` and needs no second
 * factor. A change for a customer has the operator as its author.
 * @throws ApiError `mfa_required`
 */
async function decideWhose(run: Run, caller: Caller, body: unknown): Promise<void> {
  if (caller.kind !== "user") return;
  if (isOwnChange(caller, (body as { user_id?: unknown }).user_id)) run.context.author = "owner";
  else await requireSecondFactor(run, caller);
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
  const isShared = isSharedChange(route);
  if (isOperatorsChange(route) && !isShared) await requireSecondFactor(run, caller);
  // Most routes belong to no product. For such a route, this check saves an await.
  if (route.feature !== null) await requireFeature(run, caller);
  const params = route.params === Nothing ? {} : validate(route.params, run.params) as Params;
  const query = readQuery(route, request);
  const key = readIdempotencyKey(headers, route.idempotent);
  const body = route.method === "post" ? await readBody(route, request) : NO_BODY;
  if (isShared) await decideWhose(run, caller, body.value);
  const idempotency = canRepeat(route.idempotent, key)
    ? idempotencyOfCall(key, caller, run, { params, body })
    : null;
  const reply = await route.handler({
    caller,
    params,
    query,
    body: body.value,
    rawBody: body.text,
    headers,
    // A getter, because creating the signal costs more than the rest of a small request; most handlers don't
    // use it.
    get signal() {
      return request.signal;
    },
    idempotency,
    context,
    services,
  });
  return reply instanceof Response
    ? reply
    : renderReply(reply, context, services.now(), route.shape);
}
