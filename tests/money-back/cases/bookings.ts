/**
 * M6: the provider's share follows the payment of a booking. The payment is divided at once, or the
 * provider is paid after completion.
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
    name: "a divided payment: the share is there at once, and a refund takes its part itself",
    steps: [books("b1", 1000), pays("b1"), reverses(refunds("b1", "r1", 400, "succeeded"))],
    ends: `${NOTHING}; b1 paid, its provider has 970`,
  },
  {
    name:
      "T42: what a refund of the dashboard leaves the provider is reversed, and restored if it fails",
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
    name: "M6: what a bank takes of a divided payment is reversed, and restored when it is won",
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
    name: "M6: a refund of a divided payment takes its part once, also beside a dispute",
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
    name: "a share that waits is transferred when the booking is completed, and not before",
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
    name: "of a share that waits, what was refunded before and after is not the provider's",
    steps: [
      books("b1", 999, "waits"),
      pays("b1"),
      refunds("b1", "r1", 333, "succeeded"),
      completes("b1"),
      runs(),
      refunds("b1", "r2", 333, "succeeded"),
      runs(),
    ],
    // The share is 969 after the fee. One third and then two thirds are taken, and each taken part
    // is rounded down.
    ends: `${NOTHING}; b1 completed, its provider has 323`,
  },
  {
    name: "a share that waits, waits for the bank, and is gone where that is lost",
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
    name: "called off before it is paid, and paid all the same: the money goes back",
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
    name:
      "called off while a bank claims it is refused; what comes back of a cancelled one goes back",
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
