/**
 * Orders that have both refunds and disputes, several orders of one buyer, and events that arrive before
 * their payment.
 */
import {
  begins,
  buys,
  type Case,
  disputes,
  grants,
  pays,
  refunds,
  spends,
  warns,
} from "../support/case-steps.ts";

const netted: Case[] = [
  {
    name:
      "T5: partial refunds, a lost and won dispute, and the last refund claw back all credits once",
    steps: [
      buys("o1", "bonus"),
      refunds("o1", "r1", 300, "succeeded"),
      refunds("o1", "r2", 200, "pending", "succeeded"),
      disputes("o1", "d1", 500, "needs_response", "lost", "won"),
      refunds("o1", "r3", 500, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 120 back",
  },
  {
    name: "T5: a dispute lost after a partial refund claws back only the remaining credits",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 400, "succeeded"),
      disputes("o1", "d1", 600, "needs_response", "lost"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
  {
    name: "T5: a dispute won after a partial refund does not reinstate the refunded credits",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 400, "succeeded"),
      disputes("o1", "d1", 600, "needs_response", "lost", "won"),
    ],
    ends: "has 60, may spend 60, owes 0; o1 partially_refunded, 40 back",
  },
  {
    name: "T5: a refund that fails after a lost dispute reinstates only its own credits",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 400, "pending"),
      disputes("o1", "d1", 600, "needs_response", "lost"),
      refunds("o1", "r1", 400, "failed"),
    ],
    ends: "has 40, may spend 40, owes 0; o1 disputed, 60 back",
  },
  {
    name: "T5: a refund during a dispute that is then won claws back the credits once",
    steps: [
      buys("o1", "bonus"),
      spends("20"),
      disputes("o1", "d1", 1000, "needs_response"),
      refunds("o1", "r1", 1000, "succeeded"),
      disputes("o1", "d1", 1000, "won"),
    ],
    ends: "has -20, may spend 0, owes 20; o1 refunded, 120 back",
  },
  {
    name: "T5: credits that a failed refund reinstates during a dispute are frozen",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 500, "needs_response"),
      refunds("o1", "r1", 500, "pending", "failed"),
    ],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "T5: spending, a refund, a won dispute and a last refund claw back all credits once",
    steps: [
      buys("o1", "bonus"),
      spends("90"),
      refunds("o1", "r1", 500, "succeeded"),
      disputes("o1", "d1", 500, "needs_response", "lost"),
      grants("100"),
      disputes("o1", "d1", 500, "won"),
      refunds("o1", "r2", 500, "succeeded"),
    ],
    ends: "has 10, may spend 10, owes 0; o1 refunded, 120 back",
  },
];

const several: Case[] = [
  {
    name: "a refund of one order claws back nothing from another order",
    steps: [buys("o1", "plain"), buys("o2", "bonus"), refunds("o1", "r1", 1000, "succeeded")],
    ends: "has 120, may spend 120, owes 0; o1 refunded, 100 back; o2 paid, 0 back",
  },
  {
    name: "the credits of another order pay the spent part of a refunded order at once",
    steps: [
      buys("o1", "plain"),
      buys("o2", "bonus"),
      spends("120"),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back; o2 paid, 0 back",
  },
  {
    name: "a refund of an order that has paid another order's debt becomes debt",
    steps: [
      buys("o1", "plain"),
      buys("o2", "bonus"),
      spends("120"),
      refunds("o1", "r1", 1000, "succeeded"),
      refunds("o2", "r2", 1000, "succeeded"),
    ],
    ends: "has -120, may spend 0, owes 120; o1 refunded, 100 back; o2 refunded, 120 back",
  },
  {
    name: "the next purchase pays the debt of a lost dispute first",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
      buys("o2", "bonus"),
      spends("15"),
    ],
    ends: "has 5, may spend 5, owes 0; o1 disputed, 100 back; o2 paid, 0 back",
  },
  {
    name: "a failed refund reinstates the other order's credits that paid its debt",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      refunds("o1", "r1", 1000, "pending"),
      buys("o2", "bonus"),
      refunds("o1", "r1", 1000, "failed"),
    ],
    ends: "has 120, may spend 120, owes 0; o1 paid, 0 back; o2 paid, 0 back",
  },
  {
    name: "a failed refund cancels the debt of a refunded order that had paid its debt",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      refunds("o1", "r1", 1000, "pending"),
      buys("o2", "bonus"),
      refunds("o2", "r2", 1000, "succeeded"),
      refunds("o1", "r1", 1000, "failed"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back; o2 refunded, 120 back",
  },
  {
    name: "disputed credits of one order pay no debt of another until the dispute is won",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      buys("o2", "cent"),
      disputes("o2", "d1", 1, "needs_response"),
      refunds("o1", "r1", 1000, "succeeded"),
      grants("1"),
      disputes("o2", "d1", 1, "won"),
    ],
    ends: "has -89, may spend 0, owes 89; o1 refunded, 100 back; o2 paid, 0 back",
  },
  {
    name: "disputes of two orders, one won and one lost, each affect their own order",
    steps: [
      buys("o1", "plain"),
      buys("o2", "bonus"),
      disputes("o1", "d1", 1000, "needs_response"),
      disputes("o2", "d2", 1000, "needs_response", "lost"),
      disputes("o1", "d1", 1000, "won"),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back; o2 disputed, 120 back",
  },
];

