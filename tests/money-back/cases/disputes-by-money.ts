/**
 * T29: credits are clawed back while a bank has withdrawn their money and not reinstated it,
 * whatever the dispute's status is.
 */
import { buys, type Case, disputes, inEuros, refunds, spends } from "../support/case-steps.ts";

export const disputesByMoney: Case[] = [
  {
    name: "T29: what a bank withdraws is taken while it still thinks, the rest of a part is frozen",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 250, "needs_response out")],
    ends: "has 75, may spend 0, owes 0; o1 disputed, 25 back",
  },
  {
    name: "T29: a win reinstates with the money, not with the status",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      disputes("o1", "d1", 1000, "needs_response out", "won"),
    ],
    ends: "has -40, may spend 0, owes 40; o1 disputed, 100 back",
  },
  {
    name: "T29: a loss whose money is back takes no credits",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 400, "succeeded"),
      disputes("o1", "d1", 600, "needs_response out in", "lost"),
    ],
    ends: "has 60, may spend 60, owes 0; o1 partially_refunded, 40 back",
  },
  {
    name: "T29: an appealed dispute stays clawed back, and a won appeal reinstates",
    steps: [
      buys("o1", "bonus"),
      spends("20"),
      disputes(
        "o1",
        "d1",
        1000,
        "needs_response out",
        "lost",
        "appeal_needs_response",
        "appeal_under_review",
        "won in",
      ),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "T29: an appeal that is lost leaves what was taken",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response out", "lost", "appeal_under_review", "lost"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
  {
    name: "T29: the bank's appeal of a win freezes what came back, and takes it with the money",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response out", "won in", "appeal_under_review"),
      spends("1"),
      disputes("o1", "d1", 1000, "won out in", "lost out").slice(1),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
    refused: ["insufficient_credits"],
  },
  {
    name:
      "T29: prevented by rapid resolution, the money leaves by the dispute, and the credits with it",
    steps: [buys("o1", "bonus"), spends("30"), disputes("o1", "d1", 1000, "prevented out")],
    ends: "has -30, may spend 0, owes 30; o1 disputed, 120 back",
  },
  {
    name: "T29: prevented, and nobody has said how: frozen",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 1000, "prevented"), spends("1")],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "T29: prevented by a block, the refund takes the credits, once",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      disputes("o1", "d1", 1000, "prevented"),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has -40, may spend 0, owes 40; o1 refunded, 100 back",
  },
  {
    name: "T29: a dispute in a state that nobody knows freezes, and its money decides",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 300, "pre_arbitration", "pre_arbitration out"),
      spends("1"),
    ],
    ends: "has 70, may spend 0, owes 0; o1 disputed, 30 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "T29: a refund in a state that nobody knows counts as under way",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 500, "pending", "held_up")],
    ends: "has 50, may spend 50, owes 0; o1 partially_refunded, 50 back",
  },
  {
    name: "T29: settled in euros, a part is that part, and its win at another rate is all of it",
    steps: [
      buys("o1", "plain"),
      buys("o2", "bonus"),
      inEuros(disputes("o1", "d1", 250, "needs_response out", "lost")),
      inEuros(disputes("o2", "d2", 1000, "needs_response out", "won in")),
    ],
    ends: "has 195, may spend 195, owes 0; o1 disputed, 25 back; o2 paid, 0 back",
  },
  {
    name: "T29: an inquiry that took money took it",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 1000, "warning_closed out")],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
];
