import type { TopUps } from "@farthing/client";
import type { State } from "../state.ts";

const charge: NonNullable<TopUps["pending_charge"]> = {
  amount: 900,
  created_at: "2026-11-24T08:59:00Z",
  credits: "900",
  currency: "eur",
  failure_code: null,
  order_id: "order-7",
  status: "processing",
};

export const topUps = (change: Partial<TopUps> = {}): TopUps => ({
  state: "off",
  enabled: false,
  card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2030 },
  charged_this_month: 0,
  charges: [],
  consented_at: null,
  currency: "eur",
  failures: 0,
  link: null,
  monthly_cap: null,
  next_attempt_at: null,
  paused: null,
  pending_charge: null,
  target: null,
  threshold: null,
  ...change,
});

export const ON: Partial<TopUps> = {
  state: "on",
  enabled: true,
  consented_at: "2026-11-01T09:00:00Z",
  charged_this_month: 2000,
  monthly_cap: 5000,
  threshold: "100",
  target: "1000",
};

const block = "auto-top-up";
const state = (name: string, change: Partial<TopUps>, shows: string): State => ({
  block,
  name,
  answers: { "GET top-ups": { data: topUps(change) } },
  shows,
});

export const autoTopUp: State[] = [
  state("off", {}, "Agree and turn on"),
  state("card-missing", { state: "card_missing", card: null }, "Save a card"),
  {
    ...state("card-saving", { state: "card_missing", card: null }, "Your card is being saved"),
    search: "&farthing_card=first",
  },
  state("on", ON, "€20 of €50 were charged this month"),
  state("charging", { ...ON, state: "charging", pending_charge: charge }, "is being charged"),
  state(
    "confirmation",
    {
      ...ON,
      state: "authentication_required",
      link: "https://stripe.test/pay",
      pending_charge: charge,
    },
    "Your bank asks you to confirm",
  ),
  state("paused", { ...ON, state: "paused", paused: "failures" }, "Three charges failed"),
  { block, name: "loading", answers: { "GET top-ups": "never" }, shows: "Automatic top-ups" },
  { block, name: "signed-out", search: "&user=none", answers: {}, shows: "Sign in required" },
  {
    block,
    name: "unknown",
    answers: { "GET top-ups": { status: 403, code: "forbidden" } },
    shows: "The top-ups are unknown",
  },
  {
    block,
    name: "refused",
    answers: {
      "GET top-ups": { data: topUps() },
      "POST top-ups": { status: 400, code: "validation_error" },
    },
    act: (page) => page.getByRole("button", { name: "Agree" }).click(),
    shows: "Nothing was changed",
  },
];
