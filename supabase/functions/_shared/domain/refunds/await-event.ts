/**
 * Waits briefly for Stripe's event of the refund, so that most responses already include the
 * refund's effect on credits.
 */
import type { RefundAnswer } from "../../contracts/database/results/refunds.ts";
import type { Services } from "../../http/route/app-services.ts";

/**
 * The pauses add up to 2 s, and most events arrive within 1 s. A caller can read the refund again
 * later.
 */
const PAUSES_MS = [50, 100, 150, 200, 300, 500, 700];

/**
 * Returns whether the refund's event was applied. Only the event moves credits or ends the states
 * `pending` and `requires_action`.
 */
function hasEvent({ status, credits_taken_back }: RefundAnswer): boolean {
  return (status !== "pending" && status !== "requires_action") || credits_taken_back !== "0";
}

/**
 * Returns the refund after its event was applied. If that takes too long or a read fails, returns
 * the refund as it was last read. Never throws.
 */
export async function awaitEvent(services: Services, refund: RefundAnswer): Promise<RefundAnswer> {
  let latest = refund;
  try {
    for (const pauseMs of PAUSES_MS) {
      if (hasEvent(latest)) break;
      await services.pause(pauseMs);
      latest = await services.database.rpc("refunds_read", {
        p_refund_id: refund.refund_id,
        p_is_repeat: true,
      });
    }
  } catch (error) {
    services.log("warn", "refund not read again", { detail: String(error) });
  }
  return latest;
}
