/**
 * Money at Stripe and the revenue lines about this money: balance transactions, payouts, and the
 * day on which each line counts. docs/decisions/reports.md and the emulator's README describe the
 * rules.
 */
import { dayOf } from "./amounts.ts";

export type Product = "credits" | "bookings";

/** A revenue line: one amount of money of one kind, in the currency of its payment. */
export interface Line {
  readonly day: string;
  readonly product: Product;
  readonly currency: string;
  readonly kind: string;
  readonly amount: bigint;
  readonly customer: string;
}

/** A balance transaction at Stripe. `fact` names the fact that the transaction belongs to. */
export interface Transaction {
  readonly category: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly madeAt: number;
  readonly availableAt: number;
  readonly product: Product;
  readonly customer: string;
  readonly fact: string;
  /**
   * `payout` is the payout that contains the transaction at Stripe. `known` is the payout that
   * contains it in the product's records.
   */
  payout: string | null;
  known: string | null;
  isListed: boolean;
  /** The fee that was booked as provisional, and the fee that was booked as final. */
  provisional: bigint;
  final: bigint;
}

export interface Payout {
  readonly name: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly madeAt: number;
  readonly isAutomatic: boolean;
  status: "pending" | "paid" | "failed";
  itemised: "listed" | "assigned" | "advance" | null;
  lines: Transaction[];
}

const DAY_MS = 86_400_000;
const PENDING_MS = 2 * DAY_MS;
const DISPUTE_FEE = 1500n;

/** Stripe's fee of a card payment: 2.9 % of the amount (rounded half up) plus 30 minor units. */
export const cardFee = (amount: bigint) => (amount * 29n * 2n + 1000n) / 2000n + 30n;

export class Books {
  readonly lines: Line[] = [];
  readonly transactions: Transaction[] = [];
  readonly payouts: Payout[] = [];
  /** The day on which the line of each fact counts, by the name of the fact. */
  readonly #days = new Map<string, string>();
  openFrom = "1970-01-01";

