/**
 * How customers get credits and spend them: usage priced by its tokens, debits, holds, and refused
 * requests.
 */
import type { Of, Rate, Tokens } from "../facts.ts";
import { type Account, NEVER } from "./account.ts";
import { dayOf, exact, UNIT } from "./amounts.ts";

/** The author of everything that the back end of the app does. */
const KEY = "key:default";
const CREDITS_PER_USD = 1000n;

export interface Charged {
  readonly day: string;
  readonly customer: string;
  readonly model: string | null;
  readonly feature: string | null;
  readonly tokens: Tokens | null;
  readonly credits: bigint;
  readonly cost: bigint | null;
}

const NO_MODEL = { model: null, feature: null, tokens: null, cost: null } as const;

export class Spending {
  readonly charged: Charged[] = [];
  /** The names of refused debits, holds and usage events. A usage event's name contains its id. */
  readonly refused = new Set<string>();
  /** For each day and customer: the time of the first refused request, and the number of refused requests. */
  readonly refusals = new Map<
    string,
    { customer: string; day: string; at: number; count: number }
  >();
  readonly #holders = new Map<string, string>();

  constructor(
    /** The rates that apply now. */
    private readonly rates: Record<string, Rate>,
    private readonly accountOf: (customer: string) => Account,
  ) {}

  act(fact: Of<"usage"> | Of<"debit"> | Of<"grant"> | Of<"hold"> | Of<"settle">): void {
    switch (fact.do) {
      case "usage":
        return this.#use(fact);
      case "debit":
        return this.#debit(fact);
      case "grant":
        return this.#grant(fact);
      case "hold":
        return this.#hold(fact);
      case "settle":
        return this.#settle(fact);
    }
  }

  #grant({ customer, amount, source, expiresAt, at }: Of<"grant">): void {
    const kind = source === "promotional" ? "promotion" : "adjustment";
    this.accountOf(customer).receive(at, kind, KEY, {
      source,
      amount: exact(amount),
      price: 0n,
      currency: "",
      order: null,
      expiresAt: expiresAt ?? NEVER,
    });
  }

  #hold({ hold, customer, amount, seconds, at }: Of<"hold">): void {
    const expiresAt = at + seconds * 1000;
    if (this.accountOf(customer).hold(at, hold, exact(amount), expiresAt)) {
      this.#holders.set(hold, customer);
    } else this.#refuse(`hold ${hold}`, customer, at);
  }

  #settle({ hold, amount, at }: Of<"settle">): void {
    const customer = this.#holders.get(hold);
    if (customer === undefined) return;
    const credits = exact(amount);
    this.accountOf(customer).settle(at, hold, credits, KEY);
    this.charged.push({ ...NO_MODEL, day: dayOf(at), customer, credits });
  }

  #refuse(name: string, customer: string, at: number): void {
    this.refused.add(name);
    const day = dayOf(at);
    const known = this.refusals.get(`${day} ${customer}`);
    if (known) known.count++;
    else this.refusals.set(`${day} ${customer}`, { customer, day, at, count: 1 });
  }

  #use({ events, at }: Of<"usage">): void {
    for (const { id, customer, model, tokens, feature } of events) {
      const cost = this.#costOf(model, tokens);
      const credits = cost * exact(this.rates[model]!.markup) / UNIT * CREDITS_PER_USD;
      if (!this.accountOf(customer).spend(at, credits, "usage", KEY)) {
        this.refused.add(`usage ${id}`);
        continue;
      }
      this.charged.push({ day: dayOf(at), customer, model, feature, tokens, credits, cost });
    }
  }

  #costOf(model: string, tokens: Tokens): bigint {
    const rate = this.rates[model]!;
    const priced: [number, string][] = [
      [tokens.input_tokens, rate.input],
      [tokens.cached_input_tokens, rate.cached_input],
      [tokens.cache_write_tokens, rate.cache_write],
      [tokens.output_tokens, rate.output],
      [tokens.reasoning_tokens, rate.reasoning],
    ];
    return priced.reduce((sum, [count, usd]) => sum + BigInt(count) * exact(usd), 0n) / 1_000_000n;
  }

  #debit({ customer, amount, at }: Of<"debit">): void {
    const credits = exact(amount);
    if (!this.accountOf(customer).spend(at, credits, "debit", KEY)) {
      this.#refuse(`debit ${at}`, customer, at);
      return;
    }
    this.charged.push({ ...NO_MODEL, day: dayOf(at), customer, credits });
  }
}
