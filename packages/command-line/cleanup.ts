/** Ends everything that a suite started, at the suite's end and when the run is interrupted. */
type Cleanup = () => Promise<void>;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const pending = new Set<Cleanup>();
let interrupted = false;

/**
 * Never resolves. After an interruption, nothing more may start or print until the process exits.
 */
const theEnd = () => new Promise<never>(() => {});

/**
 * Runs `use`, then `cleanup`, also when `use` fails. An interruption and the end of `use` share one
 * call of `cleanup`.
 */
export async function withCleanup<T>(cleanup: Cleanup, use: () => Promise<T>): Promise<T> {
  if (interrupted) return await theEnd();
  let underWay: Promise<void> | undefined;
  const once = () => underWay ??= cleanup();
  pending.add(once);
  try {
    return await use();
  } finally {
    // The Ctrl-C that ends the run may have made `use` fail, and may have started the cleanup
    // already.
    await once().finally(() => pending.delete(once));
    if (interrupted) await theEnd();
  }
}

/**
 * Makes Ctrl-C and SIGTERM run the pending cleanups and then end the process with code 130. Returns
 * a function that removes these handlers.
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
