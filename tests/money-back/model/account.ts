/**
 * A model of an account in memory. It follows rules 1 and 5 to 11 of docs/reference/rules.md, and
 * was written independently of the SQL. In this folder, "rule N" is a rule of that page.
 */
import { least, sum } from "./amounts.ts";
import { type Hold, maySettleLate, overdraftOf } from "./hold.ts";
import { freeOf, inBurnDownOrder, isExpired, type Lot, spendableOf } from "./lots.ts";

type Refusal =
  | "insufficient_credits"
  | "hold_not_open"
  | "overdraft_exceeded"
  | "already_refunded"
  | "refund_too_large"
  | "booking_not_cancellable"
  | "invalid_request"
  | "not_found";

export type Moved = "ok" | Refusal;

/** Debt that a lot has paid. `left` is the part that has not been returned to the lot. */
interface DebtPayment {
  readonly lot: Lot;
  left: bigint;
}

export class Account {
  hasOwner = true;
  debt = 0n;
  readonly lots: Lot[] = [];
  readonly holds = new Map<string, Hold>();
  readonly #payments: DebtPayment[] = [];

  get balance(): bigint {
    return sum(this.lots.map(({ remaining }) => remaining)) - this.debt;
  }

  get held(): bigint {
    return sum(this.#open().map(({ amount }) => amount));
  }

  available(now: number): bigint {
    const spendable = this.#payable(now);
    return spendable > this.debt ? spendable - this.debt : 0n;
  }

  #open(): Hold[] {
    return [...this.holds.values()].filter(({ status }) => status === "open");
  }

  #spendable(lot: Lot, now: number, settled?: Hold): bigint {
    return spendableOf(lot, this.holds.values(), now, settled);
  }

  free(lot: Lot): bigint {
    return freeOf(lot, this.holds.values());
  }

  /**
   * Rule 7: a hold is released at its expiry. The released credits pay debt; this payment is dated
   * at the expiry, even if the release is processed later.
   */
  passTime(now: number): void {
    const due = this.#open().filter(({ expiresAt }) => expiresAt <= now);
    const moments = new Set(due.map(({ expiresAt }) => expiresAt).sort((a, b) => a - b));
    for (const moment of moments) {
      for (const hold of due) {
        if (hold.expiresAt === moment) {
          Object.assign(hold, { status: "released", hasExpired: true });
        }
      }
      this.payDebt(moment);
    }
  }

  receive(lot: Lot, now: number): void {
    this.lots.push(lot);
    this.payDebt(now);
  }

  /** Rule 8: spendable credits pay debt, in burn-down order. */
  payDebt(now: number): void {
    for (const lot of inBurnDownOrder(this.lots)) {
      const paid = least(this.#spendable(lot, now), this.debt);
      if (paid === 0n) continue;
      this.#payments.push({ lot, left: paid });
      lot.remaining -= paid;
      this.debt -= paid;
    }
  }

  /**
   * Cancels debt. If credits have already paid this debt, these credits return to their lots,
   * beginning with the latest payment.
   */
  cancelDebt(amount: bigint): void {
    for (const payment of this.#payments.toReversed()) {
      if (this.debt >= amount) break;
      const undone = least(amount - this.debt, payment.left);
      payment.left -= undone;
      payment.lot.remaining += undone;
      this.debt += undone;
    }
    if (this.debt < amount) throw new Error("more debt to cancel than was ever booked");
    this.debt -= amount;
  }

  /** Rule 6: a debit takes its whole amount, or it fails and takes nothing. */
  debit(amount: bigint, now: number): Moved {
    if (this.debt > 0n || amount > this.available(now)) return "insufficient_credits";
    this.#take(amount, now);
    return "ok";
  }

  /** Takes credits in burn-down order and returns the amount for which no lot had credits. */
  #take(amount: bigint, now: number, settled?: Hold): bigint {
    let need = amount;
    for (const lot of inBurnDownOrder(this.lots)) {
      const taken = least(need, this.#spendable(lot, now, settled));
      lot.remaining -= taken;
      need -= taken;
    }
    return need;
  }

  hold(name: string, amount: bigint, expiresAt: number, now: number): Moved {
    if (this.debt > 0n || amount > this.available(now)) return "insufficient_credits";
    const reserved = new Map<Lot, bigint>();
    let need = amount;
    for (const lot of inBurnDownOrder(this.lots)) {
      const part = least(need, this.#spendable(lot, now));
      if (part > 0n) reserved.set(lot, part);
      need -= part;
    }
    this.holds.set(name, { amount, expiresAt, status: "open", hasExpired: false, reserved });
    return "ok";
  }

  /**
   * Rule 7: a settlement above the hold's amount takes the excess from free credits. The part of
   * the excess that they do not cover becomes debt, up to a limit.
   */
  settle(name: string, amount: bigint, now: number): Moved {
    const hold = this.holds.get(name);
    if (!hold) return "hold_not_open";
    const { status } = hold;
    const isLate = this.hasOwner && maySettleLate(hold, now);
    if (status !== "open" && !isLate) return "hold_not_open";
    const keeper = isLate ? undefined : hold;
    hold.status = "settled";
    if (amount - this.#payable(now, keeper) > overdraftOf(hold)) {
      hold.status = status;
      return "overdraft_exceeded";
    }
    this.debt += this.#take(amount, now, keeper);
    this.payDebt(now);
    return "ok";
  }

  #payable(now: number, settled?: Hold): bigint {
    return sum(this.lots.map((lot) => this.#spendable(lot, now, settled)));
  }

  release(name: string, now: number): Moved {
    const hold = this.holds.get(name);
    if (hold?.status !== "open") return "hold_not_open";
    hold.status = "released";
    this.payDebt(now);
    return "ok";
  }

  /** Rule 16: after the owner's deletion, no credits can be spent and none expire. The entries remain. */
  leave(): void {
    this.hasOwner = false;
    for (const hold of this.#open()) hold.status = "released";
    // A deletion has no time in the history, so the model assumes that no lot has expired by then.
    this.payDebt(Number.NEGATIVE_INFINITY);
    this.close();
  }

  /**
   * Empties all lots of an account whose owner was deleted, including credits that arrive after the
   * deletion.
   */
  close(): void {
    if (!this.hasOwner) { for (const lot of this.lots) lot.remaining = 0n; }
  }

  /**
   * Rule 11: the credits of an expired lot expire, except those that an open hold reserves. Frozen credits
   * expire when they are no longer frozen.
   */
  sweep(now: number): void {
    for (const lot of this.lots) {
      if (isExpired(lot, now) && !lot.frozen) lot.remaining -= this.free(lot);
    }
  }
}
