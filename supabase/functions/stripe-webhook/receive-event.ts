import { Received } from "../_shared/contracts/webhook-events.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { LARGE_BODY_LIMIT_BYTES } from "../_shared/http/input/read-body.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { ApiError } from "../_shared/core/errors.ts";

/**
 * Receives an event. The inbox stores and applies it in one transaction. Every failure in our code or
 * services is answered with an error status, so that Stripe delivers the event again.
 */
export const receiveEvent = defineRoute({
  method: "post",
  path: "/",
  summary: "Receive a Stripe event",
  who: ["signed"],
  limit: "none",
  idempotent: false,
  bodyLimit: LARGE_BODY_LIMIT_BYTES,
  responses: { 200: Received },
  errors: ["signature_invalid", "mode_mismatch"],
  handler: async ({ rawBody, headers, services }) => {
    const payments = await services.payments();
    const event = await payments.readEvent(rawBody, headers.get("stripe-signature"));
    if (event === null) return ok({ received: true as const });
    const { failed, ...received } = await services.database.rpc("inbox_receive", {
      p_event: event,
    });
    if (failed) throw new ApiError("internal", { internal: `event ${event.id} failed` });
    return ok(received);
  },
});
