/**
 * Two database sessions use the credits, holds and idempotency keys of one account at the same
 * moment.
 */
import { meetings } from "../helpers/two-sessions.ts";

const person = (name: string) => `tests.person('${name}')`;
const account = (name: string) =>
  `(select account_id from farthing.accounts where owner_id = ${person(name)})`;
const spends = (name: string, amount: string, more = "") =>
  `select credits_debit(${person(name)}, '${amount}', 'x'${more}) #>> '{data,balance_after}'`;
/** Returns the arguments that add an idempotency key to a call. */
const keyed = (name: string) =>
  `, p_idempotency_key => tests.sha256('${name}'), p_fingerprint => tests.sha256('body'),
    p_now => tests.after()`;
const grants = (name: string) => `select tests.give('${name}', '100')`;
const holdOf = (name: string) =>
  `(select hold_id from farthing.holds where account_id = ${account(name)})`;
const settles = (name: string, amount: string) =>
  `select holds_settle(${holdOf(name)}, '${amount}', p_now => tests.after('1 s'))
    #>> '{data,charged}'`;

meetings([], {
  "two charges of one account at once spend its credits once": {
    given: [grants("ann")],
    first: spends("ann", "60"),
    second: spends("ann", "60"),
    says: "insufficient_credits",
    ends: { "tests.balance('ann')": "balance 40, held 0, available 40, debt 0" },
  },
  "two first grants to a user at once create one account": {
    given: [`select ${person("new")}`],
    first: "select tests.give('new', '10') is not null",
    second: "select tests.give('new', '20') is not null",
    says: "true",
    ends: { "tests.balance('new')": "balance 30, held 0, available 30, debt 0" },
  },
  "a first grant to a user who is being deleted is refused": {
    given: [`select ${person("gone")}`],
    first: "delete from auth.users where id = md5('gone')::uuid",
    second: "select credits_grant(md5('gone')::uuid, '10', 'promotional')",
    says: "not_found",
  },
  "T12: a request repeated while the first one runs is charged once": {
    given: [grants("bob")],
    first: spends(
      "bob",
      "30",
      keyed("bob"),
    ),
    second: spends(
      "bob",
      "30",
      keyed("bob"),
    ),
    says: "70",
    ends: { "tests.balance('bob')": "balance 70, held 0, available 70, debt 0" },
  },
  "a hold settled twice at once is settled once": {
    given: [grants("cid"), "select tests.hold('cid', '50')"],
    first: settles("cid", "40"),
    second: settles("cid", "50"),
    says: "hold_not_open",
    ends: { "tests.balance('cid')": "balance 60, held 0, available 60, debt 0" },
  },
  "a hold that is released is not settled at the same moment": {
    given: [grants("dan"), "select tests.hold('dan', '50')"],
    first: `select holds_release(${holdOf("dan")}, p_now => tests.after('1 s'))`,
    second: settles("dan", "50"),
    says: "hold_not_open",
    ends: { "tests.balance('dan')": "balance 100, held 0, available 100, debt 0" },
  },
  "the task of accounts skips an account that is being charged": {
    given: [grants("eve"), "select tests.hold('eve', '50', 60)"],
    first: spends("eve", "10"),
    second: "select farthing.expire_credits(tests.after('1 h'))",
    says: "0",
    passes: true,
    ends: { "farthing.expire_credits(tests.after('1 h'))": "1" },
  },
  "the task of keys skips a key that is in use": {
    given: [
      grants("fay"),
      spends(
        "fay",
        "1",
        keyed("fay"),
      ),
    ],
    first:
      "select from farthing.idempotency_keys where key = decode(tests.sha256('fay'), 'hex') for update",
    second: "select farthing.delete_old_idempotency_keys(tests.after('25 h'))",
    says: "1", // bob's
    passes: true,
    ends: { "farthing.delete_old_idempotency_keys(tests.after('25 h'))": "1" },
  },
  "two runs of seal_entries() at once seal each entry once": {
    given: [grants("gus")],
    first: "select farthing.seal_entries(1000)",
    second: "select farthing.seal_entries(1000)",
    says: "0",
  },
  "two heads made at once follow one another": {
    given: [grants("hal"), "select farthing.seal_entries(1000)"],
    first: "select farthing.make_head(tests.after())",
    second: "select (farthing.make_head(tests.after('1 h'))).head_nr",
    says: "2",
  },
  "a head waits for a change that already has its number in the audit": {
    given: ["update farthing.alert_rules set enabled = false"],
    first: "update farthing.alert_rules set enabled = true where rule = 'parked_items'",
    second: `do $$ begin
      perform farthing.set_policy('{"low_balance": "8"}', 'a test');
      perform farthing.make_head(tests.after('2 h')); end $$`,
    says: "undefined",
  },
});
