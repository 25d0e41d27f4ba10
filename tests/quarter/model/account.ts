/**
 * One customer's credits: lots, holds and debt, by the rules in docs/reference/rules.md. When
 * credits of a lot move, the model records the day, and the part of the lot's price that belongs to
 * these credits (docs/decisions/deferred-revenue.md).
 */
import { dayOf } from "./amounts.ts";

export type Source = "promotional" | "adjustment" | "bonus" | "paid";
export type Cause = "refunded" | "disputed";

/**
 * Credits that moved, described as in the report of credits. `source` is `debt` if no lot had these
 * credits.
 */
export interface Movement {
  readonly day: string;
  readonly source: Source | "debt";
  readonly currency: string;
  readonly kind: "granted" | "used" | "debt_paid" | "expired" | Cause;
  readonly credits: bigint;
  readonly value: bigint;
}

export interface Entry {
  readonly day: string;
  readonly author: string;
  readonly kind: string;
  readonly credits: bigint;
}

export interface Lot {
  readonly source: Source;
  readonly amount: bigint;
  readonly price: bigint;
  readonly currency: string;
  readonly order: string | null;
  readonly expiresAt: number;
  readonly madeAt: number;
  remaining: bigint;
  clawedBack: bigint;
  frozen: boolean;
}

interface Hold {
  readonly amount: bigint;
  readonly expiresAt: number;
  readonly parts: Map<Lot, bigint>;
}

interface DebtPayment {
  readonly lot: Lot;
  stands: bigint;
}

const SOURCES: readonly Source[] = ["promotional", "adjustment", "bonus", "paid"];
const NEVER = Infinity;

const least = (a: bigint, b: bigint) => a < b ? a : b;

/** The value of the credits that remain in a lot: their part of the lot's price, rounded half up. */
const worth = (lot: Lot) => (2n * lot.price * lot.remaining + lot.amount) / (2n * lot.amount);

export class Account {
  readonly lots: Lot[] = [];
  readonly holds = new Map<string, Hold>();
  readonly #payments: DebtPayment[] = [];
  debt = 0n;

  constructor(private readonly movements: Movement[], private readonly entries: Entry[]) {}

