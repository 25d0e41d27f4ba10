-- Each time limit is tested a second before its end and at its end.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
\ir ../helpers/chats.psql
select plan(36);

create temporary table bought (name text primary key, order_id uuid);
create function pg_temp.orders(p_name text) returns text language sql as $$
  insert into bought select p_name, (checkout_begin(tests.person(p_name),
    'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test', p_now => tests.after())
    #>> '{order,order_id}')::uuid
  returning 'ordered'
$$;
create function pg_temp.pays(p_name text, p_amount int, p_passed interval default '0') returns jsonb
language sql as $$
  select inbox_receive(jsonb_build_object('id', format('evt_%s_%s', p_name, p_amount), 'type',
    'payment_intent.succeeded', 'livemode', false, 'created', 1, 'facts', jsonb_build_object('order_id',
    (select order_id from bought where name = p_name), 'session_id', null, 'payment_id', 'pi_' || p_name,
    'payment_status', 'paid', 'amount', p_amount, 'currency', 'usd')), tests.after(p_passed))
$$;

-- Stripe stores an idempotency key for 24 hours. To be safe, Farthing counts on only 23 of them: a
-- request that is repeated within 23 hours returns the same refund, and one that is repeated later
-- makes a new refund.
create function pg_temp.refunds(p_passed interval) returns jsonb language sql as $$
  select refunds_begin((select order_id from bought where name = 'ann'), p_amount => '400',
    p_author => 'key:default', p_idempotency_key => tests.sha256('one'),
    p_fingerprint => tests.sha256('400'), p_now => tests.after(p_passed))
$$;
create function pg_temp.postponed(p_refund_id text) returns text language sql as $$
  select refunds_postpone(p_refund_id::uuid, 'stripe: down', tests.sha256('one')) ->> 'status'
$$;
select is(pg_temp.orders('ann'), 'ordered', 'ann orders a package');
select is(pg_temp.pays('ann', 999), '{"received": true}', 'ann pays');
create temporary table asked as select pg_temp.refunds('0') #>> '{refund,refund_id}' as first;
select is(pg_temp.postponed(first), 'pending', 'Stripe does not answer') from asked;
select is(pg_temp.refunds('23 hours' - interval '1 s') #>> '{refund,refund_id}', first,
  'a repeat within 23 hours is the same refund') from asked;
select is(pg_temp.postponed(first), 'pending', 'Stripe does not answer again') from asked;
select isnt(pg_temp.refunds('23 hours') #>> '{refund,refund_id}', first,
  'a repeat after 23 hours is another refund, because Stripe may have forgotten the key') from asked;

-- A failed event gets ten attempts. The backoff doubles after each attempt.
select is(pg_temp.orders('fay'), 'ordered', 'fay orders a package');
select is(pg_temp.pays('fay', 998) ->> 'failed', 'true', 'fay pays too little');
select is((select array_agg(format('%s,%s', farthing.retry_events(tests.after(due - interval '1 s')),
    farthing.retry_events(tests.after(due))) order by nr)
  from generate_series(1, 9) nr, make_interval(mins => (2 ^ nr - 1)::int) due),
  array_fill('0,1'::text, array[9]), 'each attempt is made when it is due, and not a second earlier');
select is((select state || attempts from farthing.inbox where event_id = 'evt_fay_998'), 'dead10',
  'after ten attempts the event is dead-lettered');

-- If a runner stops, the notification that it has claimed can be claimed again five minutes after
-- the first claim.
select isnt(tests.give('bob', '100'), null, 'bob has an account');
select is(farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('bob')),
  'low_balance', 'a', '{}', tests.after('1 day')), true, 'a notification for bob is queued');
create function pg_temp.claims(p_passed interval) returns int language sql as $$
  select count(*)::int from jsonb_array_elements(notifications_claim(10, 'resend',
    p_now => tests.after(p_passed))) c
  join farthing.notifications n on n.notification_id = (c ->> 'notification_id')::uuid where n.subject = 'a'
