/**
 * An in-memory model of the payment of an order or a booking: the refunded, disputed and remaining
 * amounts.
 */
import type { Moved } from "./account.ts";
import { least, sum } from "./amounts.ts";
import { claimedBy, type Dispute, goneBy } from "./dispute.ts";
import { isLive, isOpen, type RefundStatus, replacesRefund } from "./status-order.ts";

export interface Price {
  /** The price in minor units. */
  readonly amount: bigint;
  readonly currency: string;
}

interface Refund {
  readonly amount: bigint;
  status: RefundStatus;
}

export abstract class Payment {
  readonly refunds = new Map<string, Refund>();
  /**
   * Maps each requested refund to its amount, until Stripe's first event about the refund arrives.
   */
  readonly asked = new Map<string, bigint>();
  readonly disputes = new Map<string, Dispute>();

  constructor(readonly terms: Price) {}

  abstract readonly isPaid: boolean;
  /**
   * Brings the buyer's credits (of an order) or the provider's share (of a booking) in line with
   * the payment's refunds, disputes and warnings.
   */
  abstract net(now: number): void;

  get refunded(): bigint {
    const live = [...this.refunds.values()].filter(({ status }) => isLive(status));
    return sum(live.map(({ amount }) => amount));
  }

  #gone(dispute: Dispute): bigint {
    return goneBy(dispute, this.terms.amount, this.terms.currency);
  }

  #claimed(dispute: Dispute): bigint {
    return claimedBy(dispute, this.terms.amount, this.terms.currency);
  }

  /**
   * True while a bank may still withdraw money. A prevented dispute ends with a withdrawal or a
   * refund. Until one of the two has arrived, a withdrawal is still possible.
   */
  #mayGo(dispute: Dispute): boolean {
    if (dispute.status !== "prevented") return isOpen(dispute.status);
    return this.#gone(dispute) + this.refunded < least(this.#claimed(dispute), this.terms.amount);
  }

  get isHeld(): boolean {
    return [...this.disputes.values()].some((each) => this.#mayGo(each));
  }

  get withdrawn(): bigint {
    return sum([...this.disputes.values()].map((each) => this.#gone(each)));
  }

  /** The amount that disputes have withdrawn or may still withdraw. */
  get disputed(): bigint {
    return sum(
      [...this.disputes.values()].map((each) => {
        const [gone, claimed] = [this.#gone(each), this.#claimed(each)];
        return this.#mayGo(each) && claimed > gone ? claimed : gone;
      }),
    );
  }

  get reversed(): bigint {
    return least(this.terms.amount, this.refunded + this.withdrawn);
  }

  /**
   * The payment's amount less refunds, requested refunds and disputes. It is negative if banks have
   * withdrawn more than remained after the refunds.
   */
  get refundable(): bigint {
    return this.terms.amount - this.refunded - this.disputed - sum([...this.asked.values()]);
  }

  /** Requests a refund. The refund moves no money yet, but its amount can't be requested a second time. */
  ask(refund: string, amount: bigint): Moved {
    if (!this.isPaid) return "refund_too_large";
    const left = this.refundable;
    if (left <= 0n) return "already_refunded";
    if (amount > left) return "refund_too_large";
    this.asked.set(refund, amount);
    return "ok";
  }

  /**
   * Applies an event about a refund. For a booking, `_reverses` is true if Stripe has reversed the
   * provider's part.
   */
  noteRefund(refund: string, amount: bigint, status: RefundStatus, _reverses = false): void {
    this.asked.delete(refund);
    const known = this.refunds.get(refund);
    if (!known) this.refunds.set(refund, { amount, status });
    else if (replacesRefund(known.status, status)) known.status = status;
  }
}
