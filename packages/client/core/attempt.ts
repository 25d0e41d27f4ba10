/** Makes one attempt of a call, with the credentials that the caller has at that moment. */
import { errorOf, isReplay } from "./answer.ts";
import type { Answered, Connection } from "./connection.ts";
import { FarthingError } from "./farthing-error.ts";
import { newId } from "./new-id.ts";
import { needSameUser, type Pin } from "./same-user.ts";

const isSuccess = (response: Response) => response.ok || response.status === 304;

/**
 * Reads the body of a response. The call's deadline and retries also cover the reading.
 * @throws FarthingError if the body is not Farthing's; any other error means a broken connection
 */
export type Read<T> = (response: Response, requestId: string) => Promise<T>;

export interface Call<T> {
  readonly request: Request;
  readonly read: Read<T>;
  readonly key: string | undefined;
  readonly pin: Pin;
  /** Whether one of the attempts so far may have made the change. */
  isUncertain: boolean;
  /** Aborts at the deadline, or when the caller's signal aborts. */
  readonly stop: AbortSignal;
}

/**
 * Returns the error message for a call that got no response. In a browser the cause may also be
 * that the service does not allow the app's origin (CORS).
 */
function noAnswerFrom(url: string): string {
  const checks = "document" in globalThis
    ? "the URL, the connection, and that the app's origin is allowed"
    : "the URL and the connection";
  return `No response came from ${new URL(url).host}. Check ${checks}.`;
}

function unanswered(
  requestId: string | undefined,
  cause: unknown,
  message: string,
): FarthingError {
  return new FarthingError(
    { code: "network_error", message, status: 0, retryable: true, requestId },
    cause,
  );
}

/** Calls `onAnswer`. An error in it must not make a successful call fail or be repeated. */
function report({ onAnswer }: Connection, answer: Answered): void {
  try {
    onAnswer?.(answer);
  } catch {
    // The documentation of `onAnswer` says that its errors are ignored.
  }
}

/** Makes one attempt. Returns the value that was read, or the error. */
export async function attemptOnce<T>(
  connection: Connection,
  call: Call<T>,
  attempt: number,
  credentials: Record<string, string>,
): Promise<{ value: T } | FarthingError> {
  const requestId = newId();
  const request = new Request(call.request.clone(), { signal: call.stop });
  const sent = {
    ...credentials,
    "x-request-id": requestId,
    ...call.key !== undefined && { "idempotency-key": call.key },
  };
  for (const [name, value] of Object.entries(sent)) request.headers.set(name, value);
  const { method, url } = request;
  const facts = { method, url, attempt, idempotencyKey: call.key };
  let id: string | undefined;
  try {
    const response = await connection.fetch(request);
    id = response.headers.get("x-request-id") ?? requestId;
    const { status } = response;
    report(connection, { ...facts, status, requestId: id, replayed: isReplay(response) });
    if (!isSuccess(response)) return await errorOf(response, id);
    return { value: await call.read(response, id) };
  } catch (cause) {
    if (id === undefined) report(connection, { ...facts, status: 0, requestId, replayed: false });
    call.stop.throwIfAborted();
    return cause instanceof FarthingError
      ? cause
      : unanswered(id ?? requestId, cause, noAnswerFrom(url));
  }
}

/** Rejects with the signal's reason when the signal aborts before the work has ended. */
function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * Runs `work`, which reads or refreshes the session.
 * @throws FarthingError `network_error` if the work fails, because a failure does not mean that the
 *   user has signed out
 */
export async function ofSession<T>(work: () => Promise<T>, { stop }: Call<unknown>) {
  try {
    return await unlessStopped(work(), stop);
  } catch (cause) {
    stop.throwIfAborted();
    throw unanswered(undefined, cause, "The session could not be read or refreshed. Try again.");
  }
}

/** @returns the credentials of the signed-in user */
export async function credentialsOf(
  connection: Connection,
  call: Call<unknown>,
): Promise<Record<string, string>> {
  const credentials = await ofSession(() => connection.credentials(), call);
  needSameUser(call.pin, credentials);
  return credentials;
}
