/** The credits that an early fraud warning freezes, and the events that end the warning. */
import {
  buys,
  type Case,
  clears,
  disputes,
  refunds,
  spends,
  warns,
} from "../support/case-steps.ts";

export const warningCases: Case[] = [
  {
    name: "an early fraud warning freezes the order's credits, and the order stays paid",
    steps: [buys("o1", "bonus"), spends("20"), warns("o1", "w1"), spends("1")],
    ends: "has 100, may spend 0, owes 0; o1 paid, 0 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "a cleared warning unfreezes the order's credits",
    steps: [buys("o1", "plain"), warns("o1", "w1"), clears("w1"), spends("30")],
    ends: "has 70, may spend 70, owes 0; o1 paid, 0 back",
  },
  {
    name: "a cleared warning that is delivered again freezes nothing",
    steps: [buys("o1", "plain"), warns("o1", "w1"), clears("w1"), warns("o1", "w1")],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "a warning that is no longer actionable freezes nothing",
    steps: [buys("o1", "plain"), warns("o1", "w1"), warns("o1", "w1", false)],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "clearing a warning unfreezes nothing while a dispute is open",
    steps: [
      buys("o1", "plain"),
      warns("o1", "w1"),
      disputes("o1", "d1", 1000, "needs_response"),
      clears("w1"),
    ],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "a warning freezes the credits that a failed refund reinstates",
    steps: [buys("o1", "plain"), warns("o1", "w1"), refunds("o1", "r1", 1000, "pending", "failed")],
    ends: "has 100, may spend 0, owes 0; o1 paid, 0 back",
  },
  {
    name: "a warned order is refunded from its frozen credits",
    steps: [
      buys("o1", "plain"),
      spends("10"),
      warns("o1", "w1"),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has -10, may spend 0, owes 10; o1 refunded, 100 back",
  },
];
