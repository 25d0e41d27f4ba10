/**
 * Settlements above the balance, late settlements, and debt that is paid from released credits
 * (rules 7 and 8 of docs/reference/rules.md).
 */
import {
  buys,
  type Case,
  disputes,
  expires,
  grants,
  holds,
  leaves,
  refunds,
  releases,
  settles,
  spends,
  waits,
} from "../support/case-steps.ts";

/**
 * Steps are ten seconds apart. The payment is in second 20, and the hold begins in second 30. It
 * lasts 60 seconds, so it expires in second 90.
 */
const heldFor60 = [buys("o1", "plain"), holds("h", "60", 60)];
/** The same hold, but the credits expire in second 100, ten seconds after the hold. */
const heldOfWhatExpires = [buys("o1", "plain", 80), holds("h", "60", 60)];
/**
 * After `heldFor60`, a wait of this length begins in second 40 and ends in second 3679. The next
 * step is ten seconds later, in second 3689. That is the last second of the hour after the hold's
 * expiry. If the wait is one second longer, the next step is after that hour.
 */
const UNTIL_THE_LAST_SECOND = 3639;

const overdrawn: Case[] = [
  {
    name: "a settlement of a small hold may leave a debt of 1,000",
    steps: [buys("o1", "plain"), holds("h", "60"), settles("h", "1100")],
    ends: "has -1000, may spend 0, owes 1000; o1 paid, 0 back",
  },
  {
    name: "a settlement that would leave more debt is refused, and the hold stays open",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      settles("h", "1100.000000000000000001"),
      settles("h", "9000"),
      spends("41"),
      settles("h", "60"),
    ],
    ends: "has 40, may spend 40, owes 0; o1 paid, 0 back",
    refused: ["overdraft_exceeded", "overdraft_exceeded", "insufficient_credits"],
  },
  {
    name: "a settlement of a large hold may leave a debt of twice the hold, and no more",
    steps: [
      grants("700"),
      holds("h", "700"),
      settles("h", "2100.000000000000000001"),
      settles("h", "2100"),
    ],
    ends: "has -1400, may spend 0, owes 1400",
    refused: ["overdraft_exceeded"],
  },
  {
    name: "the debt of a refund does not count against the limit of a hold",
    steps: [
      buys("o1", "plain"),
      spends("40"),
      holds("h", "60"),
      refunds("o1", "r1", 1000, "succeeded"),
      settles("h", "1060.1"),
      settles("h", "1060"),
    ],
    ends: "has -1100, may spend 0, owes 1100; o1 refunded, 100 back",
    refused: ["overdraft_exceeded"],
  },
  {
    name: "disputed credits that no hold reserves do not raise the limit",
    steps: [
      buys("o1", "plain"),
      holds("h", "60"),
      disputes("o1", "d1", 1000, "needs_response"),
      settles("h", "1060.1"),
      settles("h", "1060"),
    ],
    ends: "has -960, may spend 0, owes 1000; o1 disputed, 0 back",
    refused: ["overdraft_exceeded"],
  },
];

const late: Case[] = [
  {
    name: "an expired hold can be settled once in the last second of the hour",
    steps: [...heldFor60, waits(UNTIL_THE_LAST_SECOND), settles("h", "70"), settles("h", "1")],
    ends: "has 30, may spend 30, owes 0; o1 paid, 0 back",
    refused: ["hold_not_open"],
  },
  {
    name: "an expired hold can't be settled after the hour",
    steps: [...heldFor60, waits(UNTIL_THE_LAST_SECOND + 1), settles("h", "70")],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
    refused: ["hold_not_open"],
  },
  {
    name: "a late settlement takes the credits that are left, and the rest becomes debt",
    steps: [...heldFor60, waits(100), expires(), spends("80"), settles("h", "60")],
    ends: "has -40, may spend 0, owes 40; o1 paid, 0 back",
  },
  {
    name: "a late settlement beyond the limit is refused, and a smaller one succeeds",
    steps: [...heldFor60, waits(100), settles("h", "1100.1"), settles("h", "1100")],
    ends: "has -1000, may spend 0, owes 1000; o1 paid, 0 back",
    refused: ["overdraft_exceeded"],
  },
  {
    name: "a late settlement takes no expired credits, although its hold reserved them",
    steps: [...heldOfWhatExpires, waits(100), settles("h", "50")],
    ends: "has 50, may spend 0, owes 50; o1 paid, 0 back",
  },
  {
    name: "a late settlement takes no disputed credits, although its hold reserved them",
    steps: [
      ...heldFor60,
      disputes("o1", "d1", 1000, "needs_response"),
      waits(100),
      settles("h", "50"),
    ],
    ends: "has 50, may spend 0, owes 50; o1 disputed, 0 back",
  },
  {
    name: "a late settlement does not take credits of other holds",
    steps: [...heldFor60, holds("i", "40"), waits(100), settles("h", "70"), settles("i", "40")],
    ends: "has -10, may spend 0, owes 10; o1 paid, 0 back",
  },
  {
    name: "a released hold can't be settled, in time or late",
    steps: [...heldFor60, releases("h"), settles("h", "1"), waits(100), settles("h", "1")],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
    refused: ["hold_not_open", "hold_not_open"],
  },
  {
    name: "an expired hold can't be released, or settled after the owner's deletion",
    steps: [...heldFor60, waits(100), releases("h"), leaves(), settles("h", "1")],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
    refused: ["hold_not_open", "hold_not_open"],
  },
];

const asOfTheEnd: Case[] = [
  {
    name: "credits that expire after their hold pay debt before they expire",
    steps: [
      ...heldOfWhatExpires,
      refunds("o1", "r1", 1000, "succeeded"),
      waits(100),
      expires(),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name: "credits that expire in the same second as their hold pay no debt",
    steps: [
      grants("60", 80), // These credits expire in second 90.
      buys("o1", "plain"),
      holds("h", "60", 50), // The hold begins in second 40.
      spends("100"),
      refunds("o1", "r1", 1000, "succeeded"),
      waits(100),
      expires(),
    ],
    ends: "has -100, may spend 0, owes 100; o1 refunded, 100 back",
  },
  {
    name: "credits that expire in the second after their hold pay debt",
    steps: [
      grants("60", 81),
      buys("o1", "plain"),
      holds("h", "60", 50),
      spends("100"),
      refunds("o1", "r1", 1000, "succeeded"),
      waits(100),
      expires(),
    ],
    ends: "has -40, may spend 0, owes 40; o1 refunded, 100 back",
  },
  {
    name: "two holds pay debt at their own expiry with credits that are not expired then",
    steps: [
      grants("30", 100), // These credits expire in second 110.
      buys("o1", "plain"),
      holds("h", "10", 50), // from second 40 to second 90
      holds("i", "20", 70), // from second 50 to second 120
      spends("100"),
      refunds("o1", "r1", 1000, "succeeded"),
      waits(100),
      expires(),
    ],
    ends: "has -90, may spend 0, owes 90; o1 refunded, 100 back",
  },
];

export const overdraftCases: Case[] = [...overdrawn, ...late, ...asOfTheEnd];
