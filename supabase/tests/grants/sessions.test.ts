/**
 * Two database sessions work on grants at the same moment. They make a grant, decide about one,
 * expire one in the scheduled task, or change the account.
 */
import { meetings } from "../helpers/two-sessions.ts";

const operator = (name: string) => [
  `select tests.person('${name}')`,
  `update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('${name}')`,
];
const grants = (by: string, to: string, amount: number) =>
  `select credits_grant(tests.person('${to}'), '${amount}', 'adjustment', p_reason => 'sorry',
    p_author => 'operator:' || tests.person('${by}'), p_now => tests.after()) ->> 'status'`;
const grantTo = (to: string) =>
  `(select grant_id from farthing.grants g join farthing.accounts using (account_id)
    where owner_id = tests.person('${to}') order by g.created_at desc limit 1)`;
const decides = (by: string, to: string, passed = "1 min") =>
  `select grants_decide(${grantTo(to)}, true, p_author => 'operator:' || tests.person('${by}'),
    p_now => tests.after('${passed}')) #>> '{data,status}'`;
const pending = (to: string) => [
  ...operator(`ops_${to}`),
  ...operator(`pat_${to}`),
  `select tests.give('${to}', '100')`,
  grants(`ops_${to}`, to, 1_000_000),
];
const balanceIs = (to: string, balance: number) => ({
  [`tests.balance('${to}')`]: `balance ${balance}, held 0, available ${balance}, debt 0`,
});

meetings([], {
  "the second of two grants at once that together exceed the day's ceiling is pending": {
    given: [
      `select farthing.set_policy('{"grant_ceiling": "100", "grant_ceiling_author_day": "150",
        "grant_ceiling_day": "150"}', 'a test')`,
      ...operator("ops"),
      ...operator("pat"),
      ...["ann", "bob"].map((name) => `select tests.give('${name}', '1')`),
    ],
    first: grants("ops", "ann", 100),
    second: grants("pat", "bob", 100),
    says: "202",
    ends: { ...balanceIs("ann", 101), ...balanceIs("bob", 1) },
  },
  "a grant that is confirmed twice at once adds its credits once": {
    given: pending("cid"),
    first: decides("pat_cid", "cid"),
    second: decides("pat_cid", "cid"),
    says: "grant_not_pending",
    ends: balanceIs("cid", 1_000_100),
  },
  "a grant that is confirmed while it expires adds no credits": {
    given: pending("dan"),
    first: "select farthing.expire_grants(tests.after('30 days'))",
    second: decides("pat_dan", "dan"),
    says: "grant_not_pending",
    ends: balanceIs("dan", 100),
  },
  "the task skips a grant that is being confirmed": {
    given: pending("eve"),
    first: decides("pat_eve", "eve"),
    second: "select farthing.expire_grants(tests.after('30 days'))",
    says: "0",
    passes: true,
    ends: balanceIs("eve", 1_000_100),
  },
  "a grant that is confirmed while its user is deleted adds no credits": {
    given: pending("gus"),
    first: "delete from auth.users where id = (select tests.person('gus'))",
    second: decides("pat_gus", "gus").replace("tests.person('gus')", "md5('gus')::uuid"),
    says: "grant_not_pending",
  },
  "a grant that is confirmed while its account is charged adds its credits": {
    given: pending("fay"),
    first: "select credits_debit(tests.person('fay'), '60', 'x')",
    second: decides("pat_fay", "fay"),
    says: "granted",
    ends: balanceIs("fay", 1_000_040),
  },
});
