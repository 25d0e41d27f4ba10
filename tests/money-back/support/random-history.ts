/**
 * A random history: one buyer, up to three orders, everything that can happen to them, and Stripe's
 * events out of order, twice or not at all. It asks the model only for what is there, so that amounts
 * come near to the edges.
 */
import { toText } from "../model/amounts.ts";
import { Buyer, type Outcome } from "../model/buyer.ts";
import type { Terms } from "../model/order.ts";
import type { OwnStep, Step, StripeStep } from "../model/steps.ts";
import { PACKAGES } from "./packages.ts";
import type { Random } from "./random.ts";
import { disputeLife, refundLife, type Said, shareOf, warningLife } from "./stripe-lives.ts";

const MOST_ORDERS = 3;

/** How often what is tried. */
const WEIGHTS = {
  order: 4,
  deliver: 30,
  again: 3,
  refund: 9,
  dispute: 7,
  warning: 3,
  clear: 3,
  grant: 5,
  limit: 4,
  debit: 11,
  usage: 2,
  hold: 10,
  settle: 8,
  release: 4,
  sweep: 5,
  leave: 0.3,
};

class Maker {
  readonly steps: Step[] = [];
  readonly #buyer = new Buyer(PACKAGES);
  readonly #orders = new Map<string, string>();
  /** What Stripe has to say, and what it has said. */
  #undelivered: StripeStep[] = [];
  readonly #delivered: StripeStep[] = [];
  #now = 0;
  #names = 0;

  constructor(private readonly random: Random) {}

