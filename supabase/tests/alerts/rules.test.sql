-- Most alert rules, each at its threshold, above its threshold, and when its condition ends.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(106);

-- overdue_work is disabled: no runner sends notifications here. tasks.test.sql tests this rule.
update farthing.alert_rules set resolves_after = '0', enabled = rule <> 'overdue_work';
-- A scheduled task may already have proved the ledger. At the later times of this test that proof
-- would be too old and would open an incident, so its row is deleted.
delete from farthing.proof_runs;
select is(tests.alerts('-1 day'), 'nothing', 'a project without any activity has no incident');
select is(array_agg(rule order by rule), array['ai_errors', 'ai_slow', 'auth_failures', 'bookings_flagged',
  'budget_burn_fast', 'budget_burn_slow', 'charge_failure_rate', 'credits_minted', 'dead_jobs',
  'dead_notifications', 'deep_check_failed', 'error_rate', 'grant_above_ceiling', 'limiter_open',
  'overdue_work',
  'parked_items', 'payout_delay', 'prove_violation', 'reconciliation_mismatch', 'rule_failed', 'slow_answers',
  'stripe_setup', 'stripe_state_unknown', 'task_failed', 'tasks_stopped', 'webhook_backlog',
  'webhook_failure', 'welcome_ceiling'],
  'these rules exist') from farthing.alert_rules;

-- Two events wait: one for an order of ours, and one for a foreign payment.
create function pg_temp.receive(p_id text, p_type text, p_facts jsonb, p_passed interval default '0')
returns text language sql as $$
  select concat_ws(' ', r ->> 'deferred', r ->> 'failed')
  from inbox_receive(jsonb_build_object('id', p_id, 'type', p_type, 'livemode', false, 'created', 1,
    'facts', p_facts), tests.after(p_passed)) r
$$;
select is(pg_temp.receive('evt_1', 'payment_intent.succeeded', jsonb_build_object('order_id',
  gen_random_uuid(), 'mark', installation_id)), 'true', 'an event waits for its order') from farthing.policy;
