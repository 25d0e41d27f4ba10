-- The rules: what each of them reads, at its threshold and above it, and that it ends.

begin;
\ir ../helpers/story.psql
\ir ../helpers/alerts.psql
select plan(106);

-- No runner sends notifications here: what is overdue has a file of its own.
update farthing.alert_rules set resolves_after = '0', enabled = rule <> 'overdue_work';
-- A proof that a scheduled task has made is too long ago by the time of tests.
delete from farthing.proof_runs;
select is(tests.alerts('-1 day'), 'nothing', 'where nothing has happened, nothing is wrong');
select is(array_agg(rule order by rule), array['ai_errors', 'ai_slow', 'auth_failures', 'bookings_flagged',
  'budget_burn_fast', 'budget_burn_slow', 'charge_failure_rate', 'credits_minted', 'dead_jobs',
  'dead_notices', 'deep_check_failed', 'error_rate', 'grant_above_ceiling', 'limiter_open', 'overdue_work',
  'parked_items', 'payout_delay', 'prove_violation', 'reconciliation_mismatch', 'rule_failed', 'slow_answers',
  'stripe_state_unknown', 'task_failed', 'tasks_stopped', 'webhook_backlog', 'webhook_failure'],
  'these are watched') from farthing.alert_rules;

-- Webhooks that wait: one of ours, and one that names nothing of ours.
create function pg_temp.hears(p_id text, p_type text, p_facts jsonb, p_passed interval default '0')
returns text language sql as $$
  select concat_ws(' ', r ->> 'deferred', r ->> 'failed')
  from inbox_receive(jsonb_build_object('id', p_id, 'type', p_type, 'livemode', false, 'created', 1,
    'facts', p_facts), tests.after(p_passed)) r
$$;
select is(pg_temp.hears('evt_1', 'payment_intent.succeeded', jsonb_build_object('order_id',
  gen_random_uuid(), 'mark', installation_id)), 'true', 'an event waits for its order') from farthing.policy;
