/**
 * A model of one buyer in memory. It carries out the steps of a history, and returns the outcome of
 * each step.
 */
import { Account, type Moved } from "./account.ts";
import { toText, toUnits } from "./amounts.ts";
import { Booking } from "./booking.ts";
import { Books } from "./authors.ts";
import type { Lot, Source } from "./lots.ts";
import { Order, type Terms } from "./order.ts";
import type { Payment } from "./payment.ts";
import { replacesDispute } from "./status-order.ts";
import type { Snapshot } from "./snapshot.ts";
import { BACK_END, isStripes, type OwnStep, type Step, type StripeStep } from "./steps.ts";

export type Packages = Readonly<Record<string, Terms>>;

/** The outcome is `nothing` if a step names an object that the buyer does not have. */
export type StepResult = Moved | "duplicate" | "reference_conflict" | "deferred" | "nothing";

/**
 * At the seeded rate, 50 input tokens of gpt-4o cost a thousandth of a dollar, which is one credit.
 */
const CREDITS_PER_TOKEN = toUnits("0.02");

/** The authors of movements that no request caused: a scheduled task, or the role that deletes a user. */
const AUTHORS: Partial<Record<OwnStep["do"], string>> = {
  sweep: "task:expire_credits",
  leave: "sql",
};

const authorOf = (step: OwnStep): string =>
  AUTHORS[step.do] ?? ("by" in step && step.by ? step.by : BACK_END);

type At<T> = T & { now: number };
type Event<Kind> = Extract<StripeStep, { do: Kind }>;
type Grant = Extract<OwnStep, { do: "grant" }>;

/**
 * Returns the contents of a grant, to compare it with an earlier grant under the same reference.
 * The expiry is an absolute second. So the same `expires_in` in a later step is a different expiry.
 */
function termsOf({ now, amount, source, priority = 100, expires_in }: At<Grant>): string {
  const expiresAt = expires_in === undefined ? "never" : now + expires_in;
  return [amount, source, priority, expiresAt].join(" ");
}

export class Buyer {
  readonly account = new Account();
  readonly orders = new Map<string, Order>();
  readonly bookings = new Map<string, Booking>();
  readonly #books = new Books(() => this.account.balance);
  readonly #applied = new Set<string>();
  /** Events that wait because the event of their payment has not arrived yet. */
  readonly #waiting = new Map<string, StripeStep>();

  constructor(private readonly packages: Packages) {}

  take(step: Step): StepResult {
    this.account.passTime(step.now);
    return isStripes(step)
      ? this.#receive(step)
      : this.#books.by(authorOf(step), () => this.#act(step));
  }