  #reserved(lot: Lot): bigint {
    let sum = 0n;
    for (const hold of this.holds.values()) sum += hold.parts.get(lot) ?? 0n;
    return sum;
  }

  #free = (lot: Lot) => lot.remaining - this.#reserved(lot);

  /** The lots that can be spent, in burn-down order, each with its free credits. */
  #burnable(at: number, held?: Hold): { lot: Lot; free: bigint }[] {
    return this.lots.map((lot) => {
      const isShut = lot.expiresAt <= at || lot.frozen;
      const free = isShut ? least(held?.parts.get(lot) ?? 0n, this.#free(lot)) : this.#free(lot);
      return { lot, free };
    }).filter(({ free }) => free > 0n).sort((a, b) => burnOrder(a.lot, b.lot));
  }

  available(at: number): bigint {
    return this.debt > 0n ? 0n : this.#sumFree(at);
  }

  #sumFree = (at: number) => this.#burnable(at).reduce((sum, { free }) => sum + free, 0n);

  /** Changes the remaining credits of a lot and records the movement. */
  #move(at: number, lot: Lot, change: bigint, kind: Movement["kind"]): void {
    const before = kind === "granted" ? 0n : worth(lot);
    lot.remaining += change;
    const sign = kind === "granted" ? 1n : -1n;
    this.movements.push({
      day: dayOf(at),
      source: lot.source,
      currency: lot.price > 0n ? lot.currency : "",
      kind,
      credits: sign * change,
      value: sign * (worth(lot) - before),
    });
  }

  /**
   * Changes the debt and records the movement. Debt grows when credits are used or clawed back and
   * no lot has enough of them.
   */
  #owe(at: number, change: bigint, kind: Movement["kind"]): void {
    this.debt += change;
    this.movements.push({
      day: dayOf(at),
      source: "debt",
      currency: "",
      kind,
      credits: change,
      value: 0n,
    });
  }

  #enter(at: number, author: string, kind: string, credits: bigint): void {
    this.entries.push({ day: dayOf(at), author, kind, credits });
  }

  receive(
    at: number,
    kind: string,
    author: string,
    terms: Pick<Lot, "source" | "amount" | "price" | "currency" | "order" | "expiresAt">,
  ): void {
    const lot: Lot = { ...terms, madeAt: at, remaining: 0n, clawedBack: 0n, frozen: false };
    this.lots.push(lot);
    this.#move(at, lot, lot.amount, "granted");
    this.#enter(at, author, kind, lot.amount);
    this.payDebt(at);
  }

  /** @returns false if too few credits are available; then nothing has changed */
  spend(at: number, amount: bigint, kind: string, author: string): boolean {
    if (this.debt > 0n || amount > this.#sumFree(at)) return false;
    this.#take(at, amount, kind, author);
    return true;
  }

  #take(at: number, amount: bigint, kind: string, author: string, held?: Hold): void {
    let need = amount;
    for (const { lot, free } of this.#burnable(at, held)) {
      if (need === 0n) break;
      const part = least(need, free);
      need -= part;
      this.#move(at, lot, -part, "used");
      this.#enter(at, author, kind, part);
    }
    if (need === 0n) return;
    this.#owe(at, need, "used");
    this.#enter(at, author, kind, need);
  }

  hold(at: number, name: string, amount: bigint, expiresAt: number): boolean {
    if (this.debt > 0n || amount > this.#sumFree(at)) return false;
    const parts = new Map<Lot, bigint>();
    let need = amount;
    for (const { lot, free } of this.#burnable(at)) {
      if (need === 0n) break;
      parts.set(lot, least(need, free));
      need -= least(need, free);
    }
    this.holds.set(name, { amount, expiresAt, parts });
    return true;
  }

  settle(at: number, name: string, amount: bigint, author: string): void {
    const hold = this.holds.get(name);
    if (hold === undefined) return;
    this.holds.delete(name);
    this.#take(at, amount, "settle", author, hold);
    this.payDebt(at);
  }

  /**
   * Releases the holds that have expired. Their credits pay debt; this payment is dated at the
   * expiry.
   */
  releaseExpired(at: number): void {
    const over = [...this.holds].filter(([, { expiresAt }]) => expiresAt <= at)
      .sort(([, a], [, b]) => a.expiresAt - b.expiresAt);
    for (const [name, { expiresAt }] of over) {
      this.holds.delete(name);
      this.payDebt(expiresAt);
    }
  }

  expire(at: number): void {
    const over = this.lots.filter((lot) => lot.expiresAt <= at && !lot.frozen);
    for (const lot of over) {
      const rest = this.#free(lot);
      if (rest === 0n) continue;
      this.#move(at, lot, -rest, "expired");
      this.#enter(at, "task:expire_credits", "expiry", rest);
    }
  }

  payDebt(at: number): void {
    for (const { lot, free } of this.#burnable(at)) {
      if (this.debt === 0n) return;
      const part = least(free, this.debt);
      this.#move(at, lot, -part, "debt_paid");
      this.#owe(at, -part, "debt_paid");
      this.#payments.push({ lot, stands: part });
    }
  }

  lotsOf = (order: string) => this.lots.filter((lot) => lot.order === order);

  /**
   * Claws back credits of an order: paid credits before bonus credits. The amount for which the lots have
   * no credits becomes debt.
   */
  clawBack(at: number, order: string, amount: bigint, cause: Cause): void {
    let need = amount;
    for (const lot of this.lotsOf(order).sort(bySource).reverse()) {
      const part = least(need, this.#free(lot));
      if (part === 0n) continue;
      need -= part;
      lot.clawedBack += part;
      this.#move(at, lot, -part, cause);
      this.#enter(at, "stripe", "clawback", part);
    }
    if (need === 0n) return;
    this.#owe(at, need, cause);
    this.#enter(at, "stripe", "clawback", need);
  }

  /**
   * Reinstates clawed-back credits. If other credits have already paid debt of the clawback, first
   * returns them to their lots. Then cancels the debt, and refills the order's lots with the rest.
   * `taken` is the amount that was clawed back from the order before this call.
   */
  reinstate(at: number, order: string, amount: bigint, taken: bigint, cause: Cause): void {
    const lots = this.lotsOf(order).sort(bySource);
    const owed = least(amount, taken - lots.reduce((sum, lot) => sum + lot.clawedBack, 0n));
    if (owed > 0n) {
      if (owed > this.debt) this.#undoPayments(at, owed - this.debt);
      this.#owe(at, -owed, cause);
      this.#enter(at, "stripe", "reinstatement", owed);
    }
    let need = amount - owed;
    for (const lot of lots) {
      const part = least(need, lot.clawedBack);
      if (part === 0n) continue;
      need -= part;
      lot.clawedBack -= part;
      this.#move(at, lot, part, cause);
      this.#enter(at, "stripe", "reinstatement", part);
    }
  }

  #undoPayments(at: number, amount: bigint): void {
    let need = amount;
    for (const payment of this.#payments.toReversed()) {
      const part = least(need, payment.stands);
      if (part === 0n) continue;
      need -= part;
      payment.stands -= part;
      this.#move(at, payment.lot, part, "debt_paid");
      this.#owe(at, part, "debt_paid");
    }
  }
}

const bySource = (a: Lot, b: Lot) => SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);

/**
 * The burn-down order (rule 5 of docs/reference/rules.md). All lots of a simulated quarter have the
 * same priority.
 */
function burnOrder(a: Lot, b: Lot): number {
  if (a.expiresAt !== b.expiresAt) return a.expiresAt < b.expiresAt ? -1 : 1;
  return bySource(a, b) || a.madeAt - b.madeAt;
}

export { NEVER };
