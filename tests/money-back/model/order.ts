/**
 * A model of an order in memory: the money that was refunded or withdrawn, and the credits that
 * were clawed back for that money (rule 10 of docs/reference/rules.md).
 */
import type { Account } from "./account.ts";
import { least } from "./amounts.ts";
import type { Lot } from "./lots.ts";
import { Payment, type Price } from "./payment.ts";

export interface Terms extends Price {
  readonly credits: bigint;
  readonly bonus: bigint;
}

type OrderStatus = "pending" | "paid" | "partially_refunded" | "refunded" | "disputed";

export class Order extends Payment {
  /**
   * For each warning: true if the warning is open. A warning is closed when an operator clears it,
   * or when Stripe reports that it is no longer actionable.
   */
  readonly warnings = new Map<string, boolean>();
  paid: Lot | undefined;
  bonus: Lot | undefined;
  /** The credits that were clawed back: from the paid lot, from the bonus lot, and as debt. */
  #fromPaid = 0n;
  #fromBonus = 0n;
  #owed = 0n;

  constructor(
    override readonly terms: Terms,
    private readonly account: Account,
    /** The number of seconds from the grant to the expiry of the bought credits. */
    readonly expiresIn?: number,
  ) {
    super(terms);
  }

  get isPaid(): boolean {
    return this.paid !== undefined;
  }

  get clawedBack(): bigint {
    return this.#fromPaid + this.#fromBonus + this.#owed;
  }

  get #target(): bigint {
    const { credits, bonus, amount } = this.terms;
    return (credits + bonus) * this.reversed / amount;
  }

  get isFrozen(): boolean {
    return this.isHeld || this.isWarned;
  }

  /** A warning has no effect after the payment was refunded in full. */
  get isWarned(): boolean {
    return this.refunded < this.terms.amount && [...this.warnings.values()].some((open) => open);
  }

  get status(): OrderStatus {
    if (!this.paid) return "pending";
    if (this.isHeld || this.withdrawn > 0n) return "disputed";
    if (this.refunded >= this.terms.amount) return "refunded";
    return this.refunded > 0n ? "partially_refunded" : "paid";
  }

  /**
   * Claws back or reinstates credits until they match the order's refunds, disputes and warnings.
   */
  net(now: number): void {
    if (!this.paid) throw new Error("an unpaid order has no credits to claw back");
    const lots = [this.paid, ...this.bonus ? [this.bonus] : []];
    const change = this.#target - this.clawedBack;
    for (const lot of lots) lot.frozen = this.isFrozen;
    if (change > 0n) this.#clawBack(change);
    if (change < 0n) this.#reinstate(-change);
    this.account.payDebt(now);
    this.account.close();
  }

  /**
   * Frozen and expired credits are clawed back, too, because the payment that bought them was refunded or
   * disputed.
   */
  #clawBack(amount: bigint): void {
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

  /**
   * Reinstates in the reverse order of the clawback: first cancels debt, then refills the bonus lot, then
   * the paid lot.
   */
  #reinstate(amount: bigint): void {
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
