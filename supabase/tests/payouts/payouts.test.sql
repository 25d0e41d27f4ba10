-- Payouts as their events report them: in any order, repeated, late or failed. This file also tests
-- the rate of failed charges.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
\ir ../helpers/orders.psql
select plan(40);

-- Applies the events of a payout in this order, each twice. Returns the state of the payout, and undoes the
-- events.
create function pg_temp.ends(p_events jsonb, p_order int[]) returns text language plpgsql as $$
declare
  v_nr int;
begin
  foreach v_nr in array p_order || p_order loop
    perform tests.payout('po_x', p_events -> v_nr ->> 0, p_events -> v_nr ->> 1, p_events -> v_nr -> 2,
      '1 hour', make_interval(secs => (p_events -> v_nr ->> 3)::int));
  end loop;
  raise exception using errcode = 'UNDO1', message = (select format('%s %s %s, arrives %s, %s', status,
    reconciliation, coalesce(failure_code, '-'), to_char(arrives_at, 'MM-DD'), (select string_agg(distinct
      concat_ws(' ', state, last_error), ' ') from farthing.inbox)) from farthing.payouts);
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select results_eq(format('select distinct pg_temp.ends(%L, o) from tests.orders_of(%L) o', events,
  array(select generate_series(0, jsonb_array_length(events::jsonb) - 1))), array[ending || ', processed'],
  name)
from (values
  ('a payout that is created, sent, paid and listed in any order is paid',
    '[["pending", "in_progress", {}, 1], ["in_transit", "in_progress", {}, 2], ["paid", "in_progress", {}, 3],
      ["paid", "completed", {}, 3]]', 'paid completed -, arrives 01-02'),
  ('a payout that was paid and returned has failed',
    '[["paid", "in_progress", {}, 3], ["paid", "completed", {}, 3],
      ["failed", "completed", {"failure_code": "account_closed"}, 9]]',
    'failed completed account_closed, arrives 01-02'),
  ('the arrival date is the one that was reported last',
    '[["pending", "in_progress", {}, 1], ["in_transit", "in_progress", {"arrives_at": 1798934400}, 2],
      ["in_transit", "in_progress", {"arrives_at": 1799020800}, 2]]',
    'in_transit in_progress -, arrives 01-04'),
  ('a manual payout that was cancelled has the state canceled',
    '[["pending", "not_applicable", {"automatic": false}, 1],
      ["canceled", "not_applicable", {"automatic": false}, 2]]', 'canceled not_applicable -, arrives 01-02'))
  e (name, events, ending);

select matches(tests.payout('po_a', status, reconciliation, changes), '^failed: ', name)
from (values ('an event without an arrival date fails', 'paid', 'in_progress', '{"arrives_at": null}'::jsonb))
  w (name, status, reconciliation, changes);
select is(tests.payout('po_q', 'on_hold', 'perhaps'), 'processed',
  'T29: a payout in unknown states is accepted');
select is((select format('%s %s', status, reconciliation) from farthing.payouts where payout_id = 'po_q'),
  'on_hold in_progress', 'an unknown payout counts as in transit and without a list');
select is(farthing.late_payouts(tests.after('3 days')), 1::bigint, 'an unknown payout is waited for');
select is((select array_agg(concat_ws(' ', kind, state, subject) order by kind) from farthing.unknown_states),
  '{"payout on_hold po_q","reconciliation perhaps po_q"}', 'both unknown states are recorded');
select is(tests.payout('po_q', 'paid'), 'processed', 'the payout is paid');
select is((select status from farthing.payouts where payout_id = 'po_q'), 'paid',
  'the unknown state is replaced by paid');
select is(tests.payout('po_a', 'pending'), 'processed', 'a payout is announced');
select matches(tests.payout('po_a', 'paid', p_changes => changes), '^failed: the stored payout po_a has',
  'the amount and currency of a payout do not change')
