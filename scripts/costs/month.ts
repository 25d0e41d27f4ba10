/** Computes a month's costs from a number of daily users. */
import { Decimal } from "decimal.js";
import { PRICES } from "./prices.ts";

/** Assumptions about a daily user. Replace them with your own figures. */
export const ASSUMED = {
  days: 30,
  /** Requests to functions by one daily user in a day. */
  requests: 20,
  /** How many of these requests charge credits. */
  charges: 3,
  /** Commands that Upstash bills for a user's request: see docs/reference/costs.md. */
  commands: 18,
  /**
   * The monthly function calls that no user causes: those of the scheduled runners and the monitor.
   */
  background: 95_040,
  bytesPerRequest: 4_000,
  /** The size of one charge on the disk, with its ledger entries, keys, holds, logs and indexes. */
  bytesPerCharge: 3_000,
  /** For how many months the charges have been stored. */
  age: 12,
  /** The number of monthly active users, divided by the number of daily users. */
  activeUsers: 4,
  /** Purchases in a month for each daily user. */
  purchases: "0.2",
  price: "9.99",
  /** Calls of the webhook for each purchase. */
  events: 4,
  /**
   * `emailsPerPurchase` counts the emails for each purchase. `emailsPerUser` counts the other
   * emails in a month for each daily user.
   */
  emailsPerPurchase: 2,
  emailsPerUser: "0.5",
} as const;

export interface Month {
  readonly users: number;
  readonly quantities: Readonly<Record<"calls" | "commands" | "emails" | "purchases", Decimal>>;
  readonly supabase: Decimal;
  readonly redisByCommand: Decimal;
  readonly redisFixed: Decimal;
  readonly postmark: Decimal;
  readonly resend: Decimal;
  /** The sum of the costs of Supabase, Postmark and the cheaper one of the two Redis plans. */
  readonly services: Decimal;
  readonly sales: Decimal;
  readonly stripe: Decimal;
}

const dollars = ({ amount }: { amount: string }) => new Decimal(amount.replace(" %", ""));

/**
 * Returns the price of the part of `quantity` that exceeds `included`. That part is sold in units
 * of `size`, and a partly used unit costs the full price.
 */
function beyond(quantity: Decimal, included: number, size: number, price: Decimal): Decimal {
  return Decimal.max(0, quantity.minus(included)).div(size).ceil().times(price);
}

const COMPUTE_CREDITS = 10;
const GB = 1e9;

/** The size of the server is an estimate from experience. */
function computeOf(users: number): Decimal {
  return dollars(users < 500 ? PRICES.micro : users < 5_000 ? PRICES.small : PRICES.medium);
}

function supabaseOf(users: number, calls: Decimal): Decimal {
  const { days, charges, bytesPerCharge, bytesPerRequest, age, activeUsers } = ASSUMED;
  const disk = new Decimal(users).times(charges * days * age * bytesPerCharge).div(GB);
  const egress = calls.times(bytesPerRequest).div(GB);
  return [
    dollars(PRICES.plan),
    Decimal.max(0, computeOf(users).minus(COMPUTE_CREDITS)),
    beyond(calls, 2e6, 1e6, dollars(PRICES.invocations)),
    Decimal.max(0, disk.minus(8)).times(dollars(PRICES.disk)),
    Decimal.max(0, egress.minus(250)).times(dollars(PRICES.egress)),
    beyond(new Decimal(users * activeUsers), 100_000, 1, dollars(PRICES.activeUsers)),
  ].reduce((sum, part) => sum.plus(part));
}

/** @param emails the number of emails in a month */
function mailOf(emails: Decimal): Pick<Month, "postmark" | "resend"> {
  const more = beyond(emails, 50_000, 1_000, dollars(PRICES.resendMore));
  return {
    postmark: dollars(PRICES.postmark)
      .plus(beyond(emails, 10_000, 1_000, dollars(PRICES.postmarkMore))),
    resend: emails.lte(3_000) ? new Decimal(0) : dollars(PRICES.resend).plus(more),
  };
}

export function monthOf(users: number): Month {
  const { days, requests, background, events, emailsPerPurchase, emailsPerUser } = ASSUMED;
  const asked = new Decimal(users * requests * days);
  const purchases = new Decimal(users).times(ASSUMED.purchases);
  const calls = asked.plus(background).plus(purchases.times(events));
  const commands = asked.times(ASSUMED.commands);
  const emails = purchases.times(emailsPerPurchase).plus(new Decimal(users).times(emailsPerUser));
  const supabase = supabaseOf(users, calls);
  const redisByCommand = commands.div(100_000).times(dollars(PRICES.commands));
  const redisFixed = dollars(PRICES.fixed);
  const { postmark, resend } = mailOf(emails);
  // Stripe rounds the fee of each payment to a cent.
  const fee = new Decimal(ASSUMED.price).times(dollars(PRICES.percentage)).div(100)
    .plus(dollars(PRICES.each)).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
  return {
    users,
    quantities: { calls, commands, emails, purchases },
    ...{ supabase, redisByCommand, redisFixed, postmark, resend },
    services: supabase.plus(Decimal.min(redisByCommand, redisFixed)).plus(postmark),
    sales: purchases.times(ASSUMED.price),
    stripe: purchases.times(fee),
  };
}

/**
 * Returns the largest number of daily users for whom Redis costs at most `redisDollars` a month, if
 * Redis is billed by command.
 */
export function usersAt(redisDollars: string): Decimal {
  return new Decimal(redisDollars).div(monthOf(1).redisByCommand).floor();
}

/**
 * Returns the largest number of daily users who cause at most this many function calls in a month.
 */
export function usersWithin(calls: number): Decimal {
  const ofOne = monthOf(1).quantities.calls.minus(ASSUMED.background);
  return new Decimal(calls).minus(ASSUMED.background).div(ofOne).floor();
}
