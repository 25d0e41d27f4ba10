/**
 * Fetches the balance transactions of Stripe's payouts. At the end of each list the database
 * compares the list with our records. A mismatch is stored as a row and does not fail the run.
 */
import type { PayoutToList } from "../../contracts/database/results/payouts.ts";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import { StripeRefused } from "../../adapters/stripe/error-classes.ts";

type PayoutOutcome = "reconciled" | "not_ready" | "unfinished" | "refused" | "failed";

interface PayoutsReport {
  readonly reconciled: number;
  readonly failed: number;
}

/**
 * Records a payout's balance transactions page by page. The next run continues after the last
 * recorded page.
 */
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

/**
 * A failure is only logged and not reported to the database, because the claim has already set the
 * time at which the list is due again. The wait grows with each failure.
 */
async function run(services: Services, due: PayoutToList, untilMs: number): Promise<PayoutOutcome> {
  try {
    return await list(services, due, untilMs);
  } catch (error) {
    const detail = error instanceof ApiError ? error.internal ?? error.code : String(error);
    services.log("warn", "payout not listed", { payout_id: due.payout_id, detail });
    return error instanceof StripeRefused ? "refused" : "failed";
  }
}

/**
 * Stops when no payout is due, when `untilMs` (milliseconds since 1970) has passed, or when Stripe
 * is unavailable.
 */
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
    // After `failed`, the run ends. After `refused`, it continues, because Stripe may list the next
    // payout.
    if (outcome === "failed") break;
  }
  return done;
}
