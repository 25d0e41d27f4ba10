/** Waits until work outside the test has had its effect. */

const DEADLINE_MS = 60_000;

/** Resolves as soon as `holds` returns true. @throws after a minute; the message contains `what` */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + DEADLINE_MS; !holds();) {
    if (performance.now() >= end) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await new Promise((next) => setTimeout(next, 1));
  }
}
