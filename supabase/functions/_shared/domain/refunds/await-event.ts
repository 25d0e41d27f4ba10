/** Waits briefly for Stripe's event, so that most answers include the refund's effect on credits. */
import type { RefundAnswer } from "../../contracts/database/results/refunds.ts";
import type { Services } from "../../http/route/app-services.ts";

/** 2 s in all: most events arrive within one. A caller who wants to wait longer can read the refund again. */
const PAUSES_MS = [50, 100, 150, 200, 300, 500, 700];

/**
 * Stripe's first answer moves nothing. A refund that is further than pending, or has moved credits, has its
 * event.
 */
function hasEvent({ status, credits_taken_back }: RefundAnswer): boolean {
  return (status !== "pending" && status !== "requires_action") || credits_taken_back !== "0";
}

/** The refund once its event has been applied, or its state at the last read. Never throws. */
export async function awaitEvent(services: Services, refund: RefundAnswer): Promise<RefundAnswer> {
  let latest = refund;
  try {
    for (const pauseMs of PAUSES_MS) {
      if (hasEvent(latest)) break;
      await services.pause(pauseMs);
      latest = await services.database.rpc("refunds_read", { p_refund_id: refund.refund_id });
    }
  } catch (error) {
    services.log("warn", "refund not read again", { detail: String(error) });
  }
  return latest;
}