from unnest(array['{"amount": 941}', '{"currency": "eur"}']::jsonb[]) changes;
select is((select status from farthing.payouts where payout_id = 'po_a'), 'pending',
  'an event with another amount does not change the state');
select is(inbox_receive(format('{"id": "evt_c", "type": "payout.paid", "livemode": false,
  "created": %s, "facts": {}}', extract(epoch from tests.after())::bigint)::jsonb, tests.after()),
  '{"received": true}', 'a payout event of a connected account is accepted');
select is((select state || ', ' || (select count(*) from farthing.payouts) from farthing.inbox
  where event_id = 'evt_c'), 'ignored, 2', 'a connected account''s payout is ignored and not stored');

-- A payout counts as late more than a day after its arrival date.
select is(farthing.late_payouts(tests.after(passed)), late,
  format('%s payouts are late after %s', late, passed))
from (values ('1 day'::interval, 0::bigint), ('2 days', 0), ('2 days 1 s', 1)) l (passed, late);
select is(tests.payout('po_a', 'in_transit'), 'processed', 'the payout is sent');
select is(farthing.late_payouts(tests.after('3 days')), 1::bigint,
  'a payout that was sent and has not arrived is late');
select is(tests.payout('po_a', 'paid'), 'processed', 'the payout is paid');
select is(farthing.late_payouts(tests.after('3 days')), 0::bigint, 'a paid payout is not late');
select is(tests.payout('po_m', 'canceled', 'not_applicable', '{"automatic": false}'), 'processed',
  'a manual payout is cancelled');
select is(farthing.late_payouts(tests.after('3 days')), 0::bigint, 'a cancelled payout is not waited for');

-- A failed payout counts as late until a new payout in its currency is paid.
select is(tests.payout('po_a', 'failed', p_changes => '{"failure_code": "account_closed"}'), 'processed',
  'the bank returns a payout');
select is(tests.payout('po_0', 'paid', p_changes => jsonb_build_object('made_at',
  extract(epoch from tests.after('-1 hour'))::bigint)), 'processed', 'an earlier payout was paid');
select is(farthing.late_payouts(tests.after()), 1::bigint, 'a returned payout is late at once');
create function pg_temp.later(p_id text, p_status text, p_currency text) returns text language sql as $$
  select tests.payout(p_id, p_status, p_changes => jsonb_build_object('currency', p_currency,
    'made_at', extract(epoch from tests.after('1 hour'))::bigint))
$$;
select is(pg_temp.later('po_e', 'paid', 'eur'), 'processed', 'a later payout in another currency is paid');
select is(pg_temp.later('po_b', 'in_transit', 'usd'), 'processed',
  'the next payout in its own currency is on its way');
select is(farthing.late_payouts(tests.after()), 1::bigint,
  'the returned payout stays late until its currency is paid out');
select is(pg_temp.later('po_b', 'paid', 'usd'), 'processed', 'the next payout in its own currency is paid');
select is(farthing.late_payouts(tests.after()), 0::bigint, 'the returned payout is not late any more');

-- The rate of failed charges is computed over a window of time.
select isnt(tests.give('ann', '1'), null, 'ann has an account');
insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
select 'ch_' || n, account_id, sha256('card'), case when n % 4 = 0 then 'failed' else 'succeeded' end, false,
  tests.after(n * interval '1 min') from farthing.accounts, generate_series(-9, 12) n;
select results_eq(format('select * from farthing.charge_failure_rate(%L, %L)', tests.after(a),
  tests.after(b)), format('values (%s)', expected),
  format('card charges from %s to before %s: attempts, failures and rate are %s', a, b, expected))
from (values ('1 hour'::interval, '2 hours'::interval, '0::bigint, 0::bigint, 0::numeric'),
  ('1 min', '13 min', '12::bigint, 3::bigint, 0.25'), ('4 min', '5 min', '1::bigint, 1::bigint, 1::numeric'),
  ('1 min', '4 min', '3::bigint, 0::bigint, 0::numeric')) w (a, b, expected);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
