/** The routes of `settings`, each with a request that succeeds. */
import type { RouteCase } from "./routes.ts";

const read = {
  method: "GET",
  allowed: ["operator", "secret"],
  as: "operator",
  status: 200,
} as const;
const write = { ...read, method: "POST", isIdempotent: true } as const;

const CHANGE = { version: "4711", reason: "a new price" };

export const PACKAGES_BODY = {
  packages: [{
    slug: "starter",
    name: "Starter",
    credits: "9990",
    prices: [{ currency: "usd", amount: 999 }],
  }],
  ...CHANGE,
};

export const SETTING_CASES: readonly RouteCase[] = [
  { ...read, path: "/settings/packages", reaches: ["settings_packages"] },
  {
    ...write,
    path: "/settings/packages",
    body: PACKAGES_BODY,
    reaches: ["settings_packages_set"],
  },
  { ...read, path: "/settings/rates", reaches: ["settings_rates"] },
  {
    ...write,
    path: "/settings/rates",
    hasLargeBody: true,
    body: {
      rates: [{ model: "mini", input_per_million_usd: "1", output_per_million_usd: "2" }],
      ...CHANGE,
    },
    reaches: ["settings_rates_set"],
  },
  { ...read, path: "/settings/policy", reaches: ["settings_policy"] },
  {
    ...write,
    path: "/settings/policy",
    body: { changes: { low_balance: "250" }, ...CHANGE },
    reaches: ["settings_policy_set"],
  },
  { ...read, path: "/settings/alerts", reaches: ["settings_alerts"] },
  {
    ...write,
    path: "/settings/alerts",
    body: { rules: [{ rule: "error_rate", threshold: "0.1" }], ...CHANGE },
    reaches: ["settings_alerts_set"],
  },
  { ...read, path: "/settings/blocked-domains", reaches: ["settings_blocked_domains"] },
  {
    ...write,
    path: "/settings/blocked-domains",
    hasLargeBody: true,
    body: { domains: ["mailinator.com"], ...CHANGE },
    reaches: ["settings_blocked_domains_set"],
  },
  { ...read, path: "/settings/flags", reaches: ["settings_flags"] },
  {
    ...write,
    path: "/settings/flags",
    body: { flags: [{ name: "b2b", state: "off" }], ...CHANGE },
    reaches: ["settings_flags_set"],
  },
  { ...read, path: "/settings/accounting", reaches: ["settings_accounting"] },
  {
    ...write,
    path: "/settings/accounting",
    body: { policies: [{ name: "bonus_allocation", value: "zero" }], ...CHANGE },
    reaches: ["settings_accounting_set"],
  },
  { ...read, path: "/settings/journal-codes", reaches: ["settings_journal_codes"] },
  {
    ...write,
    path: "/settings/journal-codes",
    body: { codes: [{ account: "refunds", code: "4911" }], ...CHANGE },
    reaches: ["settings_journal_codes_set"],
  },
];
