/**
 * Refunds and disputes after the buyer's deletion: entries are still written, and no credits can be
 * spent (rule 16 of docs/reference/rules.md).
 */
import {
  begins,
  buys,
  type Case,
  disputes,
  grants,
  holds,
  leaves,
  pays,
  refunds,
  settles,
  spends,
} from "../support/case-steps.ts";

export const deletedUserCases: Case[] = [
  {
    name: "a refund after the buyer's deletion becomes debt, because no credits are left",
    steps: [buys("o1", "plain"), leaves(), refunds("o1", "r1", 400, "succeeded")],
    ends: "has -40, may spend 0, owes 40; o1 partially_refunded, 40 back",
  },
  {
    name: "credits that a failed refund reinstates for a deleted user are closed, too",
    steps: [
      buys("o1", "bonus"),
      refunds("o1", "r1", 1000, "pending"),
      leaves(),
      refunds("o1", "r1", 1000, "failed"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
  },
  {
    name: "a deletion closes disputed credits, and a lost dispute is debt until it is won",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response"),
      leaves(),
      disputes("o1", "d1", 1000, "lost"),
      grants("5"),
      disputes("o1", "d1", 1000, "won"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
    refused: ["not_found"],
  },
  {
    name: "a deleted user's held credits pay the debt of a refund",
    steps: [
      buys("o1", "plain"),
      spends("30"),
      holds("h", "50"),
      refunds("o1", "r1", 1000, "succeeded"),
      leaves(),
      settles("h", "50"),
    ],
    ends: "has -30, may spend 0, owes 30; o1 refunded, 100 back",
    refused: ["hold_not_open"],
  },
  {
    name: "a refund of a payment that arrives after the buyer's deletion becomes debt",
    steps: [
      begins("o1", "plain"),
      refunds("o1", "r1", 250, "succeeded"),
      leaves(),
      pays("o1"),
    ],
    ends: "has -25, may spend 0, owes 25; o1 partially_refunded, 25 back",
    refused: ["deferred"],
  },
];