  /**
   * A fact counts on its own day. If the month of that day is closed, the fact counts in the oldest open
   * month.
   */
  #dayToBook(effective: string, at: number): string {
    if (effective >= this.openFrom) return effective;
    const first = new Date(`${this.openFrom}T00:00:00Z`);
    const last = dayOf(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0));
    const today = dayOf(at);
    return today < this.openFrom ? this.openFrom : today > last ? last : today;
  }

  /**
   * Books a fact that happened at `effectiveAt` and became known at `at`. Then books the fees that waited
   * for this fact.
   */
  book(
    fact: string | null,
    effectiveAt: number,
    at: number,
    line: Omit<Line, "day">,
  ): void {
    const day = this.#dayToBook(dayOf(effectiveAt), at);
    this.lines.push({ ...line, day });
    if (fact === null) return;
    this.#days.set(fact, day);
    for (const each of this.transactions) if (each.fact === fact) this.#bookFee(each, at);
  }

  /**
   * Makes a balance transaction at Stripe. The transaction's fee is booked as soon as the payment
   * runner has listed the transaction and the transaction's fact is known.
   */
  charge(
    at: number,
    money: Pick<Transaction, "category" | "currency" | "amount" | "product" | "customer" | "fact">,
    { fee = 0n, availableAt = at + PENDING_MS } = {},
  ): Transaction {
    const made = {
      ...money,
      fee,
      availableAt,
      madeAt: at,
      payout: null,
      known: null,
      isListed: false,
      provisional: 0n,
      final: 0n,
    };
    this.transactions.push(made);
    return made;
  }

  disputeFee = DISPUTE_FEE;

  #bookFee(each: Transaction, at: number): void {
    const day = this.#days.get(each.fact);
    if (!each.isListed || day === undefined || each.category.startsWith("dispute")) return;
    const isOut = each.known !== null;
    const target = { provisional: isOut ? 0n : -each.fee, final: isOut ? -each.fee : 0n };
    for (const [part, kind] of FEE_KINDS) {
      const amount = target[part] - each[part];
      if (amount === 0n) continue;
      each[part] = target[part];
      const { product, currency, customer } = each;
      this.lines.push({
        day: this.#dayToBook(day, at),
        product,
        currency,
        kind,
        amount,
        customer,
      });
    }
  }

  /**
   * Lists the new transactions of the balance and the transactions of each paid automatic payout,
   * as the payment runner does.
   */
  list(at: number): void {
    for (const each of this.transactions) {
      if (each.isListed) continue;
      each.isListed = true;
      this.#bookTransfer(each, at);
      this.#bookFee(each, at);
    }
    for (const payout of this.payouts) {
      const isDue = payout.isAutomatic && payout.status === "paid" && payout.itemised === null;
      if (isDue) this.#know(payout, "listed", payout.lines, at);
    }
    for (const payout of this.payouts) {
      if (!payout.isAutomatic && payout.itemised === null) this.#itemise(payout, at);
    }
  }

  #know(payout: Payout, how: "listed" | "assigned", lines: Transaction[], at: number): void {
    payout.itemised = how;
    payout.lines = lines;
    for (const each of lines) {
      each.known = payout.name;
      this.#bookFee(each, at);
      const advance = this.payouts.find(({ name }) =>
        each.category === "payout" && name === each.fact
      );
      if (advance) Object.assign(advance, { itemised: "advance", lines: [] });
    }
  }

  #bookTransfer(each: Transaction, at: number): void {
    if (!each.category.startsWith("transfer")) return;
    const { category: kind, product, currency, amount, customer } = each;
    this.book(null, each.madeAt, at, { product, currency, kind, amount, customer });
  }

  #payable = (currency: string, at: number) =>
    this.transactions.filter((each) =>
      each.currency === currency && each.payout === null && each.availableAt <= at
    );

  /**
   * Makes an automatic payout of all available transactions that are in no payout, less the amounts
   * that were paid out by hand.
   */
  payOut(at: number, name: string, currency: string): void {
    const lines = this.#payable(currency, at);
    const amount = netOf(lines);
    if (amount <= 0n) return;
    for (const each of lines) each.payout = name;
    const rest = { madeAt: at, isAutomatic: true, status: "pending", itemised: null } as const;
    this.payouts.push({ name, currency, amount, lines, ...rest });
  }

  /** The bank pays a payout. Does nothing if there was no money for the payout. */
  deliver(name: string): void {
    const payout = this.payouts.find((each) => each.name === name);
    if (payout) payout.status = "paid";
  }

  /** The bank returns a payout, and the money is in the balance again. */
  returnPayout(at: number, name: string): void {
    const payout = this.payouts.find((each) => each.name === name);
    if (!payout) return;
    payout.status = "failed";
    const { currency, amount } = payout;
    const fact = `return ${name}`;
    const money = { category: "payout_failure", currency, amount, fact } as const;
    this.charge(at, { ...money, product: "credits", customer: "" }, { availableAt: at });
  }

  /** Pays out the whole available balance by hand. Stripe does not list the transactions of such a payout. */
  payOutByHand(at: number, name: string, currency: string): void {
    const amount = netOf(this.#payable(currency, at));
    if (amount <= 0n) return;
    const money = { category: "payout", currency, amount: -amount, fact: name } as const;
    this.charge(at, { ...money, product: "credits", customer: "" }, { availableAt: at });
    const rest = { madeAt: at, isAutomatic: false, status: "pending", itemised: null } as const;
    this.payouts.push({ name, currency, amount, lines: [], ...rest });
  }

  /**
   * Assigns transactions to a manual payout: the available transactions that are in no payout. In
   * the simulated quarters, the payout takes all of them. The assignment waits until earlier
   * automatic payouts are listed. If a later automatic payout lists the manual payout, the manual
   * payout was an advance on it, and has no transactions of its own.
   */
  #itemise(payout: Payout, at: number): void {
    const { currency, madeAt } = payout;
    const isBefore = (each: Payout) =>
      each.isAutomatic && each.currency === currency && each.madeAt <= madeAt;
    if (this.payouts.some((each) => isBefore(each) && each.itemised === null)) return;
    const lines = this.transactions.filter((each) =>
      each.currency === currency && each.known === null && each.availableAt <= madeAt &&
      each.category !== "payout"
    );
    this.#know(payout, "assigned", lines, at);
  }

  closeMonths(at: number): void {
    const month = `${dayOf(at - 3 * DAY_MS).slice(0, 7)}-01`;
    if (month > this.openFrom) this.openFrom = month;
  }
}

const netOf = (transactions: readonly Transaction[]) =>
  transactions.reduce((sum, { amount, fee }) => sum + amount - fee, 0n);

const FEE_KINDS = [
  ["provisional", "stripe_fee_provisional"],
  ["final", "stripe_fee"],
] as const;