  #act(step: At<OwnStep>): StepResult {
    const { now } = step;
    const needsOwner = ["order", "book", "cancel", "grant", "debit", "usage", "hold"].includes(
      step.do,
    );
    if (needsOwner && !this.account.hasOwner) return "not_found";
    switch (step.do) {
      case "order":
        return this.#order(step);
      case "grant":
        return this.#books.once(
          { movement: "grant", reference: step.once, contents: termsOf(step) },
          () => this.#grant(step),
        );
      case "debit":
        return this.#books.once(
          { movement: "debit", reference: step.once, contents: step.amount },
          () => this.account.debit(toUnits(step.amount), now),
        );
      case "usage":
        return this.account.debit(BigInt(step.tokens) * CREDITS_PER_TOKEN, now);
      case "hold":
        return this.account.hold(step.hold, toUnits(step.amount), now + step.ttl, now);
      case "settle":
        if (!this.account.holds.has(step.hold)) return "nothing";
        return this.account.settle(step.hold, toUnits(step.amount), now);
      case "release":
        if (!this.account.holds.has(step.hold)) return "nothing";
        return this.account.release(step.hold, now);
      case "ask":
        return this.#payment(step.order).ask(step.refund, BigInt(step.amount));
      case "clear":
        return this.#clear(step.warning, now);
      case "book":
        this.#book(step);
        return "ok";
      case "advance":
        return this.#booked(step.order).advance(step.to);
      case "cancel":
        return this.#booked(step.order).cancel();
      case "run":
        return "ok";
      case "sweep":
        this.account.sweep(now);
        return "ok";
      case "leave":
        this.account.leave();
        return "ok";
    }
  }

  #order(step: Extract<OwnStep, { do: "order" }>): StepResult {
    const terms = this.packages[step.package];
    if (!terms) throw new Error(`there is no package ${step.package}`);
    this.orders.set(step.order, new Order(terms, this.account, step.expires_in));
    return "ok";
  }

  #book({ order: name, amount, currency, waits }: Extract<OwnStep, { do: "book" }>): void {
    this.bookings.set(name, new Booking(name, { amount: BigInt(amount), currency }, waits));
  }

  #booked(name: string): Booking {
    const booking = this.bookings.get(name);
    if (!booking) throw new Error(`${name} was never booked`);
    return booking;
  }

  #payment(name: string): Payment {
    return this.orders.get(name) ?? this.#booked(name);
  }

  #lot(source: Source, amount: bigint, now: number, expiresIn?: number): Lot {
    return {
      source,
      amount,
      remaining: amount,
      priority: 100,
      createdAt: now,
      expiresAt: expiresIn === undefined ? null : now + expiresIn,
      frozen: false,
    };
  }

  #grant(step: At<Grant>): StepResult {
    const { now, source, priority = 100, expires_in } = step;
    const lot = this.#lot(source, toUnits(step.amount), now, expires_in);
    this.account.receive({ ...lot, priority }, now);
    return "ok";
  }

  #clear(warning: string, now: number): StepResult {
    const order = [...this.orders.values()].find(({ warnings }) => warnings.has(warning));
    if (!order) return "nothing";
    if (order.isWarned) order.warnings.set(warning, false);
    order.net(now);
    return "ok";
  }

  #receive(step: At<StripeStep>): StepResult {
    if (this.#applied.has(step.event)) return "duplicate";
    const payment = this.#payment(step.order);
    if (step.do === "payment") {
      if (!payment.isPaid) this.#pay(payment, step);
    } else if (!payment.isPaid) {
      this.#waiting.set(step.event, step);
      return "deferred";
    } else {
      this.#apply(payment, step, step.now);
    }
    this.#applied.add(step.event);
    return "ok";
  }

  #pay(payment: Payment, { event, now }: At<StripeStep>): void {
    const hearWaiting = () => this.#hearWaiting(payment, now);
    if (payment instanceof Booking) return payment.pay(hearWaiting);
    this.#books.by(`stripe:${event}`, () => this.#grantOrder(payment as Order, now));
    hearWaiting();
  }

  #hearWaiting(payment: Payment, now: number): void {
    const waiting = [...this.#waiting.values()]
      .filter((step) => this.#payment(step.order) === payment)
      .sort((a, b) => a.at - b.at);
    for (const step of waiting) {
      this.#waiting.delete(step.event);
      this.#applied.add(step.event);
      this.#apply(payment, step, now);
    }
  }

  #grantOrder(order: Order, now: number): void {
    order.paid = this.#lot("paid", order.terms.credits, now, order.expiresIn);
    this.account.receive(order.paid, now);
    if (order.terms.bonus > 0n) {
      order.bonus = this.#lot("bonus", order.terms.bonus, now, order.expiresIn);
      this.account.receive(order.bonus, now);
    }
    this.account.close();
  }

  #apply(payment: Payment, step: StripeStep, now: number): void {
    this.#note(payment, step);
    this.#books.by(`stripe:${step.event}`, () => payment.net(now));
  }

  #note(payment: Payment, step: StripeStep): void {
    if (step.do === "refund") {
      payment.noteRefund(step.refund, BigInt(step.amount), step.status, step.reverses);
    }
    if (step.do === "dispute") this.#dispute(payment, step);
    if (step.do === "warning" && payment instanceof Order) {
      const { warnings } = payment;
      warnings.set(step.warning, step.actionable && (warnings.get(step.warning) ?? true));
    }
  }

  #dispute({ disputes, terms }: Payment, step: Event<"dispute">): void {
    const { dispute, status, at, currency = terms.currency, moved } = step;
    const report = { amount: BigInt(step.amount), currency, status, at, moves: moved.length };
    const known = disputes.get(dispute);
    if (!known) disputes.set(dispute, { ...report, movements: new Map() });
    else if (replacesDispute(known, report)) Object.assign(known, report);
    const { movements } = disputes.get(dispute)!;
    for (const each of moved) movements.set(each.id, each);
  }

  snapshot(now: number): Snapshot {
    const { account } = this;
    return {
      balance: toText(account.balance),
      available: toText(account.available(now)),
      held: toText(account.held),
      debt: toText(account.debt),
      lots: account.lots.map(({ createdAt, source, remaining, frozen }) =>
        `${createdAt} ${source} ${toText(remaining)}${frozen && remaining > 0n ? " frozen" : ""}`
      ).sort(),
      holds: [...account.holds].map(([name, { status }]) => `${name} ${status}`).sort(),
      orders: [...this.orders].map(([name, order]) =>
        [
          name,
          order.status,
          order.refunded,
          order.disputed,
          toText(order.clawedBack),
        ].join(" ")
      ).sort(),
      bookings: [...this.bookings].map(([name, booking]) =>
        [name, booking.status, booking.shownRefunded, booking.shownDisputed, booking.share].join(
          " ",
        )
      ).sort(),
      authors: this.#books.lines,
    };
  }
}
