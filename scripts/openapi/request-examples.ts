/**
 * One example of each request's body, by method and path. The API page offers to send the example,
 * and a test checks it against the route's contract. The requests to /settings are dry runs.
 */
import { EXAMPLE_IDS } from "./example-ids.ts";

const USER = EXAMPLE_IDS.customer;

const QUESTION = { role: "user", content: "What is a farthing?" };
const TOKENS = { model: "gpt-4o", input_tokens: 1200, output_tokens: 300 };
const DRY_RUN = { version: "4711", dry_run: true };
const WHY = "The customer wrote to us on Monday.";

export const REQUEST_EXAMPLES: Readonly<Record<string, unknown>> = {
  "POST /ai/chat": { model: "gpt-4o", messages: [QUESTION], max_output_tokens: 200 },
  "POST /ai/research": { query: "How do other shops price prepaid credits?" },
  "POST /ai/v1/chat/completions": { model: "gpt-4o", messages: [QUESTION], max_tokens: 200 },
  "POST /bookings": {
    provider_id: EXAMPLE_IDS.provider,
    amount: 2500,
    currency: "usd",
    details: { title: "An hour of advice" },
  },
  "POST /checkout": { package_id: "starter" },
  "POST /credits/debits": { user_id: USER, amount: "49.5", reason: "A rendered video" },
  "POST /credits/grants": {
    user_id: USER,
    amount: "500",
    source: "promotional",
    reason: "Welcome to the beta",
  },
  "POST /credits/holds": {
    user_id: USER,
    estimate: { model: "gpt-4o", input_tokens: 1200, max_output_tokens: 500 },
    ttl_seconds: 600,
  },
  "POST /credits/holds/{id}/settle": { usage: TOKENS },
  "POST /credits/spend-cap": { daily: "1000" },
  "POST /credits/welcome-grants/retry": {
    since: "2026-11-21T00:00:00Z",
    refused_as: "day_ceiling",
    dry_run: true,
  },
  "POST /credits/welcome-grants/{id}/retry": { reason: WHY },
  "POST /features/{name}": { state: "on" },
  "POST /fraud/blocked": { kind: "ip", value: "203.0.113.7", reason: "Three disputes in a week" },
  "POST /fraud/policy": { sessions_per_user_hour: 10 },
  "POST /fraud/warnings/{id}/clear": { reason: WHY },
  "POST /jobs": { type: "ledger_export", input: {} },
  "POST /mismatches/{id}/resolve": { reason: "Corrected at Stripe" },
  "POST /notifications/retry": { since: "2026-11-21T00:00:00Z", dry_run: true },
  "POST /notifications/{id}/retry": { reason: WHY },
  "POST /providers": { country: "DE" },
  "POST /providers/me/onboarding-link": {},
  "POST /refunds": { order_id: EXAMPLE_IDS.order, amount: 500, reason: WHY },
  "POST /send-notification": {
    template: "low_balance",
    to: { email: "ann@example.com" },
    locale: "en",
    data: { available: "12.5", threshold: "50" },
  },
  "POST /settings/accounting": {
    ...DRY_RUN,
    policies: [{ name: "bonus_allocation", value: "zero" }],
  },
  "POST /settings/alerts": { ...DRY_RUN, rules: [{ rule: "webhook_backlog", enabled: true }] },
  "POST /settings/blocked-domains": { ...DRY_RUN, domains: ["mailinator.com"] },
  "POST /settings/flags": { ...DRY_RUN, flags: [{ name: "b2b", state: "on" }] },
  "POST /settings/journal-codes": {
    ...DRY_RUN,
    codes: [{ account: "credit_revenue", code: "4010" }],
  },
  "POST /settings/packages": {
    ...DRY_RUN,
    packages: [{
      slug: "starter",
      name: "Starter",
      credits: "9990",
      prices: [{ currency: "usd", amount: 999 }],
    }],
  },
  "POST /settings/policy": { ...DRY_RUN, changes: { low_balance: "250" } },
  "POST /settings/rates": {
    ...DRY_RUN,
    rates: [{ model: "gpt-4o", input_per_million_usd: "5", output_per_million_usd: "15" }],
  },
  "POST /top-ups": { enabled: true, threshold: "500", target: "2000", monthly_cap: 2000 },
  "POST /top-ups/card": {},
  "POST /usage": { user_id: USER, ...TOKENS },
  "POST /usage/batch": { events: [{ event_id: "answer-1", user_id: USER, ...TOKENS }] },
  "POST /usage/estimate": TOKENS,
  "POST /webhook-events/backfill": { hours: 24 },
  "POST /webhook-events/replay": { state: "dead", limit: 100 },
};