$$;
select is(pg_temp.claims('1 day'), 1, 'a runner claims the notification');
select is(pg_temp.claims('1 day 5 min' - interval '1 s'), 0,
  'no other runner claims the notification for five minutes');
select is(pg_temp.claims('1 day 5 min'), 1, 'another runner claims the notification after five minutes');

-- The result of a job is stored for 24 hours.
select isnt(tests.job('cid', 'free', p_passed => '1 s'), null, 'cid has a job');
select is(tests.claim('one', 'free', '1 s'), '1', 'a runner claims the job');
select is(jobs_complete(tests.runner('one'), format('[{"job_id": "%s", "token": 1, "result": {"rows": 2}}]',
  tests.job_id('cid'))::jsonb, tests.after('2 s')) #>> '{jobs,0,status}', 'completed',
  'the job is completed');
select is(farthing.delete_old_job_data(tests.after('24 h')), 0, 'the job''s result is stored for 24 hours');
select is(farthing.delete_old_job_data(tests.after('24 h 1 s')), 1, 'the result is deleted after 24 hours');
select is(farthing.delete_old_job_data(tests.after('30 days')), 0, 'the job is stored for 30 days');
select is(farthing.delete_old_job_data(tests.after('30 days 1 s')), 1, 'the job is deleted after 30 days');

-- Resolved incidents are stored for a year, and proofs for 90 days.
insert into farthing.incidents (rule, severity, runbook, state, value, threshold, summary, first_seen_at,
  last_seen_at, fired_at, resolved_at)
select 'test', 'warning', 'none', 'resolved', 1, 1, 'a test', t, t, t, t from tests.after() t;
select is(farthing.delete_old_incidents(tests.after() + interval '1 year' - interval '1 s'), 0,
  'a resolved incident is stored for a year');
select is(farthing.delete_old_incidents(tests.after() + interval '1 year'), 1,
  'the incident is deleted after a year');
delete from farthing.proof_runs where true;
create function pg_temp.proofs(p_passed interval) returns int language plpgsql as $$
begin
  perform farthing.prove_if_due(tests.after(p_passed));
  return (select count(*) from farthing.proof_runs);
end
$$;
select is(pg_temp.proofs('0'), 1, 'a proof is recorded');
select is(pg_temp.proofs('90 days' - interval '1 s'), 2, 'the first proof is stored for 90 days');
select is(pg_temp.proofs('90 days 2 hours'), 2, 'the first proof is deleted after 90 days');

-- The checkouts from one address are counted for an hour.
update farthing.policy set sessions_per_ip_hour = 1;
create function pg_temp.opens(p_name text, p_passed interval) returns text language sql as $$
  select coalesce(b ->> 'code', b ->> 'step') from checkout_begin(tests.person(p_name),
    'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test',
    p_now => tests.after(p_passed), p_ip_hash => tests.sha256('address')) b
$$;
select is(pg_temp.opens('dan', '1 hour'), 'create', 'an address opens a checkout');
select is(pg_temp.opens('eve', '2 hours' - interval '1 s'), 'velocity_exceeded',
  'another checkout within the hour is refused');
select is(pg_temp.opens('eve', '2 hours'), 'create', 'another checkout after an hour is allowed');

-- The hold of a chat expires after ten minutes.
select isnt(tests.give(name, '100'), null, name || ' has 100 credits') from unnest(array['gus', 'hal']) name;
select isnt(tests.begin_chat(name, name), null, name || ' begins a chat')
from unnest(array['gus']) name;
select is(tests.release_chat(tests.chat_id('gus'), '10 min', 'gus'), 'released',
  'a chat whose hold has expired can be released');
select is(tests.balance('gus', '10 min'), 'balance 100, held 0, available 100, debt 0',
  'nothing of gus''s credits stays held');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
