-- When the payments' runner is woken, and that one runner at a time asks Stripe for events.

begin;
\ir helpers/story.psql
select plan(26);

create function pg_temp.since(p_claim jsonb) returns interval language sql as $$
  select to_timestamp((p_claim ->> 'since')::bigint) - tests.after()
$$;

-- One runner's at a time.
select is((select done_until <= now() from farthing.backfills), true, 'a new project has missed nothing');
update farthing.backfills set done_until = tests.after('-1 hour');
select is(backfills_claim(tests.after('-1 s')), null, 'for an hour none is due');
select is(pg_temp.since(backfills_claim(tests.after())), '-70 min'::interval,
  'then one looks back to where the last ended, and a little more');
select is(backfills_claim(tests.after('1 s')), null, 'a second runner gets none');
select is(backfills_claim(tests.after('5 min' - interval '1 s')), null, 'while the first may live');
select is(pg_temp.since(backfills_claim(tests.after('5 min'))), '-70 min'::interval,
  'a dead runner''s is taken over');
select is(backfills_finish(tests.after(), false), '{}', 'the first ends late');
select is(backfills_claim(tests.after('7 min')), null, 'and takes nothing from the second');
select is(backfills_finish(tests.after('5 min'), true), '{}', 'the second ends');
select is(backfills_finish(tests.after(), true), '{}', 'the first has asked for no more than the second');
select is(backfills_claim(tests.after('1 hour')), null, 'for an hour none is due');
select is(pg_temp.since(backfills_claim(tests.after('65 min'))), interval '-5 min',
  'the next looks back to when the last began, and a little more');

-- What ran out of time goes on in the next run.
select is(backfills_finish(tests.after('65 min'), false), '{}', 'time ran out');
select is(pg_temp.since(backfills_claim(tests.after('67 min'))), interval '-5 min',
  'the next goes on at once');
select is(backfills_finish(tests.after('67 min'), true), '{}', 'and ends it');
select is(backfills_claim(tests.after('2 hours')), null, 'so none is due for an hour');

-- After a long absence: as far as Stripe keeps events.
select is(pg_temp.since(backfills_claim(tests.after('90 days'))), interval '60 days', 'Stripe keeps 30 days');
select is(backfills_finish(tests.after('90 days'), true), '{}', 'all is there');

-- Nobody is woken for nothing, and without an address nobody at all.
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
