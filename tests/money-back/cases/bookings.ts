/**
 * M6 in docs/reference/traps.md: refunds, disputes and cancellations of a booking change the
 * provider's share. Either Stripe divides the payment between provider and platform when the buyer
 * pays, or the provider is paid after the booking's completion.
 */
import {
  asks,
  books,
  cancels,
  type Case,
  completes,
  confirms,
  disputes,
  pays,
  refunds,
  reverses,
  runs,
} from "../support/case-steps.ts";

const NOTHING = "has 0, may spend 0, owes 0";

export const bookingCases: Case[] = [
  {
    name: "a divided payment pays the provider at once, and Stripe's refund reverses its part",
    steps: [books("b1", 1000), pays("b1"), reverses(refunds("b1", "r1", 400, "succeeded"))],
    ends: `${NOTHING}; b1 paid, its provider has 970`,
  },
  {
    name:
      "T42: a refund in the dashboard reverses the provider's part, and its failure restores it",
    steps: [
      books("b1", 1000),
      books("b2", 1000),
      pays("b1"),
      pays("b2"),
      refunds("b1", "r1", 400, "succeeded"),
      refunds("b2", "r2", 400, "succeeded", "failed"),
      runs(),
    ],
    ends: `${NOTHING}; b1 paid, its provider has 582; b2 paid, its provider has 970`,
  },
  {
    name: "M6: a dispute reverses the provider's part of a divided payment, and a win restores it",
    steps: [
      books("b1", 1000),
      books("b2", 1000),
      pays("b1"),
      pays("b2"),
      disputes("b1", "d1", 1000, "needs_response out", "won in"),
      disputes("b2", "d2", 500, "needs_response out", "lost"),
      runs(),
    ],
    ends: `${NOTHING}; b1 paid, its provider has 970; b2 paid, its provider has 485`,
  },
  {
    name: "M6: a refund of a divided payment reverses its part once, even during a dispute",
    steps: [
      books("b1", 1000),
      reverses(refunds("b1", "r1", 400, "succeeded")),
      disputes("b1", "d1", 1000, "needs_response out"),
      pays("b1"),
      disputes("b1", "d1", 1000, "needs_response out", "under_review").slice(1),
    ],
    ends: `${NOTHING}; b1 paid, its provider has 388`,
    refused: ["deferred", "deferred"],
  },
  {
    name:
      "a share paid after completion is transferred when the booking is completed, and not before",
    steps: [
      books("b1", 1000, "waits"),
      books("b2", 1000, "waits"),
      pays("b1"),
      pays("b2"),
      confirms("b1"),
      completes("b2"),
      runs(),
    ],
    ends: `${NOTHING}; b1 confirmed, its provider has 0; b2 completed, its provider has 970`,
  },
  {
    name: "refunds before and after completion reduce a share that is paid after completion",
    steps: [
      books("b1", 999, "waits"),
      pays("b1"),
      refunds("b1", "r1", 333, "succeeded"),
      completes("b1"),
      runs(),
      refunds("b1", "r2", 333, "succeeded"),
      runs(),
    ],
    // The share is 969 after the fee. Each of the two refunds takes a third of it, which is 323.
    ends: `${NOTHING}; b1 completed, its provider has 323`,
  },
  {
    name: "a share paid after completion waits for an open dispute, and is not paid after a loss",
    steps: [
      books("b1", 1000, "waits"),
      books("b2", 1000, "waits"),
      pays("b1"),
      pays("b2"),
      disputes("b1", "d1", 1000, "needs_response", "needs_response out"),
      completes("b1"),
      completes("b2"),
      disputes("b1", "d1", 1000, "lost out").map((each) => ({ ...each, at: 900 })),
      disputes("b2", "d2", 1000, "prevented"),
      runs(),
    ],
    ends: `${NOTHING}; b1 completed, its provider has 0; b2 completed, its provider has 0`,
  },
  {
    name: "a payment of a cancelled booking is refunded",
    steps: [
      books("b1", 1000, "waits"),
      cancels("b1"),
      pays("b1"),
      refunds("b1", "b1-own1", 1000, "succeeded"),
      asks("b1", "r1", 1),
    ],
    ends: `${NOTHING}; b1 cancelled, its provider has 0`,
    refused: ["already_refunded"],
  },
  {
    name: "a disputed booking can't be cancelled, and the money of a cancelled one is refunded",
    steps: [
      books("b1", 1000),
      pays("b1"),
      disputes("b1", "d1", 400, "needs_response out"),
      cancels("b1"),
      refunds("b1", "r1", 1000, "pending"),
      disputes("b1", "d1", 400, "won out in"),
    ],
    ends: `${NOTHING}; b1 cancelled, its provider has 0`,
    refused: ["booking_not_cancellable"],
  },
];
