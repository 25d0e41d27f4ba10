/**
 * Scheduled tasks skip rows that a different database session has locked, and handle these rows in
 * the next run.
 */
import { type Meeting, meetings } from "../helpers/two-sessions.ts";

/**
 * Makes a test of a scheduled task: the task skips rows of `table` that a different session has
 * locked. After the lock is released, the task handles `due` rows.
 */
function passes(table: string, task: string, given: string[], due = 1): Meeting {
  return {
    given,
    first: `select from farthing.${table} for update`,
    second: `select farthing.${task}`,
    says: "0",
    passes: true,
    ends: { [`farthing.${task}`]: String(due) },
  };
}

const LOGGED = (name: string) =>
  `select farthing.write_ai_log(tests.person('${name}'), '{"kind": "chat", "model": "m", "prompt": "p",
    "request_id": "r_${name}"}', tests.after())`;
const COUNTED =
  `select metrics_record(gen_random_uuid(), 0, '[{"name": "requests", "labels": "route=a",
  "count": 1, "sum_ms": 1, "buckets": [1]}]', tests.after())`;
const consents = (name: string, level: string) =>
  `insert into farthing.ai_consents (user_id, level) values (tests.person('${name}'), '${level}')
    on conflict (user_id) do update set level = excluded.level`;
const CHECKOUT = (name: string) =>
  `select checkout_begin(tests.person('${name}'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a',
    'https://a.test', 'https://a.test', p_now => tests.after(), p_ip_hash => tests.sha256('203.0.113.7'))
    ->> 'code'`;
const IMPORT = `select settings_rates_set('[{"model": "new", "input_per_million_usd": "1",
  "output_per_million_usd": "2", "cached_input_per_million_usd": null, "cache_write_per_million_usd": null,
  "reasoning_per_million_usd": null, "markup": null}]', null, 'a test', false, p_now => tests.after())
  #>> '{data,unchanged}'`;
/** Makes an order, and a payment event that fails because its amount differs from the order's price. */
const paysTooLittle = (name: string) => [
  `select tests.buys('${name}')`,
  `select tests.receive('checkout.session.completed', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = '${name}'), 'session_id', 'cs_${name}', 'payment_id', 'pi_${name}',
    'payment_status', 'paid', 'amount', 998, 'currency', 'usd'))`,
];
const recordsRead = (name: string, at: string) =>
  `select farthing.record_customer_read(farthing.account_for(tests.person('${name}')),
    tests.person('${name}'), 'operator:x', 'GET /credits', ${at})`;
const attemptsAt = (name: string) =>
  `select attempts from farthing.inbox where facts ->> 'payment_id' = 'pi_${name}'`;

