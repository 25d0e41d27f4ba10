/**
 * List prices in US dollars without tax. Each price was read from a stored copy of a page; `source`
 * is the page, and `asOf` is the date of the copy.
 */

export interface Price {
  readonly name: string;
  /** A decimal number of dollars, or a percentage. */
  readonly amount: string;
  readonly per: string;
  readonly source: string;
  readonly asOf: string;
}

const SUPABASE = "https://supabase.com/docs/guides/platform";
/** The `asOf` of a price whose page has no date. It says when the page was read. */
const UNDATED = "undated copy, read on 2026-11-25";

function supabase(name: string, amount: string, per: string, page: string): Price {
  return { name: `Supabase ${name}`, amount, per, source: `${SUPABASE}/${page}`, asOf: UNDATED };
}

function upstash(name: string, amount: string, per: string): Price {
  const source = "https://upstash.com/pricing/redis";
  return { name: `Upstash ${name}`, amount, per, source, asOf: "2026-09-20" };
}

function postmark(name: string, amount: string, per: string): Price {
  const source = "https://postmarkapp.com/pricing";
  return { name: `Postmark ${name}`, amount, per, source, asOf: "2026-08-13" };
}

function resend(name: string, amount: string, per: string): Price {
  const source = "https://resend.com/pricing";
  return { name: `Resend ${name}`, amount, per, source, asOf: "2026-03-09" };
}

function stripe(name: string, amount: string, per: string): Price {
  const source = "https://stripe.com/pricing";
  return { name: `Stripe ${name}`, amount, per, source, asOf: "2026-09-20" };
}

export const PRICES = {
  plan: supabase("Pro", "25", "month, with 10 of compute", "manage-your-usage/compute"),
  micro: supabase("Micro", "10", "month", "manage-your-usage/compute"),
  small: supabase("Small", "15", "month", "manage-your-usage/compute"),
  medium: supabase("Medium", "60", "month", "manage-your-usage/compute"),
  invocations: supabase(
    "function calls",
    "2",
    "begun million above 2 million",
    "manage-your-usage/edge-function-invocations",
  ),
  disk: supabase("disk", "0.125", "GB above 8", "billing-on-supabase"),
  egress: supabase("egress", "0.09", "GB above 250", "billing-on-supabase"),
  activeUsers: supabase("active users", "0.00325", "user above 100,000", "billing-on-supabase"),
  commands: upstash("pay as you go", "0.20", "100,000 commands"),
  fixed: upstash("fixed 250 MB", "10", "month, 10,000 commands a second"),
  postmark: postmark("Basic", "15", "month, with 10,000 emails"),
  postmarkMore: postmark("Basic", "1.80", "begun 1,000 emails above"),
  resend: resend("Pro", "20", "month, with 50,000 emails; up to 3,000 are free"),
  resendMore: resend("Pro", "0.90", "begun 1,000 emails above"),
  percentage: stripe("card payments", "2.9 %", "payment with a card of the same country"),
  each: stripe("card payments", "0.30", "payment, in addition"),
} as const satisfies Record<string, Price>;
