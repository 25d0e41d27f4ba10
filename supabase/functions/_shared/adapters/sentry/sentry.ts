/**
 * Sends failures to Sentry, or to a service with Sentry's API. A report is sent once, after the
 * response and with a timeout, so that a slow or unavailable service delays no request
 * (docs/decisions/observability.md).
 */
import {
  createEventEnvelope,
  createStackParser,
  createTransport,
  type Event,
  type Exception,
  exceptionFromError,
  getEnvelopeEndpointWithUrlEncodedAuth,
  makeDsn,
  type StackFrame,
  type Transport,
} from "@sentry/core";
import { nodeStackLineParser } from "@sentry/core/server";
import type { ApiError } from "../../core/errors.ts";
import { redactStart } from "../../privacy/redact.ts";
import type { FailureContext, Report } from "./report-type.ts";

interface SentryOptions {
  /** The form is `https://<public key>@<host>/<project>`. */
  readonly dsn: string;
  /** Stripe's mode: test or live. */
  readonly environment: string;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly now: () => Date;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 2_000;
/**
 * The maximum number of reports that are sent at the same time. Further failures are only logged,
 * because in an outage every request fails.
 */
const MAX_IN_FLIGHT = 10;
const MAX_TEXT = 2_000;
/** The maximum number of errors in a chain of causes, including the first error. */
const MAX_CHAIN = 4;

const parseStack = createStackParser(nodeStackLineParser());

/**
 * Returns the frames of an error's stack trace. The trace begins with the error's message. The
 * message is removed first, because one of its lines may look like a frame.
 */
function framesOf(stack: string, message: string): StackFrame[] {
  const start = stack.indexOf(message);
  return start === -1 ? [] : parseStack(stack.slice(start + message.length));
}

/** Returns the error and its causes in Sentry's order, the innermost cause first. */
function exceptionsOf(error: ApiError): Exception[] {
  const chain: Exception[] = [];
  let at: unknown = error;
  while (at instanceof Error && chain.length < MAX_CHAIN) {
    const said = at === error ? error.internal ?? error.message : at.message;
    const { message } = at;
    chain.unshift({
      ...exceptionFromError((stack) => framesOf(stack, message), at),
      // The text is redacted, because error messages of libraries and of the database quote their input.
      value: redactStart(said, MAX_TEXT),
    });
    at = at.cause;
  }
  return chain;
}

function eventOf(
  error: ApiError,
  { context, title }: FailureContext,
  options: SentryOptions,
): Event {
  const [, trace_id = "", span_id = ""] = context.traceparent.split("-");
  return {
    event_id: crypto.randomUUID().replaceAll("-", ""),
    timestamp: options.now().getTime() / 1_000,
    platform: "javascript",
    level: "error",
    environment: options.environment,
    ...(title !== null && { transaction: title }),
    tags: { code: error.code, status: error.status, request_id: context.requestId },
    contexts: { trace: { trace_id, span_id } },
    exception: { values: exceptionsOf(error) },
  };
}

/**
 * Makes a transport that sends reports by `fetch` with a timeout. It respects Sentry's rate limits
 * and the limit of reports in flight.
 */
function transportTo(url: string, timeoutMs: number): Transport {
  const options = { url, bufferSize: MAX_IN_FLIGHT, recordDroppedEvent: () => {} };
  return createTransport(options, async ({ body }) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-sentry-envelope" },
      body: body as BodyInit,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    const headers = {
      "x-sentry-rate-limits": answer.headers.get("x-sentry-rate-limits"),
      "retry-after": answer.headers.get("retry-after"),
    };
    return { statusCode: answer.status, headers };
  });
}

export function createSentryReport(options: SentryOptions): Report {
  const dsn = makeDsn(options.dsn);
  if (dsn === undefined) throw new TypeError("SENTRY_DSN is not a valid DSN");
  const url = getEnvelopeEndpointWithUrlEncodedAuth(dsn);
  const transport = transportTo(url, options.timeoutMs ?? TIMEOUT_MS);

  async function send(error: ApiError, about: FailureContext): Promise<void> {
    // The response is sent first, because reading a stack and redacting texts take time.
    await new Promise((resolve) => setTimeout(resolve));
    await transport.send(createEventEnvelope(eventOf(error, about, options), dsn));
  }

  return (error, about) => {
    // A failure that cannot be reported is still in the log.
    options.waitUntil(send(error, about).catch(() => {}));
  };
}
