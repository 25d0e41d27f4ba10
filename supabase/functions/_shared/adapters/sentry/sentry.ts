/**
 * Sends our failures to Sentry, or to a service with its API. A report goes out once, after the answer, with
 * a timeout: a slow or unavailable service costs no request anything (docs/decisions/observability.md).
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
import type { FailureContext, Report } from "./report.ts";

interface SentryOptions {
  /** `https://<public key>@<host>/<project>` */
  readonly dsn: string;
  /** Stripe's mode: test or live. */
  readonly environment: string;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly now: () => Date;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 2_000;
/** The most reports in flight; further ones are only logged. An outage makes as many errors as requests. */
const MAX_IN_FLIGHT = 10;
const MAX_TEXT = 2_000;
/** The most errors of a chain of causes, the first included. */
const MAX_CHAIN = 4;

const parseStack = createStackParser(nodeStackLineParser());

/** A stack begins with the message. A line of a message may look like a frame, so messages are cut off. */
function framesOf(stack: string, message: string): StackFrame[] {
  const start = stack.indexOf(message);
  return start === -1 ? [] : parseStack(stack.slice(start + message.length));
}

/** The error and its causes, the first cause first, as Sentry wants them. */
function exceptionsOf(error: ApiError): Exception[] {
  const chain: Exception[] = [];
  let at: unknown = error;
  while (at instanceof Error && chain.length < MAX_CHAIN) {
    const said = at === error ? error.internal ?? error.message : at.message;
    const { message } = at;
    chain.unshift({
      ...exceptionFromError((stack) => framesOf(stack, message), at),
      // Free text: libraries and the database quote their input.
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
 * Sends by fetch, with a timeout. The transport applies Sentry's own limits and the limit of reports in
 * flight.
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
  if (dsn === undefined) throw new TypeError("SENTRY_DSN is no DSN");
  const url = getEnvelopeEndpointWithUrlEncodedAuth(dsn);
  const transport = transportTo(url, options.timeoutMs ?? TIMEOUT_MS);

  async function send(error: ApiError, about: FailureContext): Promise<void> {
    // After the answer: reading a stack and redacting a text take a moment.
    await new Promise((resolve) => setTimeout(resolve));
    await transport.send(createEventEnvelope(eventOf(error, about, options), dsn));
  }

  return (error, about) => {
    // A failure that can't be reported is still in the log.
    options.waitUntil(send(error, about).catch(() => {}));
  };
}
