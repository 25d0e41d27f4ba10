/** Caches an answer of an unlimited endpoint for all its callers. */
import type { Services } from "../_shared/http/route/app-services.ts";

interface Known<T> {
  readonly atMs: number;
  readonly answer: Promise<T>;
}

/** The same as `look`, called at most once in so many ms; a failure is remembered as long. */
export function cached<T>(
  forMs: number,
  look: (services: Services) => Promise<T>,
): (services: Services) => Promise<T> {
  // A process has one set of services, so this is one answer per process.
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
