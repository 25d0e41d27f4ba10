/**
 * Ignores one kind of error until the returned function is called. When the server dies during a
 * transaction, postgres.js (3.4.9) still writes its rollback to the closed socket. This throws an
 * error that no caller can catch; the queries have already failed with errors of their own. Every
 * other uncaught error still ends the process.
 */
export function ignoreLostConnectionErrors(): () => Promise<void> {
  const listener = (event: ErrorEvent) => {
    if (isLateWrite(event.error)) event.preventDefault();
  };
  addEventListener("error", listener);
  return () => {
    removeEventListener("error", listener);
    return Promise.resolve();
  };
}

function isLateWrite(error: unknown): boolean {
  return error instanceof TypeError && /reading 'write'/.test(error.message) &&
    /nextWrite .*\/postgres\/.*connection\.js/.test(error.stack ?? "");
}
