/**
 * Sends the refunds that no current request sends: refunds requested by a policy, and refunds whose request
 * was interrupted.
 */
import type { RefundToSend } from "../../contracts/database/results/refunds.ts";
import { ApiError, detailOf } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import { sendRefund } from "./send-refund.ts";

/**
 * The number of refunds sent in parallel: a run that sends one at a time would mostly wait for
 * Stripe.
 */
const AT_ONCE = 5;

type RefundOutcome = "sent" | "failed" | "unavailable";

async function send(services: Services, refund: RefundToSend): Promise<RefundOutcome> {
  try {
    await sendRefund(services, refund);
    return "sent";
  } catch (error) {
    // The reason is needed only for the log; sendRefund has stored the outcome.
    services.log("warn", "refund not sent", {
      refund_id: refund.refund_id,
      detail: detailOf(error),
    });
    const isRefused = error instanceof ApiError && error.status < 500;
    return isRefused ? "failed" : "unavailable";
  }
}

/**
 * Stops when no refund is due, when `untilMs` (milliseconds since 1970) has passed, or when Stripe
 * is unavailable.
 */
export async function sendDueRefunds(services: Services, untilMs: number) {
  const done = { sent: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const due = await services.database.rpc("refunds_claim", { p_limit: AT_ONCE });
    const outcomes = await Promise.all(due.map((refund) => send(services, refund)));
    const sent = outcomes.filter((outcome) => outcome === "sent").length;
    done.sent += sent;
    done.failed += outcomes.length - sent;
    if (due.length < AT_ONCE || outcomes.includes("unavailable")) break;
  }
  return done;
}
