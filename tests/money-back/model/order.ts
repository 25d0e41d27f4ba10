/** An order in memory: how much of it has come back, and the credits taken back for that (rule 10). */
import type { Account, Outcome } from "./account.ts";
import { least, sum } from "./amounts.ts";
import { claimedBy, type Dispute, goneBy } from "./dispute.ts";
import type { Lot } from "./lots.ts";
import { isLive, isOpen, type RefundStatus } from "./ranks.ts";

export interface Terms {
  /** What was paid, in minor units. */
  readonly amount: bigint;
  readonly currency: string;
  readonly credits: bigint;
  readonly bonus: bigint;
}

interface Refund {
  readonly amount: bigint;
  status: RefundStatus;
}

type OrderStatus = "pending" | "paid" | "partially_refunded" | "refunded" | "disputed";

export class Order {
  readonly refunds = new Map<string, Refund>();
  /** Refunds that Stripe has been asked for and has said nothing of. */
  readonly asked = new Map<string, bigint>();
  readonly disputes = new Map<string, Dispute>();
  /** True while nobody has cleared the warning, nor Stripe called it over. */
  readonly warnings = new Map<string, boolean>();
  paid: Lot | undefined;
  bonus: Lot | undefined;
  /** What its own lots gave back, and what was booked as debt. */
  #fromPaid = 0n;
  #fromBonus = 0n;
  #owed = 0n;

  constructor(
    readonly terms: Terms,
    private readonly account: Account,
    /** Seconds from the grant. */
    readonly expiresIn?: number,
  ) {}

  get takenBack(): bigint {
    return this.#fromPaid + this.#fromBonus + this.#owed;
  }

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

  get #withdrawn(): bigint {
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
    return least(this.terms.amount, this.refunded + this.#withdrawn);
  }

  get #target(): bigint {
    const { credits, bonus, amount } = this.terms;
    return (credits + bonus) * this.reversed / amount;
  }

  get isFrozen(): boolean {
    return [...this.disputes.values()].some((each) => this.#mayGo(each)) || this.isWarned;
  }

  /** There is nothing to warn of while all of the payment goes back. */
  get isWarned(): boolean {
    return this.refunded < this.terms.amount && [...this.warnings.values()].some((open) => open);
  }

  get status(): OrderStatus {
    if (!this.paid) return "pending";
    const counts = (each: Dispute) => this.#mayGo(each) || this.#gone(each) > 0n;
    if ([...this.disputes.values()].some(counts)) return "disputed";
    if (this.refunded >= this.terms.amount) return "refunded";
    return this.refunded > 0n ? "partially_refunded" : "paid";
  }

  /** A refund is asked for: it moves nothing, but what is asked for is not there a second time. */
  ask(refund: string, amount: bigint): Outcome {
    if (!this.paid) return "refund_too_large";
    const left = this.terms.amount - this.refunded - this.disputed - sum([...this.asked.values()]);
    if (left <= 0n) return "already_refunded";
    if (amount > left) return "refund_too_large";
    this.asked.set(refund, amount);
    return "ok";
  }

  /** Makes of the account what the order's refunds, disputes and warnings say. */
  net(now: number): void {
    if (!this.paid) throw new Error("an order that is not paid has nothing to give back");
    const lots = [this.paid, ...this.bonus ? [this.bonus] : []];
    const change = this.#target - this.takenBack;
    for (const lot of lots) lot.frozen = this.isFrozen;
    if (change > 0n) this.#takeBack(change);
    if (change < 0n) this.#giveBack(-change);
    this.account.payDebt(now);
    this.account.close();
  }

  /** Frozen or expired does not matter here: it is this order's money that came back. */
  #takeBack(amount: bigint): void {
    const take = (lot: Lot | undefined, rest: bigint) => {
      const taken = lot ? least(rest, this.account.free(lot)) : 0n;
      if (lot) lot.remaining -= taken;
      return taken;
    };
    const fromPaid = take(this.paid, amount);
    const fromBonus = take(this.bonus, amount - fromPaid);
    const owed = amount - fromPaid - fromBonus;
    this.#fromPaid += fromPaid;
    this.#fromBonus += fromBonus;
    this.#owed += owed;
    this.account.debt += owed;
  }

  /** What was taken last goes back first. */
  #giveBack(amount: bigint): void {
    const forgiven = least(amount, this.#owed);
    const toBonus = least(amount - forgiven, this.#fromBonus);
    const toPaid = amount - forgiven - toBonus;
    this.#owed -= forgiven;
    this.#fromBonus -= toBonus;
    this.#fromPaid -= toPaid;
    this.account.cancelDebt(forgiven);
    if (this.bonus) this.bonus.remaining += toBonus;
    if (this.paid) this.paid.remaining += toPaid;
  }
}
