/** Computes a response of a health endpoint at most once per interval, for all callers. */
import type { Services } from "../_shared/http/route/app-services.ts";

interface Known<T> {
  readonly atMs: number;
  readonly answer: Promise<T>;
}

/**
 * Returns a function that calls `look` at most once in `forMs` milliseconds. A failure is cached
 * for the same time.
 */
export function oncePerInterval<T>(
  forMs: number,
  look: (services: Services) => Promise<T>,
): (services: Services) => Promise<T> {
  // A process of the health function uses one set of services, so this map has one entry. Each test has its
  // own services, so no test gets another test's response.
  const last = new WeakMap<Services, Known<T>>();
  return (services) => {
    const nowMs = services.now().getTime();
    const known = last.get(services);
    if (known !== undefined && nowMs - known.atMs < forMs) return known.answer;
    const answer = look(services);
    last.set(services, { atMs: nowMs, answer });
    return answer;
  };
}
