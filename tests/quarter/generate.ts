/**
 * Draws the facts of a quarter from a seed: what 200 customers buy and use, what is refunded to
 * them, and what is paid out. All dates are in the past, so that no fact depends on the real time.
 */
import type { Deed, Fact, Pack, Quarter, Rate, UsageEvent } from "./facts.ts";
import { Random } from "../money-back/support/random.ts";

const BEGIN = Date.parse("2026-01-01T00:00:00Z");
const DAYS = 90;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const CUSTOMERS = 200;

const PACKS: Record<string, Pack> = {
  small: { credits: 1000, bonus: 0, prices: { usd: 999, eur: 949, jpy: 1500 } },
  middle: { credits: 3000, bonus: 350, prices: { usd: 2499, eur: 2399, jpy: 3700 } },
  large: { credits: 7000, bonus: 1111, prices: { usd: 4999, eur: 4799, jpy: 7450 } },
  // The credits of this package expire after 20 days.
  short: { credits: 901, bonus: 99, prices: { usd: 500, eur: 487, jpy: 777 }, days: 20 },
};

const RATES: Record<string, Rate> = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [`model-${index}`, {
    input: `${1 + index}.${index}5`,
    cached_input: `0.${index + 1}25`,
    cache_write: `${1 + index}.875`,
    output: `${4 + 3 * index}.03`,
    reasoning: `${5 + 3 * index}.7`,
    markup: `${2 + index % 3}.5`,
  }]),
);

