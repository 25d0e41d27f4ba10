-- The amount of a charge and the monthly cap. The charges of a month reduce what the cap allows. An account
-- that is not due is not charged, even while another account is due.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(23);

select is(tests.opts_in('ann', p_cap => 700) ->> 'state', 'card_missing',
  'ann opts in with a monthly cap of 700');
select is(tests.saves('ann', 'pm_ann'), 'processed', 'ann saves a card');
select is(tests.claims(), 'ann charge 500', 'ann is charged');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '1 min'), 'processed', 'ann pays');
select is(farthing.top_ups_are_due(tests.after('1 day')), false,
  'no top-up is due while ann has enough credits');
select isnt(credits_debit(tests.person('ann'), '5000', 'x', p_now => tests.after('1 day')), null,
  'ann spends all credits');
select is(farthing.top_ups_are_due(tests.after('1 day')), true, 'ann''s top-up is due');
select is(tests.claims('1 day'), 'ann charge 200', 'ann is charged the rest of her monthly cap');
select is(tests.tops_up('cid'), 'card_missing, processed', 'cid opts in');
select is(tests.claims('1 day'), 'cid charge 500', 'cid is charged, and has some of his cap left');
select is(tests.tops_up('bob'), 'card_missing, processed', 'bob opts in and is due');
select is(farthing.size_top_up(jsonb_populate_record(t, jsonb_build_object('target', gap)), a,
  tests.after('1 day')), amount, format('a gap of %s credits costs %s cents', gap, amount))
from (values ('4100', 410::bigint), ('4100.000000000000000001', 411), ('4109.999999999999999999', 411))
    gaps (gap, amount)
  cross join farthing.accounts a join farthing.top_ups t using (account_id)
where a.owner_id = tests.person('bob');
select is(farthing.begin_due_top_up((select account_id::text from farthing.accounts
  where owner_id = tests.person(name)), tests.after('1 day')), begun,
  format('begin_due_top_up() begins %s top-ups for %s', begun, name))
from (values ('ann', 0), ('cid', 0), ('bob', 1)) a (name, begun);

-- Purchases and expired top-ups do not count as charges.
create function pg_temp.charged(p_name text, p_passed interval) returns text language sql as $$
  select top_ups_read(tests.person(p_name), tests.after(p_passed)) ->> 'charged_this_month'
$$;
select is(checkout_begin(tests.person('bob'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
  'https://a.test', p_now => tests.after('1 day')) ->> 'step', 'create', 'bob buys Starter, too');
select is(pg_temp.charged('bob', '1 day'), '500', 'a purchase does not count for the cap of top-ups');
select is(farthing.expire_orders(tests.after('2 days')), 4, 'the unpaid orders expire');
select is(pg_temp.charged('bob', '2 days'), '0', 'an expired charge does not count for bob''s cap');
select is(pg_temp.charged('ann', '2 days'), '500', 'ann''s paid charge counts for her cap');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
