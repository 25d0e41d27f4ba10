/** Answers requests of the app's users on the app's own back end. */
import { FarthingError } from "../core/farthing-error.ts";

/** The project's auth service, which returns the user to whom a token belongs. */
export interface Users {
  /** The project's URL, such as `https://abc.supabase.co`. */
  readonly url: string;
  readonly secretKey: string;
  readonly fetch: (request: Request) => Promise<Response>;
}

const signInFirst = () =>
  new FarthingError({
    code: "unauthenticated",
    message: "The request has no valid token of a user. Sign in first.",
    status: 401,
    retryable: false,
  });

/**
 * Returns the id of the user whose token the request has.
 * @throws FarthingError `unauthenticated` without a valid token; `upstream_unavailable` if the auth
 *   service does not say whether the token is valid
 */
async function userOf(
  { url, secretKey, fetch }: Users,
  request: Request,
): Promise<string> {
  const authorization = request.headers.get("authorization");
  if (!authorization?.startsWith("Bearer ")) throw signInFirst();
  const asked = new Request(`${url.replace(/\/+$/, "")}/auth/v1/user`, {
    headers: { apikey: secretKey, authorization },
    signal: request.signal,
  });
  const answer = await fetch(asked).catch(() => undefined);
  if (answer?.status === 401 || answer?.status === 403) throw signInFirst();
  const user = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
  if (typeof user?.id === "string") return user.id;
  throw new FarthingError({
    code: "upstream_unavailable",
    message: "The token could not be checked, because the auth service failed. Try again.",
    status: 503,
    retryable: true,
  });
}

/**
 * Returns the error in the service's JSON shape, so that the client on the web page throws the same
 * error.
 */
function refusal(error: FarthingError): Response {
  const { code, message, retryable, field, details, retryAfter, requestId } = error;
  const headers: Record<string, string> = {
    ...retryAfter !== undefined && { "retry-after": `${retryAfter}` },
    ...requestId !== undefined && { "x-request-id": requestId },
  };
  const body = { error: { code, message, retryable, field, details } };
  return Response.json(body, { status: error.status || 503, headers });
}

/**
 * Whether Farthing refused the secret key. The user can't repair that, so the web page does not get
 * this error.
 */
const isOurs = ({ status }: FarthingError) => status === 401 || status === 403;

/**
 * Checks the token of the request, does the work for its user, and answers with the result as JSON,
 * or with the work's own `Response`. A `FarthingError`, such as `insufficient_credits`, becomes a
 * response from which `farthing.fetch` on the page makes the same error.
 * @throws any other error of the work, and the error that says that Farthing refused the secret
 *   key; the framework then logs the error
 */
export async function respond(
  users: Users,
  request: Request,
  work: (userId: string) => Promise<unknown>,
): Promise<Response> {
  let userId: string;
  try {
    userId = await userOf(users, request);
  } catch (error) {
    if (error instanceof FarthingError) return refusal(error);
    throw error;
  }
  try {
    const value = await work(userId);
    return value instanceof Response ? value : Response.json(value ?? null);
  } catch (error) {
    if (error instanceof FarthingError && !isOurs(error)) return refusal(error);
    throw error;
  }
}
