/** Reads the service's responses, and recognizes those of a proxy or of Supabase's platform. */
import { type ErrorFacts, FarthingError } from "./farthing-error.ts";
import { retryAfterOf } from "./retry-after.ts";

/** The JSON body of a successful response. */
export interface Envelope<Data> {
  readonly data: Data;
  readonly metadata: { readonly nextCursor: string | null };
}

interface ErrorBody {
  error?: { code?: unknown; message?: unknown; retryable?: unknown } & Partial<ErrorFacts>;
}

/**
 * Whether the same request may succeed later, given the status of a response. The response may come
 * from the service or from the platform.
 */
const isPassing = (status: number) => status === 408 || status === 429 || status >= 500;

/** Returns undefined if the text is not JSON, for example the HTML page of a proxy. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Returns whether an earlier request with the same Idempotency-Key produced this response. */
export function isReplay({ headers }: Response): boolean {
  return headers.get("idempotency-replayed") === "true";
}

/** Returns the error for a response without Farthing's body, such as the HTML page of a proxy. */
function invalidResponse(response: Response, requestId: string): FarthingError {
  const { status } = response;
  return new FarthingError({
    code: "invalid_response",
    message: `A response with status ${status} is not from Farthing. Check the URL and any proxy.`,
    status,
    retryable: isPassing(status),
    retryAfter: retryAfterOf(response),
    requestId,
  });
}

/**
 * Checks the content type of a file or a stream, because a proxy or a login page may also send 200.
 * @throws FarthingError `invalid_response`
 */
export function needType(response: Response, type: string, requestId: string): Response {
  if (response.headers.get("content-type")?.startsWith(type)) return response;
  throw invalidResponse(response, requestId);
}

/**
 * Returns the body of a successful response.
 * @throws FarthingError `invalid_response` if the body is not Farthing's
 */
export async function envelopeOf<Data>(
  response: Response,
  requestId: string,
): Promise<Envelope<Data>> {
  const body = parsed(await response.text());
  if (!isObject(body) || !("data" in body) || body.data === undefined) {
    throw invalidResponse(response, requestId);
  }
  const { data, metadata } = body as { data: Data; metadata?: { nextCursor?: string | null } };
  return { data, metadata: { nextCursor: metadata?.nextCursor ?? null } };
}

/**
 * Returns the error for an unsuccessful response. Responses of the platform itself do not have
 * Farthing's body, and become `invalid_response`.
 */
export async function errorOf(response: Response, requestId: string): Promise<FarthingError> {
  const body = parsed(await response.text()) as ErrorBody | null | undefined;
  const error = body?.error;
  if (typeof error?.code !== "string") return invalidResponse(response, requestId);
  return new FarthingError({
    status: response.status,
    retryAfter: retryAfterOf(response),
    requestId,
    code: error.code,
    message: String(error.message),
    retryable: error.retryable === true,
    field: error.field,
    details: error.details,
  });
}
