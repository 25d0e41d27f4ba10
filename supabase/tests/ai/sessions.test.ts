/**
 * Two database sessions use the same chat at the same moment. Each session does the work of the
 * chat's request, of a repeated request, or of the scheduled task. gpt-4o costs 0.02 credits per
 * input token and 0.06 credits per output token.
 */
import { meetings } from "../helpers/two-sessions.ts";

const begun = (name: string) => [
  `select tests.give('${name}', '100')`,
  `select tests.begin_chat('${name}', '${name}')`,
  `select tests.record(tests.chat_id('${name}'), 0, '1 s')`,
];
const chat = (name: string) => `tests.chat(tests.chat_id('${name}'))`;
const settles = (name: string, passed: string) =>
  `select tests.settle_chat(tests.chat_id('${name}'), '${passed}', 1000, 100, '${name}')
    #>> '{data,credits}'`;
const closesAbandoned = (name: string, passed: string) =>
  `select farthing.close_chat_if_abandoned(tests.chat_id('${name}')::text, tests.after('${passed}'))`;
const leaves = (name: string) =>
  `select from auth.users where id = tests.person('${name}') for update`;
const locksAccount = (name: string) =>
  `select from farthing.accounts where owner_id = tests.person('${name}') for update`;

meetings(["chats"], {
  "T28: the task skips a chat that is being settled": {
    given: begun("ann"),
    first: settles("ann", "70 s"),
    second: closesAbandoned("ann", "70 s"),
    says: "0",
    passes: true,
    ends: { [chat("ann")]: "settled, hold settled, charged 26" },
  },
  "T28: a chat that is settled while the task closes it gets the difference back": {
    given: begun("bob"),
    first: closesAbandoned("bob", "70 s"),
    second: settles("bob", "70 s"),
    says: "26",
    ends: { "tests.balance('bob')": "balance 74, held 0, available 74, debt 0" },
  },
  "a chat that is settled twice at once is charged once": {
    given: begun("cid"),
    first: settles("cid", "2 s"),
    second: settles("cid", "2 s"),
    says: "26",
    ends: { "tests.balance('cid')": "balance 74, held 0, available 74, debt 0" },
  },
  "the task skips a chat whose heartbeat is being written": {
    given: begun("dan"),
    first: "select tests.record(tests.chat_id('dan'), 100, '65 s')",
    second: closesAbandoned("dan", "70 s"),
    says: "0",
    passes: true,
    ends: { [chat("dan")]: "open, hold open, charged 0" },
  },
  "the task skips a chat whose account is in use": {
    given: begun("eve"),
    first: "select credits_debit(tests.person('eve'), '1', 'x')",
    second: closesAbandoned("eve", "70 s"),
    says: "0",
    passes: true,
  },
  "the task skips a chat whose key is in use": {
    given: begun("nia"),
    first: "select pg_advisory_xact_lock(hashtextextended(tests.sha256('nia'), 0))",
    second: closesAbandoned("nia", "70 s"),
    says: "0",
    passes: true,
  },
  "the task skips a chat whose user is being deleted": {
    given: begun("fay"),
    first: leaves("fay"),
    second: closesAbandoned("fay", "70 s"),
    says: "0",
    passes: true,
  },
  "a chat that is settled while its user is deleted waits before it locks the account": {
    given: begun("gus"),
    first: leaves("gus"),
    then: locksAccount("gus"),
    second: settles("gus", "2 s"),
    says: "26",
  },
  "a settlement locks the account before the chat": {
    given: begun("oda"),
    first: locksAccount("oda"),
    then: "select from farthing.chats where hold_id = tests.chat_id('oda') for update",
    second: settles("oda", "2 s"),
    says: "26",
  },
  "a chat that is settled during a heartbeat is charged for the heartbeat's tokens": {
    given: [
      `select farthing.set_policy('{"stream_in_flight_tokens": 100}', 'a round figure')`,
      ...begun("hal"),
    ],
    first: "select tests.record(tests.chat_id('hal'), 200, '2 s')",
    second: `select chats_settle(tests.chat_id('hal'), null, '{}', null, tests.sha256('hal'), 1,
      tests.after('3 s')) #>> '{data,credits}'`,
    // 1,000 input tokens cost 20. The 200 recorded output tokens and 100 in flight cost 18.
    says: "38",
  },
  "T12: a chat that is repeated while it is settled is answered": {
    given: begun("ida"),
    first: settles("ida", "2 s"),
    second: "select tests.begin_chat('ida', 'ida', '3 s') ->> 'step'",
    says: "replay",
  },
  "T12: a chat that is repeated while it begins is begun once": {
    given: ["select tests.give('jon', '100')"],
    first: "select tests.begin_chat('jon', 'jon')",
    second: "select tests.begin_chat('jon', 'jon')",
    says: "idempotency_in_progress",
    ends: { "tests.balance('jon')": "balance 100, held 50, available 50, debt 0" },
  },
  "a chat without a heartbeat that is repeated during a new heartbeat goes on": {
    given: begun("kim"),
    first: "select tests.record(tests.chat_id('kim'), 100, '65 s')",
    second: "select tests.begin_chat('kim', 'kim', '70 s')",
    says: "idempotency_in_progress",
    ends: { [chat("kim")]: "open, hold open, charged 0" },
  },
  "a chat without a heartbeat that is repeated while its request settles is answered": {
    given: begun("lea"),
    first: settles("lea", "70 s"),
    second: "select tests.begin_chat('lea', 'lea', '70 s') ->> 'step'",
    says: "replay",
    ends: { [chat("lea")]: "settled, hold settled, charged 26" },
  },
  "one of two repeats at once closes a chat without a heartbeat": {
    given: begun("mia"),
    first: "select tests.begin_chat('mia', 'mia', '70 s') ->> 'step'",
    second: "select tests.begin_chat('mia', 'mia', '70 s') ->> 'step'",
    says: "idempotency_in_progress",
  },
});
