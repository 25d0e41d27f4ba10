/**
 * Two database sessions use an expired hold or lot at the same moment. Each hold ends once, and
 * each lot expires once.
 */
import { meetings } from "../helpers/two-sessions.ts";

const person = (name: string) => `tests.person('${name}')`;
const account = (name: string) =>
  `(select account_id from farthing.accounts where owner_id = ${person(name)})`;
const held = (name: string) => [
  `select tests.give('${name}', '100')`,
  `select tests.hold('${name}', '50', 60)`,
];
const holdOf = (name: string) =>
  `(select hold_id from farthing.holds where account_id = ${account(name)})`;
const grants = (name: string, amount: string, expires: string) =>
  `select tests.give('${name}', '${amount}', '${expires}')`;
const expiresCredits = (passed = "2 h") =>
  `select farthing.expire_credits(tests.after('${passed}'))`;
const charges = (name: string) =>
  `select credits_debit(${person(name)}, '60', 'x', p_now => tests.after('2 h'))
    #>> '{data,balance_after}'`;
/** Settles a hold within the hour in which the policy allows late settlements. */
const settles = (name: string) =>
  `select holds_settle(${holdOf(name)}, '40', p_now => tests.after('30 min'))
    #>> '{data,settled}'`;

const ended = (name: string) => `tests.ended('${name}')`;
/**
 * If a different database session has locked an account, the task must skip the account without
 * parking it. It parks an account only after an error.
 */
const parked = { "select count(*) from farthing.parked_items": "0" };

meetings(["expiry"], {
  "two runs of the task at once release each hold once": {
    given: [...held("ann"), ...held("bob")],
    first: expiresCredits(),
    second: expiresCredits(),
    says: "0",
    passes: true,
    ends: {
      [ended("ann")]: "balance 100, held 0, available 100, debt 0; released",
      [ended("bob")]: "balance 100, held 0, available 100, debt 0; released",
      [expiresCredits()]: "0",
      ...parked,
    },
  },
  "two runs of the task at once expire each lot once": {
    given: [grants("cid", "30", "1 h"), grants("cid", "40", "90 min"), grants("dan", "50", "1 h")],
    first: expiresCredits(),
    second: expiresCredits(),
    says: "0",
    passes: true,
    ends: {
      [ended("cid")]: "balance 0, held 0, available 0, debt 0; expired 30, expired 40",
      [ended("dan")]: "balance 0, held 0, available 0, debt 0; expired 50",
      [expiresCredits()]: "0",
      ...parked,
    },
  },
  "two runs of the task at once expire a lot once after its hold ends": {
    given: [
      grants("eve", "100", "1 h"),
      "select tests.hold('eve', '70', 5400)",
      expiresCredits("80 min"),
    ],
    first: expiresCredits(),
    second: expiresCredits(),
    says: "0",
    passes: true,
    ends: {
      [ended("eve")]: "balance 0, held 0, available 0, debt 0; released; expired 30, expired 70",
      ...parked,
    },
  },
  "a charge during the task finds the hold released, and releases nothing itself": {
    given: held("fay"),
    first: expiresCredits(),
    second: charges("fay"),
    says: "40",
    ends: { [ended("fay")]: "balance 40, held 0, available 40, debt 0; released", ...parked },
  },
  "the task skips an account whose charge releases the hold": {
    given: held("hal"),
    first: charges("hal"),
    second: expiresCredits(),
    says: "0",
    passes: true,
    ends: { [ended("hal")]: "balance 40, held 0, available 40, debt 0; released", ...parked },
  },
  "a late settlement during the task settles the released hold": {
    given: held("ida"),
    first: expiresCredits("30 min"),
    second: settles("ida"),
    says: "40",
    ends: { [ended("ida")]: "balance 60, held 0, available 60, debt 0; settled 40", ...parked },
  },
  "the task skips a hold that is being settled late": {
    given: held("jim"),
    first: settles("jim"),
    second: expiresCredits("30 min"),
    says: "0",
    passes: true,
    ends: {
      [ended("jim")]: "balance 60, held 0, available 60, debt 0; settled 40",
      [expiresCredits()]: "0",
      ...parked,
    },
  },
});
