/** Resolves after `ms` milliseconds. */
export function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * Calls `probe` every `intervalMs` until it returns a value other than undefined. Returns
 * undefined after `timeoutMs`. An error of the probe counts as undefined.
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
