/** Servers that a suite started end with it, and also when the run is interrupted. */
type Cleanup = () => Promise<void>;

const pending = new Set<Cleanup>();

/** Runs `use`, and `cleanup` after it in whatever way it ends. */
export async function withCleanup<T>(cleanup: Cleanup, use: () => Promise<T>): Promise<T> {
  pending.add(cleanup);
  try {
    return await use();
  } finally {
    if (pending.delete(cleanup)) await cleanup();
  }
}

/** Ctrl-C and SIGTERM end the run, after everything it started. */
export function cleanUpOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      const all = [...pending];
      pending.clear();
      await Promise.allSettled(all.map((cleanup) => cleanup()));
      Deno.exit(130);
    });
  }
}
