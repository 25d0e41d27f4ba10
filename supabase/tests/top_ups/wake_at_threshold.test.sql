-- Waking the payment runner: a debit, a hold or any other change that brings an account below its
-- top-up threshold wakes the runner. The call that wakes it is part of the transaction of that
-- change.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(33);

select is(vault.create_secret(value, name) is not null, true, name || ' is stored')
from (values ('https://project.example.com/functions/v1', 'farthing_functions_url'),
  ('sb_secret_x', 'farthing_secret_key')) s (value, name);

-- Returns the number of times that the payment runner was woken since this function was last
-- called.
create function pg_temp.wakes() returns bigint language plpgsql as $$
declare
  v_count bigint := (select count(*) from net.http_request_queue where url like '%/payment-runner');
begin
  delete from net.http_request_queue where true;
  return v_count;
end
$$;
create function pg_temp.spends(p_name text, p_amount text, p_passed interval) returns bigint
language plpgsql as $$
begin
  perform credits_debit(tests.person(p_name), p_amount, 'x', p_now => tests.after(p_passed));
  return pg_temp.wakes();
end
$$;
create function pg_temp.below(p_name text) returns numeric language sql as $$
  select top_up_below from farthing.accounts where owner_id = tests.person(p_name)
$$;

-- The user opts in and saves a card.
select is(pg_temp.below('ann'), null, 'an account without top-ups stores no threshold');
select isnt(tests.give('ann', '3000'), null, 'ann has 3,000 credits');
select is(tests.opts_in('ann') ->> 'state', 'card_missing', 'ann opts in');
select is(pg_temp.below('ann'), 1000::numeric, 'her account stores the threshold');
select is(tests.saves('ann', 'pm_ann'), 'processed', 'ann saves a card');
select is(pg_temp.wakes(), 1::bigint, 'the card wakes the runner once, to be read');

-- A debit that crosses the threshold wakes the runner once.
select is(pg_temp.spends('ann', '2000', '1 min'), 0::bigint,
  'a debit that leaves exactly the threshold wakes no runner');
select is(pg_temp.spends('ann', '0.000000000000000001', '2 min'), 1::bigint,
  'the debit that crosses the threshold wakes the runner once');
select is(pg_temp.spends('ann', '101', '3 min'), 0::bigint,
  'a debit of an account that was below the threshold before wakes no runner');
select is(tests.claims('3 min'), 'ann charge 411', 'the runner charges the gap once');
select is(tests.claims('3 min'), 'nothing', 'a second runner finds no charge');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '4 min'), 'processed',
  'the payment''s event grants the credits');
select is(pg_temp.wakes(), 0::bigint, 'a balance that rises above the threshold wakes no runner');
select is(pg_temp.spends('ann', '4500', '5 min'), 0::bigint,
  'during the cool-down a crossing wakes no runner: the scheduled task does it later');

-- A hold wakes the runner if it crosses the threshold, and so does the settlement of a hold.
select isnt(tests.give('bob', '1500'), null, 'bob has 1,500 credits');
select is(tests.tops_up('bob'), 'card_missing, processed', 'bob opts in with a card');
select is(pg_temp.wakes(), 1::bigint, 'the card wakes the runner, to be read');
select isnt(holds_open(tests.person('bob'), 600, '600', p_now => tests.after('1 min')), null,
  'bob''s credits are held');
select is(pg_temp.wakes(), 1::bigint, 'the hold that crosses the threshold wakes the runner');

-- After an opt-out no debit wakes the runner. Opting in with a saved card, or ending a pause, wakes
-- the runner if the account is below the threshold.
select is(top_ups_stop(tests.person('bob'), tests.after('2 min')) ->> 'state', 'off', 'bob opts out');
select is(pg_temp.below('bob'), null, 'his account stores no threshold any more');
select is(pg_temp.spends('bob', '600', '3 min'), 0::bigint, 'after an opt-out a debit wakes no runner');
select is(tests.opts_in('bob', p_passed => '-1 min') ->> 'state', 'on', 'bob opts in again');
select is(pg_temp.wakes(), 1::bigint, 'opting in below the threshold wakes the runner');
update farthing.top_ups set paused = 'refunded'
where account_id = farthing.account_for(tests.person('bob'));
select is(tests.opts_in('bob', p_passed => '-1 min') ->> 'state', 'on', 'bob ends a pause by opting in');
select is(pg_temp.wakes(), 1::bigint, 'the end of a pause below the threshold wakes the runner');
select is(tests.opts_in('cid') ->> 'state', 'card_missing', 'cid opts in without credits or a card');
select is(pg_temp.wakes(), 0::bigint, 'opting in without a card wakes no runner');
select is(tests.saves('cid', 'pm_cid'), 'processed', 'cid saves a card');
select is(pg_temp.wakes(), 1::bigint, 'a card saved below the threshold wakes the runner once');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
