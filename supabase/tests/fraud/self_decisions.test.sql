-- Operators can't decide about themselves: they can't refund their own payment, clear its warning or lift
-- their own block.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(19);

create function pg_temp.code(p_sql text) returns text language sql as $$
  select tests.outcome(p_sql) ->> 'code'
$$;
create temporary table op as
select name, 'operator:' || tests.person(name) as author from unnest(array['ann', 'ops']) name;
update auth.users set raw_app_meta_data = '{"role": "operator"}'
where id in (select tests.person(name) from op);

select isnt(tests.booking('a'), null, 'an operator makes a booking');
select is(tests.payment_event('a', 'succeeded', '1 s'), 'processed', 'the operator pays');
select is(pg_temp.code(format('select refunds_begin(p_booking_id => %L, p_amount => %L, p_author => %L)',
  tests.booking_id('a'), '100', author)), case name when 'ann' then 'forbidden' else 'ok' end,
  'only another operator may refund the booking: ' || name) from op order by name;

select is(tests.event('radar.early_fraud_warning.created', jsonb_build_object('warning_id', 'issfr_a',
  'payment_id', 'pi_a', 'charge_id', 'ch_a', 'fraud_type', 'misc', 'actionable', true), '2 s'), 'processed',
  'an early fraud warning of the payment arrives');
select is(pg_temp.code(format('select warnings_clear(%L, %L, p_author => %L)', 'issfr_a', 'fine', author)),
  case name when 'ann' then 'forbidden' else 'ok' end,
  'only another operator may clear the warning: ' || name)
from op order by name;

insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
select 'ch_a', account_id, sha256('card1'), 'succeeded', false, tests.after() from farthing.bookings;
select is(fraud_blocks_add(kind, value, 'stolen') ->> 'status', '201',
  'a ' || kind || ' of theirs is blocked')
from (values ('user', tests.person('ann')::text), ('card', encode(sha256('card1'), 'hex'))) b (kind, value);
select is(pg_temp.code(format('select fraud_blocks_add(%L, %L, %L, %L, now() + interval %L)', kind, subject,
  'soon over', author, '1 s')), 'forbidden', 'the operator cannot shorten the block of the ' || kind)
from farthing.blocks, op where name = 'ann' order by kind;
select is(pg_temp.code(format('select fraud_blocks_remove(%L, %L)', block_id, author)), 'forbidden',
  'the operator cannot lift the block of the '
  '' || kind) from farthing.blocks, op where name = 'ann' order by kind;
select is(pg_temp.code(format('select fraud_blocks_remove(%L, %L)', block_id, 'operator:'
  || upper(tests.person('ann')::text))), 'invalid_request',
  'another spelling of the operator cannot lift the block of the ' || kind)
from farthing.blocks order by kind;
select is(pg_temp.code(format('select fraud_blocks_remove(%L, %L)', block_id, author)), 'ok',
  'another operator lifts the block of the ' || kind)
from (select block_id, kind from farthing.blocks) b, op where name = 'ops' order by kind;
select is((select count(*)::int from farthing.blocks), 0, 'all blocks are lifted');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
