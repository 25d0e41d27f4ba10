-- Payouts by their events: in any order and doubled, late or failed; and how many charges fail.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
\ir ../helpers/orders.psql
select plan(40);

-- Every order of a payout's events ends alike.
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
  ('made, sent, paid and taken apart, in every order, is paid',
    '[["pending", "in_progress", {}, 1], ["in_transit", "in_progress", {}, 2], ["paid", "in_progress", {}, 3],
      ["paid", "completed", {}, 3]]', 'paid completed -, arrives 01-02'),
  ('a payout that was paid and returned has failed',
    '[["paid", "in_progress", {}, 3], ["paid", "completed", {}, 3],
      ["failed", "completed", {"failure_code": "account_closed"}, 9]]',
    'failed completed account_closed, arrives 01-02'),
  ('a moved day of arrival is the one reported last',
    '[["pending", "in_progress", {}, 1], ["in_transit", "in_progress", {"arrives_at": 1798934400}, 2],
      ["in_transit", "in_progress", {"arrives_at": 1799020800}, 2]]',
    'in_transit in_progress -, arrives 01-04'),
  ('a manual payout that was called off is canceled',
    '[["pending", "not_applicable", {"automatic": false}, 1],
      ["canceled", "not_applicable", {"automatic": false}, 2]]', 'canceled not_applicable -, arrives 01-02'))
  e (name, events, ending);

select matches(tests.payout('po_a', status, reconciliation, changes), '^failed: ', name)
from (values ('one without a day is not taken', 'paid', 'in_progress', '{"arrives_at": null}'::jsonb))
  w (name, status, reconciliation, changes);
select is(tests.payout('po_q', 'on_hold', 'perhaps'), 'processed', 'T29: states that nobody knows are taken');
select is((select format('%s %s', status, reconciliation) from farthing.payouts where payout_id = 'po_q'),
  'on_hold in_progress', 'as on its way, with no list');
select is(farthing.late_payouts(tests.after('3 days')), 1::bigint, 'it is waited for');
select is((select array_agg(concat_ws(' ', kind, state, subject) order by kind) from farthing.unknown_states),
  '{"payout on_hold po_q","reconciliation perhaps po_q"}', 'and both words are remembered');
select is(tests.payout('po_q', 'paid'), 'processed', 'then it is paid');
select is((select status from farthing.payouts where payout_id = 'po_q'), 'paid', 'in a word of ours');
select is(tests.payout('po_a', 'pending'), 'processed', 'a payout');
select matches(tests.payout('po_a', 'paid', p_changes => changes), '^failed: payout po_a has another',
  'has one amount for ever') from unnest(array['{"amount": 941}', '{"currency": "eur"}']::jsonb[]) changes;
select is((select status from farthing.payouts where payout_id = 'po_a'), 'pending',
  'and is not moved by an event of another');
select is(inbox_receive(format('{"id": "evt_c", "type": "payout.paid", "livemode": false,
  "created": %s, "facts": {}}', extract(epoch from tests.after())::bigint)::jsonb, tests.after()),
  '{"received": true}', 'one of a connected account');
select is((select state || ', ' || (select count(*) from farthing.payouts) from farthing.inbox
  where event_id = 'evt_c'), 'ignored, 2', 'is that account''s');

-- Late: a day behind the day of arrival.
select is(farthing.late_payouts(tests.after(passed)), late, format('%s late after %s', late, passed))
from (values ('1 day'::interval, 0::bigint), ('2 days', 0), ('2 days 1 s', 1)) l (passed, late);
select is(tests.payout('po_a', 'in_transit'), 'processed', 'it is sent');
select is(farthing.late_payouts(tests.after('3 days')), 1::bigint, 'sent is not there');
select is(tests.payout('po_a', 'paid'), 'processed', 'it is paid');
select is(farthing.late_payouts(tests.after('3 days')), 0::bigint, 'and late no more');
select is(tests.payout('po_m', 'canceled', 'not_applicable', '{"automatic": false}'), 'processed',
  'another is called off');
select is(farthing.late_payouts(tests.after('3 days')), 0::bigint, 'and not waited for');

-- Failed: until its currency is paid out again.
select is(tests.payout('po_a', 'failed', p_changes => '{"failure_code": "account_closed"}'), 'processed',
  'the bank returns it');
select is(tests.payout('po_0', 'paid', p_changes => jsonb_build_object('made_at',
  extract(epoch from tests.after('-1 hour'))::bigint)), 'processed', 'though an earlier one was paid');
select is(farthing.late_payouts(tests.after()), 1::bigint, 'it is late at once');
create function pg_temp.later(p_id text, p_status text, p_currency text) returns text language sql as $$
  select tests.payout(p_id, p_status, p_changes => jsonb_build_object('currency', p_currency,
    'made_at', extract(epoch from tests.after('1 hour'))::bigint))
$$;
select is(pg_temp.later('po_e', 'paid', 'eur'), 'processed', 'another currency');
select is(pg_temp.later('po_b', 'in_transit', 'usd'), 'processed', 'and the next on its way');
select is(farthing.late_payouts(tests.after()), 1::bigint, 'do not bring it');
select is(pg_temp.later('po_b', 'paid', 'usd'), 'processed', 'the next is paid');
select is(farthing.late_payouts(tests.after()), 0::bigint, 'and brings what was returned');

-- How many charges fail.
select isnt(tests.give('ann', '1'), null, 'ann has an account');
insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
select 'ch_' || n, account_id, sha256('card'), case when n % 4 = 0 then 'failed' else 'succeeded' end, false,
  tests.after(n * interval '1 min') from farthing.accounts, generate_series(-9, 12) n;
select results_eq(format('select * from farthing.charge_failure_rate(%L, %L)', tests.after(a),
  tests.after(b)), format('values (%s)', told), format('of %s to %s: %s', a, b, told))
from (values ('1 hour'::interval, '2 hours'::interval, '0::bigint, 0::bigint, 0::numeric'),
  ('1 min', '13 min', '12::bigint, 3::bigint, 0.25'), ('4 min', '5 min', '1::bigint, 1::bigint, 1::numeric'),
  ('1 min', '4 min', '3::bigint, 0::bigint, 0::numeric')) w (a, b, told);

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
