/**
 * Sends one call. Makes attempts with the same Idempotency-Key until an answer is final or the
 * deadline has passed.
 */
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { errorOf, FarthingError } from "./farthing-error.ts";
import { newId } from "./new-id.ts";

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
}

const TIMEOUT_MS = 60_000;
const LONGEST_WAIT_MS = 8_000;
/**
 * The maximum number of attempts that end with a 500. A 500 is a bug in the service, so retries
 * rarely help.
 */
const MOST_CRASHES = 3;

const isSuccess = (response: Response) => response.ok || response.status === 304;

/** Reads the body of an answer. The call's deadline and retries also apply to this. */
type Read<T> = (response: Response) => Promise<T>;

interface Call<T> {
  readonly request: Request;
  readonly read: Read<T>;
  readonly key: string | undefined;
  readonly until: number;
  /** Aborts at the deadline, or when the caller's signal aborts. */
  readonly stop: AbortController;
}

function unanswered(requestId: string, cause: unknown): FarthingError {
  const message = "No answer came. Check the connection, and that the app's origin is allowed.";
  return new FarthingError(
    { code: "network_error", message, status: 0, retryable: true, requestId },
    cause,
  );
}

/** Makes one attempt. Returns the value that was read, or the error that the answer stands for. */
async function attemptOnce<T>(
  connection: Connection,
  call: Call<T>,
  attempt: number,
  credentials: Record<string, string>,
): Promise<{ value: T } | FarthingError> {
  const requestId = newId();
  const request = new Request(call.request.clone(), { signal: call.stop.signal });
  const sent = {
    ...credentials,
    "x-request-id": requestId,
    ...call.key !== undefined && { "idempotency-key": call.key },
  };
  for (const [name, value] of Object.entries(sent)) request.headers.set(name, value);
  const facts = {
    method: request.method,
    url: request.url,
    attempt,
    idempotencyKey: call.key,
  };
  let response: Response | undefined;
  try {
    response = await connection.fetch(request);
    connection.onAnswer?.({
      ...facts,
      status: response.status,
      requestId: response.headers.get("x-request-id") ?? requestId,
      replayed: isReplay(response),
    });
    if (!isSuccess(response)) return await errorOf(response, requestId);
    return { value: await call.read(response) };
  } catch (cause) {
    call.stop.signal.throwIfAborted();
    if (response === undefined) {
      connection.onAnswer?.({ ...facts, status: 0, requestId, replayed: false });
    }
    return unanswered(requestId, cause);
  }
}

/** Returns whether an earlier request with the same Idempotency-Key produced this answer. */
export function isReplay({ headers }: Response): boolean {
  return headers.get("idempotency-replayed") === "true";
}

/**
 * Returns the wait before the next attempt: 1, 2, 4 and 8 seconds, each up to a quarter shorter or
 * longer, so that clients do not all retry at the same moment.
 */
function waitMs({ retryAfter }: FarthingError, attempt: number): number {
  if (retryAfter !== undefined) return retryAfter * 1000;
  return Math.min(1000 * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
}

async function attemptAll<T>(
  connection: Connection,
  clock: Clock,
  call: Call<T>,
): Promise<T> {
  let renewed = false;
  let crashes = 0;
  for (let attempt = 1;; attempt++) {
    const credentials = await connection.credentials();
    const answer = await attemptOnce(connection, call, attempt, credentials);
    if (!(answer instanceof FarthingError)) return answer.value;
    if (answer.code === "token_expired" && !renewed) {
      renewed = true;
      if (await connection.renew(credentials)) continue;
    }
    if (answer.status === 500) crashes += 1;
    if (!answer.retryable || crashes === MOST_CRASHES) throw answer;
    const wait = waitMs(answer, attempt);
    if (clock.now() + wait >= call.until) throw answer;
    await clock.wait(wait, call.stop.signal);
  }
}

/**
 * Passes a successful answer or a 304 to `read`, and returns its result.
 * @throws FarthingError if a different answer is final, or the deadline has passed
 */
export async function send<T>(
  connection: Connection,
  clock: Clock,
  { request, read }: { request: Request; read: Read<T> },
  { signal, timeoutMs = TIMEOUT_MS, idempotencyKey }: CallOptions,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const message = `No answer came within ${timeoutMs} ms. The request may have succeeded.`;
  const late = { code: "deadline_exceeded", message, status: 0, retryable: true } as const;
  const ended = new AbortController();
  clock.wait(timeoutMs, ended.signal).then(() => stop.abort(new FarthingError(late)), () => {});
  const key = request.method === "GET" ? undefined : idempotencyKey ?? newId();
  const call = { request, read, key, until: clock.now() + timeoutMs, stop };
  try {
    const value = await attemptAll(connection, clock, call);
    // A stream is still being read, so the caller's signal must still be able to end it.
    if (!(value instanceof Response)) signal?.removeEventListener("abort", abort);
    return value;
  } catch (error) {
    signal?.removeEventListener("abort", abort);
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    ended.abort();
  }
}
