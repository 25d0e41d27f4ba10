/** Sends to Stripe a refund that the database has recorded. Runs outside any transaction. */
import type { RefundAnswer, RefundToSend } from "../../contracts/database/results/refunds.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { detailOf } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";
import { StripeRefused } from "../../adapters/stripe/error-classes.ts";
import { explainRefusedRefund } from "../../adapters/stripe/refused-refund.ts";

/**
 * Sends the refund, and stores Stripe's id, Stripe's refusal, or the fact that no response came.
 * Without a response the refund's status stays `requested`. The refund is then sent again by the
 * runner, or when the caller retries the request.
 * @param key the caller's idempotency key, which is freed if the refund was refused or got no
 *   response
 * @throws ApiError `already_refunded` or `refund_too_large` if Stripe refused for that reason;
 *   otherwise the original error
 */
export async function sendRefund(
  { database, payments, log }: Services,
  refund: RefundToSend,
  key?: string,
): Promise<RefundAnswer> {
  const { refund_id: p_refund_id } = refund;
  try {
    const { id } = await (await payments()).createRefund(refund);
    const attach = { p_refund_id, p_stripe_refund_id: id };
    return await withOwnTime(() => database.rpc("refunds_attach", attach));
  } catch (error) {
    const isRefused = error instanceof StripeRefused;
    const note = isRefused ? "refunds_refuse" : "refunds_postpone";
    const args = { p_refund_id, p_error: detailOf(error), p_idempotency_key: key };
    await withOwnTime(() => database.rpc(note, args)).catch((failure: unknown) => {
      // The refund's status stays `requested`, so the runner sends the refund again. It sends the
      // same idempotency key, so Stripe gives the same response.
      log("warn", "refund result not stored", { detail: String(failure) });
    });
    throw isRefused ? explainRefusedRefund(error) : error;
  }
}
