/** A payment in memory, for credits or of a booking: what has come back of it, and what still may. */
import type { Outcome } from "./account.ts";
import { least, sum } from "./amounts.ts";
import { claimedBy, type Dispute, goneBy } from "./dispute.ts";
import { isLive, isOpen, type RefundStatus, replacesRefund } from "./ranks.ts";

export interface Price {
  /** In minor units. */
  readonly amount: bigint;
  readonly currency: string;
}

interface Refund {
  readonly amount: bigint;
  status: RefundStatus;
}

export abstract class Payment {
  readonly refunds = new Map<string, Refund>();
  /** Refunds that Stripe has been asked for and has said nothing of. */
  readonly asked = new Map<string, bigint>();
  readonly disputes = new Map<string, Dispute>();

  constructor(readonly terms: Price) {}

  abstract readonly isPaid: boolean;
  /** Makes of everything what refunds, disputes and warnings say. */
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

  /** What was prevented is paid, by a withdrawal or by a refund: until one of them is here, it may go. */
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

  /** Gone by disputes, and claimed by those by which it may still go. */
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

  /** Less what is refunded, what is asked for and what is disputed; below nothing where a bank took more. */
  get refundable(): bigint {
    return this.terms.amount - this.refunded - this.disputed - sum([...this.asked.values()]);
  }

  /** A refund is asked for: it moves nothing, but what is asked for is not there a second time. */
  ask(refund: string, amount: bigint): Outcome {
    if (!this.isPaid) return "refund_too_large";
    const left = this.refundable;
    if (left <= 0n) return "already_refunded";
    if (amount > left) return "refund_too_large";
    this.asked.set(refund, amount);
    return "ok";
  }

  /** What Stripe says of a refund, and, of a booking, whether Stripe took the provider's part back. */
  noteRefund(refund: string, amount: bigint, status: RefundStatus, _reverses = false): void {
    this.asked.delete(refund);
    const known = this.refunds.get(refund);
    if (!known) this.refunds.set(refund, { amount, status });
    else if (replacesRefund(known.status, status)) known.status = status;
  }
}
