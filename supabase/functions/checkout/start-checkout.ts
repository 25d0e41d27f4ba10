import { Checkout, CheckoutBody } from "../_shared/contracts/checkout.ts";
import type {
  CheckoutOrder,
  CheckoutStep,
} from "../_shared/contracts/database/results/checkout.ts";
import { clientIpHash } from "../_shared/http/input/client-ip.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import type { Reply } from "../_shared/http/reply.ts";
import { ApiError } from "../_shared/core/errors.ts";
import type { Idempotency } from "../_shared/http/idempotency/idempotency.ts";
import { keepRefusal } from "../_shared/http/idempotency/once.ts";
import { returnUrls } from "../_shared/http/input/return-urls.ts";
import type { Services } from "../_shared/http/app-services.ts";
import { OrderKeySpent } from "../_shared/adapters/stripe/errors.ts";

type Data = (typeof Checkout)["_output"];

interface CheckoutCall {
  readonly idempotency: Idempotency;
  readonly services: Services;
}

/**
 * Stripe is asked outside any transaction; if that fails the key is freed, so a retry runs again: with the
 * same order, for which Stripe may have a session, or with a new one after an answer that Stripe keeps.
 */
async function openAtStripe(call: CheckoutCall, order: CheckoutOrder): Promise<Reply<Data>> {
  const { database, payments, log } = call.services;
  const { p_idempotency_key } = call.idempotency.args;
  try {
    const session = await (await payments()).openSession(order);
    const args = {
      p_order_id: order.order_id,
      p_session_id: session.id,
      p_session_url: session.url,
    };
    return await withOwnTime(() => database.rpc("checkout_attach", { ...args, p_idempotency_key }));
  } catch (error) {
    const p_order_id = error instanceof OrderKeySpent ? order.order_id : undefined;
    const abandon = { p_idempotency_key, p_order_id };
    const abandoning = withOwnTime(() => database.rpc("checkout_abandon", abandon));
    await abandoning.catch((failure: unknown) => {
      // The key then stays in progress until its lock times out, and a retry takes it over.
      log("warn", "checkout not abandoned", { detail: String(failure) });
    });
    throw error;
  }
}

/** What was decided is on record; the caller learns when to come back, and never why not. */
function refusalOf({ code, retry_after }: CheckoutStep & { step: "refused" }): ApiError {
  return code === "forbidden"
    ? new ApiError(code, { message: "This purchase is not possible." })
    : new ApiError(code, { retryAfterSeconds: retry_after ?? undefined });
}

/** Opens a hosted checkout for a package, or answers with the one that is still open. */
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
  handler: async (call) => {
    const { caller, body, services, idempotency } = call;
    const urls = returnUrls(body, services.origins);
    const begin = {
      p_user_id: caller.userId,
      p_package_id: body.package_id,
      p_success_url: urls.successUrl,
      p_cancel_url: urls.cancelUrl,
      p_client_temp_id: body.client_temp_id,
      p_ip_hash: clientIpHash(call.headers, services),
      ...idempotency.args,
    };
    const step = await services.database.rpc("checkout_begin", begin)
      .catch(async (error: unknown) => {
        await keepRefusal(call, error);
        throw error;
      });
    if (step.step === "refused") throw refusalOf(step);
    if (step.step === "create") return await openAtStripe(call, step.order);
    const replayed = step.step === "replay";
    return { status: step.status, data: step.data as Data, replayed };
  },
});
