/**
 * Delivers Stripe's events to the webhook, or withholds them. Delivers only the event types to which an
 * installation subscribes.
 */
import { equal } from "node:assert/strict";
import type Stripe from "stripe";
import { EVENT_TYPES } from "../../../supabase/functions/_shared/adapters/stripe/stored-facts.ts";
import { SIGNING_SECRET } from "./secrets.ts";
import type { Shop } from "./shop.ts";

const SUBSCRIBED: ReadonlySet<string> = new Set(EVENT_TYPES);

export class Events {
  #last: string | undefined;
  readonly #withheld = new Map<string, Stripe.Event[]>();

  constructor(private readonly shop: Shop) {}

  /**
   * Returns the events that Stripe has made since the previous call of this function, oldest first.
   */
  async #new(): Promise<Stripe.Event[]> {
    const found: Stripe.Event[] = [];
    for (;;) {
      const after = this.#last === undefined ? {} : { ending_before: this.#last };
      const { data, has_more } = await this.shop.stripe.events.list({ limit: 100, ...after });
      found.push(...data.toReversed().filter(({ type }) => SUBSCRIBED.has(type)));
      this.#last = data[0]?.id ?? this.#last;
      // The first call has no cursor, but there are fewer than 100 events then, so one page has all of
      // them.
      if (!has_more) return found;
    }
  }

  async #deliver(event: Stripe.Event): Promise<void> {
    const payload = JSON.stringify(event);
    // The signature has the real time, and not the shop's time, because the webhook refuses old signatures.
    const signature = await this.shop.stripe.webhooks.generateTestHeaderStringAsync({
      payload,
      secret: SIGNING_SECRET,
    });
    const headers = { "stripe-signature": signature };
    const answer = await this.shop.endpoints.send("POST", "/stripe-webhook", null, {
      body: payload,
      headers,
    });
    equal(answer.status, 200, `${event.type} ${event.id}: ${answer.text}`);
  }

  /** Delivers every new event. */
  async deliverNew(): Promise<void> {
    for (const event of await this.#new()) await this.#deliver(event);
  }

  /** Stores the new events under this name, until `arrive` delivers them. */
  async withhold(name: string): Promise<void> {
    this.#withheld.set(name, await this.#new());
  }

  async arrive(name: string): Promise<void> {
    for (const event of this.#withheld.get(name)!) await this.#deliver(event);
  }

  /** Delivers all events of a connected account. Stripe lists them only to requests for that account. */
  async deliverOf(stripeAccount: string): Promise<void> {
    const { data } = await this.shop.stripe.events.list({ limit: 100 }, { stripeAccount });
    for (const event of data.toReversed()) await this.#deliver(event);
  }
}
