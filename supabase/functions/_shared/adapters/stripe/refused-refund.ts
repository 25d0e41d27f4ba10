/** The API's errors for a refund that Stripe refuses. This file does not load Stripe's SDK. */
import { ApiError } from "../../core/errors.ts";
import type { StripeRefused } from "./error-classes.ts";

/**
 * Translates Stripe's refusal for the caller. If the caller cannot correct the cause, returns the original
 * error.
 */
export function explainRefusedRefund(error: StripeRefused): ApiError {
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
  // If the amount exceeds the part of the payment that is not refunded yet, Stripe's error names
  // the parameter `amount` and has no code.
  if (error.param === "amount") {
    return new ApiError("refund_too_large", { field: "amount", internal, cause });
  }
  return error;
}
