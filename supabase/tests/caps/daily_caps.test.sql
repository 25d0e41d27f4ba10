-- Daily spend caps: what an account may spend between one midnight UTC and the next.

begin;
\ir ../helpers/story.psql
select plan(46);

create function pg_temp.spends(p_amount text, p_passed interval default '0') returns jsonb language sql as $$
  select tests.outcome(format('select credits_debit(tests.person(''ann''), %L, ''x'', p_now => '
  'tests.after(%L))',
    p_amount, p_passed))
$$;
create function pg_temp.cap(p_passed interval default '0') returns jsonb language sql as $$
  select spend_caps_read(tests.person('ann'), tests.after(p_passed))
    - '{user_id, own_daily, imposed_daily}'::text[]
$$;

select isnt(tests.give('ann', '1000'), null, 'ann has 1,000');
select is(pg_temp.cap('30 min'), '{"daily": null, "spent_today": "0",
  "resets_at": "2027-01-02T00:00:00+00:00"}', 'a day begins at midnight UTC');
select is(pg_temp.spends('30', '1 h') ->> 'code', 'ok', 'ann spends 30 without a cap');
select is(pg_temp.cap('1 h'), '{"daily": null, "spent_today": "30",
  "resets_at": "2027-01-02T00:00:00+00:00"}', 'without a cap the day is added up');
select is(spend_caps_set(tests.person('ann'), '100', p_now => tests.after('2 h')) #>> '{data,spent_today}',
  '30',
  'a cap in the middle of a day knows what was spent');
select is(pg_temp.spends('70.5', '3 h'), '{"code": "spend_cap_reached", "status": 402, "details":
  {"limit": "daily_spend_cap", "cap": "100", "spent": "30", "held": "0", "required": "70.5",
  "resets_at": "2027-01-02T00:00:00+00:00"}}', 'T25: beyond the cap is refused, and says so');
select is(pg_temp.spends('5000', '3 h') ->> 'code', 'insufficient_credits',
  'missing credits are another limit');
select is(pg_temp.spends('20', '3 h') ->> 'code', 'ok', 'within the cap it runs');