meetings(["jobs", "money_back", "payouts"], {
  "the task that deletes results skips a job that is in use": passes(
    "jobs",
    "delete_old_job_data(tests.after('25 h'))",
    [
      "select tests.give('ann', '100')",
      "select tests.job('ann', 'a', tests.lines(1))",
      "select tests.claim('a', 'a', '1 s')",
      `select jobs_complete(tests.runner('a'), jsonb_build_array(jsonb_build_object('job_id',
        tests.job_id('ann'), 'token', 1, 'result', '{"x": 1}'::jsonb)), tests.after('2 s'))`,
    ],
  ),
  "the task that deletes jobs skips a job that is in use": passes(
    "jobs",
    "delete_old_job_data(tests.after('31 days'))",
    [],
  ),
  "the task that deletes AI logs skips a log that is in use": passes(
    "ai_logs",
    "delete_old_ai_logs(tests.after('720 h'))",
    ["select tests.person('bob')", LOGGED("bob")],
  ),
  "a log does not wait for a consent that is being changed, and stores no text": {
    given: ["select tests.person('cid')", consents("cid", "full_redacted")],
    first: consents("cid", "none"),
    second: LOGGED("cid"),
    says: "",
    passes: true,
    ends: {
      "select consent || coalesce(prompt, '') from farthing.ai_logs where request_id = 'r_cid'":
        "none",
    },
  },
  "a consent that is lowered while a log is written erases the log": {
    given: ["select tests.person('dan')", consents("dan", "full_redacted")],
    first: LOGGED("dan"),
    second: consents("dan", "none"),
    says: "undefined",
    ends: {
      "select count(*) from farthing.ai_logs where request_id = 'r_dan' and prompt is not null":
        "0",
    },
  },
  "the task that deletes decisions skips a decision that is in use": passes(
    "fraud_decisions",
    "delete_old_fraud_records(tests.after('90 days'))",
    [
      "select tests.give('eve', '1')",
      `insert into farthing.fraud_decisions (account_id, action, outcome, reasons, decided_at)
        select account_id, 'checkout', 'allow', '{no_ip}', tests.after() from farthing.accounts
        where owner_id = tests.person('eve')`,
    ],
  ),
  "the task that deletes uses of cards skips a use that is locked": passes(
    "card_uses",
    "delete_old_fraud_records(tests.after('90 days'))",
    [
      `insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
        select 'ch_eve', account_id, sha256('card'), 'succeeded', false, tests.after() from farthing.accounts
        where owner_id = tests.person('eve')`,
    ],
  ),
  "T32: two checkouts from one address at once are counted one after the other": {
    given: [
      `select farthing.set_policy('{"sessions_per_ip_hour": 1}', 'a test')`,
      "select tests.give('fay', '1')",
      "select tests.give('gus', '1')",
    ],
    first: CHECKOUT("fay"),
    second: CHECKOUT("gus"),
    says: "velocity_exceeded",
  },
  "the task of the inbox gives up an event whose account is in use, and applies the next event": {
    given: ["ivy", "joe"].flatMap(paysTooLittle),
    first: "select from farthing.accounts where owner_id = tests.person('ivy') for update",
    second: "select farthing.retry_events(tests.after('1 min'))",
    says: "1",
    givesUp: true,
    // Skipping an item does not count as an attempt, and the item stays due.
    ends: {
      [attemptsAt("ivy")]: "1",
      [attemptsAt("joe")]: "2",
      "select count(*) from farthing.parked_items": "0",
      "farthing.retry_events(tests.after('1 min'))": "1",
    },
  },
  "one session at a time looks for low balances": {
    given: [],
    first: "select farthing.notify_low_balances(tests.after())",
    second: "select farthing.notify_low_balances(tests.after())",
    says: "0",
    passes: true,
  },
  "the task that deletes metrics skips rows that are being written": passes(
    "metrics",
    "delete_old_metrics(tests.after('26 h'))",
    [COUNTED, "delete from farthing.metric_batches"],
  ),
  "the task that deletes batches of metrics skips a batch that is in use": passes(
    "metric_batches",
    "delete_old_metrics(tests.after('2 days'))",
    [COUNTED, "delete from farthing.metrics where grain <> 'total'"],
  ),
  "the task that deletes incidents skips an incident that is in use": passes(
    "incidents",
    "delete_old_incidents(tests.after('400 days'))",
    [
      `insert into farthing.incidents (rule, severity, runbook, state, value, threshold, summary,
        first_seen_at, last_seen_at, fired_at, resolved_at) values ('dead_events', 'page', 'r', 'resolved', 1,
        0, 's', tests.after(), tests.after(), tests.after(), tests.after())`,
    ],
  ),
  "the task that deletes old reads of customers skips a read that is in use": passes(
    "customer_reads",
    "delete_old_customer_reads(now())",
    [recordsRead("ann", "now() - interval '2 years'")],
  ),
  "a read of a customer waits neither for another read nor for the task that deletes old reads": {
    given: [recordsRead("ann", "now() - interval '2 years'")],
    first: `${recordsRead("ann", "now()")}; select farthing.delete_old_customer_reads(now())`,
    second: recordsRead("ann", "now()"),
    says: "",
    passes: true,
    ends: { "select count(*) from farthing.customer_reads": "2" },
  },
  "one session at a time makes a proof": {
    given: ["select tests.give('hal', '1')"],
    first: "select farthing.prove_if_due(tests.after())",
    second: "select farthing.prove_if_due(tests.after())",
    says: "false",
    passes: true,
  },
  "an import of rates waits for another import": {
    given: [],
    first: IMPORT,
    second: IMPORT,
    says: "1",
  },
  "the list of a payout is claimed by one of two runners at once": {
    given: ["select tests.pays_out('po_1', 30, '1 day')"],
    first: "select payouts_claim(tests.after('3 days'))",
    second: "select payouts_claim(tests.after('3 days')) is null",
    says: "true",
    passes: true,
  },
  "a list that is recorded while another runner claims it is not stored": {
    given: ["create table tests.claimed as select claimed_at from farthing.reconciliations"],
    first: "select payouts_claim(tests.after('9 days'))",
    second: `select payouts_record('po_1', (select claimed_at from tests.claimed), '[]', null,
      tests.after('9 days'))`,
    says: '{"taken":true}',
  },
  "a payout is not compared while its list is fetched again": {
    given: [
      `select payouts_record('po_1', (select claimed_at from farthing.reconciliations),
        jsonb_build_array(tests.listed('1', 'charge', 30)), null, tests.after('9 days'))`,
      "update farthing.reconciliations set claimed_at = tests.after('10 days')",
    ],
    first: `select payouts_record('po_1', tests.after('10 days'),
      jsonb_build_array(tests.listed('1', 'charge', 30)), 'txn_1', tests.after('10 days'))`,
    second: "select farthing.reconcile('po_1', tests.after('11 days'))",
    says: "0",
    ends: {
      "select reconciled_at from farthing.reconciliations where reconciled_at >= tests.after('11 days')":
        "null",
    },
  },
  "one session at a time looks for payments that were never paid out": {
    given: [
      "select payouts_record('po_1', tests.after('10 days'), '[]', null, tests.after('10 days'))",
      "update farthing.paid_out_round set done_until = tests.after('-60 days')",
    ],
    first: "select farthing.find_never_paid_out(tests.after('60 days'))",
    second: "select farthing.find_never_paid_out(tests.after('60 days'))",
    says: "0",
    passes: true,
    // Only the first session has searched. One search covers one day.
    ends: {
      "select done_until = tests.after('-59 days') from farthing.paid_out_round": "true",
    },
  },
  "T30: two runners of scheduled tasks never run at once": {
    given: [
      `create function farthing.stuck(moment timestamptz) returns int language sql as $$
        with locked as (select from farthing.policy for update) select count(*)::int from locked $$`,
      "update farthing.tasks set enabled = false",
      "select farthing.add_task('stuck', '1 minute')",
      "update farthing.tasks set next_due_at = tests.after() where task = 'stuck'",
    ],
    first: "select from farthing.policy for update",
    then: "do $$ begin assert not pg_try_advisory_lock_shared(75, 0); end $$",
    second: "call farthing.run_due_tasks(tests.after())",
    says: "undefined",
  },
});