select is(pg_temp.receive('evt_2', 'refund.updated', '{"payment_id": "pi_x", "amount": 1, "currency": "usd",
  "status": "succeeded", "stripe_refund_id": "re_x"}'), 'true', 'another event waits for a foreign payment');
select is(tests.alerts('15 min'), 'nothing', 'an event that waits for 15 minutes opens no incident');
select is(tests.alerts('15 min 1 s'), 'webhook_backlog open', 'an event that waits longer opens an incident');
select is(value::int, 1, 'only our own event counts') from farthing.incidents where rule = 'webhook_backlog';
select tests.unguarded('inbox', $$delete from farthing.inbox where event_id = 'evt_1'$$);
select is(tests.alerts('16 min'), 'nothing', 'the incident ends when the event is applied');
select tests.unguarded('inbox', $$delete from farthing.inbox$$);

-- Events that fail once, and events that are dead-lettered.
select is(pg_temp.receive('evt_3', 'payout.paid', '{"status": "odd"}', '1 hour'), 'true', 'an event fails');
select is(tests.alerts('1 hour'), 'webhook_failure pending', 'a failed event is retried before an alert');
select is(tests.alerts('1 hour 2 min'), 'webhook_failure open', 'a second failure opens an incident');
select is(tests.alerts('2 hours'), 'webhook_backlog open', 'a failure of an hour ago counts as waiting');
select is(farthing.retry_events(tests.after('2 hours' + n * interval '1 day')), 1, 'the event is retried')
from generate_series(1, 9) n;
select is(state, 'dead', 'the event is dead-lettered') from farthing.inbox;
select is(tests.alerts('20 days'), 'webhook_failure pending', 'a dead-lettered event is a pending incident');
select is(tests.alerts('20 days 2 min'), 'webhook_failure open',
  'a dead-lettered event of any age opens an incident');
select tests.unguarded('inbox', $$delete from farthing.inbox$$);
select is(tests.alerts('20 days 3 min'), 'nothing', 'the incident ends when the event is gone');

-- Events that never arrived and that the backfill can't read. The inbox has no rows for them.
update farthing.backfills set unreadable = 2;
select is(tests.alerts('21 days'), 'webhook_failure pending', 'unreadable events make a pending incident');
select is(tests.alerts('21 days 2 min'), 'webhook_failure open', 'unreadable events open an incident');
select is(value::int, 2, 'each unreadable event counts') from farthing.incidents
where rule = 'webhook_failure' and state = 'open';
select is(summary, '0 events from Stripe dead-lettered; 0 that arrived within 60 minutes failed; '
  '2 unreadable.', 'the summary counts the unreadable events') from farthing.incidents
where rule = 'webhook_failure' and state = 'open';
update farthing.backfills set unreadable = 0;
select is(tests.alerts('21 days 3 min'), 'nothing', 'the incident ends when the events are read');

-- Makes charges, of which p_failed fail. Those tagged f or i are a day older and show the usual share.
create function pg_temp.charges(p_tag text, p_count int, p_failed int, p_passed interval) returns void
language sql as $$
  insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
  select format('ch_%s_%s', p_tag, n), 1, sha256('card'), case when n <= p_failed then 'failed' else
    'succeeded' end, false, tests.after(p_passed) from generate_series(1, p_count) n
$$;
select pg_temp.charges('a', 19, 19, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'failures of fewer than 20 charges open no incident');
select pg_temp.charges('b', 1, 1, '30 days');
select is(tests.alerts('30 days 1 min'), 'charge_failure_rate open', '20 failures open an incident');
select is(tests.alerts('30 days 1 hour 1 s'), 'nothing', 'after an hour the failures are the usual share');
delete from farthing.card_uses;
select pg_temp.charges('c', 600, 3, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'half a percent of failures is at the threshold');
select pg_temp.charges('d', 1, 1, '30 days');
select is(tests.alerts('30 days 1 min'), 'charge_failure_rate open', 'a larger share opens an incident');
delete from farthing.card_uses;
select is(tests.alerts('30 days 2 min'), 'nothing', 'the incident ends without failures');
select pg_temp.charges('e', 100, 2, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'two failures open no incident, whatever their share');
delete from farthing.card_uses;
select pg_temp.charges('f', 100, 2, '29 days');
select pg_temp.charges('g', 1000, 39, '30 days');
select is(tests.alerts('30 days 1 min'), 'nothing', 'less than twice the usual share opens no incident');
select pg_temp.charges('h', 25, 2, '30 days');
select is(tests.alerts('30 days 2 min'), 'charge_failure_rate open', 'twice the usual opens an incident');
select is(threshold, 0.04, 'the incident''s threshold is twice the usual share') from farthing.incidents
where rule = 'charge_failure_rate' and state = 'open';
delete from farthing.card_uses;
select is(tests.alerts('31 days'), 'nothing', 'no charges open no incident');
update farthing.alert_rules set baseline = '2 hours' where rule = 'charge_failure_rate';
select pg_temp.charges('i', 100, 2, '32 days');
select pg_temp.charges('j', 1000, 39, '33 days');
select is(tests.alerts('33 days 1 min'), 'charge_failure_rate open',
  'the usual share is that of the rule''s baseline');
delete from farthing.card_uses;
select is(tests.alerts('34 days'), 'nothing', 'the incident ends without charges');

-- A late payout opens an incident, and so does a mismatch with Stripe's records.
insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
  arrives_at, reported_at) values ('po_1', 1, 'usd', true, 'in_transit', 'in_progress',
  tests.after('40 days'),
  tests.after('42 days'), tests.after('40 days'));
select is(tests.alerts('43 days'), 'nothing', 'a payout may arrive on the whole day of its arrival');
select is(tests.alerts('43 days 1 s'), 'payout_delay open', 'a payout is late after that day');
update farthing.payouts set status = 'paid';
select is(tests.alerts('43 days 1 min'), 'nothing', 'the incident ends when the payout has arrived');
insert into farthing.mismatches (kind, subject, found_at, seen_at)
values ('charge_unknown', 'ch_x', tests.after('44 days'), tests.after('44 days'));
select is(tests.alerts('44 days'), 'reconciliation_mismatch open',
  'a charge that only Stripe knows opens an incident');
update farthing.mismatches set resolved_at = tests.after('44 days 1 min');
select is(tests.alerts('44 days 1 min'), 'nothing', 'the incident ends when the mismatch is resolved');

