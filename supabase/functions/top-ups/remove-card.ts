import { TopUps } from "../_shared/contracts/top-ups.ts";
import { detachCard } from "../_shared/domain/saved-cards/detach-card.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/**
 * Removes the saved card and opts out of auto top-up. After the database has removed the card, no
 * charge begins. Then Stripe detaches the card, so Stripe refuses a charge that a runner has begun
 * but not sent yet. The response names a charge that may have been sent before the removal. If
 * Stripe is unavailable, the request fails; the card is detached later, by a retry of the request
 * or by the payment runner. The route has no feature flag, so that a user can always remove a card.
 */
export const removeCard = defineRoute({
  method: "delete",
  path: "/card",
  summary: "Remove the saved card and opt out of auto top-up",
  description:
    "No further charge of the card begins, even if Stripe is unavailable (502, 503) and " +
    "detaches the card later. `pending_charge` is a charge that was requested earlier and may " +
    "still be paid. Without a saved card only auto top-up is stopped, so the request can be " +
    "repeated.",
  who: ["user"],
  limit: "default",
  idempotent: false,
  responses: { 200: TopUps },
  asksUpstream: true,
  errors: ["not_found"],
  handler: async ({ caller, services }) => {
    const p_user_id = caller.userId;
    const { removals, top_ups } = await services.database.rpc("cards_remove", { p_user_id });
    for (const removal of removals) await detachCard(services, removal);
    return ok(top_ups);
  },
});
