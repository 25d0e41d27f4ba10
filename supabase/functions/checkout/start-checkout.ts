import { OrderKeySpent } from "../_shared/adapters/stripe/error-classes.ts";
import { Checkout, CheckoutBody } from "../_shared/contracts/checkout.ts";
import type { CheckoutStep } from "../_shared/contracts/database/results/checkout.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { clientIpHash } from "../_shared/core/ip-hash.ts";
import { checkoutUrls, withReturnUrls } from "../_shared/domain/return-urls.ts";
import { reportStripeFault } from "../_shared/domain/report-stripe-fault.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { twoPhase } from "../_shared/http/idempotency/two-phase.ts";

/**
 * Returns the error for a refused checkout. The database records the reasons; the caller learns
 * only whether and when another attempt makes sense.
 */
function refusalOf({ code, retry_after }: CheckoutStep & { step: "refused" }): ApiError {
  return code === "forbidden"
    ? new ApiError(code, {
      message: "This purchase is refused. Contact the operators of this app.",
    })
    : new ApiError(code, { retryAfterSeconds: retry_after ?? undefined });
}

/**
 * Returns whether the order can never get a session: Stripe would repeat its error, or an origin in the
 * order's return URLs is no longer allowed.
 */
function endsOrder(error: unknown): boolean {
  return error instanceof OrderKeySpent ||
    error instanceof ApiError && error.code === "invalid_request";
}

/**
 * Opens a hosted checkout for a package, or returns the checkout that is still open. Of the
 * checkout routes, only this one needs the flag `b2c`. While sales are off, a checkout that is
 * already open can still be paid.
 */
export const startCheckout = defineRoute({
  method: "post",
  path: "/",
  summary: "Open a hosted checkout",
  who: ["user"],
  limit: "checkout",
  idempotent: true,
  feature: "b2c",
  body: CheckoutBody,
  responses: { 201: Checkout },
  asksUpstream: true,
  errors: ["unknown_package", "velocity_exceeded"],
  handler: (call) => {
    const { caller, body, services, idempotency } = call;
    const { database } = services;
    const { p_idempotency_key } = idempotency.args;
    const urls = checkoutUrls(body, services.origins);
    return twoPhase(call, {
      what: "checkout",
      async begin() {
        const step = await database.rpc("checkout_begin", {
          p_user_id: caller.userId,
          p_package_id: body.package_id,
          p_currency: body.currency,
          p_success_url: urls.successUrl,
          p_cancel_url: urls.cancelUrl,
          p_client_temp_id: body.client_temp_id,
          p_ip_hash: clientIpHash(call.headers, services),
          ...idempotency.args,
        });
        if (step.step === "refused") throw refusalOf(step);
        return step;
      },
      async outside({ order }) {
        const returning = withReturnUrls(order, services.origins);
        const payments = await services.payments();
        return await payments.openSession(returning).catch(async (error: unknown) => {
          await reportStripeFault(services, error);
          throw error;
        });
      },
      attach: (session, { order }) =>
        database.rpc("checkout_attach", {
          p_order_id: order.order_id,
          p_session_id: session.id,
          p_session_url: session.url,
          p_idempotency_key,
        }),
      abandon: (error, { order }) =>
        database.rpc("checkout_abandon", {
          p_idempotency_key,
          p_order_id: endsOrder(error) ? order.order_id : undefined,
        }),
    });
  },
});
