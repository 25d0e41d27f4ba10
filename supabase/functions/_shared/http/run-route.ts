/** Takes one request through its route: who, what, how often, then the handler. */
import type { Services } from "../services.ts";
import { authorize, type Caller, callerScope } from "./authorize.ts";
import { Nothing, type Route } from "./define-route.ts";
import { renderReply } from "./envelope.ts";
import { type Idempotency, idempotencyOf, readIdempotencyKey } from "./idempotency.ts";
import { decodeUtf8, parseJson, readBytes, requireJson } from "./read-body.ts";
import type { RequestContext } from "./request-context.ts";
import { queryOf, validate } from "./validate.ts";

export interface Incoming {
  readonly request: Request;
  /** Path without query, as routed. */
  readonly path: string;
  readonly params: Record<string, string>;
  readonly context: RequestContext;
}

interface Body {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly value: unknown;
}

const NO_BODY: Body = { bytes: new Uint8Array(), text: "", value: {} };

/** The signature is the credential of a signed route; everywhere else a bad one is refused. */
async function identify(route: Route, headers: Headers, services: Services): Promise<Caller> {
  if (route.who.includes("signed")) return { kind: "none" };
  const isBare = !headers.has("authorization") && !headers.has("apikey");
  const credentials = isBare ? { user: null, key: null } : await services.verify(headers);
  return authorize(route.who, credentials);
}

async function readBody(route: Route, request: Request): Promise<Body> {
  if (route.method !== "post") return NO_BODY;
  const bytes = await readBytes(request, route.bodyLimit);
  const text = decodeUtf8(bytes);
  // What is signed is the text as it came; its meaning is read after the signature is checked.
  if (route.who.includes("signed")) return { bytes, text, value: {} };
  // A route without fields takes nothing or an empty object.
  if (route.body === Nothing && text === "") return { bytes, text, value: {} };
  requireJson(request.headers);
  return { bytes, text, value: validate(route.body, parseJson(text)) };
}

function readQuery(route: Route, request: Request): unknown {
  // A signed sender calls the address it was given, whatever stands behind the question mark.
  if (route.who.includes("signed")) return {};
  if (route.query === Nothing && !request.url.includes("?")) return {};
  return validate(route.query, queryOf(request.url));
}

function keyOf(
  key: string,
  route: Route,
  caller: Caller,
  { request, path }: Incoming,
  body: Body,
): Idempotency {
  return idempotencyOf(key, {
    scope: callerScope(caller),
    // The first segment names the function: two functions may both have a route `POST /`.
    route: `${route.method} ${path.split("/")[1]} ${route.path}`,
    method: request.method,
    path,
    body: body.bytes,
  });
}

/** @throws ApiError for everything that the contract refuses */
export async function runRoute(
  route: Route,
  incoming: Incoming,
  services: Services,
  onCaller: (caller: Caller) => void,
): Promise<Response> {
  const { request, context } = incoming;
  const caller = await identify(route, request.headers, services);
  onCaller(caller);
  const params = route.params === Nothing ? {} : validate(route.params, incoming.params);
  const query = readQuery(route, request);
  const key = route.idempotent ? readIdempotencyKey(request.headers) : null;
  const body = await readBody(route, request);
  const reply = await route.handler({
    caller,
    params,
    query,
    body: body.value,
    rawBody: body.text,
    headers: request.headers,
    idempotency: key === null ? null : keyOf(key, route, caller, incoming, body),
    context,
    services,
  });
  return reply instanceof Response ? reply : renderReply(reply, context, services.now());
}