select is(pg_temp.hears('evt_2', 'refund.updated', '{"payment_id": "pi_x", "amount": 1, "currency": "usd",
  "status": "succeeded", "stripe_refund_id": "re_x"}'), 'true', 'and another for a foreign payment');
select is(tests.alerts('15 min'), 'nothing', 'for a quarter of an hour that is usual');
select is(tests.alerts('15 min 1 s'), 'webhook_backlog open', 'for longer it is not');
select is(value::int, 1, 'of our own events') from farthing.incidents where rule = 'webhook_backlog';
select tests.unguarded('inbox', $$delete from farthing.inbox where event_id = 'evt_1'$$);
select is(tests.alerts('16 min'), 'nothing', 'once it is applied all is well');
select tests.unguarded('inbox', $$delete from farthing.inbox$$);

-- Webhooks that fail: for a moment, for good.
select is(pg_temp.hears('evt_3', 'payout.paid', '{"status": "odd"}', '1 hour'), 'true', 'an event fails');
select is(tests.alerts('1 hour'), 'webhook_failure pending', 'it is retried before anybody is notified');
select is(tests.alerts('1 hour 2 min'), 'webhook_failure open', 'it fails again');
select is(tests.alerts('2 hours'), 'webhook_backlog open', 'after an hour it is one that waits');
select is(farthing.sweep_inbox(tests.after('2 hours' + n * interval '1 day')), 1, 'it is tried again')
from generate_series(1, 9) n;
select is(state, 'dead', 'in vain') from farthing.inbox;
select is(tests.alerts('20 days'), 'webhook_failure pending', 'dead-lettered events');
select is(tests.alerts('20 days 2 min'), 'webhook_failure open', 'is wrong however old');
select tests.unguarded('inbox', $$delete from farthing.inbox$$);
select is(tests.alerts('20 days 3 min'), 'nothing', 'until somebody has seen to it');

-- Webhooks that never came, and that the backfill can't read: they are in no row of the inbox.
update farthing.backfills set unreadable = 2;
select is(tests.alerts('21 days'), 'webhook_failure pending', 'an event can''t be read');
select is(tests.alerts('21 days 2 min'), 'webhook_failure open', 'nobody else would know of it');
select is(value::int, 2, 'each of them') from farthing.incidents
where rule = 'webhook_failure' and state = 'open';
select is(summary, '0 events from Stripe dead-lettered; 0 failed of those received within 60 minutes; '
  '2 unreadable.', 'and it says so') from farthing.incidents
where rule = 'webhook_failure' and state = 'open';
update farthing.backfills set unreadable = 0;
select is(tests.alerts('21 days 3 min'), 'nothing', 'once they are read all is well');

-- Charges: so many within an hour, so many of them failed; the usual share is one of fifty.
create function pg_temp.charges(p_tag text, p_count int, p_failed int, p_passed interval) returns void
language sql as $$
  insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
  select format('ch_%s_%s', p_tag, n), 1, sha256('card'), case when n <= p_failed then 'failed' else
    'succeeded' end, false, tests.after(p_passed) from generate_series(1, p_count) n
$$;
select pg_temp.charges('a', 19, 19, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'of fewer than 20 charges nothing is said');
select pg_temp.charges('b', 1, 1, '30 days');
select is(tests.alerts('30 days 1 min'), 'charge_failure_rate open', 'of 20 it is');
select is(tests.alerts('30 days 1 hour 1 s'), 'nothing', 'an hour later they are what is usual');
delete from farthing.card_uses;
select pg_temp.charges('c', 600, 3, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'half a percent is not above half a percent');
select pg_temp.charges('d', 1, 1, '30 days');
select is(tests.alerts('30 days 1 min'), 'charge_failure_rate open', 'a little more is');
delete from farthing.card_uses;
select is(tests.alerts('30 days 2 min'), 'nothing', 'and is over');
select pg_temp.charges('e', 100, 2, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'two failures are chance');
delete from farthing.card_uses;
select pg_temp.charges('f', 100, 2, '29 days');
select pg_temp.charges('g', 1000, 39, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'less than twice what is usual is not said');
select pg_temp.charges('h', 25, 2, '30 days');
select is(tests.alerts('30 days 2 min'), 'charge_failure_rate open', 'twice is');
select is(threshold, 0.04, 'the incident is measured by it') from farthing.incidents
where rule = 'charge_failure_rate' and state = 'open';
delete from farthing.card_uses;
select is(tests.alerts('31 days'), 'nothing', 'nobody pays, nothing fails');
update farthing.alert_rules set baseline = '2 hours' where rule = 'charge_failure_rate';
select pg_temp.charges('i', 100, 2, '32 days');
select pg_temp.charges('j', 1000, 39, '33 days');
select is(tests.alerts('33 days 1 min'), 'charge_failure_rate open', 'usual is what the rule looks back for');
delete from farthing.card_uses;
select is(tests.alerts('34 days'), 'nothing', 'and is over');

-- Stripe's payouts, and its books.
insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
  arrives_at, reported_at) values ('po_1', 1, 'usd', true, 'in_transit', 'in_progress',
  tests.after('40 days'),
  tests.after('42 days'), tests.after('40 days'));
select is(tests.alerts('43 days'), 'nothing', 'a payout may arrive all day');
select is(tests.alerts('43 days 1 s'), 'payout_delay open', 'then it is late');
update farthing.payouts set status = 'paid';
select is(tests.alerts('43 days 1 min'), 'nothing', 'until it is there');
insert into farthing.mismatches (kind, subject, found_at, seen_at)
values ('charge_unknown', 'ch_x', tests.after('44 days'), tests.after('44 days'));
select is(tests.alerts('44 days'), 'reconciliation_mismatch open', 'Stripe knows of a charge, and we do not');
update farthing.mismatches set resolved_at = tests.after('44 days 1 min');
select is(tests.alerts('44 days 1 min'), 'nothing', 'until that is cleared up');

