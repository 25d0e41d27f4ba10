-- The page of a customer predicts which requests will be refused. The predictions equal the answers of the
-- real requests, in each state of an account.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/top_ups.psql
select plan(189);

-- Runs a request and undoes it. Returns ok, or the code of the refusal. A refusal may be raised as
-- an error or returned as an answer.
create function pg_temp.attempt(p_sql text) returns text language plpgsql as $$
declare
  v_answer jsonb;
  v_code text;
begin
  execute p_sql into v_answer;
  raise exception '%', coalesce(v_answer ->> 'code', 'ok') using errcode = 'TEST1';
exception
  when sqlstate 'TEST1' then
    return sqlerrm;
  when sqlstate 'PGRST' then
    return sqlerrm::jsonb ->> 'code';
end
$$;

-- Returns the SQL of a call that makes the request p_action. If p_credits is given, the call needs
-- exactly this many credits.
create function pg_temp.request(p_action text, p_name text, p_credits numeric) returns text language sql as $$
  select case p_action
    when 'debit' then format('select credits_debit(%L, %L, ''x'', p_now => tests.after(''1 day''))', u,
      trim_scale(p_credits))
    when 'hold' then format('select holds_open(%L, 600, %L, p_now => tests.after(''1 day''))', u,
  trim_scale(p_credits))
    -- An input token costs 0.02 credits, and the single output token costs 0.06.
    when 'chat' then format('select chats_begin(%L, ''gpt-4o'', %s, 1, null, true, ''trace'', null, null, '
      '''owner'', tests.after(''1 day''))', u, trim_scale((p_credits - 0.06) / 0.02))
    when 'checkout' then format('select checkout_begin(%L, ''b04eb8da-a595-4fbc-a8f4-708b219f705a'', '
      '''https://a.test'', ''https://a.test'', p_now => tests.after(''1 day''))', u)
    when 'booking' then format('select tests.begin_booking(%L, ''pat'', 1000, ''usd'', null, ''1 day'')',
  p_name)
    end
  from (select md5(p_name)::uuid as u) person
$$;

create function pg_temp.predicted(p_name text) returns setof jsonb language sql as $$
  select jsonb_array_elements(customers_read(md5(p_name)::uuid::text, 'operator:x', tests.after('1 day'))
    -> 'refused_next')
$$;
create function pg_temp.prediction(p_name text, p_action text) returns jsonb language sql as $$
  select p from pg_temp.predicted(p_name) p where p ->> 'action' = p_action limit 1
$$;

-- Makes users in different states. Most names say the state, such as broke or blocked.
select isnt(tests.provider('pat'), null, 'pat is a provider');
select isnt(tests.person('new'), null, 'new has no account');
select isnt(tests.give(name, '100'), null, name || ' has 100 credits')
from unnest('{rich,broke,capped,held,spent,blocked,carded,tested,debtor,eased}'::text[]) name;
select isnt(tests.spends('broke', '100'), null, 'broke has spent everything');
select isnt(spend_caps_set(tests.person('capped'), '5', p_now => tests.after('1 day')), null,
  'capped has a cap');
select isnt(spend_caps_set(tests.person('spent'), '5', p_now => tests.after('1 day')), null,
  'spent has a cap');
select isnt(tests.spends('spent', '5', '1 day'), null, 'spent has used the cap');
select isnt(tests.hold('held', '99.5', 86400, '12 h'), null, 'held has 0.5 credits that are not held');
select is(tests.buys('frozen'), 'frozen', 'frozen orders a package');
select isnt(tests.pays('frozen'), null, 'frozen pays');
select isnt(tests.dispute('frozen', 'needs_response'), null, 'the payment is disputed');
select isnt(holds_settle(tests.hold('debtor', '100'), '150', p_now => tests.after()), null,
  'debtor owes 50 credits');
-- A hold expires, and its credits pay the debt before the next request is checked.
select isnt(tests.hold('eased', '60', 3600), null, 'eased holds 60 credits');
select isnt(holds_settle(tests.hold('eased', '40', 3600), '70', p_now => tests.after()), null,
  'eased owes 30 credits until the hold expires');
select isnt(fraud_blocks_add('user', tests.person('blocked')::text, 'x', p_author => 'sql:x'), null,
  'blocked is blocked');
select isnt(tests.person('banned'), null, 'banned has no account');
select isnt(fraud_blocks_add('user', tests.person('banned')::text, 'x', p_author => 'sql:x'), null,
  'banned is blocked');
insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
select 'ch_' || nr, farthing.account_for(tests.person(name)), sha256(convert_to(name || nr, 'UTF8')),
  outcome, true,
  tests.after('1 day' - interval '1 min') + nr * interval '1 s'
from (values ('tested', 'failed', 1), ('tested', 'failed', 2), ('tested', 'failed', 3), ('tested', 'failed',
  4),
  ('tested', 'failed', 5), ('tested', 'failed', 6), ('carded', 'succeeded', 7)) v (name, outcome, nr);
select isnt(fraud_blocks_add('card', encode(sha256('carded7'), 'hex'), 'x', p_author => 'sql:x'), null,
  'a card that carded used is blocked');
select set_config('farthing.change', '', true);
select isnt(tests.give('quick', '100'), null, 'quick has 100 credits');
select lives_ok($$ select farthing.set_policy('{"sessions_per_user_hour": 1}', 'a test') $$,
  'one checkout per hour');
insert into farthing.fraud_decisions (account_id, action, outcome, reasons, decided_at)
select farthing.account_for(tests.person('quick')), 'checkout', 'allow', '{within_limits}',
  tests.after('1 day' - interval '10 min');

create temporary table states (name text, codes text);
insert into states values
  ('new', 'insufficient_credits - -'), ('rich', 'insufficient_credits - -'),
  ('broke', 'insufficient_credits - -'), ('capped', 'spend_cap_reached - -'),
  ('spent', 'spend_cap_reached - -'), ('held', 'insufficient_credits - -'),
  ('frozen', 'insufficient_credits - -'), ('debtor', 'insufficient_credits - -'),
  ('eased', 'insufficient_credits - -'), ('blocked', 'insufficient_credits forbidden forbidden'),
  ('banned', 'insufficient_credits forbidden forbidden'),
  ('carded', 'insufficient_credits forbidden forbidden'),
  ('tested', 'insufficient_credits velocity_exceeded velocity_exceeded'),
  ('quick', 'insufficient_credits velocity_exceeded -');
select is(concat_ws(' ', pg_temp.prediction(name, 'debit') ->> 'code',
    coalesce(pg_temp.prediction(name, 'checkout') ->> 'code', '-'),
    coalesce(pg_temp.prediction(name, 'booking') ->> 'code', '-')), codes,
  name || ' has the expected refusals')
from states;

-- The prediction for a debit, a hold or a chat has a number of credits. A request for more credits
-- is refused with the predicted code. A request for exactly this number is not refused.
select is(pg_temp.attempt(pg_temp.request(action, name, (p ->> 'above')::numeric
    + case action when 'chat' then 0.08 else 1e-18 end)), p ->> 'code',
  format('a %s of %s of more than %s credits is refused with the predicted code', action, name,
  p ->> 'above'))
from states, unnest('{debit,hold,chat}'::text[]) action, pg_temp.prediction(name, action) p;
select is(pg_temp.attempt(pg_temp.request(action, name, (p ->> 'above')::numeric)), 'ok',
  format('a %s of %s of %s credits is accepted', action, name, p ->> 'above'))
from states, unnest('{debit,hold,chat}'::text[]) action, pg_temp.prediction(name, action) p
where p ->> 'above' <> '0';
select is(pg_temp.attempt(pg_temp.request(action, name, null)),
  coalesce(pg_temp.prediction(name, action) ->> 'code', 'ok'), format('a %s of %s answers as predicted',
  action, name))
from states, unnest('{checkout,booking}'::text[]) action;

-- The reason of a refusal, as a sentence with the details.
select is(pg_temp.prediction(name, action) ->> 'reason', reason, format('the reason for %s: %s', name,
  reason))
from (values ('rich', 'debit', 'Only 100 credits are available.'),
  ('held', 'hold', 'Only 0.5 credits are available. 99.5 credits are held.'),
  ('frozen', 'chat',
  'Only 0 credits are available. 9990 credits are frozen, because their payment is in doubt.'),
  ('debtor', 'debit', 'The account owes 50 credits. New credits pay this debt first.'),
  ('spent', 'debit', 'The daily spend cap of 5 credits leaves 0 until 2027-01-03T00:00:00+00:00.'),
  ('blocked', 'checkout', 'A block applies: blocked user.'),
  ('tested', 'booking', 'A limit is used up for ' || (pg_temp.prediction('tested', 'booking')
    #>> '{details,retry_after}') || ' more seconds: failed cards, user cards.'))
    v (name, action, reason);
select is(pg_temp.prediction('eased', 'debit') ->> 'above', '30',
  'credits of an expired hold pay the debt before the prediction');
select is(pg_temp.prediction('quick', 'checkout') #>> '{details,retry_after}', '3000',
  'a velocity limit says when it ends');
select is_empty($$ select p from states, pg_temp.predicted(name) p where p ->> 'reason' is null $$,
  'each refusal has a reason');

-- If a feature is off, its requests are refused.
select isnt(features_set(name, 'off'), null, name || ' is off') from unnest('{b2b,b2c}'::text[]) name;
select is(pg_temp.prediction('rich', action) ->> 'code', 'feature_disabled', action || ' is switched off')
from unnest('{checkout,booking}'::text[]) action;
select is(pg_temp.prediction('rich', 'checkout') ->> 'reason', 'The feature b2c is off for this customer.',
  'the reason names the feature');
select is((select array_agg(p ->> 'code') from pg_temp.predicted('blocked') p
  where p ->> 'action' = 'checkout'),
  '{feature_disabled,forbidden}', 'all refusals are listed, in the order of the checks');
select isnt(features_set(name, 'on'), null, name || ' is on') from unnest('{b2b,b2c}'::text[]) name;

-- A prediction changes no row.
select is((select count(*)::int from farthing.accounts where owner_id in (md5('new')::uuid,
  md5('banned')::uuid)), 0,
  'no account was created');
select is((select count(*)::int from farthing.holds where status = 'open'
  and expires_at < tests.after('1 day')), 1,
  'the expired hold is still open');
select is((select count(*)::int from farthing.fraud_decisions), 2,
  'only the checkouts of frozen and quick are recorded');

-- All requests of a deleted user are refused.
delete from auth.users where id = md5('rich')::uuid;
select is((select array_agg(concat_ws(' ', p ->> 'action', p ->> 'code') order by nr)
  from jsonb_array_elements(
    customers_read(account_id::text, p_now => tests.after('1 day')) -> 'refused_next') with ordinality v (p,
  nr)),
  '{debit not_found,hold not_found,chat not_found,checkout not_found,booking not_found}',
  'nothing is possible for a deleted user') from farthing.accounts where left_at is not null;
select is(pg_temp.attempt(format('select credits_debit(%L, ''1'', ''x'')', md5('rich')::uuid)), 'not_found',
  'a debit of a deleted user is not found');

-- Top-ups: if a runner begins no charge for an account, a refusal is predicted for this account.
-- For all other accounts none is predicted.
create function pg_temp.low(p_name text) returns text language sql as $$
  select tests.give(p_name, '100') || tests.tops_up(p_name)
$$;
create function pg_temp.top_up_code(p_name text, p_passed interval) returns text language sql as $$
  select coalesce((select p ->> 'code' from jsonb_array_elements(customers_read(tests.person(p_name)::text,
    p_now => tests.after(p_passed)) -> 'refused_next') p where p ->> 'action' = 'top_up' limit 1), 'none')
$$;
select isnt(pg_temp.low('t_capped'), null, 't_capped is below the threshold');
select isnt(tests.opts_in('t_capped', p_cap => 500), null, 't_capped has a small cap');
select is(tests.claims('1 h'), 't_capped charge 490', 't_capped is charged');
select isnt(tests.top_up_event('t_capped', 'payment_intent.succeeded', '1 h'), null, 'the charge succeeds');
select isnt(tests.spends('t_capped', '4900', '2 h'), null, 't_capped spends the credits');
select isnt(pg_temp.low(name), null, name || ' is below the threshold')
from unnest('{t_ok,t_off,t_card,t_paused,t_wait,t_doubt,t_blocked}'::text[]) name;
select isnt(top_ups_stop(tests.person('t_off')), null, 't_off opts out');
update farthing.customers set payment_method_id = null, card_unread_since = null, card_read_at = null
  where account_id = farthing.account_for(tests.person('t_card'));
update farthing.top_ups set paused = 'failures'
  where account_id = farthing.account_for(tests.person('t_paused'));
update farthing.top_ups set next_attempt_at = tests.after('2 days')
where account_id = farthing.account_for(tests.person('t_wait'));
select is(tests.buys('t_doubt'), 't_doubt', 't_doubt orders a package');
select isnt(tests.pays('t_doubt'), null, 't_doubt pays');
select isnt(tests.spends('t_doubt', '9990'), null, 't_doubt spends it');
select isnt(tests.warning('t_doubt'), null, 'a network warns of the payment');
select isnt(fraud_blocks_add('user', tests.person('t_blocked')::text, 'x', p_author => 'sql:x'), null,
  't_blocked is blocked');
select is(pg_temp.top_up_code(name, '1 day'), code, format('the top-up of %s: %s', name, code))
from (values ('t_ok', 'none'), ('t_off', 'none'), ('t_card', 'top_up_card_missing'), ('t_paused',
  'top_up_paused'),
  ('t_wait', 'top_up_waiting'), ('t_capped', 'top_up_capped'), ('t_doubt', 'top_up_in_doubt'),
  ('t_blocked', 'forbidden')) v (name, code);
select is(tests.claims('1 day'), 't_ok charge 490', 'a runner charges only the account without a refusal');
select is(pg_temp.top_up_code('t_ok', '1 day 1 min'), 'none', 'a charge in progress is no refusal');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
