import type { Page } from "playwright-core";
import type { Order, Package } from "@farthing/client";
import type { Answers } from "../fake-service.ts";
import type { State } from "../state.ts";
import { balance } from "./credit-balance.ts";

const sold = (slug: string, amount: number, credits: string, more: Partial<Package>): Package => ({
  id: `package-${slug}`,
  slug,
  name: slug[0]!.toUpperCase() + slug.slice(1),
  description: null,
  amount,
  currency: "eur",
  prices: [{ amount, currency: "eur" }],
  credits,
  bonus_credits: "0",
  total_credits: credits,
  highlight: false,
  ...more,
});

export const PACKAGES: Package[] = [
  sold("starter", 999, "10000", { description: "To try it." }),
  sold("studio", 4900, "50000", {
    description: "For a team that works with it each day.",
    bonus_credits: "5000",
    total_credits: "55000",
    highlight: true,
  }),
  sold("agency", 19900, "250000", { bonus_credits: "50000", total_credits: "300000" }),
];

const order = (status: Order["status"]) =>
  ({ order_id: "order-1", status, total_credits: "10000" }) as Order;

const packages = { "GET checkout/packages": { data: PACKAGES } };
const FORBIDDEN = { status: 403, code: "forbidden" };
const RETURNED = "&farthing_order=order-1";
const returned = (status: Order["status"]): Answers => ({
  ...packages,
  "GET credits": { data: balance() },
  "GET checkout/orders/order-1": { data: order(status) },
});

const table = "pricing-table";
const button = "buy-button";
const paywall = "paywall";

const refused = (code: string, details = {}): Answers => ({
  ...packages,
  "POST ai/research": { status: 402, code, details },
});
const press = (name: string) => (page: Page) => page.getByRole("button", { name }).first().click();

export const selling: State[] = [
  { block: table, name: "ready", answers: packages, shows: "€9.99" },
  {
    block: table,
    name: "empty",
    answers: { "GET checkout/packages": { data: [] } },
    shows: "Nothing is on sale",
  },
  {
    block: table,
    name: "loading",
    answers: { "GET checkout/packages": "never" },
    shows: "pricing-table",
  },
  {
    block: table,
    name: "unknown",
    answers: { "GET checkout/packages": FORBIDDEN },
    shows: "The prices could not be read",
  },
  {
    block: table,
    name: "signed-out",
    search: "&user=none",
    answers: packages,
    shows: "Sign in required",
  },
  {
    block: table,
    name: "paid",
    search: RETURNED,
    answers: returned("paid"),
    shows: "10,000 credits are yours",
  },
  { block: button, name: "ready", answers: {}, shows: "Buy 1,000 credits" },
  {
    block: button,
    name: "signed-out",
    search: "&user=none",
    answers: {},
    shows: "Sign in required",
  },
  {
    block: button,
    name: "opening",
    answers: { "POST checkout": "never" },
    act: press("Buy"),
    shows: "Opening the checkout",
  },
  {
    block: button,
    name: "refused",
    answers: { "POST checkout": { status: 404, code: "not_found" } },
    act: press("Buy"),
    shows: "The checkout did not open",
  },
  {
    block: button,
    name: "paying",
    search: RETURNED,
    answers: returned("processing"),
    shows: "We are waiting for the confirmation",
  },
  {
    block: button,
    name: "failed",
    search: RETURNED,
    answers: returned("failed"),
    shows: "The payment failed",
  },
  {
    block: button,
    name: "expired",
    search: RETURNED,
    answers: returned("expired"),
    shows: "The checkout has expired",
  },
  {
    block: button,
    name: "unknown",
    search: RETURNED,
    answers: { "GET checkout/orders/order-1": FORBIDDEN },
    shows: "Your purchase is not confirmed yet",
  },
  {
    block: paywall,
    name: "offers",
    answers: refused("insufficient_credits", { required: "120", available: "12.5" }),
    act: press("Research"),
    shows: "This needs 120 credits, and 12.5 are available.",
  },
  {
    block: paywall,
    name: "spend-cap",
    answers: refused("spend_cap_reached"),
    act: press("Research"),
    shows: "Daily limit reached",
  },
  {
    block: paywall,
    name: "without-prices",
    answers: { ...refused("insufficient_credits"), "GET checkout/packages": FORBIDDEN },
    act: press("Research"),
    shows: "The prices could not be read",
  },
];
