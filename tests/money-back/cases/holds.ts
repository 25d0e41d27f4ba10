/** Refunds and disputes of orders whose credits are held, expire or have expired. */
import {
  buys,
  type Case,
  disputes,
  expires,
  grants,
  holds,
  refunds,
  releases,
  settles,
  spends,
  waits,
  warns,
} from "../support/case-steps.ts";

const refunded: Case[] = [
  {
    name: "a refund leaves held credits in place as debt, which the release of the hold pays",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      refunds("o1", "r1", 1000, "succeeded"),
      releases("h"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name: "the held part of a refund is debt while the hold is open",
    steps: [buys("o1", "plain"), holds("h", "60"), refunds("o1", "r1", 1000, "succeeded")],
    ends: "has 0, may spend 0, owes 60; o1 refunded, 100 back",
  },
  {
    name: "a hold is settled in full after a refund of its order",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      refunds("o1", "r1", 1000, "succeeded"),
      settles("h", "60"),
    ],
    ends: "has -60, may spend 0, owes 60; o1 refunded, 100 back",
  },
  {
    name: "the credits that a settled hold did not use pay the debt of the refund",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      refunds("o1", "r1", 1000, "succeeded"),
      settles("h", "20"),
    ],
    ends: "has -20, may spend 0, owes 20; o1 refunded, 100 back",
  },
  {
    name: "a hold settled above its amount after a refund adds the difference to the debt",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      refunds("o1", "r1", 1000, "succeeded"),
      settles("h", "80"),
    ],
    ends: "has -80, may spend 0, owes 80; o1 refunded, 100 back",
  },
  {
    name: "a refund that fails during an open hold does not change the hold",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      refunds("o1", "r1", 1000, "succeeded", "failed"),
    ],
    ends: "has 100, may spend 40, owes 0; o1 paid, 0 back",
  },
  {
    name: "a partial refund claws back free credits and does not change a hold",
    steps: [
      buys("o1", "bonus"),
      holds("h", "70"),
      refunds("o1", "r1", 250, "succeeded"),
      settles("h", "70"),
    ],
    ends: "has 20, may spend 20, owes 0; o1 partially_refunded, 30 back",
  },
  {
    name: "no hold can be opened while a refund is debt",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      refunds("o1", "r1", 500, "succeeded"),
      grants("20"),
      holds("h", "1"),
    ],
    ends: "has -30, may spend 0, owes 30; o1 partially_refunded, 50 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "the credits of an expired hold pay debt before a later grant does",
    steps: [
      buys("o1", "plain"),
      holds("h", "60", 60),
      refunds("o1", "r1", 1000, "succeeded"),
      waits(100),
      grants("5"),
    ],
    ends: "has 5, may spend 5, owes 0; o1 refunded, 100 back",
  },
  {
    name: "a refund claws back the credits of an expired hold before a task has run",
    steps: [
      buys("o1", "plain"),
      holds("h", "60", 60),
      waits(100),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name: "a refund claws back the credits of an expired hold, and not of a grant",
    steps: [
      buys("o1", "plain"),
      holds("h", "60", 60),
      grants("80"),
      waits(100),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has 80, may spend 80, owes 0; o1 refunded, 100 back",
  },
];

const disputed: Case[] = [
  {
    name: "a hold can still be settled from disputed credits that it reserved",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response"),
      settles("h", "60"),
    ],
    ends: "has 40, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "disputed credits that a settled hold did not use are frozen",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response"),
      settles("h", "20"),
    ],
    ends: "has 80, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "a hold settled above its amount takes no other disputed credits",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response"),
      settles("h", "80"),
    ],
    ends: "has 20, may spend 0, owes 20; o1 disputed, 0 back",
  },
  {
    name: "the credits that a won dispute unfreezes pay debt",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response"),
      settles("h", "80"),
      disputes("o1", "d1", 1000, "won"),
    ],
    ends: "has 20, may spend 20, owes 0; o1 paid, 0 back",
  },
  {
    name: "credits of a hold that is released during a warning are frozen",
    steps: [buys("o1", "plain"), holds("h", "60"), warns("o1", "w1"), releases("h")],
    ends: "has 100, may spend 0, owes 0; o1 paid, 0 back",
  },
  {
    name: "disputed credits can't be held",
    steps: [
      buys("o1", "plain"),
      grants("5"),
      disputes("o1", "d1", 1000, "needs_response"),
      holds("h", "6"),
      holds("i", "5"),
    ],
    ends: "has 105, may spend 0, owes 0; o1 disputed, 0 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "a dispute lost during an open hold turns the credits that the hold uses into debt",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
      settles("h", "30"),
    ],
    ends: "has -30, may spend 0, owes 30; o1 disputed, 100 back",
  },
  {
    name: "a dispute won after a hold has paid its debt reinstates all credits",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response", "lost"),
      releases("h"),
      disputes("o1", "d1", 1000, "won"),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
];

const inTime: Case[] = [
  {
    name: "disputed credits do not expire",
    steps: [
      buys("o1", "plain", 100),
      disputes("o1", "d1", 1000, "needs_response"),
      waits(200),
      expires(),
    ],
    ends: "has 100, may spend 0, owes 0; o1 disputed, 0 back",
  },
  {
    name: "credits that were due to expire during a dispute expire after its win",
    steps: [
      buys("o1", "plain", 100),
      disputes("o1", "d1", 1000, "needs_response"),
      waits(200),
      expires(),
      disputes("o1", "d1", 1000, "won"),
      expires(),
    ],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
  },
  {
    name: "a refund claws back expired credits that no task has expired yet",
    steps: [
      buys("o1", "plain", 50),
      waits(100),
      refunds("o1", "r1", 1000, "succeeded"),
      expires(),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name: "a refund of expired credits is debt",
    steps: [
      buys("o1", "plain", 50),
      waits(100),
      expires(),
      refunds("o1", "r1", 1000, "succeeded"),
    ],
    ends: "has -100, may spend 0, owes 100; o1 refunded, 100 back",
  },
  {
    name: "expired credits pay no debt",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      grants("50", 30),
      waits(100),
      refunds("o1", "r1", 1000, "succeeded"),
      expires(),
    ],
    ends: "has -100, may spend 0, owes 100; o1 refunded, 100 back",
  },
  {
    name: "credits that a failed refund reinstates after their expiry expire",
    steps: [
      buys("o1", "bonus", 500),
      refunds("o1", "r1", 1000, "pending"),
      waits(1000),
      refunds("o1", "r1", 1000, "failed"),
      expires(),
    ],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
  },
];

export const holdCases: Case[] = [...refunded, ...disputed, ...inTime];
