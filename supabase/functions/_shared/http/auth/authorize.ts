/**
 * Decides for which caller a request acts, from the route's `who` and the verified credentials, and
 * counts the request against the route's rate limit.
 */
import type { AnonymousCaller, Caller, SharedCaller, Who } from "../../core/caller.ts";
import type { RequestContext } from "../../core/current-request.ts";
import { ApiError } from "../../core/errors.ts";
import { clientIpHash } from "../../core/ip-hash.ts";
import type { Limiter } from "../../limits/limiter.ts";
import type { LimitName } from "../../limits/rate-limit-rules.ts";
import { type JsonShape, openAiLimitHeaders } from "../reply/openai-shape.ts";
import type { Credentials, CredentialVerifier } from "./credentials.ts";
import type { SharedSecretVerifier } from "./shared-secret.ts";

interface Admission {
  readonly route: {
    readonly who: readonly Who[];
    readonly isSigned: boolean;
    readonly limit: LimitName;
    readonly shape: JsonShape;
  };
  readonly request: Request;
  readonly context: RequestContext;
  readonly services: {
    readonly verify: CredentialVerifier;
    readonly verifyShared: SharedSecretVerifier;
    readonly hashIp: (network: string) => string;
    readonly limiter: Limiter;
  };
}

interface Identified {
  readonly caller: Caller;
  /** The name of the API key that the request carries. */
  readonly key: string | null;
}

const NO_CREDENTIALS: Credentials = { user: null, key: null };

const ANONYMOUS: AnonymousCaller = { kind: "none" };

/**
 * Returns the caller of the request. If the route accepts more than one of the given credentials, the least
 * powerful is used.
 * @throws ApiError `unauthenticated` without a user's token or a secret key; `forbidden` if the given
 * credential is valid but the route does not accept it
 */
function authorize(
  allowed: readonly Who[],
  { user, key }: Credentials,
  shared: SharedCaller | null = null,
): Caller {
  if (shared !== null && allowed.includes("shared")) return shared;
  const secret = key?.kind === "secret" ? key : null;
  const isOperatorRoute = allowed.includes("operator");
  if (user !== null) {
    if (allowed.includes("user")) return user;
    if (isOperatorRoute && user.isOperator) return user;
  }
  if (secret !== null && (isOperatorRoute || allowed.includes("secret"))) return secret;
  if (allowed.includes("none") || allowed.includes("signed")) return ANONYMOUS;
  throw new ApiError(user === null && secret === null ? "unauthenticated" : "forbidden");
}

/**
 * On a signed route the signature is the credential, so other credentials are ignored. On every
 * other route each given credential must be valid.
 */
function hasCredentials({ isSigned }: Admission["route"], headers: Headers): boolean {
  return !isSigned && (headers.has("authorization") || headers.has("apikey"));
}

function keyNameOf({ key }: Credentials): string | null {
  if (key === null) return null;
  return key.kind === "secret" ? key.name : "publishable";
}

const SECRET_AS_BEARER = /^Bearer (sb_secret_\S+)$/i;

/**
 * OpenAI's SDK can send its API key only as a bearer token, so routes in OpenAI's shape accept a
 * secret key as a bearer token. A request with an Origin header comes from a web page, and a web
 * page must never have a secret key.
 */
function headersWithKey({ shape }: Admission["route"], headers: Headers): Headers {
  if (shape !== "openai" || headers.has("apikey") || headers.has("origin")) return headers;
  const key = SECRET_AS_BEARER.exec(headers.get("authorization") ?? "")?.[1];
  return key === undefined ? headers : new Headers([["apikey", key]]);
}

async function identify({ route, request, services }: Admission): Promise<Identified> {
  const headers = headersWithKey(route, request.headers);
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
  { route, request, context, services }: Admission,
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
  if (route.shape === "openai" && verdict.quota !== undefined) {
    context.answerHeaders.push(...openAiLimitHeaders(verdict.quota));
  }
  if (verdict.refusal === undefined) return;
  const { code, retryAfterSeconds } = verdict.refusal;
  throw new ApiError(code, { retryAfterSeconds });
}

/**
 * Identifies the caller and counts the request. To limit guessing, a request with a refused
 * credential counts towards two limits: the limit of its IP address, and the limit of all anonymous
 * callers together.
 * @throws ApiError `unauthenticated`, `token_expired` or `forbidden` for a refused credential, and
 * `rate_limited` or `velocity_exceeded`
 */
export async function admit(admission: Admission): Promise<Caller> {
  const who = await identify(admission).catch(async (error: unknown) => {
    await requireWithinLimit(admission, null);
    throw error;
  });
  await requireWithinLimit(admission, who);
  return who.caller;
}
