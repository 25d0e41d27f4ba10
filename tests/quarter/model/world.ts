/** Plays the facts of a quarter in memory: the effects on credits and money, and the refused requests. */
import type { Fact, Of, Quarter, Rate } from "../facts.ts";
import { Account, type Cause, type Entry, type Movement, NEVER } from "./account.ts";
import { dayOf, exact, halfUp, UNIT } from "./amounts.ts";
import { Bookings } from "./bookings.ts";
import { Spending } from "./spending.ts";
import { Books, cardFee } from "./stripe.ts";

const TOP_UP_CREDITS = 10n;
const SMALLEST_TOP_UP = 50n;

interface Order {
  readonly name: string;
  readonly customer: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly credits: bigint;
  readonly bonus: bigint;
  readonly isTopUp: boolean;
  readonly madeAt: number;
  paidAt: number | null;
  /** The money that each refund and dispute has returned to the buyer, by the name of the fact. */
  returned: Map<string, bigint>;
  openDisputes: Set<string>;
  clawedBack: bigint;
}

const least = (a: bigint, b: bigint) => a < b ? a : b;

export class World {
  readonly movements: Movement[] = [];
  readonly entries: Entry[] = [];
  readonly books = new Books();
  readonly accounts = new Map<string, Account>();
  readonly orders = new Map<string, Order>();
  readonly bookings = new Bookings(this.books);
  readonly spending: Spending;
  /** The refunds that the operator requested, with the day of the request. */
  readonly refundsAsked: { day: string; currency: string; amount: bigint }[] = [];
  readonly rates: Record<string, Rate>;
  /** The latest refund of each order, by the name of the order. */
  readonly #refunds = new Map<string, { fact: string; amount: bigint; availableAt: number }>();
  #pricesBonus = true;
  readonly #disputes = new Map<string, Of<"dispute">>();
  readonly #terms = new Map<string, Of<"top up below">>();
  readonly #late = new Map<string, () => void>();
  #now = 0;

  constructor(private readonly quarter: Quarter) {
    this.rates = { ...quarter.rates };
    this.spending = new Spending(this.rates, (customer) => this.accountOf(customer));
  }

  play(): this {
    for (const fact of this.quarter.facts) {
      this.#now = fact.at;
      for (const account of this.accounts.values()) account.releaseExpired(fact.at);
      this.#act(fact);
    }
    return this;
  }

  accountOf(customer: string): Account {
    const known = this.accounts.get(customer);
    if (known !== undefined) return known;
    const made = new Account(this.movements, this.entries);
    this.accounts.set(customer, made);
    return made;
  }

