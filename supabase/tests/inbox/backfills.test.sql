-- Backfills: when the payment runner is woken, and that one runner at a time fetches Stripe's
-- events.

begin;
\ir ../helpers/story.psql
select plan(41);

create function pg_temp.since(p_claim jsonb) returns interval language sql as $$
  select to_timestamp((p_claim ->> 'since')::bigint) - tests.after()
$$;

-- One runner at a time has the claim.
select is((select done_until <= now() from farthing.backfills), true, 'a new project has missed nothing');
update farthing.backfills set done_until = tests.after('-1 hour');
select is(backfills_claim(tests.after('-1 s')), null, 'for an hour none is due');
select is(pg_temp.since(backfills_claim(tests.after())), '-70 min'::interval,
  'then one looks back to where the last ended, and a little more');
select is(backfills_claim(tests.after('1 s')), null, 'a second runner gets none');
select is(backfills_claim(tests.after('5 min' - interval '1 s')), null, 'while the first may live');
select is(pg_temp.since(backfills_claim(tests.after('5 min'))), '-70 min'::interval,
  'a dead runner''s is taken over');
select is(backfills_finish(tests.after(), false, 3), '{}', 'the first ends late');
select is(backfills_claim(tests.after('7 min')), null, 'and takes nothing from the second');
select is((select unreadable from farthing.backfills), 0, 'nor is what it could not read the second''s');
select is(backfills_finish(tests.after('5 min'), true, 0), '{}', 'the second ends');
select is(backfills_finish(tests.after(), true, 0), '{}', 'the first has asked for no more than the second');
select is(backfills_claim(tests.after('1 hour')), null, 'for an hour none is due');
select is(pg_temp.since(backfills_claim(tests.after('65 min'))), interval '-5 min',
  'the next looks back to when the last began, and a little more');

-- A backfill that ran out of time continues in the next run.
select is(backfills_finish(tests.after('65 min'), false, 0), '{}', 'time ran out');
select is(pg_temp.since(backfills_claim(tests.after('67 min'))), interval '-5 min',
  'the next goes on at once');
select is(backfills_finish(tests.after('67 min'), true, 0), '{}', 'and ends it');
select is(backfills_claim(tests.after('2 hours')), null, 'so none is due for an hour');

-- An unreadable event is fetched again each quarter of an hour, and the backfill is not complete
-- before.
select is(pg_temp.since(backfills_claim(tests.after('3 hours'))), interval '57 min', 'an hour later');
select is(backfills_finish(tests.after('3 hours'), false, 2), '{}', 'two events can''t be read');
select is((select unreadable from farthing.backfills), 2, 'it is stored');
select is(backfills_claim(tests.after('3 hours 1 min')), null, 'a minute later none is due');
select is(farthing.wake_payment_runner_if_due(tests.after('3 hours 1 min')), false, 'and nobody is woken');
select is(backfills_claim(tests.after('3 hours 15 min' - interval '1 s')), null, 'nor before 15 minutes');
select is(pg_temp.since(backfills_claim(tests.after('3 hours 15 min'))), interval '57 min',
  'after 15 minutes they are asked for again');
select is(backfills_claim(tests.after('3 hours 20 min' - interval '1 s')), null, 'by one runner');
select is(pg_temp.since(backfills_claim(tests.after('3 hours 20 min'))), interval '57 min',
  'another may take it over');
select is(backfills_finish(tests.after('3 hours 20 min'), true, 0), '{}', 'they can be read');
select is((select array[unreadable::text, retry_at::text] from farthing.backfills), array['0', null],
  'then nothing is left of it');
select is(backfills_claim(tests.after('4 hours 20 min' - interval '1 s')), null, 'for an hour none is due');
select is(pg_temp.since(backfills_claim(tests.after('4 hours 20 min'))), interval '190 min',
  'the next looks back to when the last began');
select is(backfills_finish(tests.after('4 hours 20 min'), true, 0), '{}', 'and ends');

-- After a long outage the backfill goes back as far as Stripe stores events.
select is(pg_temp.since(backfills_claim(tests.after('90 days'))), interval '60 days', 'Stripe keeps 30 days');
select is(backfills_finish(tests.after('90 days'), true, 0), '{}', 'all is there');

-- The runner is woken only for due work, and only if its address is stored.
select isnt(vault.create_secret('https://project.example.com/functions/v1', 'farthing_functions_url'), null,
  'an address');
select isnt(vault.create_secret('sb_secret_1', 'farthing_secret_key'), null, 'and a key');
select is(farthing.wake_payment_runner_if_due(tests.after('90 days')), false, 'nobody is woken for nothing');
select is((select count(*)::int from net.http_request_queue), 0, 'nothing is asked for');
select is(farthing.wake_payment_runner_if_due(tests.after('90 days 1 hour')), true,
  'after an hour Stripe is to be asked again');
select results_eq($$ select url, headers ->> 'apikey' from net.http_request_queue $$,
  $$ values ('https://project.example.com/functions/v1/payment-runner', 'sb_secret_1') $$,
  'the payments'' runner is asked for, with the key where keys go');
delete from vault.secrets where name like 'farthing%';
select is(farthing.wake_payment_runner_if_due(tests.after('90 days 1 hour')), false,
  'without an address nobody is woken');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
