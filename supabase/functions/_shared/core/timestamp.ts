let lastMs = 0;
let lastText = new Date(0).toISOString();

/** RFC 3339 in UTC. Many requests share a millisecond, so its text is cached for the next one. */
export function timestampOf(now: Date): string {
  const ms = now.getTime();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = now.toISOString();
  }
  return lastText;
}
