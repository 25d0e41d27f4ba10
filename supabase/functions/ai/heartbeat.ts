/** Calls a function at an interval: the heartbeats of a chat, and the pings of a stream. */

/** The interval of heartbeats. A scheduled task closes a chat after 60 s without one. */
export const HEARTBEAT_MS = 15_000;

/**
 * Calls `beat` at an interval until the returned function is called. A failed heartbeat is ignored:
 * one of four in 60 s is enough.
 */
export function keepAlive(beat: () => Promise<unknown>, everyMs: number): () => void {
  const timer = setInterval(() => beat().catch(() => {}), everyMs);
  return () => clearInterval(timer);
}
