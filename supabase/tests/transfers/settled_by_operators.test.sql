-- The result of a transfer or reversal is unknown, or Stripe has refused the request. In both cases
-- an operator looks up the transfer or reversal at Stripe, and settles it with a reason. The
-- settlement decides which transfers are made next.

begin;
\ir ../helpers/all_tests.psql
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
-- Completes a booking whose transfer gets no answer for a day.
create function pg_temp.uncertain(p_label text) returns text language plpgsql as $$
begin
  perform pg_temp.completed(p_label);
  perform transfers_claim(20, p_now => tests.after('1 day'));
  return pg_temp.moves(p_label);
end
$$;

select is(pg_temp.uncertain('a'), 'transfer 970 uncertain',
  'a transfer without an answer for a day is uncertain');
select is(pg_temp.settles('a', 'trr_a'), 'invalid_request p_stripe_id',
  'the id of a reversal is refused for a transfer');
select is(pg_temp.settles('a', 'tr_a', ''), 'invalid_request p_reason',
  'a settlement without a reason is refused');
select is(pg_temp.settles('a', 'tr_a'), 'ok', 'an operator settles the transfer with Stripe''s id');
select is(pg_temp.moves('a'), 'transfer 970 made', 'the transfer is made, and no further move is due');
select is((select array[author, reason, before ->> 'status', after ->> 'status', after ->> 'stripe_id']
    from farthing.audit where row_key ->> 'move_id' = pg_temp.move_id('a')::text),
  '{sql:olga,"seen in Stripe",uncertain,made,tr_a}', 'the audit has author, reason, states and Stripe''s id');
select is((select count(*)::int from farthing.parked_items), 0, 'the settled transfer is no longer parked');
select is(pg_temp.settles('a', null), 'invalid_request p_move_id',
  'a settled transfer cannot be settled again');
select is(tests.outcome($$ select farthing.settle_transfer(gen_random_uuid(), 'tr_x', 'x') $$) ->> 'field',
  'p_move_id', 'an unknown move cannot be settled');

select is(pg_temp.uncertain('b'), 'transfer 970 uncertain', 'a second transfer is uncertain');
select is(tests.refund_event('b', 'b', 200, 'succeeded', '25 h'), 'processed',
  'a part of its booking is refunded');
select is(jsonb_array_length(transfers_claim(20, p_now => tests.after('26 h'))), 0,
  'an uncertain transfer is not reversed');
select is(pg_temp.moves('b'), 'transfer 970 uncertain, reversal 194 uncertain',
  'the reversal of an uncertain transfer is uncertain');
select is(pg_temp.settles('b', null), 'ok', 'an operator settles the transfer as not made');
select is(pg_temp.moves('b'), 'transfer 970 refused, reversal 194 refused, transfer 776 requested',
  'the share that is due after the refund is transferred');
select is((select count(*)::int from farthing.parked_items), 0, 'no move is parked after the settlement');

select is(pg_temp.completed('c'), 'transfer 970 requested', 'a third transfer is requested');
select lives_ok($$ select transfers_finish(pg_temp.move_id('c'), p_error => 'no capability',
  p_refused => true, p_now => tests.after('1 h')) $$, 'Stripe refuses the third transfer');
select is_empty('select * from farthing.prove()', 'a refused transfer violates no rule');
select is(pg_temp.settles('c', null), 'invalid_request p_move_id',
  'a refused transfer cannot be settled as not made');
select is(pg_temp.settles('c', 'tr_c'), 'ok',
  'an operator settles the refused transfer that was made in the dashboard');
select is(pg_temp.moves('c'), 'transfer 970 made',
  'the refused transfer is made, and no further move is due');
select is((select before ->> 'status' from farthing.audit
  where row_key ->> 'move_id' = pg_temp.move_id('c')::text), 'refused',
  'the audit has the state before the settlement');
select is((select count(*)::int from farthing.parked_items), 0, 'no move is parked at the end');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
