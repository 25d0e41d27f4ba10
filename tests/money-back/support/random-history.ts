/**
 * Makes random histories of a buyer with up to three orders and two bookings. Stripe's events arrive out of
 * order, twice or not at all. A model carries out each step while the history is made, so that amounts can
 * be chosen near the limits.
 */
import { toText } from "../model/amounts.ts";
import { Buyer, type StepResult } from "../model/buyer.ts";
import { type Hold, overdraftOf } from "../model/hold.ts";
import type { Payment, Price } from "../model/payment.ts";
import type { OwnStep, Step, StripeStep } from "../model/steps.ts";
import { PACKAGES } from "./sold-packages.ts";
import type { Random } from "./random.ts";
import { disputeLife, type Facts, refundLife, shareOf, warningLife } from "./stripe-courses.ts";

const MOST_ORDERS = 3;
const MOST_BOOKINGS = 2;

/** Prices whose fees are exact, rounded or 0. In kwd, Stripe charges only multiples of 10 minor units. */
const BOOKED: readonly { amount: number; currency: string }[] = [
  { amount: 1000, currency: "usd" },
  { amount: 999, currency: "usd" },
  { amount: 16, currency: "usd" },
  { amount: 12_350, currency: "kwd" },
];

/** The weight of each kind of step in the random choice. */
const WEIGHTS = {
  order: 4,
  book: 2,
  advance: 4,
  cancel: 0.7,
  run: 2,
  deliver: 30,
  again: 3,
  refund: 9,
  dispute: 7,
  warning: 3,
  clear: 3,
  grant: 5,
  debit: 11,
  usage: 2,
  hold: 10,
  settle: 8,
  late: 4,
  repeat: 2,
  release: 4,
  sweep: 5,
  leave: 0.3,
};

class Maker {
  readonly steps: Step[] = [];
  readonly #buyer = new Buyer(PACKAGES);
  readonly #orders = new Map<string, string>();
  /** Stripe's events that are not delivered yet, and those that were delivered. */
  #undelivered: StripeStep[] = [];
  readonly #delivered: StripeStep[] = [];
  readonly #sent = new Set<string>();
  #now = 0;
  #names = 0;

  constructor(private readonly random: Random) {}

