-- The figures of the health endpoint: error budgets and their burn rates, credits by purpose, and work by
-- state.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
\ir ../helpers/money_back.psql
select plan(62);

-- alerts/tasks.test.sql tests the case in which no scheduled task runs.
update farthing.alert_rules set enabled = false where rule = 'tasks_stopped';

create function pg_temp.record(p_rows jsonb, p_passed interval) returns text language sql as $$
  select metrics_record(gen_random_uuid(), 0, p_rows, tests.after(p_passed)) ->> 'recorded'
$$;
create function pg_temp.requests(p_route text, p_status text, p_count int, p_bucket int) returns jsonb
language sql as $$
  select jsonb_build_array(jsonb_build_object('name', 'requests', 'labels', format('route=%s,status=%s',
    p_route, p_status), 'count', p_count, 'sum_ms', 1, 'buckets',
    (select jsonb_agg(case n when p_bucket then p_count else 0 end) from generate_series(1, p_bucket) n)))
$$;
create function pg_temp.figures(p_pattern text, p_passed interval) returns text language sql as $$
  select coalesce(string_agg(format('%s{%s} %s', f.name, f.labels, trim_scale(f.value)), E'\n'
    order by f.name, f.labels), '') from farthing.health_figures(tests.after(p_passed)) f
  where f.name ~ p_pattern
$$;

-- Burn rates: of 1,000 requests to core routes, 5 may fail and 50 may be slow.
select is(farthing.burn_rate('1 hour', tests.after('1 hour')), 0::numeric,
  'burn rates are 0 without a request');
select is(pg_temp.record(pg_temp.requests('POST /usage', status, number, bucket), '40 min'), 'true',
  format('%s of %s', number, status))
from (values ('2xx', 900, 68), ('2xx', 75, 69), ('4xx', 15, 10), ('5xx', 9, 10), ('408', 1, 10))
  r (status, number, bucket);
select is(pg_temp.record(pg_temp.requests('POST /ai/chat', '5xx', 1000, 90), '40 min'), 'true',
  'failed requests to another route are recorded');
select is(farthing.burn_rate('1 hour', tests.after('1 hour')), 2::numeric,
  'errors and late answers are failures: 10 of 1,000 burn the budget twice too fast');
select is(farthing.burn_rate('1 hour', tests.after('1 hour'), 'fast'), 1.5,
  'requests over 120 ms are slow: 75 of 1,000 burn the budget 1.5 times too fast');
select is(farthing.burn_rate('3 days', tests.after('20 hours')), 2::numeric,
  'longer windows read the rows per hour');
select is(farthing.burn_rate('5 minutes', tests.after('1 hour')), 0::numeric,
  'the last five minutes had no request');
select is(pg_temp.record(pg_temp.requests('POST /usage', '5xx', 200, 10), '58 min'), 'true',
  'more requests fail');
select set_eq($$ select labels from farthing.health_figures(tests.after('1 hour'))
  where name = 'burn_rate' $$,
  $$ select format('slo=%s,minutes=%s', slo, minutes) from unnest(array['available', 'fast']) slo,
    unnest(array[5, 30, 60, 360, 4320]) minutes $$, 'each window has a figure');
select set_eq($$ select slo, long_window from farthing.budget_burns(tests.after('1 hour')) where burns $$,
  $$ values ('available', interval '1 hour'), ('available', '6 hours'), ('available', '3 days'),
  ('fast', '3 days') $$,
  'a budget burns if it is spent too fast in both windows');
select is_empty($$ select from farthing.budget_burns(tests.after('64 min')) where burns
  and long_window = '1 hour' $$, 'the short window ends the alert soon after its cause');

