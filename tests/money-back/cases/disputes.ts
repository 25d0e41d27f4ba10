/**
 * Disputes that are opened, lost, won or appealed; inquiries; and disputes whose amount is in a different
 * currency or exceeds the payment.
 */
import {
  asks,
  buys,
  type Case,
  disputes,
  grants,
  inFrancs,
  late,
  refunds,
  spends,
} from "../support/case-steps.ts";

const decided: Case[] = [
  {
    name: "a dispute freezes the remaining credits, which stay in the balance",
    steps: [buys("o1", "plain"), spends("40"), disputes("o1", "d1", 1000, "needs_response")],
    ends: "has 60, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "disputed credits can't be spent, and other credits can",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response"),
      spends("1"),
      grants("5"),
      spends("5"),
    ],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "a lost dispute claws back the frozen credits",
    steps: [buys("o1", "bonus"), disputes("o1", "d1", 1000, "needs_response", "lost")],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 120 back",
  },
  {
    name: "a lost dispute turns spent credits into debt",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      disputes("o1", "d1", 1000, "needs_response", "under_review", "lost"),
    ],
    ends: "has -40, may spend 0, owes 40; o1 disputed, 100 back",
  },
  {
    name: "a won dispute unfreezes the credits",
    steps: [buys("o1", "plain"), spends("40"), disputes("o1", "d1", 1000, "needs_response", "won")],
    ends: "has 60, may spend 60, owes 0; o1 paid, 0 back",
  },
  {
    name: "T5: a dispute that is won after its loss reinstates the credits",
    steps: [
      buys("o1", "bonus"),
      spends("50"),
      disputes("o1", "d1", 1000, "needs_response", "lost", "won"),
    ],
    ends: "has 70, may spend 70, owes 0; o1 paid, 0 back",
  },
  {
    name: "a late win reinstates the credits of the grant that paid the debt",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
      grants("50"),
      disputes("o1", "d1", 1000, "won"),
    ],
    ends: "has 110, may spend 110, owes 0; o1 paid, 0 back",
  },
  {
    name: "a partial dispute freezes all credits, and its loss claws back the part",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 250, "needs_response", "lost")],
    ends: "has 75, may spend 75, owes 0; o1 disputed, 25 back",
  },
  {
    name: "two disputes of one payment, one won and one lost, claw back only the lost part",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 400, "needs_response"),
      disputes("o1", "d2", 600, "needs_response", "won"),
      disputes("o1", "d1", 400, "lost"),
    ],
    ends: "has 60, may spend 60, owes 0; o1 disputed, 40 back",
  },
  {
    name: "the credits that a lost dispute leaves stay frozen while another dispute is open",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 400, "needs_response", "lost"),
      disputes("o1", "d2", 600, "under_review"),
    ],
    ends: "has 60, may spend 0, owes 0; o1 disputed, 40 back",
  },
  {
    name: "the debt of a lost dispute stops all spending, and a grant pays it first",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
      grants("10"),
      spends("1"),
    ],
    ends: "has -90, may spend 0, owes 90; o1 disputed, 100 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "a disputed payment can't be refunded",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response"),
      asks("o1", "r1", 1),
      disputes("o1", "d1", 1000, "won"),
      asks("o1", "r2", 1000),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
    refused: ["already_refunded"],
  },
];

const outOfOrder: Case[] = [
  {
    name: "a late event of an earlier status does not reopen a won dispute",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "won"),
      late(disputes("o1", "d1", 1000, "under_review"), 2),
      late(disputes("o1", "d1", 1000, "needs_response"), 1),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "a won dispute stays won when its loss is delivered late",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response", "won"),
      late(disputes("o1", "d1", 1000, "lost"), 1),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "a lost dispute stays lost when its win is delivered late",
    steps: [
      buys("o1", "plain"),
      spends("10"),
      disputes("o1", "d1", 1000, "needs_response out", "lost"),
      // The dispute was won before it was lost, and the event of the win is delivered last.
      disputes("o1", "d1", 1000, "won out in", "lost out").slice(1),
      late(disputes("o1", "d1", 1000, "won out in"), 1),
    ],
    ends: "has -10, may spend 0, owes 10; o1 disputed, 100 back",
  },
  {
    name: "a dispute that was won and then lost is lost",
    steps: [buys("o1", "plain"), disputes("o1", "d1", 1000, "needs_response", "won", "lost")],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
];

const misfits: Case[] = [
  {
    name: "T14: a lost dispute above the payment claws back only the credits of its order",
    steps: [buys("o1", "bonus"), disputes("o1", "d1", 2500, "needs_response", "lost")],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 120 back",
  },
  {
    name: "T14: a refund after a lost dispute above the payment claws back nothing more",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1001, "needs_response", "lost"),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
  {
    name: "T14: a refund and a dispute that together exceed the payment claw back its credits once",
    steps: [
      buys("o1", "plain"),
      spends("5"),
      refunds("o1", "r1", 300, "succeeded"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
    ],
    ends: "has -5, may spend 0, owes 5; o1 disputed, 100 back",
  },
  {
    name:
      "T14: a won dispute above the payment reinstates all credits, and refunds are possible again",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 2500, "needs_response", "lost", "won"),
      refunds("o1", "r1", 500, "succeeded"),
    ],
    ends: "has 50, may spend 50, owes 0; o1 partially_refunded, 50 back",
  },
  {
    name: "T14: a refund that fails after a lost dispute above the payment reinstates nothing",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 600, "succeeded"),
      disputes("o1", "d1", 1200, "needs_response", "lost"),
      refunds("o1", "r1", 600, "failed"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
  {
    name: "T14: a lost dispute in another currency claws back the whole payment",
    steps: [buys("o1", "plain"), inFrancs(disputes("o1", "d1", 1, "needs_response", "lost"))],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
];

const inquiries: Case[] = [
  {
    name: "an inquiry freezes nothing",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "warning_needs_response", "warning_under_review"),
      spends("60"),
    ],
    ends: "has 40, may spend 40, owes 0; o1 paid, 0 back",
  },
  {
    name: "a closed inquiry claws back nothing",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "warning_needs_response", "warning_closed"),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "an inquiry freezes credits from the moment when it becomes a dispute",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "warning_needs_response"),
      spends("60"),
      disputes("o1", "d1", 1000, "needs_response"),
    ],
    ends: "has 40, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "an inquiry that becomes a dispute can be lost",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "warning_needs_response", "needs_response", "lost"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 disputed, 100 back",
  },
  {
    name: "an inquiry's end that is delivered after its dispute was opened unfreezes nothing",
    steps: [
      buys("o1", "plain"),
      disputes("o1", "d1", 1000, "needs_response"),
      late(disputes("o1", "d1", 1000, "warning_closed"), 1),
    ],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
  },
];

export const disputeCases: Case[] = [
  ...decided,
  ...outOfOrder,
  ...misfits,
  ...inquiries,
];
