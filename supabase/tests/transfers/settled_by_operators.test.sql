-- A move of which nobody knows, or which Stripe refused, is settled by a person who has looked into
-- Stripe, with a reason, and the rest is brought to it.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
select plan(25);
select farthing.set_policy('{"booking_transfer_at": "completed"}', 'a test');

create function pg_temp.moves(p_label text) returns text language sql as $$
  select coalesce(string_agg(format('%s %s %s', kind, amount, status), ', ' order by move_nr), 'none')
  from farthing.booking_transfers where booking_id = tests.booking_id(p_label)
$$;
create function pg_temp.move_id(p_label text, p_kind text default 'transfer') returns uuid language sql as $$
  select move_id from farthing.booking_transfers
  where booking_id = tests.booking_id(p_label) and kind = p_kind
$$;
create function pg_temp.settles(p_label text, p_stripe_id text, p_reason text default 'seen in Stripe')
returns text language sql as $$
  select concat_ws(' ', o ->> 'code', o ->> 'field') from tests.outcome(format(
    'select farthing.settle_transfer(%L, %L, %L, %L, %L)', pg_temp.move_id(p_label), p_stripe_id, p_reason,
    'sql:olga', tests.after('2 days'))) o
$$;
create function pg_temp.completed(p_label text) returns text language plpgsql as $$
begin
  perform tests.booking(p_label);
  perform tests.payment_event(p_label, 'succeeded', '1 s');
  perform bookings_advance(tests.person('pat'), tests.booking_id(p_label), s, tests.after('2 s'))
  from unnest(array['confirmed', 'completed']) s;
  return pg_temp.moves(p_label);
end
$$;
-- Its transfer is without an answer for a day.
create function pg_temp.uncertain(p_label text) returns text language plpgsql as $$
begin
  perform pg_temp.completed(p_label);
  perform transfers_claim(p_now => tests.after('1 day'));
  return pg_temp.moves(p_label);
end
$$;

select is(pg_temp.uncertain('a'), 'transfer 970 uncertain', 'nobody knows of a transfer');
select is(pg_temp.settles('a', 'trr_a'), 'invalid_request p_stripe_id', 'the id of a reversal is not its');
select is(pg_temp.settles('a', 'tr_a', ''), 'invalid_request p_reason', 'nor is it settled without a reason');
select is(pg_temp.settles('a', 'tr_a'), 'ok', 'olga has seen it in Stripe');
select is(pg_temp.moves('a'), 'transfer 970 made', 'it is made, and nothing more is due');
select is((select array[author, reason, before ->> 'status', after ->> 'status', after ->> 'stripe_id']
    from farthing.audit where row_key ->> 'move_id' = pg_temp.move_id('a')::text),
  '{sql:olga,"seen in Stripe",uncertain,made,tr_a}', 'the audit says who settled it, how, and why');
select is((select count(*)::int from farthing.parked_items), 0, 'nothing is parked any more');
select is(pg_temp.settles('a', null), 'invalid_request p_move_id', 'it is settled once');
select is(tests.outcome($$ select farthing.settle_transfer(gen_random_uuid(), 'tr_x', 'x') $$) ->> 'field',
  'p_move_id', 'and nothing that is not there is');

select is(pg_temp.uncertain('b'), 'transfer 970 uncertain', 'of another nobody knows');
select is(tests.refund_event('b', 'b', 200, 'succeeded', '25 h'), 'processed', 'a part of it is refunded');
select is(jsonb_array_length(transfers_claim(p_now => tests.after('26 h'))), 0,
  'an uncertain transfer is not reversed');
select is(pg_temp.moves('b'), 'transfer 970 uncertain, reversal 194 uncertain', 'both wait');
select is(pg_temp.settles('b', null), 'ok', 'Stripe has made none');
select is(pg_temp.moves('b'), 'transfer 970 refused, reversal 194 refused, transfer 776 requested',
  'then as much as is due by now is transferred');
select is((select count(*)::int from farthing.parked_items), 0, 'nothing is parked any more');

select is(pg_temp.completed('c'), 'transfer 970 requested', 'a third one is to be made');
select lives_ok($$ select transfers_finish(pg_temp.move_id('c'), p_error => 'no capability',
  p_refused => true, p_now => tests.after('1 h')) $$, 'which Stripe refuses');
select is_empty('select * from farthing.prove()', 'that waits for an operator');
select is(pg_temp.settles('c', null), 'invalid_request p_move_id', 'that none was made is known already');
select is(pg_temp.settles('c', 'tr_c'), 'ok', 'olga has made it in the dashboard');
select is(pg_temp.moves('c'), 'transfer 970 made', 'it is made, and nothing more is due');
select is((select before ->> 'status' from farthing.audit
  where row_key ->> 'move_id' = pg_temp.move_id('c')::text), 'refused', 'the audit says what it was');
select is((select count(*)::int from farthing.parked_items), 0, 'nothing is parked any more');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
