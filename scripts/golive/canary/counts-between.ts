/** Computes the counts between two reads of the counters. */
import { combined, type Counted } from "./counters.ts";

/**
 * Returns whether a counter is smaller now than before. Counters only grow, so this means that it
 * was reset to 0.
 */
function isReset(before: Counted, now: Counted): boolean {
  const all = ({ requests, errors, emails }: Counted) => [
    ...[requests, errors, emails.sent, emails.failed],
  ];
  const [then, later] = [all(before), all(now)];
  return then.some((count, nth) => later[nth]! < count) ||
    Object.entries(before.routes).some(([route, buckets]) =>
      buckets.some((count, nth) => (now.routes[route]?.[nth] ?? 0) < count)
    );
}

/**
 * Returns the counts between two reads. If the counters were reset to 0 between them, for example
 * because the project was restored, returns `now` itself. The difference between the two reads
 * would then be too small, and would hide errors.
 */
export function since(before: Counted, now: Counted): Counted {
  if (isReset(before, now)) return now;
  return {
    requests: now.requests - before.requests,
    errors: now.errors - before.errors,
    emails: {
      sent: now.emails.sent - before.emails.sent,
      failed: now.emails.failed - before.emails.failed,
    },
    routes: Object.fromEntries(
      Object.entries(now.routes).map((
        [route, buckets],
      ) => [route, combined(buckets, before.routes[route] ?? [], (a, b) => a - b)]),
    ),
  };
}