  #act(fact: Fact): void {
    const { at } = fact;
    switch (fact.do) {
      case "checkout":
        return this.#checkout(fact);
      case "pay":
        return this.#pay(this.orders.get(fact.order)!, at);
      case "usage":
      case "debit":
      case "grant":
      case "hold":
      case "settle":
        return this.spending.act(fact);
      case "refund":
        return this.#refund(fact);
      case "fail refund":
        return this.#failRefund(fact);
      case "dispute":
        return this.#dispute(fact);
      case "end dispute":
        return this.#endDispute(fact);
      case "top up below":
        this.#terms.set(fact.customer, fact);
        return;
      case "book":
        return this.bookings.book(fact);
      case "refund booking":
        this.refundsAsked.push({
          day: dayOf(at),
          currency: this.bookings.all.get(fact.booking)!.currency,
          amount: BigInt(fact.amount),
        });
        return this.bookings.refund(fact);
      case "pay out":
        return this.books.payOut(at, fact.payout, fact.currency);
      case "deliver payout":
        return this.books.deliver(fact.payout);
      case "return payout":
        return this.books.returnPayout(at, fact.payout);
      case "pay out by hand":
        return this.books.payOutByHand(at, fact.payout, fact.currency);
      case "price no bonus":
        this.#pricesBonus = false;
        return;
      case "change rate":
        this.rates[fact.model] = fact.rate;
        return;
      case "arrive":
        return this.#late.get(fact.of)!();
      case "tasks":
        return this.#tasks(at);
    }
  }

  #checkout({ order, customer, pack, currency, at }: Of<"checkout">): void {
    const { credits, bonus, prices } = this.quarter.packs[pack]!;
    this.orders.set(order, {
      name: order,
      customer,
      amount: BigInt(prices[currency]!),
      currency,
      credits: BigInt(credits) * UNIT,
      bonus: BigInt(bonus) * UNIT,
      isTopUp: false,
      madeAt: at,
      paidAt: null,
      returned: new Map(),
      openDisputes: new Set(),
      clawedBack: 0n,
    });
  }

  #pay(order: Order, at: number): void {
    order.paidAt = at;
    const { name, customer, amount, currency, credits, bonus } = order;
    const account = this.accountOf(customer);
    // If the policy's bonus_allocation is pro_rata, each credit of an order has the same price.
    // Otherwise, bonus credits have no price.
    const bonusPrice = this.#pricesBonus ? halfUp(amount * bonus, credits + bonus) : 0n;
    const terms = { currency, order: name, expiresAt: this.#expiryOf(order, at) };
    const paid = { ...terms, source: "paid", amount: credits, price: amount - bonusPrice } as const;
    account.receive(at, "purchase", "stripe", paid);
    if (bonus > 0n) {
      const extra = { ...terms, source: "bonus", amount: bonus, price: bonusPrice } as const;
      account.receive(at, "bonus", "stripe", extra);
    }
    const money = { product: "credits", customer, currency, amount } as const;
    const fact = `pay ${name}`;
    this.books.charge(at, { ...money, category: "charge", fact }, { fee: cardFee(amount) });
    this.books.book(fact, at, at, { ...money, kind: "charge" });
  }

  #expiryOf({ credits }: Order, at: number): number {
    const pack = Object.values(this.quarter.packs).find((each) =>
      BigInt(each.credits) * UNIT === credits
    );
    return pack?.days === undefined ? NEVER : at + pack.days * 86_400_000;
  }

  #refund({ order: name, amount: parts, at, arrives }: Of<"refund">): void {
    const order = this.orders.get(name)!;
    const { customer, currency } = order;
    const amount = -BigInt(parts);
    const fact = `refund ${name} ${at}`;
    this.refundsAsked.push({ day: dayOf(at), currency, amount: BigInt(parts) });
    const money = { product: "credits", customer, currency, amount } as const;
    const charge = this.books.transactions.find((each) => each.fact === `pay ${name}`)!;
    const availableAt = Math.max(at, charge.availableAt);
    this.books.charge(at, { ...money, category: "refund", fact }, { availableAt });
    this.#refunds.set(name, { fact, amount: BigInt(parts), availableAt });
    const known = () => {
      this.books.book(fact, at, this.#now, { ...money, kind: "refund" });
      order.returned.set(fact, BigInt(parts));
      this.#net(order, "refunded");
      this.#terms.delete(customer); // a refund pauses top-ups
    };
    if (arrives === null) known();
    else this.#late.set(`refund ${name}`, known);
  }

  #failRefund({ order: name, at }: Of<"fail refund">): void {
    const order = this.orders.get(name)!;
    const { customer, currency } = order;
    const { fact: refund, amount, availableAt } = this.#refunds.get(name)!;
    const money = { product: "credits", customer, currency, amount } as const;
    const [kind, fact] = ["refund_failure", `${refund} failed`];
    this.books.charge(at, { ...money, category: kind, fact }, {
      availableAt: Math.max(at, availableAt),
    });
    this.books.book(fact, at, at, { ...money, kind });
    order.returned.delete(refund);
    this.#net(order, "refunded");
  }

  #dispute(disputed: Of<"dispute">): void {
    const { dispute, order: name, amount: parts, at, arrives } = disputed;
    const order = this.orders.get(name)!;
    this.#disputes.set(dispute, disputed);
    const { customer, currency } = order;
    const money = { product: "credits", customer, currency, amount: -BigInt(parts) } as const;
    const fee = this.books.disputeFee;
    this.books.charge(at, { ...money, category: "dispute", fact: dispute }, {
      fee,
      availableAt: at,
    });
    const known = () => {
      this.books.book(dispute, at, this.#now, { ...money, kind: "dispute" });
      this.books.book(null, at, this.#now, { ...money, kind: "dispute_fee", amount: -fee });
      order.returned.set(dispute, BigInt(parts));
      order.openDisputes.add(dispute);
      this.#net(order, "disputed");
    };
    if (arrives === null) known();
    else this.#late.set(dispute, known);
  }

  #endDispute({ dispute, outcome, at }: Of<"end dispute">): void {
    const { order: name, amount: parts } = this.#disputes.get(dispute)!;
    const order = this.orders.get(name)!;
    order.openDisputes.delete(dispute);
    if (outcome === "won") {
      const { customer, currency } = order;
      const fact = `${dispute} won`;
      const money = { product: "credits", customer, currency, amount: BigInt(parts) } as const;
      const fee = -this.books.disputeFee;
      const category = "dispute_reversal";
      this.books.charge(at, { ...money, category, fact }, { fee, availableAt: at });
      this.books.book(fact, at, at, { ...money, kind: "dispute_reversal" });
      this.books.book(null, at, at, { ...money, kind: "dispute_fee", amount: -fee });
      order.returned.delete(dispute);
    }
    this.#net(order, "disputed");
  }

  /** Rule 10: claws back or reinstates credits in proportion to the money returned to the buyer. */
  #net(order: Order, cause: Cause): void {
    const at = this.#now;
    const account = this.accountOf(order.customer);
    const sum = [...order.returned.values()].reduce((all, each) => all + each, 0n);
    const target = (order.credits + order.bonus) * least(sum, order.amount) / order.amount;
    const change = target - order.clawedBack;
    if (change > 0n) account.clawBack(at, order.name, change, cause);
    if (change < 0n) account.reinstate(at, order.name, -change, order.clawedBack, cause);
    order.clawedBack = target;
    for (const lot of account.lotsOf(order.name)) lot.frozen = order.openDisputes.size > 0;
    account.payDebt(at);
  }

  #tasks(at: number): void {
    for (const terms of this.#terms.values()) this.#topUp(terms, at);
    this.books.list(at);
    for (const account of this.accounts.values()) account.expire(at);
    this.books.closeMonths(at);
  }

  #topUp({ customer, threshold, target, cap }: Of<"top up below">, at: number): void {
    const account = this.accountOf(customer);
    const available = account.available(at);
    if (available >= exact(threshold)) return;
    const month = dayOf(at).slice(0, 7);
    const before = [...this.orders.values()].filter((each) =>
      each.isTopUp && each.customer === customer && dayOf(each.madeAt).startsWith(month)
    );
    const left = before.reduce((sum, { amount }) => sum - amount, BigInt(cap));
    if (left < SMALLEST_TOP_UP) return;
    const gap = exact(target) - available + account.debt;
    const unit = TOP_UP_CREDITS * UNIT;
    const wanted = (gap + unit - 1n) / unit;
    const amount = least(wanted > SMALLEST_TOP_UP ? wanted : SMALLEST_TOP_UP, left);
    const name = `top-up ${customer} ${at}`;
    const order: Order = {
      name,
      customer,
      amount,
      currency: "usd",
      credits: amount * unit,
      bonus: 0n,
      isTopUp: true,
      madeAt: at,
      paidAt: null,
      returned: new Map(),
      openDisputes: new Set(),
      clawedBack: 0n,
    };
    this.orders.set(name, order);
    this.#pay(order, at);
  }
}
