/** Sends one POST to a mail service, and distinguishes the ways in which the POST can fail. */
import { ApiError } from "../../core/errors.ts";
import { MailNotSent } from "./mail.ts";

export interface Posted {
  readonly status: number;
  /** The parsed body; null if it is not JSON. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly retryAfterSeconds: number | undefined;
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

const MAX_RETRY_AFTER_SECONDS = 3_600;

/**
 * Only these words in Deno's error show that the connection failed. If Deno changes the words, the
 * message counts as possibly sent, which is the safe assumption.
 */
function neverConnected(error: unknown): boolean {
  return error instanceof Error &&
    `${error.message} ${error.cause ?? ""}`.includes("client error (Connect)");
}

function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return seconds > 0 ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_SECONDS) : undefined;
}

async function readBody(answer: Response): Promise<Posted["body"]> {
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? body as Record<string, unknown>
    : null;
}

/** Makes the error for an unknown outcome: the service may have sent the message. */
export function noAnswer(internal: string, cause?: unknown): ApiError {
  return new ApiError("upstream_unavailable", { internal, cause });
}

/** @throws MailNotSent if the service was not reached; ApiError if the response was lost */
export async function postJson(
  fetch: typeof globalThis.fetch,
  { url, headers, body, signal }: Post,
): Promise<Posted> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal,
    });
    return {
      status: answer.status,
      body: await readBody(answer),
      retryAfterSeconds: retryAfter(answer.headers),
    };
  } catch (error) {
    if (neverConnected(error)) {
      throw new MailNotSent({ internal: "mail: the service was not reached", isOutage: true });
    }
    throw noAnswer(`mail: ${error instanceof Error ? error.name : "an error"}`, error);
  }
}

/**
 * Makes the error of a temporary refusal: the account is refused, there are too many messages, or the service
 * is down.
 */
export function notSent(name: string, { status, retryAfterSeconds }: Posted): MailNotSent {
  const isOutage = status >= 500;
  return new MailNotSent({ internal: `mail: ${name}`, isOutage, retryAfterSeconds });
}
