/** Reads the checkout session of a payment if Stripe has not delivered the session's event. */
import type Stripe from "stripe";
import type { InboxEvent, WaitingPayment } from "../../contracts/database/results/inbox.ts";
import type { StripeCaller } from "./client.ts";
import { unavailable } from "./error-classes.ts";
import { factsOf } from "./stored-facts.ts";

export interface PaidSessions {
  /**
   * Reads the session of a payment, and returns it in the form of the event that Stripe should have
   * delivered. The event's id is derived from the session's id, so that the inbox accepts a session
   * only once.
   * @returns null if Stripe has no completed and paid session of this payment
   * @throws ApiError `upstream_unavailable`
   */
  readPaidSession(payment: WaitingPayment): Promise<InboxEvent | null>;
}

const TYPE = "checkout.session.completed";

export function createPaidSessions({ call }: StripeCaller): PaidSessions {
  return {
    async readPaidSession({ payment_id, paid_at }) {
      const params = { payment_intent: payment_id, limit: 1 };
      const page = await call((stripe) => stripe.checkout.sessions.list(params));
      if (page?.object !== "list" || !Array.isArray(page.data)) {
        throw unavailable("stripe: the response is not a list", 502);
      }
      const [session] = page.data;
      if (session?.status !== "complete" || session.payment_status !== "paid") return null;
      const { id, livemode } = session;
      const event = { type: TYPE, data: { object: session } } as Stripe.Event;
      return { id: `read:${id}`, type: TYPE, livemode, created: paid_at, facts: factsOf(event) };
    },
  };
}