  #name(kind: string): string {
    this.#names += 1;
    return `${kind}${this.#names}`;
  }

  /** Adds a step a few seconds after the last step, or at the time `at` if this is later. */
  #add(step: OwnStep | StripeStep, at = 0): StepResult {
    this.#now = Math.max(this.#now + this.random.pick([1, 1, 1, 7, 60, 400]), at);
    const full = { ...step, now: this.#now };
    this.steps.push(full);
    return this.#buyer.take(full);
  }

  /**
   * Adds events that Stripe has made and not delivered yet. No two events of a history were made in
   * the same second.
   */
  #happens(life: readonly Facts[]): void {
    for (const said of life) {
      const at = this.#names + 1;
      this.#undelivered.push({ ...said, event: this.#name("e"), at });
    }
  }

  /**
   * Returns the amount, a part of it, or, with the probability `tooMuch`, more than the amount. A
   * part may need rounding.
   */
  #around(amount: bigint, tooMuch = 0.3): string {
    const parts = this.random.chance(tooMuch)
      ? [amount + 1n, amount + amount / 3n, amount * 2n]
      : [amount, amount / 2n, amount / 3n, amount / 7n + 1n];
    const part = this.random.pick(parts);
    return toText(part > 0n ? part : 1n);
  }

  /** Returns an amount to spend, sometimes more than is available; often undefined if nothing is. */
  #spendable(): string | undefined {
    const available = this.#buyer.account.available(this.#now);
    if (available === 0n && this.random.chance(0.8)) return undefined;
    return this.#around(available, 0.1);
  }

  /**
   * Picks an author, and sometimes a reference. There are few references, so a history uses the
   * same reference several times, sometimes with the same contents and sometimes with different
   * contents.
   */
  #asked(authors = ["owner", "key:default", "key:worker"]): { by: string; once?: string } {
    const { random } = this;
    const by = random.pick(authors);
    return random.chance(0.3) ? { by, once: random.pick(["a", "b"]) } : { by };
  }

  /** Repeats an earlier request that has a reference. */
  #repeat(): void {
    const sent = this.steps.filter((step) => "once" in step);
    if (sent.length > 0) this.#add(this.random.pick(sent));
  }

  #spend(how: "debit" | "hold"): void {
    const amount = this.#spendable();
    if (amount === undefined) return;
    if (how === "debit") {
      this.#add({ do: "debit", amount, ...this.#asked() });
      return;
    }
    const ttl = this.random.pick([5, 300, 3000]);
    this.#add({ do: "hold", hold: this.#name("h"), amount, ttl });
  }

  deliver(): void {
    if (this.#undelivered.length === 0) return;
    const at = this.random.chance(0.6) ? 0 : this.random.below(this.#undelivered.length);
    const [event] = this.#undelivered.splice(at, 1);
    this.#delivered.push(event!);
    this.#add(event!);
  }

  get isAllTold(): boolean {
    return this.#undelivered.length === 0;
  }

  begin(): void {
    if (this.#orders.size >= MOST_ORDERS || !this.#buyer.account.hasOwner) return;
    const left = Object.keys(PACKAGES).filter((each) => ![...this.#orders.values()].includes(each));
    const [order, sold] = [this.#name("o"), this.random.pick(left)];
    this.#orders.set(order, sold);
    const ends = this.random.chance(0.3) ? { expires_in: this.random.between(1, 900) } : {};
    this.#add({ do: "order", order, package: sold, ...ends });
    const paid: Facts = { do: "payment", order };
    this.#happens(this.random.chance(0.3) ? [paid, paid] : [paid]);
  }

  #book(): void {
    const { bookings, account } = this.#buyer;
    if (bookings.size >= MOST_BOOKINGS || !account.hasOwner) return;
    const order = this.#name("b");
    this.#add({ do: "book", order, waits: this.random.chance(0.6), ...this.random.pick(BOOKED) });
    const paid: Facts = { do: "payment", order };
    this.#happens(this.random.chance(0.3) ? [paid, paid] : [paid]);
  }

  #goOn(what: "advance" | "cancel"): void {
    const names = [...this.#buyer.bookings.keys()];
    if (names.length === 0) return;
    const order = this.random.pick(names);
    if (what === "cancel") this.#add({ do: "cancel", order });
    else {
      for (const to of ["confirmed", "completed"] as const) {
        if (this.random.chance(0.7)) this.#add({ do: "advance", order, to });
      }
    }
  }

  /** Sends Stripe the refunds that the ledger requested by itself, and makes their events. */
  #sendOwn(): void {
    for (const [order, { asked }] of this.#buyer.bookings) {
      for (const [refund, amount] of asked) {
        if (!refund.includes("-own") || this.#sent.has(refund)) continue;
        this.#sent.add(refund);
        this.#happens(refundLife(this.random, { order, refund, amount: Number(amount) }));
      }
    }
  }

  /**
   * Makes a refund, either in the dashboard or by a request. If the ledger refuses the request, Stripe
   * makes no events.
   */
  #refund(order: string, terms: Price): void {
    const [refund, amount] = [this.#name("r"), shareOf(this.random, terms)];
    if (this.random.chance(0.4)) {
      const isAccepted = this.#add({ do: "ask", order, refund, amount }) === "ok";
      if (!isAccepted) return;
    }
    const reverses = this.random.chance(0.5);
    this.#happens(refundLife(this.random, { order, refund, amount, reverses }));
  }

  #reverse(kind: "refund" | "dispute" | "warning"): void {
    const { orders, bookings } = this.#buyer;
    const paidFor = [...orders, ...kind === "warning" ? [] : bookings];
    if (paidFor.length === 0) return;
    const [order, { terms }] = this.random.pick<[string, Payment]>(paidFor);
    if (kind === "refund") return this.#refund(order, terms);
    const name = this.#name(kind.slice(0, 1));
    this.#happens(
      kind === "dispute"
        ? disputeLife(this.random, order, name, terms)
        : warningLife(this.random, order, name),
    );
  }

  #grant(): void {
    const { random } = this;
    const amount = random.pick(["1", "50", "0.000000000000000003", "33.333333333333333333"]);
    const source = random.pick(["promotional", "adjustment"] as const);
    const ends = random.chance(0.5) ? { expires_in: random.between(1, 900) } : {};
    const priority = random.chance(0.3) ? { priority: random.pick([0, 100, 500]) } : {};
    const asked = this.#asked(["key:default", "key:worker", "sql:somebody"]);
    this.#add({ do: "grant", amount, source, ...ends, ...priority, ...asked });
  }

  #resolve(how: "settle" | "release"): void {
    const holds = [...this.#buyer.account.holds];
    if (holds.length === 0) return;
    const open = holds.filter(([, { status }]) => status === "open");
    const [name, hold] = this.random.pick(open.length > 0 ? open : holds);
    if (how === "release") this.#add({ do: "release", hold: name });
    else this.#add({ do: "settle", hold: name, amount: this.#settled(hold), by: "key:worker" });
  }

  /**
   * Returns the amount of a settlement: 0, about the hold's amount, or about the highest amount that the
   * ledger accepts.
   */
  #settled(hold: Hold): string {
    if (this.random.chance(0.1)) return "0";
    if (this.random.chance(0.7)) return this.#around(hold.amount);
    const kept = hold.status === "open" ? hold.amount : 0n;
    const most = this.#buyer.account.available(this.#now) + kept + overdraftOf(hold);
    return toText(this.random.pick([most, most - 1n, most + 1n, most * 9n]));
  }

  /** Lets a hold expire, and settles the hold within the next hour or later. */
  #late(): void {
    const left = [...this.#buyer.account.holds].filter(([, { status, hasExpired }]) =>
      status === "open" || hasExpired
    );
    if (left.length === 0) return;
    const [name, hold] = this.random.pick(left);
    const at = hold.expiresAt + this.random.pick([0, 1, 60, 1800, 3599, 3600, 3601]);
    this.#add({ do: "settle", hold: name, amount: this.#settled(hold) }, at);
  }

  #clear(): void {
    const known = this.#delivered.flatMap((step) => step.do === "warning" ? [step.warning] : []);
    if (known.length > 0) this.#add({ do: "clear", warning: this.random.pick(known) });
  }

  act(): void {
    const kind = this.random.weighed(WEIGHTS);
    this.#sendOwn();
    if (kind === "order") this.begin();
    if (kind === "book") this.#book();
    if (kind === "advance" || kind === "cancel") this.#goOn(kind);
    if (kind === "run") this.#add({ do: "run" });
    if (kind === "deliver") this.deliver();
    if (kind === "again" && this.#delivered.length > 0) {
      this.#add(this.random.pick(this.#delivered));
    }
    if (kind === "refund" || kind === "dispute" || kind === "warning") this.#reverse(kind);
    if (kind === "clear") this.#clear();
    if (kind === "grant") this.#grant();
    if (kind === "debit" || kind === "hold") this.#spend(kind);
    if (kind === "usage") this.#add({ do: "usage", tokens: this.random.pick([1, 50, 2500]) });
    if (kind === "settle" || kind === "release") this.#resolve(kind);
    if (kind === "late") this.#late();
    if (kind === "repeat") this.#repeat();
    if (kind === "leave" && this.#buyer.account.hasOwner) this.#add({ do: "leave" });
    if (kind === "sweep") this.#add({ do: "sweep" });
  }
}

export function randomHistory(random: Random): Step[] {
  const maker = new Maker(random);
  maker.begin();
  if (random.chance(0.8)) maker.deliver();
  const tries = random.between(5, 18);
  for (let tried = 0; tried < tries; tried++) maker.act();
  // In most histories, the undelivered events arrive at the end. In the other histories they never arrive.
  const isLost = random.chance(0.2);
  while (!isLost && !maker.isAllTold) maker.deliver();
  return maker.steps;
}
