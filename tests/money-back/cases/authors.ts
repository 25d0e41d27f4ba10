/**
 * Test cases about the author of each movement of credits, and about references: each reference
 * moves credits only once (rules 9 and 18 of docs/reference/rules.md).
 */
import {
  begins,
  buys,
  type Case,
  expires,
  grants,
  holds,
  leaves,
  once,
  pays,
  refunds,
  settles,
  spends,
  waits,
} from "../support/case-steps.ts";

const moved: Case[] = [
  {
    name: "each entry names its author, and a settlement names the caller that settles",
    steps: [
      buys("o1", "plain"), // paid by event e20
      spends("10", "owner"),
      holds("h", "60"),
      settles("h", "30", "key:worker"),
      grants("5", 20),
      waits(100),
      expires(),
    ],
    ends: "has 60, may spend 60, owes 0; o1 paid, 0 back",
    authors: [
      "key:default 5",
      "key:worker -30",
      "owner -10",
      "stripe:e20 100",
      "task:expire_credits -5",
    ],
  },
  {
    name: "the author of a refund that arrived before its payment is the refund's event",
    steps: [begins("o1", "plain"), refunds("o1", "r1", 250, "succeeded"), pays("o1")],
    ends: "has 75, may spend 75, owes 0; o1 partially_refunded, 25 back",
    refused: ["deferred"],
    authors: ["stripe:e20 -25", "stripe:e30 100"],
  },
  {
    name: "the credits of a deleted user are closed by the role that deletes the user",
    steps: [buys("o1", "plain"), spends("10", "owner"), leaves()],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
    authors: ["owner -10", "sql -90", "stripe:e20 100"],
  },
];

const movedOnce: Case[] = [
  {
    name: "a repeated grant with a reference is a duplicate, and with other contents a conflict",
    steps: [
      once("welcome", grants("50")),
      spends("30", "owner"),
      once("welcome", grants("50")),
      once("welcome", grants("50", 60)),
      once("welcome", grants("51")),
    ],
    ends: "has 20, may spend 20, owes 0",
    refused: ["duplicate", "reference_conflict", "reference_conflict"],
    authors: ["key:default 50", "owner -30"],
  },
  {
    name: "a repeated debit with a reference is a duplicate, even if no credits are left",
    steps: [
      grants("50"),
      once("invoice", spends("50")),
      once("invoice", spends("50")),
      once("invoice", spends("1")),
      spends("1"),
    ],
    ends: "has 0, may spend 0, owes 0",
    refused: ["duplicate", "reference_conflict", "insufficient_credits"],
  },
  {
    name: "a refused debit does not use up its reference",
    steps: [once("invoice", spends("50")), grants("60"), once("invoice", spends("60"))],
    ends: "has 0, may spend 0, owes 0",
    refused: ["insufficient_credits"],
  },
  {
    name: "a grant and a debit may have the same reference",
    steps: [once("a", grants("50")), once("a", spends("50")), once("a", grants("50"))],
    ends: "has 0, may spend 0, owes 0",
    refused: ["duplicate"],
  },
];

export const authorCases: Case[] = [...moved, ...movedOnce];
