/**
 * The facts of a simulated quarter, in order of time. The driver plays the facts against the product and
 * the Stripe emulator. The model computes from the facts what every report should say. A fact identifies a
 * customer, an order and so on by a name of the simulation, never by an id.
 */

/** Sold packages: credits, bonus credits, and a price in minor units for each currency. */
export interface Pack {
  readonly credits: number;
  readonly bonus: number;
  /** The number of days after which the credits expire. If absent, the credits never expire. */
  readonly days?: number;
  readonly prices: Readonly<Record<string, number>>;
}

/**
 * Prices in USD per million tokens of each kind, and the markup as a factor. All are decimal
 * strings.
 */
export interface Rate {
  readonly input: string;
  readonly cached_input: string;
  readonly cache_write: string;
  readonly output: string;
  readonly reasoning: string;
  readonly markup: string;
}

export type Tokens = Readonly<
  Record<
    | "input_tokens"
    | "cached_input_tokens"
    | "cache_write_tokens"
    | "output_tokens"
    | "reasoning_tokens",
    number
  >
>;

export interface UsageEvent {
  readonly id: string;
  readonly customer: string;
  readonly model: string;
  readonly tokens: Tokens;
  readonly feature: string | null;
}

export type Deed =
  | {
    readonly do: "checkout";
    readonly order: string;
    readonly customer: string;
    readonly pack: string;
    readonly currency: string;
  }
  | { readonly do: "pay"; readonly order: string }
  | { readonly do: "usage"; readonly events: readonly UsageEvent[] }
  | { readonly do: "debit"; readonly customer: string; readonly amount: string }
  | {
    readonly do: "grant";
    readonly customer: string;
    readonly amount: string;
    readonly source: "promotional" | "adjustment";
    readonly expiresAt: number | null;
  }
  | {
    readonly do: "hold";
    readonly hold: string;
    readonly customer: string;
    readonly amount: string;
    readonly seconds: number;
  }
  | { readonly do: "settle"; readonly hold: string; readonly amount: string }
  /**
   * `arrives`: the time at which the events of the fact are delivered. If null, they are delivered at once.
   */
  | {
    readonly do: "refund";
    readonly order: string;
    readonly amount: number;
    readonly arrives: number | null;
  }
  | {
    readonly do: "dispute";
    readonly dispute: string;
    readonly order: string;
    readonly amount: number;
    readonly arrives: number | null;
  }
  /**
   * The bank refuses an order's latest refund after Stripe has reported the refund as successful.
   */
  | { readonly do: "fail refund"; readonly order: string }
  | { readonly do: "end dispute"; readonly dispute: string; readonly outcome: "won" | "lost" }
  | {
    readonly do: "top up below";
    readonly customer: string;
    readonly threshold: string;
    readonly target: string;
    readonly cap: number;
  }
  | {
    readonly do: "book";
    readonly booking: string;
    readonly customer: string;
    readonly amount: number;
    readonly currency: string;
  }
  | { readonly do: "refund booking"; readonly booking: string; readonly amount: number }
  | { readonly do: "pay out"; readonly payout: string; readonly currency: string }
  | { readonly do: "deliver payout"; readonly payout: string }
  /** The bank returns the money of a payout. */
  | { readonly do: "return payout"; readonly payout: string }
  /** The whole available balance is paid out. */
  | { readonly do: "pay out by hand"; readonly payout: string; readonly currency: string }
  /**
   * From this fact on, the whole price of an order belongs to the order's paid credits. The bonus
   * credits have no price.
   */
  | { readonly do: "price no bonus" }
  | { readonly do: "change rate"; readonly model: string; readonly rate: Rate }
  /** The withheld events of the fact named `of` are delivered. */
  | { readonly do: "arrive"; readonly of: string }
  /**
   * The payment runner and the scheduled tasks run once. In a quarter this happens at the end of each day.
   */
  | { readonly do: "tasks" };

/** `at`: ms since 1970. It is always a whole second, and no two facts have the same second. */
export type Fact = Deed & { readonly at: number };

/** The facts of one kind. */
export type Of<D extends Fact["do"]> = Extract<Fact, { do: D }>;

export interface Quarter {
  readonly seed: number;
  /** The first and the last day of the quarter, such as 2026-01-01. */
  readonly from: string;
  readonly to: string;
  readonly customers: readonly string[];
  readonly packs: Readonly<Record<string, Pack>>;
  readonly rates: Readonly<Record<string, Rate>>;
  readonly facts: readonly Fact[];
}
