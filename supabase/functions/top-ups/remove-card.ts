import { TopUps } from "../_shared/contracts/top-ups.ts";
import { detachCard } from "../_shared/domain/saved-cards/detach-card.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/**
 * Removes the saved card and opts out of auto top-up. The card is not charged from the moment the
 * database has removed it; then Stripe detaches it. If Stripe is unavailable, the error can be
 * retried, and the payment runner detaches the card, too. The route has no feature flag, so that a
 * user can always remove a card.
 */
export const removeCard = defineRoute({
  method: "delete",
  path: "/card",
  summary: "Remove the saved card and opt out of auto top-up",
  description: "The card is not charged any more, also if Stripe is unavailable (502, 503) and " +
    "detaches it later. Without a saved card nothing changes, so the request can be repeated.",
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
