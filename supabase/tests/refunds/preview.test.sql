-- Dry runs of refunds: in each state of an order they return the figures of the refund, and change nothing.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(64);

-- Returns a hash of each table that a refund or a grant can change.
create function pg_temp.rows() returns text language plpgsql as $$
declare
  v_rows text := '';
  v_table text;
  v_hash text;
begin
  foreach v_table in array string_to_array('accounts entries lots holds orders refunds grants debt_payments '
    'fraud_warnings used_references idempotency_keys audit inbox notifications', ' ') loop
    execute format('select md5(coalesce(string_agg(t::text, %L order by t::text), %L)) from farthing.%I t',
      '|', '', v_table) into v_hash;
    v_rows := v_rows || v_table || ' ' || v_hash || E'\n';
  end loop;
  return v_rows;
end
$$;

-- Runs a statement, and returns its answer or its refusal.
create function pg_temp.tried(p_sql text) returns jsonb language plpgsql as $$
declare
  v_answer jsonb;
begin
  execute p_sql into v_answer;
  return v_answer;
exception when sqlstate 'PGRST' then
  return jsonb_build_object('refused', sqlerrm::jsonb -> 'code', 'field', sqlerrm::jsonb -> 'hint',
    'details', sqlerrm::jsonb -> 'details');
end
$$;

create function pg_temp.real_refund(p_name text, p_amount text, p_at interval) returns jsonb
language plpgsql as $$
declare
  v_order_id uuid := (select order_id from tests.bought where name = p_name);
  v_step jsonb := pg_temp.tried(format('select refunds_begin(%L, null, %L, p_now => %L)', v_order_id,
    p_amount, tests.after(p_at)));
  v_refund farthing.refunds;
begin
  if v_step ? 'refused' then
    return v_step;
  end if;
  perform tests.refund(p_name, nextval('tests.event_nr')::int, (v_step #>> '{refund,amount}')::bigint,
    p_passed => p_at, p_refund_id => (v_step #>> '{refund,refund_id}')::uuid);
  v_refund := (select r from farthing.refunds r where refund_id = (v_step #>> '{refund,refund_id}')::uuid);
  return jsonb_build_object('dry_run', true, 'order_id', v_order_id, 'booking_id', null, 'amount',
    v_refund.amount, 'currency', v_refund.currency, 'refundable_after',
    farthing.refundable(farthing.find_payment('pi_' || p_name)),
    'credits_taken_back', trim_scale(v_refund.credits_clawed_back)::text,
    'debt_added', trim_scale(v_refund.debt_added)::text);
end
$$;

-- Tests a dry run of a refund: its figures are p_wanted, it changes no row, and the real refund afterwards
-- has the same result.
create function pg_temp.alike(p_name text, p_amount text, p_at interval, p_wanted text, p_state text)
returns setof text language plpgsql as $$
declare
  v_rows text := pg_temp.rows();
  v_dry_run jsonb := pg_temp.tried(format('select refunds_preview(%L, null, %L, p_now => %L)',
    (select order_id from tests.bought where name = p_name), p_amount, tests.after(p_at)));
begin
  return next is(coalesce(v_dry_run ->> 'refused', concat_ws(' ', v_dry_run ->> 'amount',
    v_dry_run ->> 'refundable_after', v_dry_run ->> 'credits_taken_back', v_dry_run ->> 'debt_added')),
    p_wanted, p_state || ': the dry run has the figures');
  return next is(pg_temp.rows(), v_rows, p_state || ': the dry run changes nothing');
  return next is(pg_temp.real_refund(p_name, p_amount, p_at), v_dry_run,
    p_state || ': the refund does what the dry run says');
end
$$;

select isnt(tests.buys(name), null, name || ' orders')
from unnest(array['full', 'part', 'spent', 'held', 'disputed', 'warned', 'owing', 'unpaid']) name;
select isnt(tests.pays(name, '1 s'), null, name || ' pays')
from unnest(array['full', 'part', 'spent', 'held', 'disputed', 'warned', 'owing']) name;

select pg_temp.alike('full', null, '1 min', '999 0 9990 0', 'an untouched order in full');
select pg_temp.alike('full', null, '2 min', 'already_refunded', 'a refunded order');
select pg_temp.alike('part', '333', '1 min', '333 666 3330 0', 'a part');
select pg_temp.alike('part', '667', '2 min', 'refund_too_large', 'more than is left');
select pg_temp.alike('part', null, '3 min', '666 0 6660 0', 'the rest');
select is(tests.spends('spent', '9000', '1 min'), '990', 'credits are spent');
select pg_temp.alike('spent', null, '2 min', '999 0 9990 9000', 'a spent order');
select is((holds_open(tests.person('held'), 60, '9000', p_now => tests.after('1 min'))
  #>> '{data,status}'), 'open', 'credits are held');
select pg_temp.alike('held', '500', '90 s', '500 499 5000 4010', 'credits under an open hold');
select pg_temp.alike('held', '100', '3 min', '100 399 1000 0', 'credits under an expired hold');
select isnt(tests.dispute('disputed', 'needs_response', 400, '1 min'), null, 'a part is disputed');
select pg_temp.alike('disputed', null, '2 min', '599 0 5990 0', 'an order with an open dispute');
select isnt(tests.warning('warned', true, '1 min'), null, 'a warning arrives');
select pg_temp.alike('warned', null, '2 min', '999 0 9990 0', 'an order with a warning');
select is(tests.spends('owing', '9990', '1 min'), '0', 'all credits are spent');
select pg_temp.alike('owing', '500', '2 min', '500 499 5000 5000', 'a refund that becomes debt');
select pg_temp.alike('owing', '1', '3 min', '1 498 10 10', 'a refund while there is debt');
select pg_temp.alike('unpaid', null, '1 min', 'refund_too_large', 'an unpaid order');

-- A dry run is refused for the same reasons as a refund.
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('part');
select is(pg_temp.tried(format('select refunds_preview(%L, p_author => %L)', order_id,
  'operator:' || tests.person('part'))) ->> 'refused', 'forbidden',
  'a dry run about one''s own payment is refused')
from tests.bought where name = 'part';
select is(pg_temp.tried(format('select refunds_preview(%L, p_author => %L)', order_id,
  'operator:' || tests.person('full'))) ->> 'refused', 'forbidden', 'a dry run needs the role')
from tests.bought where name = 'held';
select tests.fails_with('select refunds_preview(gen_random_uuid())', 'not_found', 'order_id',
  'an unknown order is refused');
select tests.fails_with('select refunds_preview()', 'invalid_request', 'order_id', 'a payment must be named');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
