/** What a suite started ends with it, and also when the run is interrupted. */
type Cleanup = () => Promise<void>;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const pending = new Set<Cleanup>();
let interrupted = false;

/** An interrupted run begins nothing more and reports nothing more: it waits for its end. */
const theEnd = () => new Promise<never>(() => {});

/** Runs `use`, and `cleanup` after it in whatever way it ends; once, also when both want it. */
export async function withCleanup<T>(cleanup: Cleanup, use: () => Promise<T>): Promise<T> {
  if (interrupted) return await theEnd();
  let underWay: Promise<void> | undefined;
  const once = () => underWay ??= cleanup();
  pending.add(once);
  try {
    return await use();
  } finally {
    // The Ctrl-C that ends the run may be what made `use` fail, and may be at the cleanup already.
    await once().finally(() => pending.delete(once));
    if (interrupted) await theEnd();
  }
}

/**
 * Ctrl-C and SIGTERM end the run, after everything it started. The function returned makes an end of
 * that.
 */
export function cleanUpOnSignals(): () => void {
  const end = async () => {
    interrupted = true;
    await Promise.allSettled([...pending].map((cleanup) => cleanup()));
    Deno.exit(130);
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, end);
  return () => SIGNALS.forEach((signal) => Deno.removeSignalListener(signal, end));
}