class Draft {
  readonly deeds: { at: number; deed: Deed }[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Returns a time of this day, from 00:10 to 23:20, at a whole second. */
  timeOf(day: number): number {
    return BEGIN + day * DAY_MS + this.#random.between(600, 84_000) * 1000;
  }

  add(at: number, deed: Deed): void {
    if (at < BEGIN + DAYS * DAY_MS) this.deeds.push({ at, deed });
  }

  /** Returns all facts in order of time. No two facts have the same second. */
  facts(): Fact[] {
    let last = 0;
    return this.deeds.toSorted((a, b) => a.at - b.at).map(({ at, deed }) => {
      last = Math.max(at, last + 1000);
      return { ...deed, at: last };
    });
  }
}

interface Sale {
  readonly order: string;
  readonly customer: string;
  readonly amount: number;
  readonly day: number;
  readonly at: number;
}

/** Adds purchases of packages: most are paid within minutes, some never. Returns the paid orders. */
function sell(draft: Draft, random: Random, customers: readonly string[]): Sale[] {
  const sales: Sale[] = [];
  for (const [index, customer] of customers.entries()) {
    const currency = ["usd", "usd", "eur", "jpy"][index % 4]!;
    const count = random.weighed({ "0": 1, "1": 5, "2": 3 });
    for (let nr = 0; nr < Number(count); nr++) {
      const day = random.below(DAYS - 5);
      const at = draft.timeOf(day);
      const pack = random.pick(Object.keys(PACKS));
      const order = `order-${sales.length}-${customer}-${nr}`;
      draft.add(at, { do: "checkout", order, customer, pack, currency });
      if (random.chance(0.12)) continue;
      const paidAt = at + random.between(20, 900) * 1000;
      draft.add(paidAt, { do: "pay", order });
      const amount = PACKS[pack]!.prices[currency]!;
      sales.push({ order, customer, amount, day, at: paidAt });
    }
  }
  return sales;
}

/**
 * Adds usage in batches on each day, and also single debits and holds. Some of these debits and
 * holds are refused.
 */
function use(draft: Draft, random: Random, customers: readonly string[]): void {
  for (let day = 0; day < DAYS; day++) {
    const events = Array.from({ length: random.between(15, 35) }, (_, nr): UsageEvent => ({
      id: `usage-${day}-${nr}`,
      customer: random.pick(customers),
      model: random.pick(Object.keys(RATES)),
      tokens: {
        input_tokens: random.between(1, 6_000),
        cached_input_tokens: random.below(4) * random.below(900),
        cache_write_tokens: random.below(2) * random.below(700),
        output_tokens: random.between(1, 1_200),
        reasoning_tokens: random.below(3) * random.below(300),
      },
      feature: random.pick([null, null, "chat", "search", "summary"]),
    }));
    draft.add(draft.timeOf(day), { do: "usage", events });
    const customer = random.pick(customers);
    const amount = `${random.between(1, 900)}.${random.between(1, 999_999)}`;
    draft.add(draft.timeOf(day), { do: "debit", customer, amount });
    if (random.chance(0.5)) hold(draft, random, random.pick(customers), day);
  }
}

function hold(draft: Draft, random: Random, customer: string, day: number): void {
  const name = `hold-${day}`;
  const amount = random.between(50, 600);
  const at = BEGIN + day * DAY_MS + random.between(600, 70_000) * 1000;
  draft.add(at, { do: "hold", hold: name, customer, amount: String(amount), seconds: 7200 });
  // A third of the holds expires, a third is settled below the held amount, and a third above it. A
  // settlement above the held amount may leave a debt.
  const end = random.weighed({ expires: 1, less: 1, more: 1 });
  if (end === "expires") return;
  const settled = end === "less" ? amount / 4 : amount * 1.5;
  draft.add(at + random.between(60, 6000) * 1000, {
    do: "settle",
    hold: name,
    amount: String(settled),
  });
}

function give(draft: Draft, random: Random, customers: readonly string[]): void {
  for (let nr = 0; nr < 60; nr++) {
    const day = random.below(DAYS - 1);
    const at = draft.timeOf(day);
    const source = random.chance(0.8) ? "promotional" : "adjustment";
    const expiresAt = random.chance(0.7) ? at + random.between(1, 40) * DAY_MS + 777_000 : null;
    const amount = `${random.between(1, 800)}.${random.between(1, 9)}`;
    draft.add(at, { do: "grant", customer: random.pick(customers), amount, source, expiresAt });
  }
}

/**
 * Adds refunds and disputes. The events of some of them arrive late, after the month of the refund
 * or the dispute has closed.
 */
function giveBack(draft: Draft, random: Random, sales: readonly Sale[]): void {
  const chosen = random.shuffled(sales.filter(({ day }) => day < DAYS - 8));
  const late = chosen.filter(({ day }) => [26, 27, 28, 29].includes(day % 30)).slice(0, 6);
  const others = chosen.filter((sale) => !late.includes(sale));
  for (const [index, { order, amount, at }] of late.entries()) {
    const known = at + 12 * DAY_MS + index * MINUTE_MS;
    const part = random.between(1, amount);
    if (index % 2 === 0) {
      draft.add(at + MINUTE_MS * 30, { do: "refund", order, amount: part, arrives: known });
      draft.add(known, { do: "arrive", of: `refund ${order}` });
    } else {
      const dispute = `late-${order}`;
      draft.add(at + MINUTE_MS * 30, { do: "dispute", dispute, order, amount, arrives: known });
      draft.add(known, { do: "arrive", of: dispute });
    }
  }
  for (const [index, sale] of others.slice(0, 40).entries()) {
    const { order, amount, at } = sale;
    const soon = at + random.between(1, 40) * DAY_MS + 3_000;
    if (soon >= BEGIN + (DAYS - 2) * DAY_MS) continue;
    const part = random.chance(0.4) ? amount : random.between(1, amount);
    if (index % 2 === 0) draft.add(soon, { do: "refund", order, amount: part, arrives: null });
    if (index % 8 === 2) {
      draft.add(soon + random.between(1, 6) * 80_000_000, { do: "fail refund", order });
    }
    if (index % 2 === 1) {
      dispute(draft, random, { ...sale, at: soon }, index % 4 === 1 ? part : amount);
    }
    if (index % 8 !== 0 || part === amount) continue;
    // A second event follows the partial refund: the rest is refunded, too, or the bank disputes
    // the whole payment, which is more than the rest.
    const rest = amount - part;
    const then = soon + random.between(60, 86_000) * 1000;
    if (index % 16 === 0) draft.add(then, { do: "refund", order, amount: rest, arrives: null });
    else dispute(draft, random, { ...sale, at: then }, amount);
  }
}

function dispute(draft: Draft, random: Random, { order, at }: Sale, amount: number): void {
  const name = `dispute-${order}`;
  draft.add(at, { do: "dispute", dispute: name, order, amount, arrives: null });
  const outcome = random.weighed({ won: 3, lost: 2, open: 1 });
  if (outcome === "open") return;
  draft.add(at + random.between(1, 20) * DAY_MS + 1000, {
    do: "end dispute",
    dispute: name,
    outcome,
  });
}

function book(draft: Draft, random: Random, customers: readonly string[]): void {
  for (let nr = 0; nr < 36; nr++) {
    const booking = `booking-${nr}`;
    const day = random.below(DAYS - 10);
    const at = draft.timeOf(day);
    const amount = random.between(700, 30_000);
    const currency = random.pick(["usd", "eur", "jpy"]);
    const customer = random.pick(customers);
    draft.add(at, { do: "book", booking, customer, amount, currency });
    if (!random.chance(0.4)) continue;
    const first = random.between(1, amount);
    const back = at + random.between(1, 8) * DAY_MS + 5000;
    draft.add(back, { do: "refund booking", booking, amount: first });
    if (first < amount && random.chance(0.5)) {
      draft.add(back + 400_000, { do: "refund booking", booking, amount: amount - first });
    }
  }
}

/**
 * Adds payouts. US dollars are paid out automatically. Euros are paid out automatically, and also by hand.
 * Yen are paid out only by hand, and always the whole available balance.
 */
function payOut(draft: Draft): void {
  for (let day = 8; day < DAYS - 4; day += 7) {
    for (const currency of ["usd", "eur"]) {
      const payout = `${currency}-${day}`;
      const at = BEGIN + day * DAY_MS + (currency === "usd" ? 60_000 : 120_000);
      draft.add(at, { do: "pay out", payout, currency });
      draft.add(at + 2 * DAY_MS, { do: "deliver payout", payout });
    }
    if (day % 2 === 0) {
      // While an automatic payout is on its way, more money becomes available, and a manual payout takes
      // it.
      const payout = `eur-now-${day}`;
      const at = BEGIN + (day + 1) * DAY_MS + 84_500_000;
      draft.add(at, { do: "pay out by hand", payout, currency: "eur" });
      draft.add(at + 60_000, { do: "deliver payout", payout });
    }
  }
  for (const day of [15, 50]) {
    const at = BEGIN + (day + 3) * DAY_MS + 180_000;
    draft.add(at, { do: "return payout", payout: `usd-${day}` });
  }
  for (const day of [29, 58, 86]) {
    const payout = `jpy-${day}`;
    const at = BEGIN + day * DAY_MS + 85_000_000;
    draft.add(at, { do: "pay out by hand", payout, currency: "jpy" });
    draft.add(at + 1000, { do: "deliver payout", payout });
  }
}

/** Changes the accounting policy and two rates within the quarter. */
function change(draft: Draft): void {
  draft.add(BEGIN + 47 * DAY_MS + 300_000, { do: "price no bonus" });
  for (const [day, model] of [[20, "model-3"], [66, "model-9"]] as const) {
    const rate = { ...RATES[model]!, input: "9.125", output: "21.5", markup: "3" };
    draft.add(BEGIN + day * DAY_MS + 400_000, { do: "change rate", model, rate });
  }
}

export function generate(seed: number): Quarter {
  const random = new Random(seed);
  const draft = new Draft(random);
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => `c${index + 1}`);
  // Customers with top-ups get no refunds, and open no holds.
  const [toppedUp, others] = [customers.slice(0, 8), customers.slice(8)];
  for (const [index, customer] of toppedUp.entries()) {
    draft.add(BEGIN + (2 + 5 * index) * DAY_MS + 36_000_000 + index * MINUTE_MS, {
      do: "top up below",
      customer,
      threshold: String(100 + 50 * index),
      target: String(1000 + 111 * index),
      cap: 900 + 100 * index,
    });
    for (let day = 8 * index + 5; day < DAYS - 3; day += 4) {
      const amount = `${random.between(30, 400)}.5`;
      draft.add(draft.timeOf(day), { do: "debit", customer, amount });
    }
  }
  const sales = sell(draft, random, others);
  use(draft, random, others);
  give(draft, random, others);
  giveBack(draft, random, sales);
  book(draft, random, others);
  payOut(draft);
  change(draft);
  for (let day = 0; day < DAYS; day++) {
    draft.add(BEGIN + day * DAY_MS + DAY_MS - 60_000, { do: "tasks" });
  }
  // The tasks run a second time, so that everything that the last day caused is listed and summed.
  draft.add(BEGIN + DAYS * DAY_MS - 5_000, { do: "tasks" });
  const days = { from: "2026-01-01", to: "2026-03-31" };
  return { seed, ...days, customers, packs: PACKS, rates: RATES, facts: draft.facts() };
}
