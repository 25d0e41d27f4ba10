-- Foreign payments: other apps on the same Stripe account also use UUIDs as order_id. The installation's id
-- in the metadata distinguishes our own objects.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(18);

create temporary table marks (owner text primary key, mark uuid);
insert into marks select 'ours', installation_id from farthing.policy
union all values ('another installation''s', gen_random_uuid()), ('nobody''s', null);

-- Each type of event that names an order or a booking. This database does not know the order or booking that
-- the event names.
create temporary table types (type text, facts jsonb);
insert into types select type, jsonb_build_object('order_id', gen_random_uuid(), 'session_id', 'cs_1',
  'payment_id', 'pi_1', 'payment_status', 'paid', 'amount', 999, 'currency', 'usd') from unnest(array[
  'checkout.session.completed', 'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed', 'checkout.session.expired', 'payment_intent.succeeded',
  'payment_intent.payment_failed', 'payment_intent.requires_action', 'payment_intent.canceled']) type
union all select type, jsonb_build_object('booking_id', gen_random_uuid(), 'payment_id', 'pi_1', 'amount',
  999, 'currency', 'usd') from unnest(array['payment_intent.succeeded', 'payment_intent.processing']) type
union all select type, jsonb_build_object(name, gen_random_uuid(), 'payment_id', 'pi_1', 'charge_id', 'ch_1',
  'card_fingerprint', 'f') from unnest(array['charge.succeeded', 'charge.failed']) type,
  unnest(array['order_id', 'booking_id']) name;

create function pg_temp.outcomes(p_owner text) returns setof text language sql as $$
  with answers as materialized (select tests.receive(type, facts || jsonb_build_object('mark', mark))
    from types, marks where owner = p_owner)
  select distinct answers.receive::text from answers
$$;
create function pg_temp.states() returns text[] language sql as $$
  select array_agg(distinct concat_ws(': ', state, last_error) order by concat_ws(': ', state, last_error))
  from farthing.inbox
$$;
select results_eq(format('select pg_temp.outcomes(%L)', owner), array['{"received": true}'],
  format('T44: an order that is not here and bears %s mark is none of ours', owner))
from marks where owner <> 'ours' order by owner;
select is(pg_temp.states(),
  '{"ignored: its booking is not here and its metadata does not name this installation",'
  '"ignored: its order is not here and its metadata does not name this installation"}',
  'the event is ignored, with a reason');
select is((select array_agg(farthing.retry_events(tests.after(make_interval(mins => (2 ^ nr - 1)::int)))
  order by nr) from generate_series(1, 10) nr), '{0,0,0,0,0,0,0,0,0,0}',
  'the ignored event is never retried and never dead-lettered');

select results_eq('select pg_temp.outcomes(''ours'')', array['{"deferred": true, "received": true}'],
  'an unknown order that bears our mark was lost, and its event is deferred');
select is((select sum(farthing.retry_events(tests.after(make_interval(mins => (2 ^ nr - 1)::int))))::int
  from generate_series(1, 9) nr), 9 * (select count(*) from types)::int, 'nine more attempts are made');
select is((select count(*) from farthing.inbox where state = 'dead'), (select count(*) from types),
  'the event is dead-lettered, and operators are alerted');

-- A checkout session that was created before sessions had the installation's id.
select is(tests.buys('ann'), 'ann', 'ann opens an order');
select is(tests.pays('ann'), '{"received": true}', 'ann''s session bears no mark');
select is(tests.bought_by('ann'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'a known order needs no mark');

-- A refund from the dashboard does not have the installation's id. Only its payment shows whether
-- the refund is ours, so the refund waits for the payment.
select is(tests.receive('refund.updated', jsonb_build_object('stripe_refund_id', 're_' || owner, 'refund_id',
    gen_random_uuid(), 'payment_id', 'pi_elsewhere', 'charge_id', 'ch_elsewhere', 'amount', 999, 'currency',
    'usd', 'status', 'succeeded', 'failure_reason', null, 'mark', mark)),
  '{"received": true, "deferred": true}', format('a refund with %s mark comes before its payment', owner))
from marks order by owner;
select is((select sum(farthing.retry_events(tests.after(make_interval(mins => (2 ^ nr - 1)::int))))::int
  from generate_series(1, 9) nr), 27, 'nine more attempts are made');
select results_eq($$ select owner, state from farthing.inbox
    join marks on facts ->> 'stripe_refund_id' = 're_' || owner order by owner $$,
  $$ values ('another installation''s', 'ignored'), ('nobody''s', 'ignored'), ('ours', 'dead') $$,
  'only the event with our mark is dead-lettered');
select is((select array_agg(distinct last_error) from farthing.inbox
    where state = 'ignored' and type = 'refund.updated'),
  '{its payment is not here and its metadata does not name this installation}',
  'the other events are ignored, with a reason');

-- The events that wait for a payment are found through indexes, so no other event is read.
insert into farthing.inbox (event_id, type, livemode, facts, occurred_at, received_at, state, attempts,
  processed_at)
select 'evt_waited_' || nr, 'application_fee.created', false, jsonb_build_object('payment_id', 'pi_of_' || nr,
  'charge_id', 'ch_of_' || nr), tests.after(), tests.after(), 'ignored', 10, tests.after()
from generate_series(1, 3000) nr;
analyze farthing.inbox;
create function pg_temp.rows_read() returns bigint language sql as $$
  select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relid = 'farthing.inbox'::regclass
$$;
create function pg_temp.rows_read_of_waiting() returns bigint language plpgsql as $$
declare
  v_before bigint := pg_temp.rows_read();
begin
  perform farthing.apply_waiting('pi_none', tests.after('2 days'), 'ch_none');
  return pg_temp.rows_read() - v_before;
end
$$;
select is(pg_temp.rows_read_of_waiting(), 0::bigint,
  'two indexes find the events that wait for a payment');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
