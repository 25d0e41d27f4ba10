/** The hourly backfill, which the database gives to one runner at a time. */
import type { Services } from "../services.ts";
import { backfill } from "./backfill.ts";
import { compareProviders } from "./compare-providers.ts";

/** How many events were taken in; where this fails, another run takes the claim over minutes later. */
export async function backfillIfDue(services: Services, untilMs: number): Promise<number> {
  const { database } = services;
  const claim = await database.rpc("backfills_claim", {});
  if (claim === null) return 0;
  const { received, complete } = await backfill(services, { sinceSeconds: claim.since, untilMs });
  await database.rpc("backfills_finish", {
    p_claimed_at: claim.claimed_at,
    p_complete: complete,
  });
  await compareProviders(services, untilMs);
  return received;
}