-- The proof.
select isnt(tests.give('ann', '10'), null, 'ann has 10');
select is(farthing.prove_if_due(tests.after('50 days')), true, 'the ledger is proved');
select is(tests.alerts('50 days'), 'nothing', 'and proves itself');
update farthing.accounts set balance = 11 where owner_id = tests.person('ann');
select is(farthing.prove_if_due(tests.after('50 days 59 min')), false, 'an hour has to pass');
select is(farthing.prove_if_due(tests.after('50 days 61 min')), true, 'before it is proved again');
select is(tests.alerts('50 days 61 min'), 'prove_violation open', 'ann has more than she was given');
select matches(summary, 'found 2 violations: rule 1[.]$', 'it breaks rule 1, twice')
from farthing.incidents where rule = 'prove_violation';
update farthing.accounts set balance = 10 where owner_id = tests.person('ann');
select is(farthing.prove_if_due(tests.after('50 days 122 min')), true, 'mended, it is proved');
select is(tests.alerts('50 days 122 min'), 'nothing', 'and all is well');
select is(tests.alerts('52 days 123 min'), 'prove_violation open', 'two days without a proof are wrong, too');
update farthing.proof_runs set finished_at = finished_at + interval '4 hours' where run_nr = (
  select max(run_nr) from farthing.proof_runs);
