-- The data API: a browser sees only the rows of its own user, and can't change them.

begin;
\ir ../helpers/all_tests.psql
select plan(101);

-- Ann and Bob have rows in every table that the data API exposes.
create function pg_temp.add_rows(p_name text, p_payment text) returns text language plpgsql as $$
declare
  v_order uuid := checkout_begin(tests.person(p_name), 'da11a803-9576-4108-9c21-42b8c220cca6',
    'https://a.test', 'https://a.test', p_now => tests.after()) #>> '{order,order_id}';
begin
  perform inbox_receive(jsonb_build_object('id', 'evt_' || p_name, 'type', 'payment_intent.succeeded',
  'livemode',
    false, 'created', 1, 'facts', jsonb_build_object('order_id', v_order, 'payment_id', p_payment,
    'payment_status', 'paid', 'amount', 2499, 'currency', 'usd')), tests.after('1 s'));
  perform tests.give(p_name, '0.000000000000000001', p_passed => '2 s');
  perform tests.hold(p_name, '1.5', 600, '3 s');
  perform credits_debit(tests.person(p_name), '0.1', 'x', p_now => tests.after('4 s'));
  return p_name;
end
$$;
select is(pg_temp.add_rows('ann', 'pi_a'), 'ann', 'ann has rows in every table');
select is(pg_temp.add_rows('bob', 'pi_b'), 'bob', 'bob has rows in every table');
select isnt(tests.give('bob', '7', p_passed => '5 s'), null, 'bob has 7 more credits');
select isnt(usage_charge(tests.person('bob'), '{"event_id": "e", "model": "gpt-4o", "input_tokens": 1}'),
  null, 'bob uses a model');
select isnt(holds_settle(tests.hold('bob', '1'), '27000', p_now => tests.after()), null, 'bob owes credits');
select isnt(tests.give('bob', '1', p_passed => '6 s'), null, 'bob pays a part of his debt');
select isnt(farthing.seal(), 0, 'all entries are sealed');

-- Ann sees her own rows.
select is(tests.seen_by('authenticated', 'ann', 'select * from credits'),
  '[{"balance": "26239.900000000000000001", "held": "1.5", "debt": "0"}]',
  'T22: ann sees her balance, as text with all decimals');
select is(tests.seen_by('authenticated', 'ann', 'select source, amount,
  remaining from credit_lots order by amount'),
  '[{"source": "promotional", "amount": "0.000000000000000001", "remaining": "0.000000000000000001"},
    {"source": "bonus", "amount": "1250", "remaining": "1249.9"},
    {"source": "paid", "amount": "24990", "remaining": "24990"}]', 'T22: ann sees her lots, as text');
select is(tests.seen_by('authenticated', 'ann', 'select seq, kind, amount,
  balance_after from credit_entries
    order by seq'), '[{"seq": 1, "kind": "purchase", "amount": "24990", "balance_after": "24990"},
  {"seq": 2, "kind": "bonus", "amount": "1250", "balance_after": "26240"},
  {"seq": 3, "kind": "promotion", "amount": "0.000000000000000001", "balance_after":
  "26240.000000000000000001"},
  {"seq": 4, "kind": "debit", "amount": "-0.1", "balance_after": "26239.900000000000000001"}]',
  'T22: ann sees her entries, as text');
select is(tests.seen_by('authenticated', 'ann', 'select status, amount, settled from credit_holds'),
  '[{"status": "open", "amount": "1.5", "settled": null}]', 'T22: ann sees her hold, as text');
select is(tests.seen_by('authenticated', 'ann', 'select status, amount, credits,
  bonus_credits from orders'),
  '[{"status": "paid", "amount": 2499, "credits": "24990", "bonus_credits": "1250"}]',
  'T22: ann sees her order');
select is(tests.seen_by('authenticated', 'ann', 'select count(*) from packages'), '[{"count": 5}]',
  'ann sees the packages');

-- A different user, a token without a user, and anon see no row of ann or bob.
create temporary table private as select name, case name when 'accounts' then 'owner_id' end
from unnest(array['farthing.accounts', 'farthing.lots', 'farthing.entries', 'farthing.holds',
  'farthing.orders', 'farthing_public.credits', 'farthing_public.credit_lots',
  'farthing_public.credit_entries', 'farthing_public.credit_holds', 'farthing_public.orders']) name;
select isnt(tests.person('cid'), null, 'cid signs up');
select is(tests.seen_by('authenticated', 'cid', 'select * from ' || name), '[]',
  format('cid sees no row of %s', name))
from private order by name;
select is(tests.seen_by('authenticated', null, 'select * from ' || name), '[]',
  format('a token without a user sees no row of %s', name)) from private order by name;
select is(tests.seen_by('authenticated', 'ann', format('select count(*) from %s where account_id <> (
    select account_id from farthing.accounts)', name)), '[{"count": 0}]',
    format('ann sees no row of other users in %s', name))
from private where name like 'farthing.%' order by name;
select is(tests.code_for('anon', null, 'select * from ' || name), '42501', format('anon must not read %s',
  name))
from private order by name;

-- anon sees packages and rates.
select is(tests.seen_by('anon', null, 'select name, amount, credits from packages order by amount limit
  1'), '[{"name": "Starter", "amount": 999, "credits": "9990"}]', 'anon sees the packages');
select is(tests.seen_by('anon', null, 'select version from farthing.rates where model = ''gpt-4o'''),
  '[{"version": 1}]', 'anon sees the rates');

-- Data that no browser may read, and data that a secret key may read only through RPC functions.
select is(tests.code_for(role, 'ann', format('select * from farthing.%I', name)), '42501',
  format('%s must not read %s', role, name))
from unnest(array['anon', 'authenticated']) role, unnest(array['debt_payments', 'hold_lots', 'usage_events',
  'inbox', 'idempotency_keys', 'entry_seals']) name order by role, name;
select is(tests.code_for('service_role', null, 'select * from ' || name), '42501',
  format('service_role must not read %s', name)) from private order by name;
select is(tests.code_for(role, 'ann', format('select farthing.%s', call)), '42501', format(
  'T13: %s is refused to %s',
  split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, unnest(array['lock_account(null, null)',
  'fail(''x'', ''x'')', 'verify()', 'seal()', 'close_account()', 'pay_debt(1, now())',
  'idempotency_find(''x'', ''x'', now())',
  'free_hold(1, null)', 'expire_lots(1, now())']) call order by call, role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
