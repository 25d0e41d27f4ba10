/**
 * Pings show the caller that a stream is alive, and heartbeats show the database that a chat is
 * alive. Both repeat every 15 seconds.
 */

/**
 * A ping: a comment, which every reader of server-sent events ignores. It shows that the stream is
 * alive while the model sends nothing to the caller, for example while it thinks.
 */
export const PING = new TextEncoder().encode(": ping\n\n");

/** The interval of the pings. The client gives up a stream after 45 s without any byte. */
export const PING_MS = 15_000;

/** The interval of heartbeats. A scheduled task closes a chat after 60 s without one. */
export const HEARTBEAT_MS = 15_000;

/**
 * Calls `beat` at an interval until the returned function is called. A failed heartbeat is ignored,
 * because one of the four heartbeats in 60 s is enough.
 */
export function keepAlive(beat: () => Promise<unknown>, everyMs: number): () => void {
  const timer = setInterval(() => beat().catch(() => {}), everyMs);
  return () => clearInterval(timer);
}
