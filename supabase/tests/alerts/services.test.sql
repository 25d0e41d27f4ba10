-- The alert rules about models, credentials and paid checks: what each rule counts, and that a
-- small number of calls opens no incident. A paid check calls an external service each hour, and
-- the call costs money.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(29);

update farthing.alert_rules set resolves_after = '0',
  enabled = rule in ('deep_check_failed', 'ai_errors', 'ai_slow', 'auth_failures');
create function pg_temp.calls(p_passed interval, p_outcome text, p_count int, p_service text default 'ai')
returns jsonb language sql as $$
  select tests.measures(p_passed, 'outside_calls', format('service=%s,outcome=%s', p_service, p_outcome),
    p_count)
$$;

-- A paid check that fails opens an incident.
select is(tests.alerts('0'), 'nothing', 'no check opens no incident');
select isnt(deep_checks_report('ai', 'failed', 100, 'upstream_unavailable', p_now => tests.after()), null,
  'the hourly check reports that the AI service failed');
select isnt(deep_checks_report('stripe', 'ok', 100, null, p_now => tests.after()), null,
  'the hourly check reports that Stripe works');
select is(tests.alerts('1 min'), 'deep_check_failed open', 'a failed check opens an incident');
select is((select summary from farthing.incidents where state = 'open'),
  '1 paid check failed: ai with upstream_unavailable.', 'the summary names the failed check');
select is(tests.alerts('2 hours'), 'nothing', 'a check of two hours ago no longer counts');
select isnt(deep_checks_report('ai', 'failed', 100, null, p_now => tests.after('3 hours')), null,
  'the AI service fails again');
select is(tests.alerts('3 hours'), 'deep_check_failed open', 'the new failure opens an incident');
select isnt(deep_checks_report('ai', 'ok', 100, null, p_now => tests.after('4 hours')), null,
  'the AI service works again');
select is(tests.alerts('4 hours'), 'nothing', 'a successful check resolves the incident');

-- Calls to models fail.
select isnt(pg_temp.calls('1 day', outcome, count, service), null,
  format('%s calls to %s have the outcome %s', count, service, outcome))
from (values ('ok', 1, 'ai'), ('failed', 2, 'ai'), ('timeout', 1, 'ai'), ('refused', 1, 'ai'),
  ('rejected', 9, 'ai'), ('failed', 100, 'mail')) c (outcome, count, service);
select is(tests.alerts('1 day 1 min'), 'nothing', 'four failures open no incident, whatever their share');
select pg_temp.calls('1 day', 'failed', 1);
select is(tests.alerts('1 day 1 min'), 'ai_errors open', 'five failures of fifteen calls open an incident');
select is((select summary from farthing.incidents where rule = 'ai_errors'),
  '5 of 15 calls to models failed within 10 minutes, which is 33.33 %.',
  'the summary has the share of failed calls');
select pg_temp.calls('1 day 1 min', 'ok', 10);
select is(tests.alerts('1 day 2 min'), 'ai_errors open', 'a share of one in five is neither over nor fine');
select pg_temp.calls('1 day 1 min', 'ok', 40);
select is(tests.alerts('1 day 2 min'), 'nothing', 'a share of one in thirteen is fine');

-- In the histogram, the middle of bucket 108 is 29.9 s, and the middle of bucket 109 is 34.4 s.
select tests.measures('2 days', 'outside_call', 'service=ai', 9, 109);
select is(tests.alerts('2 days 1 min'), 'nothing', 'nine slow calls open no incident');
select tests.measures('2 days', 'outside_call', 'service=ai', 171, 108);
select is(tests.alerts('2 days 1 min'), 'nothing', 'one slow call of twenty opens no incident');
select tests.measures('2 days', 'outside_call', 'service=ai', 2, 109);
select tests.measures('2 days', 'outside_call', 'service=mail', 1000, 20);
select is(tests.alerts('2 days 1 min'), 'ai_slow open',
  'more slow calls open an incident, however fast other services are');
select is(tests.alerts('2 days 11 min'), 'nothing', 'the incident ends after ten minutes');

-- Many requests with refused credentials open an incident.
select tests.measures('3 days', 'auth_failures', 'status=401,code=unauthorized', 60);
select tests.measures('3 days', 'auth_failures', 'status=403,code=forbidden', 39);
select tests.requests('3 days', 'GET /credits', '4xx', 99);
select is(tests.alerts('3 days 1 min'), 'nothing', '99 refusals open no incident');
select tests.measures('3 days', 'auth_failures', 'status=400,code=bad_signature', 2);
select is(tests.alerts('3 days 1 min'), 'auth_failures open', 'a hundred refusals open an incident');
select tests.requests('3 days', 'GET /credits', '2xx', 406);
select is(tests.alerts('3 days 1 min'), 'auth_failures open', 'a fifth of all requests is not fine');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
