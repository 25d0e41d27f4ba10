/**
 * The facts of a quarter, in the order of their time. The driver plays them against the product and the
 * emulator, and the model computes from them what every report should say. Facts name customers, orders and
 * so on by names of their own, never by ids.
 */

/** Sold packages: credits, bonus credits, and a price in minor units for each currency. */
export interface Pack {
  readonly credits: number;
  readonly bonus: number;
  /** Days after which the credits expire; never if absent. */
  readonly days?: number;
  readonly prices: Readonly<Record<string, number>>;
}

/** USD per million tokens of each kind, as decimal strings. */
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
  /** `arrives`: the events of the fact are delivered at this time, and otherwise at once. */
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
  /** The bank refuses the refund of an order after it seemed made. */
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
  /** The bank returns a payout. */
  | { readonly do: "return payout"; readonly payout: string }
  /** All that is available is paid out. */
  | { readonly do: "pay out by hand"; readonly payout: string; readonly currency: string }
  /** From now on the paid credits have an order's whole price, and its bonus credits none. */
  | { readonly do: "price no bonus" }
  | { readonly do: "change rate"; readonly model: string; readonly rate: Rate }
  /** The withheld events of a fact arrive. */
  | { readonly do: "arrive"; readonly of: string }
  /** The payment runner and the scheduled tasks run, as they do at the end of each day. */
  | { readonly do: "tasks" };

/** `at`: ms since 1970, always a whole second that no other fact has. */
export type Fact = Deed & { readonly at: number };

/** The facts of one kind. */
export type Of<D extends Fact["do"]> = Extract<Fact, { do: D }>;

export interface Quarter {
  readonly seed: number;
  /** The first and the last day, such as 2026-01-01. */
  readonly from: string;
  readonly to: string;
  readonly customers: readonly string[];
  readonly packs: Readonly<Record<string, Pack>>;
  readonly rates: Readonly<Record<string, Rate>>;
  readonly facts: readonly Fact[];
}
