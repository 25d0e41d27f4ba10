-- Paid checks, models and credentials: what each rule reads, and that it says nothing of few.

begin;
\ir ../helpers/story.psql
\ir ../helpers/alerts.psql
select plan(29);

update farthing.alert_rules set resolves_after = '0',
  enabled = rule in ('deep_check_failed', 'ai_errors', 'ai_slow', 'auth_failures');
create function pg_temp.calls(p_passed interval, p_outcome text, p_count int, p_service text default 'ai')
returns jsonb language sql as $$
  select tests.measures(p_passed, 'outside_calls', format('service=%s,outcome=%s', p_service, p_outcome),
    p_count)
$$;

-- Paid checks.
select is(tests.alerts('0'), 'nothing', 'where nothing was checked, nothing is wrong');
select isnt(deep_checks_report('ai', 'failed', 100, 'upstream_unavailable', p_now => tests.after()), null,
  'AI is down at the hourly check');
select isnt(deep_checks_report('stripe', 'ok', 100, null, p_now => tests.after()), null, 'Stripe is up');
select is(tests.alerts('1 min'), 'deep_check_failed open', 'it is an alert');
select is((select summary from farthing.incidents where state = 'open'),
  '1 paid check failed: ai with upstream_unavailable.', 'that names the check');
select is(tests.alerts('2 hours'), 'nothing', 'a check of two hours ago says nothing');
select isnt(deep_checks_report('ai', 'failed', 100, null, p_now => tests.after('3 hours')), null,
  'it fails again');
select is(tests.alerts('3 hours'), 'deep_check_failed open', 'an alert again');
select isnt(deep_checks_report('ai', 'ok', 100, null, p_now => tests.after('4 hours')), null, 'AI is back');
select is(tests.alerts('4 hours'), 'nothing', 'and the alert ends');

-- Calls to models that fail.
select isnt(pg_temp.calls('1 day', outcome, count, service), null,
  format('%s %s by %s', count, outcome, service))
from (values ('ok', 1, 'ai'), ('failed', 2, 'ai'), ('timeout', 1, 'ai'), ('refused', 1, 'ai'),
  ('rejected', 9, 'ai'), ('failed', 100, 'mail')) c (outcome, count, service);
select is(tests.alerts('1 day 1 min'), 'nothing', 'four failures are chance, whatever their share');
select pg_temp.calls('1 day', 'failed', 1);
select is(tests.alerts('1 day 1 min'), 'ai_errors open', 'five of fifteen are an alert');
select is((select summary from farthing.incidents where rule = 'ai_errors'),
  '5 of 15 calls to models failed within 10 minutes, which is 33.33 %.', 'in its words');
select pg_temp.calls('1 day 1 min', 'ok', 10);
select is(tests.alerts('1 day 2 min'), 'ai_errors open', 'one of five is less, and not fine');
select pg_temp.calls('1 day 1 min', 'ok', 40);
select is(tests.alerts('1 day 2 min'), 'nothing', 'one of thirteen is');

-- Bucket 108's middle is 29.9 s, that of bucket 109 is 34.4 s.
select tests.measures('2 days', 'outside_call', 'service=ai', 9, 109);
select is(tests.alerts('2 days 1 min'), 'nothing', 'of nine slow calls nothing is said');
select tests.measures('2 days', 'outside_call', 'service=ai', 171, 108);
select is(tests.alerts('2 days 1 min'), 'nothing', 'one of twenty may be slow');
select tests.measures('2 days', 'outside_call', 'service=ai', 2, 109);
select tests.measures('2 days', 'outside_call', 'service=mail', 1000, 20);
select is(tests.alerts('2 days 1 min'), 'ai_slow open', 'not more, however quick other services are');
select is(tests.alerts('2 days 11 min'), 'nothing', 'ten minutes later that is over');

-- Credentials.
select tests.measures('3 days', 'auth_failures', 'status=401,code=unauthorized', 60);
select tests.measures('3 days', 'auth_failures', 'status=403,code=forbidden', 39);
select tests.requests('3 days', 'GET /credits', '4xx', 99);
select is(tests.alerts('3 days 1 min'), 'nothing', 'of 99 refusals nothing is said');
select tests.measures('3 days', 'auth_failures', 'status=400,code=bad_signature', 2);
select is(tests.alerts('3 days 1 min'), 'auth_failures open', 'of a hundred it is');
select tests.requests('3 days', 'GET /credits', '2xx', 406);
select is(tests.alerts('3 days 1 min'), 'auth_failures open', 'a fifth of all requests is not fine');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
