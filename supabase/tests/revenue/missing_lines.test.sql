-- A project had payments before Farthing booked revenue lines. The lines of all stored facts are
-- booked once. They are the lines that the triggers would have booked. Amounts are in the minor
-- units of USD, ISK and JPY.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
\ir ../helpers/paid_amounts.psql
select no_plan();
update farthing.balance_lists set done_until = tests.after('-1 day');

create function pg_temp.is_locked() returns boolean language sql as $$
  select exists (select from pg_locks where pid = pg_backend_pid() and granted
    and relation = 'farthing.revenue_lines'::regclass and mode = 'ShareRowExclusiveLock')
$$;
select ok(not pg_temp.is_locked(), 'the lines are not locked');
select is(farthing.book_missing_lines(tests.after()), 0::bigint, 'an empty project has nothing to book');
select ok(pg_temp.is_locked(), 'live events cannot book a line beside it');

-- Payments with and without tax, refunds, a dispute with a withdrawal and a reinstatement, a
-- booking, fees and a transfer.
select is(tests.buys(name), name, name || ' buys') from unnest('{ann,bob}'::text[]) name;
select is(tests.begins('cyn', 'inclusive', true, p_currency => 'isk'), 'cyn',
  'cyn begins a checkout with tax');
select is(tests.pays(name, '1 h'), '{"received": true}', name || ' pays')
from unnest('{ann,bob}'::text[]) name;
select is(tests.session_event('cyn', '{3000,600,465,2400}'), 'processed', 'cyn pays with a code and tax');
select is(tests.refund('ann', 1, 250, 'succeeded', '26 h'), '{"received": true}', 'ann gets 250 back');
select is(tests.refund('ann', 2, 100, 'succeeded', '27 h'), '{"received": true}', 'ann gets 100 back');
select is(tests.refund('ann', 2, 100, 'failed', '50 h'), '{"received": true}', 'that refund fails');
select is(tests.returns_money('cyn', nr, 800, nr * interval '1 h'), '{"received": true}',
  format('cyn gets 800 back, time %s', nr)) from generate_series(1, 2) nr;
select is(tests.dispute('bob', 'lost', 999, '29 h'), '{"received": true}', 'bob''s bank withdraws 999');
select is(tests.dispute('bob', 'won', 999, '74 h'), '{"received": true}', 'and returns it');
select isnt(tests.booking('k', 20000, 'jpy'), null, 'ann books for 20000 yen');
select is(tests.payment_event('k', 'succeeded', '30 h'), 'processed', 'the booking is paid');
select is(tests.event('application_fee.created', '{"fee_id": "fee_k", "charge_id": "ch_k", "payment_id": null,
  "amount": 600, "amount_refunded": 0, "currency": "jpy"}', '30 h'), 'processed', 'Stripe takes our fee');
select is(tests.event('application_fee.refunded', '{"fee_id": "fee_k", "charge_id": "ch_k",
  "payment_id": null, "amount": 600, "amount_refunded": 240, "currency": "jpy"}', '32 h'), 'processed',
  'Stripe returns 240 of it');
select is(balance_record((balance_claim(tests.after('40 h')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(tests.listed('ann', 'charge', 940, '{"amount": 999, "fee": 59}'),
    tests.listed('k', 'transfer', -19400, '{"charge_id": "ch_k", "currency": "jpy", "fee": 0}')),
  null, tests.after('40 h')) ->> 'taken', 'false', 'Stripe lists a fee and a transfer');

-- Returns the lines without those of the failed refund, which add up to 0.
create function pg_temp.lines() returns setof text language sql as $$
  select concat_ws(' ', l.booked_on, l.product_line, l.kind, l.currency, l.amount, l.account_id, l.order_id,
    l.booking_id, l.package_id, l.refund_id, l.dispute_id, l.source_id)
  from farthing.revenue_lines l where l.source_id <> 're_ann_2' order by 1
$$;
create function pg_temp.report() returns jsonb language sql as $$
  select report_revenue('2027-01-01', '2027-01-31', p_now => tests.after('9 d'))
$$;
create temporary table booked as select * from pg_temp.lines() line;
create temporary table reported as select pg_temp.report() as report;
select cmp_ok(count(*)::int, '>=', 18, 'the triggers have booked all kinds of facts') from booked;
select is_empty('select * from farthing.prove()', 'the proof finds nothing');

-- The state of a project that has never booked a line.
alter table farthing.revenue_lines disable trigger user;
delete from farthing.revenue_lines where line_nr > 0;
delete from farthing.revenue_day_sums where lines > 0;
update farthing.books set rolled_to = 0 where one_row;
update farthing.balance_transactions set booked_on = null where booked_on is not null;
do $$ declare v_trigger text; begin
  for v_trigger in select tgname from pg_trigger where tgrelid = 'farthing.revenue_lines'::regclass
    and not tgisinternal loop
    execute format('alter table farthing.revenue_lines enable always trigger %I', v_trigger);
  end loop;
end $$;
select is((select array_agg(distinct rule order by rule) from farthing.prove()), '{9,10}',
  'the proof names the missing lines');

-- The migration calls book_missing_lines(), which books the missing lines.
select is(farthing.book_missing_lines(tests.after('9 d')), 9::bigint, 'each fact is booked');
select results_eq('select * from pg_temp.lines()', 'select line from booked order by line',
  'the lines are those that the triggers had booked');
-- The triggers had booked two lines for the failed refund. book_missing_lines() books none.
select is(jsonb_path_query_array(pg_temp.report(), '$.totals[*].lines'), '[4, 7, 8]',
  'the lines are counted');
select is(pg_temp.report() #- '{totals,2,lines}' -> 'totals', report #- '{totals,2,lines}' -> 'totals',
  'the report has the same totals') from reported;
select is(pg_temp.report() -> 'controls', report -> 'controls', 'and the same controls') from reported;
select is((select min(booked_at) from farthing.revenue_lines), tests.after('9 d'),
  'the lines say when they were booked');
select is(farthing.book_missing_lines(tests.after('10 d')), 0::bigint, 'a repeat books nothing');
select is((select count(*) from pg_temp.lines()), count(*), 'and adds no line') from booked;
select is_empty('select * from farthing.prove()', 'the proof finds nothing');

-- After the missing lines are booked, the triggers book each new line. For example,
-- book_missing_lines() booked ann's refund, and a trigger books the failure of this refund.
select is(tests.refund('ann', 1, 250, 'failed', '11 d'), '{"received": true}', 'ann''s first refund fails');
select is(farthing.book_missing_lines(tests.after('12 d')), 0::bigint, 'its line is booked already');
select is_empty('select * from farthing.prove()', 'the proof finds nothing');

select * from finish();
rollback;
