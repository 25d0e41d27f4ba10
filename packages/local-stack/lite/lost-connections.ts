/**
 * When the server dies under a transaction, postgres.js (3.4.9) still flushes its rollback, into a
 * socket that is gone, and throws where nobody can catch it. The queries themselves have failed in
 * order, so this one error is let go by; everything else still ends the process.
 */
export function outliveLostConnections(): () => Promise<void> {
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
