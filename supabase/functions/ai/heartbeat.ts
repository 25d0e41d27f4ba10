/** Tells the sweep that the request lives: one that is silent for 60 s is closed by it. */

const HEARTBEAT_MS = 15_000;

/** Beats until it is stopped. A beat that fails is no harm: the next may not, and three are enough. */
export function keepAlive(beat: () => Promise<unknown>, everyMs = HEARTBEAT_MS): () => void {
  const timer = setInterval(() => beat().catch(() => {}), everyMs);
  return () => clearInterval(timer);
}