const clawedBackInAnyOrder: Case[] = [
  {
    name: "T19: orders refunded in the order of their purchase claw back nothing from other grants",
    steps: [
      grants("7500"),
      buys("o1", "plain"),
      buys("o2", "bonus"),
      refunds("o1", "r1", 1000, "succeeded"),
      refunds("o2", "r2", 1000, "succeeded"),
    ],
    ends: "has 7500, may spend 7500, owes 0; o1 refunded, 100 back; o2 refunded, 120 back",
  },
  {
    name: "T19: orders refunded in the reverse order leave the same credits",
    steps: [
      grants("7500"),
      buys("o1", "plain"),
      buys("o2", "bonus"),
      refunds("o2", "r2", 1000, "succeeded"),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has 7500, may spend 7500, owes 0; o1 refunded, 100 back; o2 refunded, 120 back",
  },
  {
    name: "T19: an order refunded before its payment arrives leaves the same credits",
    steps: [
      grants("7500"),
      buys("o1", "plain"),
      begins("o2", "bonus"),
      refunds("o2", "r2", 1000, "succeeded"),
      refunds("o1", "r1", 1000, "succeeded"),
      pays("o2"),
    ],
    ends: "has 7500, may spend 7500, owes 0; o1 refunded, 100 back; o2 refunded, 120 back",
    refused: ["deferred"],
  },
  {
    name: "T19: spent orders refunded in the reverse order owe exactly the spent credits",
    steps: [
      buys("o1", "plain"),
      buys("o2", "bonus"),
      spends("150"),
      refunds("o2", "r2", 1000, "succeeded"),
      refunds("o1", "r1", 1000, "succeeded"),
      grants("7500"),
    ],
    ends: "has 7350, may spend 7350, owes 0; o1 refunded, 100 back; o2 refunded, 120 back",
  },
];

const beforeThePayment: Case[] = [
  {
    name: "a refund that arrives before its payment waits, and is applied with the grant",
    steps: [begins("o1", "bonus"), refunds("o1", "r1", 500, "succeeded"), pays("o1")],
    ends: "has 60, may spend 60, owes 0; o1 partially_refunded, 60 back",
    refused: ["deferred"],
  },
  {
    name: "a refund that has failed before its payment arrives claws back nothing",
    steps: [begins("o1", "plain"), refunds("o1", "r1", 1000, "pending", "failed"), pays("o1")],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
    refused: ["deferred", "deferred"],
  },
  {
    name: "a dispute lost before the payment arrives leaves nothing to spend",
    steps: [
      begins("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
      pays("o1"),
      spends("1"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
    refused: ["deferred", "deferred", "insufficient_credits"],
  },
  {
    name: "a warning that arrives before the payment freezes the granted credits",
    steps: [begins("o1", "plain"), warns("o1", "w1"), pays("o1"), spends("1")],
    ends: "has 100, may spend 0, owes 0; o1 paid, 0 back",
    refused: ["deferred", "insufficient_credits"],
  },
  {
    name: "a refund that arrives before a payment that pays debt becomes debt again",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      refunds("o1", "r1", 1000, "succeeded"),
      begins("o2", "bonus"),
      refunds("o2", "r2", 500, "succeeded"),
      pays("o2"),
    ],
    ends: "has -40, may spend 0, owes 40; o1 refunded, 100 back; o2 partially_refunded, 60 back",
    refused: ["deferred"],
  },
  {
    name: "a payment that is delivered again after its refund grants nothing",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 1000, "succeeded"), pays("o1"), pays("o1")],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
];

export const orderCases: Case[] = [
  ...netted,
  ...several,
  ...clawedBackInAnyOrder,
  ...beforeThePayment,
];
