-- How much is charged, and whom: what a month's charges have taken is taken off its cap, and an account
-- that
-- is not due is not charged because another one is.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select plan(20);

select is(tests.opts_in('ann', p_cap => 700) ->> 'state', 'card_missing', 'ann allows 700 a month');
select is(tests.saves('ann', 'pm_ann'), 'processed', 'and has a card');
select is(tests.claims(), 'ann charge 500', 'she is charged');
select is(tests.told('ann', 'payment_intent.succeeded', '1 min'), 'processed', 'and pays');
select is(farthing.top_ups_are_due(tests.after('1 day')), false, 'while she has enough, nobody is due');
select isnt(credits_debit(tests.person('ann'), '5000', 'x', p_now => tests.after('1 day')), null,
  'all of it is spent');
select is(farthing.top_ups_are_due(tests.after('1 day')), true, 'she becomes due');
select is(tests.claims('1 day'), 'ann charge 200', 'then she is charged what the month has left');
select is(tests.tops_up('cid'), 'card_missing, processed', 'cid opts in');
select is(tests.claims('1 day'), 'cid charge 500', 'and is being charged, with more allowed below his cap');
select is(tests.tops_up('bob'), 'card_missing, processed', 'bob opts in, and is due');
select is(farthing.begin_due_top_up((select account_id::text from farthing.accounts
  where owner_id = tests.person(name)), tests.after('1 day')), begun, name || ' is begun: ' || begun)
from (values ('ann', 0), ('cid', 0), ('bob', 1)) a (name, begun);

-- A purchase is no top-up, and a top-up given up is no charge.
create function pg_temp.charged(p_name text, p_passed interval) returns text language sql as $$
  select top_ups_read(tests.person(p_name), tests.after(p_passed)) ->> 'charged_this_month'
$$;
select is(checkout_begin(tests.person('bob'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
  'https://a.test', p_now => tests.after('1 day')) ->> 'step', 'create', 'bob buys Starter, too');
select is(pg_temp.charged('bob', '1 day'), '500', 'it is not taken off his cap');
select is(farthing.sweep_orders(tests.after('2 days')), 4, 'a charge in progress is given up');
select is(pg_temp.charged('bob', '2 days'), '0', 'then nothing is taken off his');
select is(pg_temp.charged('ann', '2 days'), '500', 'and off ann''s what she paid');
select is_empty('select * from farthing.prove()', 'the ledger proves itself');

select * from finish();
rollback;
