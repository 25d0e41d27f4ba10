let lastMs = 0;
let lastText = new Date(0).toISOString();

/**
 * Formats a time by RFC 3339 in UTC. Many requests share a millisecond, so the last text is cached.
 */
export function timestampOf(now: Date): string {
  const ms = now.getTime();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = now.toISOString();
  }
  return lastText;
}