select is(farthing.prove_if_due(tests.after('53 days')), false, 'a proof of four hours has four days off');
alter function farthing.prove() rename to real_proof;
create function farthing.prove() returns table (rule int, account_id bigint, detail text)
language sql stable set search_path = '' as 'select 1, 1 / 0, ''''';
select is(farthing.prove_if_due(tests.after('60 days')), true, 'a proof fails');
select is(tests.alerts('60 days'), 'prove_violation open', 'it is no proof');
select is(summary like '%the proof failed with 22012.', true, 'and is said') from farthing.incidents
where rule = 'prove_violation' and state = 'open';
create or replace function farthing.prove() returns table (rule int, account_id bigint, detail text)
language plpgsql stable set search_path = '' as 'begin raise query_canceled; end';
select is(farthing.prove_if_due(tests.after('61 days')), true, 'another is cut off');
select is(tests.alerts('61 days'), 'prove_violation open', 'it is none, either');
select is(detail, 'the proof failed with 57014', 'and is stored') from farthing.proof_runs
order by run_nr desc limit 1;
drop function farthing.prove();
alter function farthing.real_proof() rename to prove;
delete from farthing.proof_runs;

-- Requests: 1,000 to the one route; the other is asked less, and has the errors.
select tests.requests('70 days', 'POST /refunds', '2xx', 1000);
select tests.requests('70 days', 'GET /features', '2xx', 38);
select tests.requests('70 days', 'GET /features', '5xx', 2);
select is(tests.alerts('70 days 1 min'), 'nothing', 'one of twenty is not above it');
select tests.requests('70 days', 'GET /features', '5xx', 1);
select is(tests.alerts('70 days 1 min'), 'error_rate open', 'three of 41 are');
select is(summary, '3 of 41 requests to GET /features ended in an error of ours within 5 minutes, which is '
  '7.32 %.', 'of a route that is outvoted by another') from farthing.incidents where rule = 'error_rate';
select is(tests.alerts('70 days 7 min'), 'nothing', 'five minutes later that is over');
select tests.requests('71 days', 'GET /features', '5xx', 2);
select tests.requests('71 days', 'GET /features', '2xx', 20);
select is(tests.alerts('71 days 1 min'), 'nothing', 'two errors are chance, whatever their share');
select tests.requests('71 days 20 min', 'GET /features', '5xx', 19);
select is(tests.alerts('71 days 21 min'), 'nothing', 'of fewer than 20 requests nothing is said');

-- Bucket 92's middle is 3.2 s, bucket 91's 2.8 s.
select tests.requests('72 days', 'POST /checkout', '2xx', 20, 91);
select is(tests.alerts('72 days 1 min'), 'nothing', 'slow is not too slow');
select tests.requests('72 days 10 min', 'POST /ai/chat', '2xx', 100, 110);
select tests.requests('72 days 10 min', 'POST /checkout', '2xx', 95, 20);
select tests.requests('72 days 10 min', 'POST /checkout', '2xx', 5, 92);
select is(tests.alerts('72 days 11 min'), 'nothing', 'one of twenty may be, and a model may think');
select tests.requests('72 days 10 min', 'POST /checkout', '2xx', 1, 92);
select is(tests.alerts('72 days 11 min'), 'slow_answers open', 'not more');
select tests.requests('72 days 16 min', 'POST /checkout', '2xx', 20, 91);
select is(tests.alerts('72 days 18 min'), 'slow_answers open', 'a little less is not fine');
select tests.requests('72 days 25 min', 'POST /checkout', '2xx', 20, 20);
select is(tests.alerts('72 days 26 min'), 'nothing', 'quick is');

-- The budget: half a percent of the core routes' requests. In an hour 1 % of them failed, then none.
create function pg_temp.uses(p_passed interval, p_failed int, p_well int) returns void language sql as $$
  select tests.requests(p_passed, 'POST /usage', '5xx', p_failed);
  select tests.requests(p_passed, 'POST /usage', '2xx', p_well);
$$;
-- One request each minute, and each hour: of a window of which little was seen nothing is said.
create function pg_temp.seen(p_from interval, p_count int, p_step interval) returns void language sql as $$
  select tests.requests(p_from + n * p_step, 'POST /usage', '2xx', 1) from generate_series(0, p_count - 1) n
$$;
select pg_temp.uses('79 days', 4, 996);
select is(tests.alerts('79 days 1 min'), 'nothing', 'a budget is there to be spent');
select pg_temp.uses('80 days', 5, 495);
select is(tests.alerts('80 days 1 min'), 'nothing', 'of two hours of three days nothing is said');
select pg_temp.seen('79 days 22 hours', 1, '1 hour');
select is(tests.alerts('80 days 1 min'), 'budget_burn_slow open', 'in three days less than all of it');
select is(summary, 'The error budget (available) is spent 1.2 times too fast within 3 days and 2 times '
  'within 6 hours.', 'but this is more') from farthing.incidents where rule = 'budget_burn_slow';
select is(tests.alerts('80 days 7 hours'), 'nothing', 'it is over once nothing burns any more');
select pg_temp.uses('81 days', 30, 970);
select is(tests.alerts('81 days 10 min'), 'budget_burn_slow open', 'six times as fast is not above six');
select pg_temp.uses('81 days', 70, 430);
select is(tests.alerts('81 days 10 min'), 'budget_burn_slow open', 'faster is, but not of a single minute');
select pg_temp.seen('80 days 23 hours 45 min', 14, '1 minute');
select is(tests.alerts('81 days 10 min'), 'budget_burn_fast open, budget_burn_slow open',
  'faster is');
select is(round(value, 2), 2.20, 'in multiples of what may be') from farthing.incidents
where rule = 'budget_burn_fast';
delete from farthing.metrics;
select is(tests.alerts('82 days'), 'nothing', 'nothing is asked, nothing burns');
select pg_temp.seen('82 days 21 hours', 2, '1 hour');
select pg_temp.seen('82 days 23 hours 45 min', 14, '1 minute');
select tests.requests('83 days', 'POST /usage', '2xx', 1000, 69);
select is(tests.alerts('83 days 1 min'), 'budget_burn_fast open, budget_burn_slow open',
  'slower than promised burns it, too');
delete from farthing.metrics;
select is(tests.alerts('84 days'), 'nothing', 'until it is forgotten');

-- The limiter.
select tests.requests('90 days', 'GET /features', '2xx', 200);
select tests.measures('90 days', 'limiter_fallbacks', 'reason=down', 10);
select tests.measures('90 days', 'limiter_fallbacks', 'reason=unconfigured', 100);
select is(tests.alerts('90 days 1 min'), 'nothing', 'one of twenty requests may miss Redis');
select tests.measures('90 days', 'limiter_fallbacks', 'reason=slow', 1);
select is(tests.alerts('90 days 1 min'), 'limiter_open open', 'not more');
select is(tests.alerts('90 days 10 min'), 'nothing', 'Redis is back');
select tests.measures('91 days', 'limiter_fallbacks', 'reason=down', 9);
select is(tests.alerts('91 days 1 min'), 'nothing', 'nine are chance, whatever their share');

-- Jobs and notifications that were given up.
create function pg_temp.fails(p_code text, p_attempts int) returns void language sql as $$
  insert into farthing.jobs (user_id, type, status, input, input_hash, error_code, attempts, author,
    run_after, created_at, completed_at, expires_at)
  values (tests.person('ann'), 'research', 'failed', '{}', sha256('x'), p_code, p_attempts, 'owner',
    tests.after('100 days'), tests.after('100 days'), tests.after('100 days 23 hours'),
    tests.after('101 days'))
$$;
select pg_temp.fails('upstream_unavailable', 4);
select is(tests.alerts('100 days 23 hours'), 'nothing', 'a job that was refused is not dead');
select pg_temp.fails(code, attempts) from (values ('job_lost', 1), ('job_expired', 0),
  ('upstream_unavailable', 5)) f (code, attempts);
select is(tests.alerts('100 days 23 hours'), 'dead_jobs open', 'one that was given up is');
select is(value::int, 3, 'three are') from farthing.incidents where rule = 'dead_jobs';
select is(tests.alerts('101 days'), 'nothing', 'it is reported for an hour');
create function pg_temp.dies(p_subject text, p_state text, p_error text default 'refused') returns void
language sql as $$
  select farthing.notify_operators('dispute', p_subject, '{}', tests.after('110 days'));
  select farthing.finish_notice(notice_id, p_state, p_error, tests.after('110 days'))
  from farthing.notices where subject = p_subject and recipient = 'operators';
$$;
select pg_temp.dies('a', 'dead'), pg_temp.dies('b', 'dead'), pg_temp.dies('c', 'uncertain'),
  pg_temp.dies('d', 'sent');
select pg_temp.dies('z', 'dead', 'no_recipient');
select is(tests.alerts('110 days'), 'nothing', 'three undelivered notifications are usual');
select pg_temp.dies('e', 'uncertain');
select is(tests.alerts('110 days'), 'dead_notices open', 'four are not');
select is(tests.alerts('110 days 1 hour'), 'nothing', 'an hour later it is over');

-- T29: words of Stripe's that nobody here knows.
select farthing.note_unknown_state('dispute', 'rethought', 'du_1', tests.after('120 days'));
select is(tests.alerts('120 days'), 'stripe_state_unknown open', 'an unknown state is notified');
select is(summary, '1 state of Stripe''s unknown here: dispute rethought of du_1.',
  'with its object')
from farthing.incidents where rule = 'stripe_state_unknown';
select is(tests.alerts('126 days 23 hours'), 'stripe_state_unknown open', 'for seven days');
select is(tests.alerts('127 days'), 'nothing', 'then nobody has said it for long');

-- Each was notified.
select set_eq($$ select distinct data ->> 'rule' from farthing.notices where template = 'alert' $$,
  $$ select rule from farthing.alert_rules where rule <> 'rule_failed' and rule not in ('ai_errors',
    'ai_slow',
    'auth_failures', 'bookings_flagged', 'credits_minted', 'deep_check_failed', 'grant_above_ceiling',
    'overdue_work',
    'parked_items', 'task_failed', 'tasks_stopped') $$,
  'each rule has fired but those that have files of their own');
select is_empty($$ select incident_id from farthing.incidents i join farthing.notices n
  on n.subject = i.incident_id::text group by 1 having count(*) <> 2 $$,
    'and each incident was notified once');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
