/**
 * Ignores one kind of error until the returned function is called. When the server dies during a
 * transaction, postgres.js (3.4.9) still writes the rollback to the closed socket. That write
 * throws an error that no caller can catch. Ignoring it loses nothing, because the transaction's
 * queries have already failed with their own errors. Every other uncaught error still ends the
 * process.
 */
export function ignoreLostConnectionErrors(): () => Promise<void> {
  const listener = (event: ErrorEvent) => {
    if (isLateWrite(event.error)) event.preventDefault();
  };
  addEventListener("error", listener);
  const unguard = guardImmediates();
  return () => {
    unguard();
    removeEventListener("error", listener);
    return Promise.resolve();
  };
}

/**
 * Catches the error inside the callback of `setImmediate` that throws it. In Deno 2.9.6 the queue
 * of these callbacks breaks in this case: one callback throws, and a later callback of the same
 * turn of the event loop is cleared. For each lost connection, postgres.js clears such a later
 * callback. When the queue is broken, the process ends, or a query is never sent.
 */
function guardImmediates(): () => void {
  const original = globalThis.setImmediate;
  const guarded = <Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args) =>
    original(() => {
      try {
        callback(...args);
      } catch (error) {
        if (!isLateWrite(error)) throw error;
      }
    });
  const properties = Object.getOwnPropertyDescriptors(original);
  globalThis.setImmediate = Object.defineProperties(guarded, properties) as typeof original;
  return () => {
    globalThis.setImmediate = original;
  };
}

function isLateWrite(error: unknown): boolean {
  return error instanceof TypeError && /reading 'write'/.test(error.message) &&
    /nextWrite .*\/postgres\/.*connection\.js/.test(error.stack ?? "");
}
