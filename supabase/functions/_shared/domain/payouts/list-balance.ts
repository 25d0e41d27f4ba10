/**
 * Fetches Stripe's balance transactions since the last complete list, so that Stripe's fees are
 * known before the payout that contains them. This list is the only source for the transactions of
 * manual payouts, because Stripe cannot list the transactions of one manual payout.
 */
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import { reportStripeFault } from "../report-stripe-fault.ts";

interface BalanceReport {
  readonly listed: number;
  readonly failed: number;
}

/**
 * If the list is due, fetches and records it page by page, until the last page or until `untilMs`
 * (milliseconds since 1970). The next run continues after the last recorded page. A failure is only
 * logged, because the claim expires after five minutes, and the list is then due again.
 */
export async function listBalance(services: Services, untilMs: number): Promise<BalanceReport> {
  const { database, log } = services;
  const due = await database.rpc("balance_claim", {});
  if (due === null) return { listed: 0, failed: 0 };
  let listed = 0;
  let { after } = due;
  try {
    const payments = await services.payments();
    while (hasTime(services, untilMs)) {
      const page = await payments.listBalance(due, after);
      const { taken } = await database.rpc("balance_record", {
        p_claimed_at: due.claimed_at,
        p_transactions: page.transactions,
        p_after: page.after ?? undefined,
      });
      if (taken) break;
      listed += page.transactions.length;
      after = page.after;
      if (after === null) break;
    }
  } catch (error) {
    const detail = error instanceof ApiError ? error.internal ?? error.code : String(error);
    log("warn", "balance not listed", { detail });
    await reportStripeFault(services, error);
    return { listed, failed: 1 };
  }
  return { listed, failed: 0 };
}
