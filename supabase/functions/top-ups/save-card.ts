import { CardBody, CardPage } from "../_shared/contracts/top-ups.ts";
import type { CardStep } from "../_shared/contracts/database/results/top-ups.ts";
import { withOwnTime } from "../_shared/core/deadline.ts";
import { returnUrls } from "../_shared/domain/return-urls.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { twoPhase } from "../_shared/http/idempotency/two-phase.ts";

/** Stripe requires a currency for a page that saves a card. No money is charged on that page. */
const CURRENCY = "usd";

/** Returns the id of the user's customer at Stripe, and creates a customer if there is none. */
async function customerOf(
  { database, payments }: Services,
  { user_id, account_id, customer_id }: CardStep & { step: "create" },
): Promise<string> {
  if (customer_id !== null) return customer_id;
  const made = await (await payments()).createCustomer(user_id, account_id);
  const args = { p_user_id: user_id, p_customer_id: made };
  return (await withOwnTime(() => database.rpc("customers_attach", args))).customer_id;
}

/**
 * Creates a hosted page on which the caller saves a card. Stripe's event then stores the card for
 * the user.
 */
export const saveCard = defineRoute({
  method: "post",
  path: "/card",
  summary: "Create a page on which to save a card",
  who: ["user"],
  limit: "top-ups",
  idempotent: true,
  feature: "b2c",
  body: CardBody,
  responses: { 201: CardPage },
  asksUpstream: true,
  errors: ["not_found"],
  handler: (call) => {
    const { caller, body, services, idempotency } = call;
    const { database } = services;
    const { p_idempotency_key } = idempotency.args;
    const urls = returnUrls(body, services.origins);
    return twoPhase(call, {
      what: "card page",
      begin: () => database.rpc("cards_begin", { p_user_id: caller.userId, ...idempotency.args }),
      async outside(step) {
        const customerId = await customerOf(services, step);
        return await (await services.payments()).openCardPage({
          userId: step.user_id,
          customerId,
          currency: CURRENCY,
          requestKey: p_idempotency_key,
          ...urls,
        });
      },
      attach: (url) => database.rpc("cards_finish", { p_idempotency_key, p_setup_url: url }),
      abandon: () => database.rpc("cards_abandon", { p_idempotency_key }),
    });
  },
});