-- A violation that the proof finds opens an incident, and so does an overdue proof.
select isnt(tests.give('ann', '10'), null, 'ann has 10 credits');
select is(farthing.prove_if_due(tests.after('50 days')), true, 'the ledger is proved');
select is(tests.alerts('50 days'), 'nothing', 'a proof without violations opens no incident');
update farthing.accounts set balance = 11 where owner_id = tests.person('ann');
select is(farthing.prove_if_due(tests.after('50 days 59 min')), false,
  'the next proof is not due within an hour');
select is(farthing.prove_if_due(tests.after('50 days 61 min')), true, 'the next proof is due after an hour');
select is(tests.alerts('50 days 61 min'), 'prove_violation open', 'a wrong balance opens an incident');
select matches(summary, 'found 2 violations: rule 1[.]$', 'the summary has the two violations of rule 1')
from farthing.incidents where rule = 'prove_violation';
update farthing.accounts set balance = 10 where owner_id = tests.person('ann');
select is(farthing.prove_if_due(tests.after('50 days 122 min')), true, 'the corrected ledger is proved');
select is(tests.alerts('50 days 122 min'), 'nothing', 'a proof without violations resolves the incident');
select is(tests.alerts('52 days 123 min'), 'prove_violation open', 'an old proof opens an incident');
update farthing.proof_runs set finished_at = finished_at + interval '4 hours' where run_nr = (
  select max(run_nr) from farthing.proof_runs);
select is(farthing.prove_if_due(tests.after('53 days')), false,
  'after a proof of four hours the next one is due in four days');
