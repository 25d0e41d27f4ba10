/**
 * T29 in docs/reference/traps.md: after a bank has withdrawn the money of a payment, the payment's
 * credits stay clawed back until the bank reinstates the money. The dispute's status does not
 * matter.
 */
import { buys, type Case, disputes, inEuros, refunds, spends } from "../support/case-steps.ts";

export const disputesByMoney: Case[] = [
  {
    name: "T29: an open dispute claws back the withdrawn part, and freezes the remaining credits",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 250, "needs_response out")],
    ends: "has 75, may spend 0, owes 0; o1 disputed, 25 back",
  },
  {
    name: "T29: a win without money reinstates nothing",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      disputes("o1", "d1", 1000, "needs_response out", "won"),
    ],
    ends: "has -40, may spend 0, owes 40; o1 disputed, 100 back",
  },
  {
    name: "T29: a loss whose money was reinstated claws back nothing",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 400, "succeeded"),
      disputes("o1", "d1", 600, "needs_response out in", "lost"),
    ],
    ends: "has 60, may spend 60, owes 0; o1 partially_refunded, 40 back",
  },
  {
    name: "T29: an appealed loss stays clawed back, and a won appeal reinstates the credits",
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
    name: "T29: a lost appeal changes nothing",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response out", "lost", "appeal_under_review", "lost"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
  {
    name: "T29: the bank's appeal of a win freezes the credits, and a loss claws them back",
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
      "T29: a dispute prevented by rapid resolution claws back the credits when the money leaves",
    steps: [buys("o1", "bonus"), spends("30"), disputes("o1", "d1", 1000, "prevented out")],
    ends: "has -30, may spend 0, owes 30; o1 disputed, 120 back",
  },
  {
    name: "T29: a prevented dispute freezes the credits until its money or a refund arrives",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 1000, "prevented"), spends("1")],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "T29: the refund of a prevented dispute claws back the credits once",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      disputes("o1", "d1", 1000, "prevented"),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has -40, may spend 0, owes 40; o1 refunded, 100 back",
  },
  {
    name: "T29: a dispute of unknown status freezes the credits, and claws back withdrawn money",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 300, "pre_arbitration", "pre_arbitration out"),
      spends("1"),
    ],
    ends: "has 70, may spend 0, owes 0; o1 disputed, 30 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "T29: a refund of unknown status counts as pending",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 500, "pending", "held_up")],
    ends: "has 50, may spend 50, owes 0; o1 partially_refunded, 50 back",
  },
  {
    name:
      "T29: a partial dispute in euros claws back its part, and a win at another rate reinstates all",
    steps: [
      buys("o1", "plain"),
      buys("o2", "bonus"),
      inEuros(disputes("o1", "d1", 250, "needs_response out", "lost")),
      inEuros(disputes("o2", "d2", 1000, "needs_response out", "won in")),
    ],
    ends: "has 195, may spend 195, owes 0; o1 disputed, 25 back; o2 paid, 0 back",
  },
  {
    name: "T29: an inquiry that withdrew money claws back its credits",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 1000, "warning_closed out")],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
];
