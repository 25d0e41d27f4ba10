/**
 * Plays the facts of a quarter: carries out each fact as its actor would, and then delivers Stripe's events
 * about it.
 */
import { equal } from "node:assert/strict";
import { payCheckout, payIntent } from "@farthing/stripe-emulator/browser";
import type { Fact, Of, Quarter } from "../facts.ts";
import { Events } from "./events.ts";
import { insertRate, OPERATOR, setUp, userOf } from "./set-up.ts";
import type { Shop } from "./shop.ts";

const CARD = "4242424242424242";

/** The ids that the product and Stripe gave to the objects, by the names that the facts use. */
export interface Names {
  readonly orders: Map<string, string>;
  readonly bookings: Map<string, string>;
  readonly payments: Map<string, string>;
  readonly payouts: Map<string, string>;
}

/** Facts that only move credits. They cause no event at Stripe. */
const MOVES_CREDITS_ONLY: ReadonlySet<Fact["do"]> = new Set<Fact["do"]>([
  "debit",
  "grant",
  "hold",
  "settle",
  "usage",
]);

/**
 * The scheduled tasks that change what a report says, in the order in which they run at the end of each
 * day.
 */
const TASKS = [
  "expire_orders",
  "expire_credits",
  "seal",
  "roll_up_revenue",
  "close_months",
  "retry_events",
  "retry_reconciliation",
];

export class Player {
  readonly names: Names = {
    orders: new Map(),
    bookings: new Map(),
    payments: new Map(),
    payouts: new Map(),
  };
  /**
   * The names of debits, holds and usage events that were refused for lack of credits. A usage
   * event's name contains its id.
   */
  readonly refused = new Set<string>();
  readonly #urls = new Map<string, string>();
  readonly #holds = new Map<string, string>();
  readonly #disputes = new Map<string, string>();
  #provider = "";
  readonly #events: Events;

  constructor(private readonly shop: Shop) {
    this.#events = new Events(shop);
  }

  async play(quarter: Quarter): Promise<void> {
    this.#provider = await setUp(this.shop, this.#events, quarter);
    await this.go(quarter.facts);
  }

  /** Plays these facts. Can be called again with later facts. */
  async go(facts: readonly Fact[]): Promise<void> {
    for (const fact of facts) {
      this.shop.clock.ms = fact.at;
      await this.#act(fact);
      if (MOVES_CREDITS_ONLY.has(fact.do)) continue;
      if ("arrives" in fact && fact.arrives !== null) await this.#events.withhold(nameOf(fact));
      else await this.#events.deliverNew();
    }
  }