  #name(kind: string): string {
    this.#names += 1;
    return `${kind}${this.#names}`;
  }

  #add(step: OwnStep | StripeStep): Outcome {
    this.#now += this.random.pick([1, 1, 1, 7, 60, 400]);
    const full = { now: this.#now, ...step };
    this.steps.push(full);
    return this.#buyer.take(full);
  }

  /** No two events of a history happened in the same second. */
  #happens(life: readonly Said[]): void {
    for (const said of life) {
      const at = this.#names + 1;
      this.#undelivered.push({ ...said, event: this.#name("e"), at });
    }
  }

  /** Around an amount that is there: all of it, a part that does not divide, now and then too much. */
  #around(amount: bigint, tooMuch = 0.3): string {
    const parts = this.random.chance(tooMuch)
      ? [amount + 1n, amount + amount / 3n, amount * 2n]
      : [amount, amount / 2n, amount / 3n, amount / 7n + 1n];
    const part = this.random.pick(parts);
    return toText(part > 0n ? part : 1n);
  }

  /** Mostly what can be had; undefined where nothing can, or else nearly all would be refused. */
  #spendable(): string | undefined {
    const available = this.#buyer.account.available(this.#now);
    if (available === 0n && this.random.chance(0.8)) return undefined;
    return this.#around(available, 0.1);
  }

  #spend(how: "debit" | "hold"): void {
    const amount = this.#spendable();
    if (amount === undefined) return;
    if (how === "debit") {
      this.#add({ do: "debit", amount });
      return;
    }
    const ttl = this.random.pick([5, 300, 3000]);
    this.#add({ do: "hold", hold: this.#name("h"), amount, ttl });
  }

  deliver(): void {
    if (this.#undelivered.length === 0) return;
    const at = this.random.chance(0.6) ? 0 : this.random.below(this.#undelivered.length);
    const [event] = this.#undelivered.splice(at, 1);
    this.#delivered.push(event!);
    this.#add(event!);
  }

  get isAllTold(): boolean {
    return this.#undelivered.length === 0;
  }

  begin(): void {
    if (this.#orders.size >= MOST_ORDERS || !this.#buyer.account.hasOwner) return;
    const left = Object.keys(PACKAGES).filter((each) => ![...this.#orders.values()].includes(each));
    const [order, sold] = [this.#name("o"), this.random.pick(left)];
    this.#orders.set(order, sold);
    this.#add({ do: "order", order, package: sold });
    const paid: Said = { do: "payment", order };
    this.#happens(this.random.chance(0.3) ? [paid, paid] : [paid]);
  }

  /** From the dashboard, or asked for by us; what is refused does not happen. */
  #refund(order: string, terms: Terms): void {
    const [refund, amount] = [this.#name("r"), shareOf(this.random, terms)];
    if (this.random.chance(0.4)) {
      const isAccepted = this.#add({ do: "ask", order, refund, amount }) === "ok";
      if (!isAccepted) return;
    }
    this.#happens(refundLife(this.random, { order, refund, amount }));
  }

  #reverse(kind: "refund" | "dispute" | "warning"): void {
    if (this.#orders.size === 0) return;
    const [order, sold] = this.random.pick([...this.#orders]);
    const terms = PACKAGES[sold]!;
    if (kind === "refund") return this.#refund(order, terms);
    const name = this.#name(kind.slice(0, 1));
    this.#happens(
      kind === "dispute"
        ? disputeLife(this.random, order, name, terms)
        : warningLife(this.random, order, name),
    );
  }

  #grant(): void {
    const { random } = this;
    const amount = random.pick(["1", "50", "0.000000000000000003", "33.333333333333333333"]);
    const source = random.pick(["promotional", "adjustment"] as const);
    const ends = random.chance(0.5) ? { expires_in: random.between(1, 900) } : {};
    const priority = random.chance(0.3) ? { priority: random.pick([0, 100, 500]) } : {};
    this.#add({ do: "grant", amount, source, ...ends, ...priority });
  }

  #resolve(how: "settle" | "release"): void {
    const holds = [...this.#buyer.account.holds];
    if (holds.length === 0) return;
    const open = holds.filter(([, { status }]) => status === "open");
    const [hold, { amount }] = this.random.pick(open.length > 0 ? open : holds);
    const settled = this.random.chance(0.1) ? "0" : this.#around(amount);
    this.#add(
      how === "release" ? { do: "release", hold } : { do: "settle", hold, amount: settled },
    );
  }

  #limit(): void {
    if (this.#orders.size === 0) return;
    const order = this.random.pick([...this.#orders.keys()]);
    this.#add({ do: "limit", order, expires_in: this.random.between(1, 900) });
  }

  #clear(): void {
    const known = this.#delivered.flatMap((step) => step.do === "warning" ? [step.warning] : []);
    if (known.length > 0) this.#add({ do: "clear", warning: this.random.pick(known) });
  }

  act(): void {
    const kind = this.random.weighed(WEIGHTS);
    if (kind === "order") this.begin();
    if (kind === "deliver") this.deliver();
    if (kind === "again" && this.#delivered.length > 0) {
      this.#add(this.random.pick(this.#delivered));
    }
    if (kind === "refund" || kind === "dispute" || kind === "warning") this.#reverse(kind);
    if (kind === "clear") this.#clear();
    if (kind === "grant") this.#grant();
    if (kind === "limit") this.#limit();
    if (kind === "debit" || kind === "hold") this.#spend(kind);
    if (kind === "usage") this.#add({ do: "usage", tokens: this.random.pick([1, 50, 2500]) });
    if (kind === "settle" || kind === "release") this.#resolve(kind);
    if (kind === "leave" && this.#buyer.account.hasOwner) this.#add({ do: "leave" });
    if (kind === "sweep") this.#add({ do: "sweep" });
  }
}

export function randomHistory(random: Random): Step[] {
  const maker = new Maker(random);
  maker.begin();
  if (random.chance(0.8)) maker.deliver();
  const tries = random.between(5, 18);
  for (let tried = 0; tried < tries; tried++) maker.act();
  // Most of what Stripe has left to say comes in the end; some of it is lost.
  const isLost = random.chance(0.2);
  while (!isLost && !maker.isAllTold) maker.deliver();
  return maker.steps;
}
