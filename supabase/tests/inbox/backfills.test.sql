-- Backfills: the payment runner is woken only if work is due, and only one runner at a time fetches
-- Stripe's events.

begin;
\ir ../helpers/all_tests.psql
select plan(41);

create function pg_temp.since(p_claim jsonb) returns interval language sql as $$
  select to_timestamp((p_claim ->> 'since')::bigint) - tests.after()
$$;

-- Only one runner at a time can claim the backfill.
select is((select done_until <= now() from farthing.backfills), true, 'a new project has missed no events');
update farthing.backfills set done_until = tests.after('-1 hour');
update farthing.balance_lists set done_until = tests.after('90 days 55 min');
select is(backfills_claim(tests.after('-1 s')), null, 'no backfill is due within an hour');
select is(pg_temp.since(backfills_claim(tests.after())), '-70 min'::interval,
  'the backfill begins 10 minutes before the end of the last one');
select is(backfills_claim(tests.after('1 s')), null, 'a second runner gets no backfill');
select is(backfills_claim(tests.after('5 min' - interval '1 s')), null,
  'the claim holds for as long as the first runner may run');
select is(pg_temp.since(backfills_claim(tests.after('5 min'))), '-70 min'::interval,
  'a second runner takes over the backfill of a dead runner');
select is(backfills_finish(tests.after(), false, 3), '{}', 'the first runner finishes late');
select is(backfills_claim(tests.after('7 min')), null,
  'the late runner does not end the second runner''s claim');
select is((select unreadable from farthing.backfills), 0,
  'the late runner''s unreadable events are not stored');
select is(backfills_finish(tests.after('5 min'), true, 0), '{}', 'the second runner finishes');
select is(backfills_finish(tests.after(), true, 0), '{}',
  'the first runner finishes again, with an earlier end');
select is(backfills_claim(tests.after('1 hour')), null, 'no backfill is due within an hour');
select is(pg_temp.since(backfills_claim(tests.after('65 min'))), interval '-5 min',
  'the next backfill begins 10 minutes before the last claim');

-- If a backfill's time runs out, the next run continues it.
select is(backfills_finish(tests.after('65 min'), false, 0), '{}', 'a runner runs out of time');
select is(pg_temp.since(backfills_claim(tests.after('67 min'))), interval '-5 min',
  'the next backfill is due at once');
select is(backfills_finish(tests.after('67 min'), true, 0), '{}', 'the next runner finishes the backfill');
select is(backfills_claim(tests.after('2 hours')), null, 'no backfill is due within an hour');

-- An unreadable event is fetched again every quarter of an hour. Until it can be read, the backfill is not
-- complete.
select is(pg_temp.since(backfills_claim(tests.after('3 hours'))), interval '57 min',
  'a backfill is due an hour later');
select is(backfills_finish(tests.after('3 hours'), false, 2), '{}', 'a runner cannot read two events');
select is((select unreadable from farthing.backfills), 2, 'the number of unreadable events is stored');
select is(backfills_claim(tests.after('3 hours 1 min')), null, 'no backfill is due a minute later');
select is(farthing.wake_payment_runner_if_due(tests.after('3 hours 1 min')), false,
  'no runner is woken a minute later');
select is(backfills_claim(tests.after('3 hours 15 min' - interval '1 s')), null,
  'no backfill is due before 15 minutes have passed');
select is(pg_temp.since(backfills_claim(tests.after('3 hours 15 min'))), interval '57 min',
  'the backfill is due again after 15 minutes');
select is(backfills_claim(tests.after('3 hours 20 min' - interval '1 s')), null,
  'one runner claims the retry');
select is(pg_temp.since(backfills_claim(tests.after('3 hours 20 min'))), interval '57 min',
  'another runner can take over the retry of a dead runner');
select is(backfills_finish(tests.after('3 hours 20 min'), true, 0), '{}', 'the events can be read now');
select is((select array[unreadable::text, retry_at::text] from farthing.backfills), array['0', null],
  'no unreadable events are stored any more');
select is(backfills_claim(tests.after('4 hours 20 min' - interval '1 s')), null,
  'no backfill is due within an hour');
select is(pg_temp.since(backfills_claim(tests.after('4 hours 20 min'))), interval '190 min',
  'the next backfill begins 10 minutes before the last claim');
select is(backfills_finish(tests.after('4 hours 20 min'), true, 0), '{}', 'the next backfill finishes');

-- After a long outage the backfill fetches all events that Stripe still stores.
select is(pg_temp.since(backfills_claim(tests.after('90 days'))), interval '60 days',
  'a backfill goes back at most 30 days');
select is(backfills_finish(tests.after('90 days'), true, 0), '{}', 'all events were fetched');

-- The runner is woken only if work is due and the runner's URL is stored.
select isnt(vault.create_secret('https://project.example.com/functions/v1', 'farthing_functions_url'), null,
  'the address of the functions is stored');
select isnt(vault.create_secret('sb_secret_1', 'farthing_secret_key'), null, 'a secret key is stored');
select is(farthing.wake_payment_runner_if_due(tests.after('90 days')), false,
  'no runner is woken without due work');
select is((select count(*)::int from net.http_request_queue), 0, 'no call is queued');
select is(farthing.wake_payment_runner_if_due(tests.after('90 days 1 hour')), true,
  'the runner is woken after an hour');
select results_eq($$ select url, headers ->> 'apikey' from net.http_request_queue $$,
  $$ values ('https://project.example.com/functions/v1/payment-runner', 'sb_secret_1') $$,
  'the payment runner is called with the secret key in its header');
delete from vault.secrets where name like 'farthing%';
select is(farthing.wake_payment_runner_if_due(tests.after('90 days 1 hour')), false,
  'no runner is woken without an address');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
