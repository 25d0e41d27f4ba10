/**
 * Fetches the transactions of Stripe's payouts. At a list's end the database compares it with our books. A
 * mismatch is a row there, and not a failure of this run.
 */
import type { PayoutToList } from "../../contracts/database/results/payouts.ts";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import { StripeRefused } from "../../adapters/stripe/errors.ts";

type PayoutOutcome = "reconciled" | "not_ready" | "unfinished" | "refused" | "failed";

interface PayoutsReport {
  readonly reconciled: number;
  readonly failed: number;
}

/** The recorded part of a list stays: the next run continues after it. */
async function list(
  services: Services,
  due: PayoutToList,
  untilMs: number,
): Promise<PayoutOutcome> {
  const { database, log } = services;
  const { payout_id, claimed_at } = due;
  const payments = await services.payments();
  let { after } = due;
  while (hasTime(services, untilMs)) {
    const page = await payments.listPayout(payout_id, after);
    if (page === null) return "not_ready";
    const recorded = await database.rpc("payouts_record", {
      p_payout_id: payout_id,
      p_claimed_at: claimed_at,
      p_transactions: page.transactions,
      p_after: page.after ?? undefined,
    });
    if ("taken" in recorded) return "unfinished";
    if (recorded.listed) {
      const { mismatches } = recorded;
      log(mismatches === 0 ? "info" : "warn", "payout reconciled", { payout_id, mismatches });
      return "reconciled";
    }
    after = page.after;
  }
  return "unfinished";
}

/** A claim becomes due again by itself, later each time, so a failure is only logged. */
async function run(services: Services, due: PayoutToList, untilMs: number): Promise<PayoutOutcome> {
  try {
    return await list(services, due, untilMs);
  } catch (error) {
    const detail = error instanceof ApiError ? error.internal ?? error.code : String(error);
    services.log("warn", "payout not listed", { payout_id: due.payout_id, detail });
    return error instanceof StripeRefused ? "refused" : "failed";
  }
}

/** Runs until no payout is due, time is up (milliseconds since 1970), or Stripe is out of reach. */
export async function reconcilePayouts(
  services: Services,
  untilMs: number,
): Promise<PayoutsReport> {
  const done = { reconciled: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const due = await services.database.rpc("payouts_claim", {});
    if (due === null) break;
    const outcome = await run(services, due, untilMs);
    done.reconciled += outcome === "reconciled" ? 1 : 0;
    done.failed += outcome === "failed" || outcome === "refused" ? 1 : 0;
    if (outcome === "failed") break; // Stripe may refuse one payout and list another
  }
  return done;
}
