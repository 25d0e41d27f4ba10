import type { CurrentBalance, Order } from "@farthing/client";
import type { State } from "../state.ts";

type Lot = CurrentBalance["lots"][number];

const lot = (change: Partial<Lot>): Lot => ({
  id: crypto.randomUUID(),
  source: "paid",
  remaining: "100",
  frozen: false,
  expires_at: null,
  ...change,
});

export const balance = (change: Partial<CurrentBalance> = {}): CurrentBalance => ({
  as_of: "2026-11-24T09:00:00Z",
  balance: "1250.5",
  available: "1250.5",
  held: "0",
  debt: "0",
  lots: [lot({ remaining: "1250.5" })],
  ...change,
});

const eventful = balance({
  balance: "1400",
  available: "1148",
  held: "52",
  lots: [
    lot({ remaining: "200", source: "promotional", expires_at: "2026-12-03T00:00:00Z" }),
    lot({ remaining: "1000", expires_at: "2027-11-24T00:00:00Z" }),
    lot({ remaining: "200", frozen: true }),
  ],
});

const order = (status: Order["status"]) => ({ order_id: "order-1", status }) as Order;

const block = "credit-balance";

export const creditBalance: State[] = [
  { block, name: "ready", answers: { "GET credits": { data: balance() } }, shows: "1,250.5" },
  {
    block,
    name: "eventful",
    answers: { "GET credits": { data: eventful } },
    shows: "frozen until their payment is clear",
  },
  {
    block,
    name: "debt",
    answers: {
      "GET credits": { data: balance({ balance: "-15", available: "0", debt: "15", lots: [] }) },
    },
    shows: "owed; your next credits pay them",
  },
  { block, name: "loading", answers: { "GET credits": "never" }, shows: "Credits" },
  { block, name: "signed-out", search: "&user=none", answers: {}, shows: "Sign in required" },
  {
    block,
    name: "unknown",
    answers: { "GET credits": { status: 403, code: "forbidden" } },
    shows: "Your balance is unknown",
  },
  {
    block,
    name: "out-of-date",
    answers: { "GET credits": [{ data: balance() }, { status: 403, code: "forbidden" }] },
    act: async (page) => {
      await page.getByText("1,250.5").waitFor();
      await page.evaluate("dispatchEvent(new Event('visibilitychange'))");
    },
    shows: "It was 1,250.5 on",
  },
  {
    block,
    name: "paying",
    search: "&farthing_order=order-1",
    answers: {
      "GET credits": { data: balance() },
      "GET checkout/orders/order-1": { data: order("processing") },
    },
    shows: "Paying…",
  },
];
