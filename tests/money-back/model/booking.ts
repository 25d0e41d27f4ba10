/** A model of a booking in memory: the booking's states and the provider's share. */
import type { Moved } from "./account.ts";
import { least, sum } from "./amounts.ts";
import { Payment, type Price } from "./payment.ts";
import { isLive, type RefundStatus } from "./status-order.ts";

type BookingStatus = "payment_pending" | "paid" | "confirmed" | "completed" | "cancelled";

/**
 * The platform's fee: 3 %, rounded half up to the smallest unit of the currency that Stripe
 * charges.
 */
const FEE_BASIS_POINTS = 300n;

/** Stripe charges currencies with three decimals, such as `kwd`, in multiples of 10 minor units. */
const stepOf = (currency: string): bigint => currency === "kwd" ? 10n : 1n;

export class Booking extends Payment {
  status: BookingStatus = "payment_pending";
  isPaid = false;
  /** The sum of the platform's transfers to the provider, less the sum of their reversals. */
  #moved = 0n;
  #hasMoved = false;
  /**
   * Refunds for which the platform must reverse the provider's part, because Stripe has not reversed it.
   */
  readonly #left = new Set<string>();
  #disputedBefore = 0n;
  #owned = 0;

  constructor(
    private readonly name: string,
    price: Price,
    /**
     * True: the provider is paid after completion. False: Stripe divides the payment between
     * provider and platform when the buyer pays.
     */
    private readonly waits: boolean,
  ) {
    super(price);
  }

  get #share(): bigint {
    const { amount, currency } = this.terms;
    const step = stepOf(currency);
    return amount - (amount * FEE_BASIS_POINTS + 5000n * step) / (10_000n * step) * step;
  }

  /**
   * The provider's money. If Stripe divided the payment, this amount still includes the parts that
   * Stripe reversed together with refunds.
   */
  get share(): bigint {
    return (this.waits ? 0n : this.#share) + this.#moved;
  }

  get shownRefunded(): bigint {
    return least(this.refunded, this.terms.amount);
  }

  get shownDisputed(): bigint {
    return least(this.disputed, this.terms.amount);
  }

  #setDown(refund: string): void {
    if (this.waits || this.#hasMoved) this.#left.add(refund);
  }

  override ask(refund: string, amount: bigint): Moved {
    const outcome = super.ask(refund, amount);
    if (outcome === "ok") this.#setDown(refund);
    return outcome;
  }

  override noteRefund(
    refund: string,
    amount: bigint,
    status: RefundStatus,
    reverses = false,
  ): void {
    // A refund made in the dashboard can ask Stripe to reverse the provider's part. If it does not
    // ask, the platform reverses the part.
    const isNew = !this.asked.has(refund) && !this.refunds.has(refund);
    if (isNew && !reverses) this.#left.add(refund);
    super.noteRefund(refund, amount, status);
  }

  /** Requests a refund of the whole amount that can still be refunded. */
  #refundRest(): void {
    if (this.refundable > 0n) this.ask(`${this.name}-own${++this.#owned}`, this.refundable);
  }

  /** @param applyWaiting applies the events that arrived before the payment's event */
  pay(applyWaiting: () => void): void {
    const isCalledOff = this.status === "cancelled";
    this.isPaid = true;
    if (!isCalledOff) this.status = "paid";
    applyWaiting();
    if (isCalledOff) this.#refundRest();
  }

  advance(to: "confirmed" | "completed"): Moved {
    if (this.status === to) return "ok";
    if (this.status !== (to === "confirmed" ? "paid" : "confirmed")) return "invalid_request";
    this.status = to;
    if (to === "completed") this.#move();
    return "ok";
  }

  cancel(): Moved {
    const hasMoney = this.status === "paid" || this.status === "confirmed";
    if (this.status === "completed" || hasMoney && this.#disputedBefore > 0n) {
      return "booking_not_cancellable";
    }
    if (hasMoney) this.#refundRest();
    this.status = "cancelled";
    return "ok";
  }

  override net(): void {
    const isOpen = this.status === "paid" || this.status === "confirmed";
    if (isOpen && this.refunded >= this.terms.amount) this.status = "cancelled";
    const isGivenBack = this.shownDisputed < this.#disputedBefore;
    this.#disputedBefore = this.shownDisputed;
    this.#move();
    if (this.status === "cancelled" && isGivenBack) this.#refundRest();
  }

  get #due(): bigint {
    if (this.waits && this.status !== "completed") return 0n;
    const { amount, currency } = this.terms;
    const live = [...this.refunds].filter(([, { status }]) => isLive(status));
    const sumOf = (isLeft: boolean) =>
      sum(live.filter(([name]) => this.#left.has(name) === isLeft).map(([, each]) => each.amount));
    // If the provider is paid after completion, the share is also reduced by requested refunds and open
    // disputes.
    const claimed = this.waits ? this.disputed + sum([...this.asked.values()]) : this.withdrawn;
    const taken = sumOf(true) + claimed;
    const gone = least(amount - sumOf(false), taken);
    const step = stepOf(currency);
    return this.#share - this.#share * (gone > 0n ? gone : 0n) / (amount * step) * step;
  }

  /** After a cancellation the money belongs to the buyer, so the provider gets nothing more. */
  #move(): void {
    const more = this.#due - this.share;
    if (more === 0n || more > 0n && this.status === "cancelled") return;
    this.#moved += more;
    this.#hasMoved = true;
  }
}