-- The report counts requests by route, and shows how much is left of the error budgets.
select is(r #>> '{windows,1h,all,requests}', '2200', 'the report counts all requests')
from health_report(tests.after('1 hour')) r;
select is(r #>> '{windows,5m,routes,0,route}', 'POST /usage',
  'the report counts the requests of each route')
from health_report(tests.after('1 hour')) r;
select is((r #>> '{budget_left,fast}')::numeric, 1 - round(75 / 1200.0 / 0.05, 4),
  'the rest of a month''s budget can be negative')
from health_report(tests.after('1 hour')) r;

-- Any role may count the connections. This test's own connection is active and is counted.
select ok(f.value >= 1, 'a connection is counted by its state') from farthing.connection_figures() f
where f.labels = 'state=active';
select ok(f.value >= (select sum(value) from farthing.connection_figures() c where c.labels <> ''),
  'there are no more connections than the server''s maximum')
from farthing.connection_figures() f where f.name = 'database_connections_max';

-- Sealed entries are summed by purpose.
select isnt(tests.give(name, '100', expires), null, name || ' is given 100')
from (values ('ann', interval '1 hour'), ('bob', null)) g (name, expires);
select isnt(credits_debit(tests.person('bob'), '30.000000000000000001', 'x', p_now => tests.after('1 min')),
  null, 'bob spends credits');
select isnt(tests.hold('bob', '10', 3600), null, 'bob holds credits');
select is(farthing.seal(p_limit => 2), 2, 'some of the entries are sealed');
select is(farthing.seal(), 1, 'the other entries are sealed');
select is(pg_temp.figures('^credits_held', passed), 'credits_held{} ' || held, format('%s are held after %s',
  held, passed)) from (values (interval '59 min', 10), ('1 hour', 0)) h (passed, held);
select is(farthing.expire_credits(tests.after('1 hour')), 2,
  'ann''s credits expire, and so does bob''s hold');
select is(farthing.seal(), 1, 'the expiry is sealed');
create function pg_temp.unlike_the_ledger() returns setof record language sql as $$
  select s.counterparty, s.direction, s.kind, s.entries, s.amount from farthing.entry_sums s
  except select e.counterparty, e.direction, e.kind, count(*), sum(e.amount) from farthing.entries e
  group by 1, 2, 3
$$;
select is_empty('select * from pg_temp.unlike_the_ledger() as u (a farthing.system_account,
  b farthing.direction, c farthing.entry_kind, d bigint, e numeric)',
  'the figures equal the sums of the ledger');
select is((select sum(entries) from farthing.entry_sums), (select count(*)::numeric from farthing.entries),
  'the figures of all sealed entries equal the ledger''s');
select is(pg_temp.figures('^credits_', '1 hour'), E'credits_expired{kind=expiry} 100\ncredits_given'
  || E'{kind=promotion} 200\ncredits_held{} 0\ncredits_outstanding{} 69.999999999999999999\ncredits_spent'
  || '{kind=debit} 30.000000000000000001', 'credits are reported by purpose');
select is((select value from farthing.health_figures(tests.after('1 hour'))
  where name = 'credits_outstanding'), (select sum(balance) from farthing.accounts),
  'the outstanding credits are the sum of all balances');

-- Work is counted by its state, and the age of the oldest item is reported.
select is(inbox_receive(jsonb_build_object('id', 'evt_of_' || n, 'type', 'payment_intent.succeeded',
  'livemode', false, 'created', 1, 'facts', case n when 1 then '{}' else jsonb_build_object('order_id',
  gen_random_uuid(), 'mark', installation_id) end), tests.after('1 hour')) ->> 'received', 'true',
  'events arrive') from generate_series(1, 3) n, farthing.policy;
select is((select status from tests.job('bob', 'research')), 202, 'a job is created');
select is(pg_temp.figures('^(webhook|jobs|job_)', '2 hours'), E'job_oldest_seconds{} 7200\n'
  || E'jobs{state=queued} 1\nwebhook_events{state=deferred} 2\n'
  || E'webhook_events{state=ignored} 1\nwebhook_oldest_seconds{} 3600',
  'events and jobs are reported by state, with the age of the oldest');
select is(pg_temp.figures('^job_oldest', '-1 hour'), 'job_oldest_seconds{} 0',
  'a job that may not run yet does not wait');
select is(pg_temp.figures('^webhook_events', '26 hours'), 'webhook_events{state=deferred} 2',
  'ended work is reported for a day, and waiting work as long as it waits');

-- Sent notifications of users are never deleted, so their number only grows. health_metrics() does
-- not count them, because reading them would become slower and slower.
insert into farthing.notifications (account_id, template, subject, data, state, finished_at)
select a.account_id, 'receipt', 'past ' || n, '{}', 'sent', tests.after()
from generate_series(1, 3000) n, (select min(account_id) as account_id from farthing.accounts) a;
analyze farthing.notifications;
create function pg_temp.read_whole() returns bigint language sql as $$
  select seq_tup_read from pg_stat_xact_user_tables where relid = 'farthing.notifications'::regclass
$$;
create temp table before as select pg_temp.read_whole() as n;
select is(pg_temp.figures('^notifications', '2 hours'), '', 'sent notifications are not reported');
select is(pg_temp.read_whole(), (select n from before), 'sent notifications are not read');
delete from farthing.notifications where subject like 'past %';

-- Credits that were sold, clawed back and reinstated are reported by purpose.
select is(tests.buys('cid'), 'cid', 'cid buys Starter');
select is(tests.pays('cid') ->> 'received', 'true', 'cid pays');
select is(tests.refund('cid', 1, 333, state) ->> 'received', 'true', 'a third of it: ' || state)
from unnest(array['succeeded', 'failed']) state;
select is(farthing.seal(), 3, 'all entries are sealed');
select is(pg_temp.figures('^credits_(sold|taken|reinst)', '0'),
  E'credits_reinstated{kind=reinstatement} 3330\n'
  || E'credits_sold{kind=purchase} 9990\ncredits_taken_back{kind=clawback} 3330',
  'sold, clawed-back and reinstated credits are reported by purpose');

-- The check of a sample of accounts finds each wrong account. health_metrics(), which a metrics
-- collector reads, returns each series once.
select isnt(credits_debit(tests.person('cid'), '9000', 'y'), null, 'cid spends nearly all credits');
select is(tests.refund('cid', 2, 999, 'succeeded') ->> 'received', 'true',
  'cid''s payment is refunded in full');
select is(debt > 0, true,
  'the refund leaves a debt') from farthing.accounts where owner_id = tests.person('cid');
select is(deep_checks_ledger(0), '{"wrong": 0, "looked_at": 3}',
  'a sample of correct accounts finds no error');
update farthing.accounts set held = 5 where owner_id = tests.person('bob');
select is(deep_checks_ledger(0) ->> 'wrong', '1', 'the sample finds a wrong balance');
update farthing.accounts set held = 0 where owner_id = tests.person('bob');
update farthing.accounts set last_seq = last_seq + 1 where owner_id = tests.person('bob');
select is(deep_checks_ledger(0) ->> 'wrong', '1', 'the sample finds a missing entry');
update farthing.accounts set last_seq = last_seq - 1 where owner_id = tests.person('bob');
update farthing.lots set remaining = remaining - 1 where lot_id = (select l.lot_id from farthing.lots l
  join farthing.accounts a using (account_id) where a.owner_id = tests.person('bob'));
select is(deep_checks_ledger(0) ->> 'wrong', '1', 'the sample finds credits without a lot');
update farthing.lots set remaining = remaining + 1 where lot_id = (select l.lot_id from farthing.lots l
  join farthing.accounts a using (account_id) where a.owner_id = tests.person('bob'));
select is(jsonb_array_length(m -> 'counted'), 8, 'a collector gets each series once')
from health_metrics(tests.after('1 hour')) m;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');

-- The sum over several accounts may exceed the largest balance that one account can have.
select isnt(tests.give(name, '99999999999999999999'), null, name || ' is given as much as one can have')
from unnest(array['eve', 'fay']) name;
select cmp_ok(farthing.seal(), '>=', 2, 'entries of more credits than one account can hold are sealed');
select is_empty('select * from pg_temp.unlike_the_ledger() as u (a farthing.system_account,
  b farthing.direction, c farthing.entry_kind, d bigint, e numeric)', 'the figure is their sum');

select * from finish();
rollback;
