/** Waiting on conditions, never for a fixed time. */

export function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * Calls `probe` until it gives something other than undefined; undefined after `timeoutMs`.
 * Errors of the probe count as "not yet".
 */
export async function waitFor<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
  intervalMs = 25,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  while (true) {
    const found = await Promise.resolve().then(probe).catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() >= end) return undefined;
    await delay(intervalMs);
  }
}