alter function farthing.prove() rename to real_proof;
create function farthing.prove() returns table (rule int, account_id bigint, detail text)
language sql stable set search_path = '' as 'select 1, 1 / 0, ''''';
select is(farthing.prove_if_due(tests.after('60 days')), true, 'a proof fails');
select is(tests.alerts('60 days'), 'prove_violation open', 'a failed proof opens an incident');
select is(summary like '%the proof failed with 22012.', true,
  'the summary has the SQLSTATE') from farthing.incidents
where rule = 'prove_violation' and state = 'open';
create or replace function farthing.prove() returns table (rule int, account_id bigint, detail text)
language plpgsql stable set search_path = '' as 'begin raise query_canceled; end';
select is(farthing.prove_if_due(tests.after('61 days')), true, 'the statement timeout ends a proof');
select is(tests.alerts('61 days'), 'prove_violation open', 'a proof that was ended opens an incident');
select is(detail, 'the proof failed with 57014',
  'the SQLSTATE of the ended proof is stored') from farthing.proof_runs
order by run_nr desc limit 1;
drop function farthing.prove();
alter function farthing.real_proof() rename to prove;
delete from farthing.proof_runs;

-- 1,000 requests to one route all succeed. Of 40 requests to a different route, two fail.
select tests.requests('70 days', 'POST /refunds', '2xx', 1000);
select tests.requests('70 days', 'GET /features', '2xx', 38);
select tests.requests('70 days', 'GET /features', '5xx', 2);
select is(tests.alerts('70 days 1 min'), 'nothing', 'an error of one request in twenty is at the threshold');
select tests.requests('70 days', 'GET /features', '5xx', 1);
select is(tests.alerts('70 days 1 min'), 'error_rate open', 'three errors of 41 requests open an incident');
select is(summary, '3 of 41 requests to GET /features ended in a server error within 5 minutes, which is '
  '7.32 %.',
  'the requests to another route do not hide the errors') from farthing.incidents where rule = 'error_rate';
select is(tests.alerts('70 days 7 min'), 'nothing', 'the incident ends after five minutes');
select tests.requests('71 days', 'GET /features', '5xx', 2);
select tests.requests('71 days', 'GET /features', '2xx', 20);
select is(tests.alerts('71 days 1 min'), 'nothing', 'two errors open no incident, whatever their share');
select tests.requests('71 days 20 min', 'GET /features', '5xx', 19);
select is(tests.alerts('71 days 21 min'), 'nothing', 'errors of fewer than 20 requests open no incident');

-- In the histogram, the middle of bucket 92 is 3.2 s, and the middle of bucket 91 is 2.8 s.
select tests.requests('72 days', 'POST /checkout', '2xx', 20, 91);
select is(tests.alerts('72 days 1 min'), 'nothing', 'requests below the threshold of 3 s open no incident');
select tests.requests('72 days 10 min', 'POST /ai/chat', '2xx', 100, 110);
select tests.requests('72 days 10 min', 'POST /checkout', '2xx', 95, 20);
select tests.requests('72 days 10 min', 'POST /checkout', '2xx', 5, 92);
select is(tests.alerts('72 days 11 min'), 'nothing',
  'one slow request of twenty and slow models open no incident');
select tests.requests('72 days 10 min', 'POST /checkout', '2xx', 1, 92);
select is(tests.alerts('72 days 11 min'), 'slow_answers open', 'more slow requests open an incident');
select tests.requests('72 days 16 min', 'POST /checkout', '2xx', 20, 91);
select is(tests.alerts('72 days 18 min'), 'slow_answers open',
  'requests a little below the threshold are not fine');
select tests.requests('72 days 25 min', 'POST /checkout', '2xx', 20, 20);
select is(tests.alerts('72 days 26 min'), 'nothing', 'fast requests are fine');

-- Error budgets: at most half a percent of the requests to core routes may fail. Each case below
-- has a different share of failed or slow requests.
create function pg_temp.uses(p_passed interval, p_failed int, p_well int) returns void language sql as $$
  select tests.requests(p_passed, 'POST /usage', '5xx', p_failed);
  select tests.requests(p_passed, 'POST /usage', '2xx', p_well);
$$;
-- Adds one request per minute or per hour, because a window can open an incident only when enough
-- of its minutes or hours have data.
create function pg_temp.seen(p_from interval, p_count int, p_step interval) returns void language sql as $$
  select tests.requests(p_from + n * p_step, 'POST /usage', '2xx', 1) from generate_series(0, p_count - 1) n
$$;
select pg_temp.uses('79 days', 4, 996);
select is(tests.alerts('79 days 1 min'), 'nothing', 'a budget that is spent as planned opens no incident');
select pg_temp.uses('80 days', 5, 495);
select is(tests.alerts('80 days 1 min'), 'nothing', 'two hours of data in three days open no incident');
select pg_temp.seen('79 days 22 hours', 1, '1 hour');
select is(tests.alerts('80 days 1 min'), 'budget_burn_slow open',
  'a budget that is spent too fast within three days opens an incident');
select is(summary, 'The error budget (available) is spent 1.2 times too fast within 3 days and 2 times '
  'within 6 hours.',
  'the summary has the burn rates of both windows') from farthing.incidents where rule = 'budget_burn_slow';
select is(tests.alerts('80 days 7 hours'), 'nothing', 'the incident ends when no request fails');
select pg_temp.uses('81 days', 30, 970);
select is(tests.alerts('81 days 10 min'), 'budget_burn_slow open', 'a rate of six opens no fast incident');
select pg_temp.uses('81 days', 70, 430);
select is(tests.alerts('81 days 10 min'), 'budget_burn_slow open',
  'a faster burn rate within a single minute opens no fast incident');
select pg_temp.seen('80 days 23 hours 45 min', 14, '1 minute');
select is(tests.alerts('81 days 10 min'), 'budget_burn_fast open, budget_burn_slow open',
  'a faster burn rate within more minutes opens a fast incident');
select is(round(value, 2), 2.20, 'the figure is a multiple of the window''s factor') from farthing.incidents
where rule = 'budget_burn_fast';
delete from farthing.metrics;
select is(tests.alerts('82 days'), 'nothing', 'no requests open no incident');
select pg_temp.seen('82 days 21 hours', 2, '1 hour');
select pg_temp.seen('82 days 23 hours 45 min', 14, '1 minute');
select tests.requests('83 days', 'POST /usage', '2xx', 1000, 69);
select is(tests.alerts('83 days 1 min'), 'budget_burn_fast open, budget_burn_slow open',
  'slow requests spend the budget, too');
delete from farthing.metrics;
select is(tests.alerts('84 days'), 'nothing', 'the incidents end without data');

-- Requests that the rate limiter counted without Redis.
select tests.requests('90 days', 'GET /features', '2xx', 200);
select tests.measures('90 days', 'limiter_fallbacks', 'reason=down', 10);
select tests.measures('90 days', 'limiter_fallbacks', 'reason=unconfigured', 100);
select is(tests.alerts('90 days 1 min'), 'nothing', 'one fallback in twenty requests opens no incident');
select tests.measures('90 days', 'limiter_fallbacks', 'reason=slow', 1);
select is(tests.alerts('90 days 1 min'), 'limiter_open open', 'more fallbacks open an incident');
select is(tests.alerts('90 days 10 min'), 'nothing', 'the incident ends when Redis works again');
select tests.measures('91 days', 'limiter_fallbacks', 'reason=down', 9);
select is(tests.alerts('91 days 1 min'), 'nothing', 'nine fallbacks open no incident, whatever their share');

-- Dead-lettered jobs and notifications open incidents.
create function pg_temp.fails(p_code text, p_attempts int) returns void language sql as $$
  insert into farthing.jobs (user_id, type, status, input, input_hash, error_code, attempts, author,
    run_after, created_at, completed_at, expires_at)
  values (tests.person('ann'), 'research', 'failed', '{}', sha256('x'), p_code, p_attempts, 'owner',
    tests.after('100 days'), tests.after('100 days'), tests.after('100 days 23 hours'),
    tests.after('101 days'))
$$;
select pg_temp.fails('upstream_unavailable', 4);
select is(tests.alerts('100 days 23 hours'), 'nothing', 'a job that was refused does not count');
select pg_temp.fails(code, attempts) from (values ('job_lost', 1), ('job_expired', 0),
  ('upstream_unavailable', 5)) f (code, attempts);
select is(tests.alerts('100 days 23 hours'), 'dead_jobs open', 'jobs that were given up open an incident');
select is(value::int, 3, 'three jobs count') from farthing.incidents where rule = 'dead_jobs';
select is(tests.alerts('101 days'), 'nothing', 'the incident ends after an hour');
create function pg_temp.dies(p_subject text, p_state text, p_error text default 'refused') returns void
language sql as $$
  select farthing.notify_operators('dispute', p_subject, '{}', tests.after('110 days'));
  select farthing.finish_notification(notification_id, p_state, p_error, tests.after('110 days'))
  from farthing.notifications where subject = p_subject and recipient = 'operators';
$$;
select pg_temp.dies('a', 'dead'), pg_temp.dies('b', 'dead'), pg_temp.dies('c', 'uncertain'),
  pg_temp.dies('d', 'sent');
select pg_temp.dies('z', 'dead', 'no_recipient');
select is(tests.alerts('110 days'), 'nothing', 'three undelivered notifications open no incident');
select pg_temp.dies('e', 'uncertain');
select is(tests.alerts('110 days'), 'dead_notifications open',
  'four undelivered notifications open an incident');
select is(tests.alerts('110 days 1 hour'), 'nothing', 'the incident ends after an hour');

-- Trap T29: states of Stripe's objects that Farthing does not know.
select farthing.note_unknown_state('dispute', 'rethought', 'du_1', tests.after('120 days'));
select is(tests.alerts('120 days'), 'stripe_state_unknown open', 'an unknown state opens an incident');
select is(summary, '1 state reported by Stripe and unknown here: dispute rethought of du_1.',
  'the summary names the state and its object')
from farthing.incidents where rule = 'stripe_state_unknown';
select is(tests.alerts('126 days 23 hours'), 'stripe_state_unknown open',
  'the incident stays open for seven days');
select is(tests.alerts('127 days'), 'nothing', 'the incident ends after seven days');

-- Every rule that this file tests has fired, and operators were notified of every incident.
select set_eq($$ select distinct data ->> 'rule' from farthing.notifications where template = 'alert' $$,
  $$ select rule from farthing.alert_rules where rule <> 'rule_failed' and rule not in ('ai_errors',
    'ai_slow',
    'auth_failures', 'bookings_flagged', 'credits_minted', 'deep_check_failed', 'grant_above_ceiling',
    'overdue_work',
    'parked_items', 'stripe_setup', 'task_failed', 'tasks_stopped', 'welcome_ceiling') $$,
  'each rule of this file has fired');
select is_empty($$ select incident_id from farthing.incidents i join farthing.notifications n
  on n.subject = i.incident_id::text group by 1 having count(*) <> 2 $$,
    'each incident was notified once per channel');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
