/**
 * Sends one call. Makes attempts with the same Idempotency-Key until a response is final or the
 * deadline has passed.
 */
import { attemptOnce, type Call, credentialsOf, ofSession, type Read } from "./attempt.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { FarthingError } from "./farthing-error.ts";
import { isUncertain } from "./is-uncertain.ts";
import { newId } from "./new-id.ts";
import type { Pin } from "./same-user.ts";

/** The options of every call. */
export interface CallOptions {
  /** Aborts the call and its retries. The call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The time limit for all attempts together, in milliseconds; one minute by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * The Idempotency-Key of a call that changes something; by default a new one. Pass your own key
   * if you may have to repeat the call after a restart.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * The id of the user for whom the call is made. If another user has signed in meanwhile, no
   * further attempt is sent, and the call throws `session_changed`. By default it is the user of
   * the first attempt.
   */
  readonly signedInAs?: string | undefined;
  /**
   * Called with the error of each attempt that will be repeated, so that a page can say why the
   * call takes longer. An error that this function throws is ignored.
   */
  readonly onRetry?: ((reason: FarthingError) => void) | undefined;
}

/** The options of one call in a series of calls that only the user in `pin` may make. */
export interface PinnedOptions extends CallOptions {
  readonly pin?: Pin | undefined;
  /**
   * The time during which the call repeats an attempt that may have had an effect, in milliseconds
   * since the start of the call. By default it lasts until the call's deadline.
   */
  readonly repeatMs?: number | undefined;
}

const TIMEOUT_MS = 60_000;
const LONGEST_WAIT_MS = 8_000;
/**
 * The maximum number of attempts that end with a 500. A 500 comes from a bug in the service, so
 * retries rarely help.
 */
const MOST_CRASHES = 3;

/**
 * Returns the wait before the next attempt: the response's Retry-After, but at least 1, 2, 4 and
 * then always 8 seconds. This minimum is needed because during an outage each response may ask for
 * only one second. Up to half of this minimum is added, so that clients do not all retry at the
 * same moment.
 */
function waitMs({ retryAfter = 0 }: FarthingError, attempt: number): number {
  const shortest = Math.min(1000 * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return Math.max(retryAfter * 1000, shortest) + Math.random() * shortest / 2;
}

/** Calls `onRetry`. An error of the app's function must not make the call fail. */
function tell(onRetry: CallOptions["onRetry"], reason: FarthingError): void {
  try {
    onRetry?.(reason);
  } catch {
    // The documentation of `onRetry` says that its errors are ignored.
  }
}

interface Limits {
  /** The deadline of the call. */
  readonly until: number;
  /** The time after which an attempt that may have had an effect is not repeated. */
  readonly repeatUntil: number;
  readonly onRetry: CallOptions["onRetry"];
}

async function attemptAll<T>(
  connection: Connection,
  clock: Clock,
  call: Call<T>,
  { until, repeatUntil, onRetry }: Limits,
): Promise<T> {
  let renewed = false;
  let crashes = 0;
  for (let attempt = 1;; attempt++) {
    const credentials = await credentialsOf(connection, call);
    const answer = await attemptOnce(connection, call, attempt, credentials);
    if (!(answer instanceof FarthingError)) return answer.value;
    call.isUncertain = isUncertain(answer, call.isUncertain);
    if (answer.code === "token_expired" && !renewed) {
      renewed = true;
      if (await ofSession(() => connection.renew(credentials), call)) continue;
    }
    if (answer.status === 500) crashes += 1;
    if (!answer.retryable || crashes === MOST_CRASHES) throw answer;
    const wait = waitMs(answer, attempt);
    const next = clock.now() + wait;
    if (next >= until || call.isUncertain && next >= repeatUntil) throw answer;
    tell(onRetry, answer);
    await clock.wait(wait, call.stop);
  }
}

/**
 * Adds the Idempotency-Key and `isUncertain` to the error of a change. The caller needs both to
 * repeat the change.
 */
function withKey(error: unknown, { key, isUncertain }: Call<unknown>): unknown {
  if (!(error instanceof FarthingError) || key === undefined) return error;
  const facts = { ...error, message: error.message, idempotencyKey: key, isUncertain };
  return new FarthingError(facts, error.cause);
}

/**
 * Passes a successful response or a 304 to `read`, and returns the result of `read`.
 * @throws FarthingError if the final response is an error, or the deadline has passed
 */
export async function send<T>(
  connection: Connection,
  clock: Clock,
  { request, read }: { request: Request; read: Read<T> },
  { timeoutMs = TIMEOUT_MS, repeatMs = timeoutMs, ...options }: PinnedOptions,
): Promise<T> {
  const { signal, idempotencyKey, signedInAs, onRetry, pin } = options;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const key = request.method === "GET" ? undefined : idempotencyKey ?? newId();
  const isOpen = key === undefined
    ? ""
    : " The request may have succeeded: repeat it with the same idempotencyKey.";
  const message = `No final response came within ${timeoutMs} ms.${isOpen}`;
  const late = new FarthingError({
    code: "deadline_exceeded",
    message,
    status: 0,
    retryable: true,
    idempotencyKey: key,
    isUncertain: key !== undefined,
  });
  const until = clock.now() + timeoutMs;
  const ended = new AbortController();
  clock.wait(timeoutMs, ended.signal).then(() => stop.abort(late), () => {});
  const call: Call<T> = {
    ...{ request, read, key, isUncertain: false, stop: stop.signal },
    pin: pin ?? { user: signedInAs },
  };
  try {
    const value = await attemptAll(connection, clock, call, {
      ...{ until, repeatUntil: until - timeoutMs + repeatMs, onRetry },
    });
    // A stream is still being read after this call, so the caller's signal must still end it.
    if (!(value instanceof Response)) signal?.removeEventListener("abort", abort);
    return value;
  } catch (error) {
    signal?.removeEventListener("abort", abort);
    throw stop.signal.aborted ? stop.signal.reason : withKey(error, call);
  } finally {
    ended.abort();
  }
}
