/**
 * Handles Ctrl-C and the stop signal of a service manager. After such a signal, the canary must not
 * leave its flag on.
 */

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

const stopped = Promise.withResolvers<never>();
// A signal rejects this promise, perhaps while no step waits for it. Without this line, the
// unhandled rejection would end the process.
stopped.promise.catch(() => {});

const listeners = SIGNALS.map((signal) =>
  [
    signal,
    () => stopped.reject(new StoppedError(`the canary was asked to end by ${signal}`)),
  ] as const
);

let isListening = false;

/**
 * From now on signals do not end the process. The listeners stay after a stage, so that a signal
 * between two stages is not lost, and a second signal does not interrupt the rollback.
 */
export function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const [signal, stop] of listeners) Deno.addSignalListener(signal, stop);
}

/** From now on signals end the process again. */
export function ignoreStops(): void {
  if (!isListening) return;
  isListening = false;
  for (const [signal, stop] of listeners) Deno.removeSignalListener(signal, stop);
}

/**
 * Returns what `use` returns.
 * @throws StoppedError as soon as a signal asks the process to end. If a signal has already come
 *   since `listen`, throws at once
 */
export const unlessStopped = <T>(use: () => Promise<T>): Promise<T> =>
  Promise.race([stopped.promise, use()]);