-- Holds count as spent, and are settled whatever they cost.
create temporary table h as select tests.hold('ann', '40', p_passed => '4 h') as hold_id;
select is(pg_temp.spends('11', '4 h') #>> '{details,held}', '40', 'held credits count');
select tests.fails_with($$ select holds_open(tests.person('ann'), '11', p_now => tests.after('4 h')) $$,
  'spend_cap_reached', null, 'a hold beyond the cap is refused');
select is(holds_settle(hold_id, '60', p_now => tests.after('4 h 1 min')) #>> '{data,settled}', '60',
  'work that was admitted is settled above its hold') from h;
select is(pg_temp.cap('5 h') ->> 'spent_today', '110', 'and counts');
select is(spend_caps_set(tests.person('ann'), '100', p_now => tests.after('5 h')) #>> '{data,spent_today}',
  '110', 'a cap that is set again counts nothing twice');
select is(pg_temp.spends('1', '6 h') ->> 'code', 'spend_cap_reached', 'then nothing is left');

-- Usage, one and many.
select is(tests.outcome($$ select usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o",
  "input_tokens": 1000}', p_now => tests.after('6 h')) $$) ->> 'code', 'spend_cap_reached', 'usage is
    refused');
select is(usage_charge_batch(jsonb_build_array(jsonb_build_object('event_id', 'a', 'user_id',
  tests.person('ann'), 'model', 'gpt-4o', 'input_tokens', 1000)), p_now => tests.after('6 h'))
  #>> '{data,rejected,0,code}', 'spend_cap_reached', 'in a batch too');

-- The next day.
select is(pg_temp.cap('25 h'), '{"daily": "100", "spent_today": "0",
  "resets_at": "2027-01-03T00:00:00+00:00"}', 'at midnight it starts anew');
select is(usage_charge_batch((select jsonb_agg(jsonb_build_object('event_id', 'b' || n, 'user_id',
  tests.person('ann'), 'model', 'gpt-4o', 'input_tokens', 2000)) from generate_series(1, 4) n),
  p_now => tests.after('25 h')) -> 'data' -> 'accepted', '2',
  'a batch is charged up to the cap');
select is(pg_temp.cap('25 h') ->> 'spent_today', '80', 'and counted once');
select is(usage_charge_batch(jsonb_build_array(jsonb_build_object('event_id', 'b1', 'user_id',
  tests.person('ann'), 'model', 'gpt-4o', 'input_tokens', 2000)), p_now => tests.after('25 h'))
  #>> '{data,duplicates}', '1', 'a known event is answered, whatever the cap');

-- One that began before midnight and waited for the account until after it: the day does not go back.
select is(pg_temp.spends('15', '23 h 59 min') ->> 'code', 'ok', 'a debit of before midnight comes late');
select is(pg_temp.cap('25 h') ->> 'spent_today', '95', 'and counts towards the day that has begun');
select is(pg_temp.spends('6', '23 h 59 min') ->> 'code', 'spend_cap_reached',
  'it has no capacity for another');
select is(pg_temp.spends('6', '25 h') ->> 'code', 'spend_cap_reached', 'nor has its own');

-- A charge refused for lack of credits uses up no cap.
select isnt(tests.give('bob', '50'), null, 'bob has 50');
select is(spend_caps_set(tests.person('bob'), '60', p_now => tests.after()) #>> '{data,daily}', '60',
  'and a cap of 60');
select is(usage_charge_batch((select jsonb_agg(jsonb_build_object('event_id', 'c' || n, 'user_id',
  tests.person('bob'), 'model', 'gpt-4o', 'input_tokens', n)) from unnest(array[3000, 1000]) n),
  p_now => tests.after()) -> 'data' -> 'accepted', '1', 'he is charged what he can pay');

-- Taken away, or none at all.
select is(spend_caps_set(tests.person('ann'), '0', p_now => tests.after('26 h')) #>> '{data,daily}', '0',
  'a cap of 0 is a cap');
select is(pg_temp.spends('0.000000000000000001', '26 h') ->> 'code', 'spend_cap_reached',
  'that stops everything');
select is(spend_caps_set(tests.person('ann'), null, p_now => tests.after('26 h')) #>> '{data,daily}', null,
  'a cap is taken away');
select is(pg_temp.spends('200', '26 h') ->> 'code', 'ok', 'and stops nothing');
select tests.fails_with($$ select spend_caps_set(gen_random_uuid(), '1') $$, 'not_found', 'user_id',
  'nobody has no cap');

-- The user's own cap and the imposed one: the stricter holds, and neither lifts the other.
create function pg_temp.caps(p_daily text, p_author text) returns text language sql as $$
  select format('%s: own %s, imposed %s', c ->> 'daily', c ->> 'own_daily', c ->> 'imposed_daily')
  from (select spend_caps_set(tests.person('pia'), p_daily, p_author => p_author, p_now => tests.after())
    -> 'data' as c) t
$$;
select isnt(tests.give('pia', '1000'), null, 'pia has 1,000');
select is(pg_temp.caps(daily, author), expected, format('m9: %s sets %s', author, coalesce(daily, 'none')))
from (values
  (1, '100', 'key:default', '100: own , imposed 100'),
  (2, '500', 'owner', '100: own 500, imposed 100'),
  (3, null, 'owner', '100: own , imposed 100'),
  (4, '20', 'owner', '20: own 20, imposed 100'),
  (5, null, 'key:default', '20: own 20, imposed '),
  (6, '50', 'operator:x', '20: own 20, imposed 50'),
  (7, null, 'owner', '50: own , imposed 50')) c (nr, daily, author, expected) order by nr;
select tests.fails_with($$ select credits_debit(tests.person('pia'), '51', 'x', p_now => tests.after()) $$,
  'spend_cap_reached', null, 'm9: what the back end imposed holds');
select is((select string_agg(author, ' ' order by audit_nr) from farthing.audit
  where table_name = 'spend_caps' and row_key = (select jsonb_build_object('account_id', account_id)
    from farthing.accounts where owner_id = tests.person('pia'))),
  'key:default owner owner owner key:default operator:x owner', 'and who set what is on record');

select isnt(tests.person('zoe'), null, 'zoe has had no credits yet');
select is(spend_caps_read(tests.person('zoe'), tests.after()) ->> 'daily', null, 'and has no cap');
select is(tests.outcome('select spend_caps_read(gen_random_uuid())') ->> 'code', 'not_found',
  'an unknown user is not found');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
