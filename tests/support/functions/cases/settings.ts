/** The routes of `settings`, each with a request that succeeds. */
import type { RouteCase } from "./routes.ts";

const read = {
  method: "GET",
  allowed: ["operator", "secret"],
  as: "operator",
  status: 200,
} as const;
const write = { ...read, method: "POST", isIdempotent: true } as const;

export const PACKAGES_BODY = {
  packages: [{
    slug: "starter",
    name: "Starter",
    credits: "9990",
    prices: [{ currency: "usd", amount: 999 }],
  }],
  version: "4711",
  reason: "a new price",
};

export const SETTING_CASES: readonly RouteCase[] = [
  { ...read, path: "/settings/packages", reaches: ["settings_packages"] },
  {
    ...write,
    path: "/settings/packages",
    body: PACKAGES_BODY,
    reaches: ["settings_packages_set"],
  },
];
