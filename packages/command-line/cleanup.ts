/**
 * Ends everything that a test suite started: at the suite's end, or when the run is interrupted.
 */
type Cleanup = () => Promise<void>;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const pending = new Set<Cleanup>();
let interrupted = false;

/**
 * Never resolves. After an interruption, callers await this promise, so that they do no more work
 * and print nothing until the process exits.
 */
const theEnd = () => new Promise<never>(() => {});

/**
 * Runs `use`, then `cleanup`, even if `use` fails. If the run is interrupted, `cleanup` still runs
 * only once.
 */
export async function withCleanup<T>(cleanup: Cleanup, use: () => Promise<T>): Promise<T> {
  if (interrupted) return await theEnd();
  let underWay: Promise<void> | undefined;
  const once = () => underWay ??= cleanup();
  pending.add(once);
  try {
    return await use();
  } finally {
    // If `use` failed because of the Ctrl-C that ends this run, the cleanup may have already
    // started. `once` then waits for it instead of starting a second cleanup.
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