  #act(fact: Fact): Promise<unknown> {
    switch (fact.do) {
      case "checkout":
        return this.#checkout(fact);
      case "pay":
        return this.#pay(fact.order);
      case "usage":
        return this.#use(fact);
      case "debit": {
        const body = { user_id: userOf(fact.customer), amount: fact.amount, reason: "an image" };
        return this.#maybe(`debit ${fact.at}`, "/credits/debits", body);
      }
      case "grant":
        return this.#grant(fact);
      case "hold":
        return this.#hold(fact);
      case "settle":
        return this.#settle(fact);
      case "refund":
        return this.#refund({ order_id: this.names.orders.get(fact.order), amount: fact.amount });
      case "refund booking":
        return this.#refund({
          booking_id: this.names.bookings.get(fact.booking),
          amount: fact.amount,
        });
      case "fail refund":
        return this.#failRefund(fact);
      case "dispute":
        return this.#dispute(fact);
      case "end dispute":
        return this.shop.control(`disputes/${this.#disputes.get(fact.dispute)}/settle`, {
          outcome: fact.outcome,
        });
      case "top up below":
        return this.#topUp(fact);
      case "book":
        return this.#book(fact);
      case "pay out":
        return this.#payOut(fact);
      case "deliver payout":
        return this.#endPayout(fact.payout, "paid");
      case "return payout":
        return this.#endPayout(fact.payout, "failed");
      case "pay out by hand":
        return this.#payOutByHand(fact);
      case "price no bonus":
        return this.#priceNoBonus();
      case "change rate":
        return insertRate(this.shop.sql, fact.model, 2, fact.rate, fact.at);
      case "arrive":
        return this.#events.arrive(fact.of);
      case "tasks":
        return this.#runTasks();
    }
  }

  async #checkout(fact: Of<"checkout">): Promise<void> {
    const body = { package_id: fact.pack, currency: fact.currency };
    const user = { user: userOf(fact.customer) };
    const opened = await this.shop.endpoints.done("/checkout", user, body, 201);
    this.names.orders.set(fact.order, opened.order_id);
    this.#urls.set(fact.order, opened.checkout_url);
  }

  async #pay(order: string): Promise<void> {
    const { result, message } = await payCheckout(this.#urls.get(order)!, CARD, {});
    equal(result, "paid", `${order}: ${message}`);
    const sessions = await this.shop.stripe.checkout.sessions.list({ limit: 20 });
    const id = this.names.orders.get(order)!;
    const session = sessions.data.find((each) => each.client_reference_id === id);
    this.names.payments.set(order, String(session!.payment_intent));
  }

  async #use({ events }: Of<"usage">): Promise<void> {
    const body = {
      events: events.map(({ id, customer, model, tokens, feature }) => ({
        event_id: id,
        user_id: userOf(customer),
        model,
        ...tokens,
        ...(feature !== null && { metadata: { feature } }),
      })),
    };
    const { rejected } = await this.shop.endpoints.done("/usage/batch", "back end", body, 200);
    for (const { event_id, code } of rejected) {
      equal(code, "insufficient_credits", event_id);
      this.refused.add(`usage ${event_id}`);
    }
  }

  /** Sends a request that may be refused for lack of credits, and records the refusal. */
  async #maybe(name: string, path: string, body: object) {
    const answer = await this.shop.endpoints.post(path, "back end", body);
    const { data, error } = JSON.parse(answer.text);
    if (answer.status === 201) return data;
    equal(error?.code, "insufficient_credits", `${name}: ${answer.text}`);
    this.refused.add(name);
    return null;
  }

  #grant({ customer, amount, source, expiresAt }: Of<"grant">): Promise<unknown> {
    const body = {
      user_id: userOf(customer),
      amount,
      source,
      reason: "a simulated quarter",
      ...(expiresAt !== null && { expires_at: new Date(expiresAt).toISOString() }),
    };
    return this.shop.endpoints.done("/credits/grants", "back end", body, 201);
  }

  async #hold({ hold, customer, amount, seconds }: Of<"hold">): Promise<void> {
    const body = { user_id: userOf(customer), amount, ttl_seconds: seconds };
    const held = await this.#maybe(`hold ${hold}`, "/credits/holds", body);
    if (held !== null) this.#holds.set(hold, held.hold_id);
  }

  async #settle({ hold, amount }: Of<"settle">): Promise<void> {
    const id = this.#holds.get(hold);
    if (id === undefined) return;
    await this.shop.endpoints.done(`/credits/holds/${id}/settle`, "back end", { amount }, 200);
  }

  #refund(body: object): Promise<unknown> {
    return this.shop.endpoints.done("/refunds", OPERATOR, body, 201);
  }

  async #priceNoBonus(): Promise<void> {
    const { version } = await this.shop.endpoints.read("/settings/accounting", OPERATOR);
    const policies = [{ name: "bonus_allocation", value: "zero" }];
    const body = { version, policies, reason: "a simulated quarter" };
    await this.shop.endpoints.done("/settings/accounting", OPERATOR, body, 200);
  }

  async #failRefund({ order }: Of<"fail refund">): Promise<void> {
    const payment_intent = this.names.payments.get(order)!;
    const { data: [refund] } = await this.shop.stripe.refunds.list({ payment_intent });
    await this.shop.control(`refunds/${refund!.id}/settle`, { outcome: "fails" });
  }

  async #dispute({ dispute, order, amount }: Of<"dispute">): Promise<void> {
    const payment = this.names.payments.get(order);
    const { id } = await this.shop.control(`payments/${payment}/dispute`, { amount });
    this.#disputes.set(dispute, String(id));
  }

  async #topUp({ customer, threshold, target, cap }: Of<"top up below">): Promise<void> {
    const user = { user: userOf(customer) };
    const { setup_url } = await this.shop.endpoints.done("/top-ups/card", user, {}, 201);
    await payCheckout(setup_url, CARD, {});
    await this.#events.deliverNew();
    const terms = { enabled: true, threshold, target, monthly_cap: cap };
    await this.shop.endpoints.done("/top-ups", user, terms, 200);
  }

  async #book({ booking, customer, amount, currency }: Of<"book">): Promise<void> {
    const body = { provider_id: this.#provider, amount, currency };
    const started = await this.shop.endpoints.done(
      "/bookings",
      { user: userOf(customer) },
      body,
      201,
    );
    this.names.bookings.set(booking, started.booking_id);
    this.names.payments.set(booking, started.payment_intent_id);
    const { status } = await payIntent(this.shop.stripeUrl, started.client_secret, CARD);
    equal(status < 400, true, `${booking} was not paid: ${status}`);
  }

  /** Returns the balance that a payout would pay out now. Stripe makes no payout of 0. */
  async #available(currency: string): Promise<number> {
    const { available } = await this.shop.stripe.balance.retrieve();
    return available.find((each) => each.currency === currency)?.amount ?? 0;
  }

  async #payOut({ payout, currency }: Of<"pay out">): Promise<void> {
    if (await this.#available(currency) <= 0) return;
    const { data } = await this.shop.control("payouts", { currency, deliver: false });
    this.names.payouts.set(payout, (data as { id: string }[])[0]!.id);
  }

  async #payOutByHand({ payout, currency }: Of<"pay out by hand">): Promise<void> {
    const amount = await this.#available(currency);
    if (amount <= 0) return;
    const made = await this.shop.stripe.payouts.create({ amount, currency });
    this.names.payouts.set(payout, made.id);
  }

  async #endPayout(payout: string, outcome: "paid" | "failed"): Promise<void> {
    const id = this.names.payouts.get(payout);
    if (id !== undefined) await this.shop.control(`payouts/${id}/settle`, { outcome });
  }

  async #runTasks(): Promise<void> {
    const { endpoints, sql, clock } = this.shop;
    await endpoints.done("/payment-runner", "back end", {}, 200);
    await this.#events.deliverNew();
    const now = new Date(clock.ms).toISOString();
    await sql.unsafe(`select ${TASKS.map((task) => `farthing.${task}($1)`).join()}`, [now]);
  }
}

function nameOf(fact: Of<"refund"> | Of<"dispute">): string {
  return fact.do === "refund" ? `refund ${fact.order}` : fact.dispute;
}
