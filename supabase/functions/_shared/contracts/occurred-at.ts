/** When a use of a model happened, against the clock of whoever is asked to charge it. */
import { invalid } from "../http/errors.ts";

const MAX_AHEAD_MINUTES = 5;

/**
 * Clocks differ by seconds. What lies further ahead is a wrong clock, or a try at a price that is not in
 * force yet.
 * @throws ApiError `invalid_request` with the field
 */
export function refuseFuture(occurredAt: string | undefined, now: Date, field: string): void {
  if (occurredAt === undefined) return;
  const aheadMs = Date.parse(occurredAt) - now.getTime();
  if (aheadMs <= MAX_AHEAD_MINUTES * 60_000) return;
  throw invalid(`This lies more than ${MAX_AHEAD_MINUTES} minutes in the future.`, field);
}
