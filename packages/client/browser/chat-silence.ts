/** Stops waiting for a stream on which nothing arrives. */
import type { Clock } from "../core/clock.ts";

/**
 * The time of three pings: every 15 seconds, the service sends an SSE comment as a ping, even while
 * the model thinks.
 */
const SILENCE_MS = 45_000;

/** @throws Error if the work takes longer than `SILENCE_MS` */
export async function unlessSilent<T>(work: Promise<T>, clock: Clock): Promise<T> {
  const ended = new AbortController();
  const silence = clock.wait(SILENCE_MS, ended.signal).then(() => {
    throw new Error(`The service sent nothing for ${SILENCE_MS} ms.`);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    ended.abort();
  }
}
