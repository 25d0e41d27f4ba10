/** Sends to Stripe a refund that the database has recorded. Runs outside any transaction. */
import type { RefundAnswer, RefundToSend } from "../../contracts/database/results/refunds.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { ApiError } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";
import { StripeRefused } from "../../adapters/stripe/error-classes.ts";

/** Returns the detail of an error, for the log and for the operator. */
export function detailOf(error: unknown): string {
  return (error instanceof ApiError ? error.internal : undefined) ?? String(error);
}

/**
 * Translates Stripe's refusal for the caller. If the caller cannot correct the cause, returns the original
 * error.
 */
function refusalOf(error: StripeRefused): ApiError {
  const { internal, cause } = error;
  switch (error.stripeCode) {
    case "charge_already_refunded":
      return new ApiError("already_refunded", { internal, cause });
    case "charge_disputed":
    case "refund_disputed_payment":
      return new ApiError("already_refunded", {
        message:
          "This payment cannot be refunded, because the buyer's bank disputes it and holds the money.",
        internal,
        cause,
      });
    case "charge_not_refundable":
    case "amount_too_large":
      return new ApiError("refund_too_large", { field: "amount", internal, cause });
  }
  // If the amount exceeds what is left to refund, Stripe's error names the parameter `amount` and has no
  // code.
  if (error.param === "amount") {
    return new ApiError("refund_too_large", { field: "amount", internal, cause });
  }
  return error;
}

/**
 * Sends the refund, and stores Stripe's id, Stripe's refusal, or the fact that no response came.
 * Without a response the refund's status stays `requested`, and a retry of the request or the
 * runner sends the refund again.
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
    throw isRefused ? refusalOf(error) : error;
  }
}
