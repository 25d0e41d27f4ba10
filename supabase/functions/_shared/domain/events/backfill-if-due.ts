/** The hourly backfill, which the database gives to one runner at a time. */
import type { Services } from "../../http/app-services.ts";
import { backfill, type Backfilled } from "./backfill.ts";
import { compareProviders } from "./compare-providers.ts";

type Outcome = Pick<Backfilled, "received" | "unreadable">;

/** Where this fails, another run takes the claim over minutes later. */
export async function backfillIfDue(services: Services, untilMs: number): Promise<Outcome> {
  const { database } = services;
  const claim = await database.rpc("backfills_claim", {});
  if (claim === null) return { received: 0, unreadable: 0 };
  const span = { sinceSeconds: claim.since, untilMs };
  const { received, unreadable, complete } = await backfill(services, span);
  await database.rpc("backfills_finish", {
    p_claimed_at: claim.claimed_at,
    p_complete: complete,
    p_unreadable: unreadable,
  });
  await compareProviders(services, untilMs);
  return { received, unreadable };
}
