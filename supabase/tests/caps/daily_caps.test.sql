-- Daily spend caps: the highest number of credits that an account may spend between one midnight UTC and
-- the next.

begin;
\ir ../helpers/all_tests.psql
select plan(53);

create function pg_temp.spends(p_amount text, p_passed interval default '0') returns jsonb language sql as $$
  select tests.outcome(format('select credits_debit(tests.person(''ann''), %L, ''x'', p_now => '
  'tests.after(%L))',
    p_amount, p_passed))
$$;
create function pg_temp.cap(p_passed interval default '0') returns jsonb language sql as $$
  select spend_caps_read(tests.person('ann'), tests.after(p_passed))
    - '{user_id, own_daily, imposed_daily}'::text[]
$$;

select isnt(tests.give('ann', '1000'), null, 'ann has 1,000 credits');
select is(pg_temp.cap('30 min'), '{"daily": null, "spent_today": "0",
  "resets_at": "2027-01-02T00:00:00+00:00"}', 'the day ends at midnight UTC');
select is(pg_temp.spends('30', '1 h') ->> 'code', 'ok', 'ann spends 30 credits without a cap');
select is(pg_temp.cap('1 h'), '{"daily": null, "spent_today": "30",
  "resets_at": "2027-01-02T00:00:00+00:00"}', 'the day''s spending is summed up without a cap');
select is(spend_caps_set(tests.person('ann'), '100', p_now => tests.after('2 h')) #>> '{data,spent_today}',
  '30',
  'a new cap counts what was spent on its day');
select is(pg_temp.spends('70.5', '3 h'), '{"code": "spend_cap_reached", "status": 402, "details":
  {"limit": "daily_spend_cap", "cap": "100", "spent": "30", "held": "0", "required": "70.5",
  "resets_at": "2027-01-02T00:00:00+00:00"}}',
  'T25: a charge above the cap is refused, with the cap in the details');
select is(pg_temp.spends('5000', '3 h') ->> 'code', 'insufficient_credits',
  'a charge above the available credits is refused for the credits');
select is(pg_temp.spends('20', '3 h') ->> 'code', 'ok', 'a charge within the cap is accepted');

-- Held credits count as spent. A hold can be settled for any amount, even above the cap.
create temporary table h as select tests.hold('ann', '40', p_passed => '4 h') as hold_id;
select is(pg_temp.spends('11', '4 h') #>> '{details,held}', '40', 'held credits count as spent');
select tests.fails_with($$ select holds_open(tests.person('ann'), 600, '11', p_now => tests.after('4 h')) $$,
  'spend_cap_reached', null, 'a hold above the cap is refused');
select is(holds_settle(hold_id, '60', p_now => tests.after('4 h 1 min')) #>> '{data,settled}', '60',
  'a hold is settled for more than it held') from h;
select is(pg_temp.cap('5 h') ->> 'spent_today', '110', 'the whole settlement counts as spent');
select is(spend_caps_set(tests.person('ann'), '100', p_now => tests.after('5 h')) #>> '{data,spent_today}',
  '110', 'setting the cap again counts nothing twice');
select is(pg_temp.spends('1', '6 h') ->> 'code', 'spend_cap_reached',
  'a charge after the cap is used up is refused');

-- The cap limits single usage reports and batches.
select is(tests.outcome($$ select usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o",
  "input_tokens": 1000}', p_now => tests.after('6 h')) $$) ->> 'code', 'spend_cap_reached',
  'usage above the cap is refused');
select is(usage_charge_batch(jsonb_build_array(jsonb_build_object('event_id', 'a', 'user_id',
  tests.person('ann'), 'model', 'gpt-4o', 'input_tokens', 1000)), p_now => tests.after('6 h'))
  #>> '{data,rejected,0,code}', 'spend_cap_reached', 'usage in a batch is refused');

-- On the next day, the whole cap is available again.
select is(pg_temp.cap('25 h'), '{"daily": "100", "spent_today": "0",
  "resets_at": "2027-01-03T00:00:00+00:00"}', 'the spending starts at 0 after midnight');
select is(usage_charge_batch((select jsonb_agg(jsonb_build_object('event_id', 'b' || n, 'user_id',
  tests.person('ann'), 'model', 'gpt-4o', 'input_tokens', 2000)) from generate_series(1, 4) n),
  p_now => tests.after('25 h')) -> 'data' -> 'accepted', '2',
  'a batch is charged up to the cap');
select is(pg_temp.cap('25 h') ->> 'spent_today', '80', 'the charges of the batch count once');
select is(usage_charge_batch(jsonb_build_array(jsonb_build_object('event_id', 'b1', 'user_id',
  tests.person('ann'), 'model', 'gpt-4o', 'input_tokens', 2000)), p_now => tests.after('25 h'))
  #>> '{data,duplicates}', '1', 'a repeated event is answered, whatever the cap');

-- A charge that began before midnight, and waited for the account's lock until after midnight, counts on
-- the new day.
select is(pg_temp.spends('15', '23 h 59 min') ->> 'code', 'ok',
  'a debit from before midnight is charged after midnight');
select is(pg_temp.cap('25 h') ->> 'spent_today', '95', 'the debit counts towards the new day');
select is(pg_temp.spends('6', '23 h 59 min') ->> 'code', 'spend_cap_reached',
  'another debit from before midnight is refused');
select is(pg_temp.spends('6', '25 h') ->> 'code', 'spend_cap_reached',
  'another debit of the new day is refused');

-- A charge that is refused for lack of credits does not count as spent.
select isnt(tests.give('bob', '50'), null, 'bob has 50 credits');
select is(spend_caps_set(tests.person('bob'), '60', p_now => tests.after()) #>> '{data,daily}', '60',
  'bob has a cap of 60 credits');
select is(usage_charge_batch((select jsonb_agg(jsonb_build_object('event_id', 'c' || n, 'user_id',
  tests.person('bob'), 'model', 'gpt-4o', 'input_tokens', n)) from unnest(array[3000, 1000]) n),
  p_now => tests.after()) -> 'data' -> 'accepted', '1', 'bob is charged as much as he can pay');

-- A cap of 0 stops every charge. Without a cap no charge is refused.
select is(spend_caps_set(tests.person('ann'), '0', p_now => tests.after('26 h')) #>> '{data,daily}', '0',
  'a cap of 0 is a cap');
select is(pg_temp.spends('0.000000000000000001', '26 h') ->> 'code', 'spend_cap_reached',
  'a cap of 0 stops every charge');
select is(spend_caps_set(tests.person('ann'), null, p_now => tests.after('26 h')) #>> '{data,daily}', null,
  'a cap is removed');
select is(pg_temp.spends('200', '26 h') ->> 'code', 'ok', 'an account without a cap is not limited');
select tests.fails_with($$ select spend_caps_set(gen_random_uuid(), '1') $$, 'not_found', 'user_id',
  'an unknown user cannot have a cap');

-- If both the user and an operator have set a cap, the lower cap applies. If one cap is removed,
-- the other one stays.
create function pg_temp.caps(p_daily text, p_author text) returns text language sql as $$
  select format('%s: own %s, imposed %s', c ->> 'daily', c ->> 'own_daily', c ->> 'imposed_daily')
  from (select spend_caps_set(tests.person('pia'), p_daily, p_author => p_author, p_now => tests.after())
    -> 'data' as c) t
$$;
select isnt(tests.give('pia', '1000'), null, 'pia has 1,000 credits');
select 'operator:' || tests.person('olga') as olga \gset
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('olga');
select is(pg_temp.caps(daily, author), expected, format('m9: %s sets %s', author, coalesce(daily,
  'm9: %s sets the cap %s')))
from (values
  (1, '100', 'key:default', '100: own , imposed 100'),
  (2, '500', 'owner', '100: own 500, imposed 100'),
  (3, null, 'owner', '100: own , imposed 100'),
  (4, '20', 'owner', '20: own 20, imposed 100'),
  (5, null, 'key:default', '20: own 20, imposed '),
  (6, '50', :'olga', '20: own 20, imposed 50'),
  (7, null, 'owner', '50: own , imposed 50')) c (nr, daily, author, expected) order by nr;
select tests.fails_with($$ select credits_debit(tests.person('pia'), '51', 'x', p_now => tests.after()) $$,
  'spend_cap_reached', null, 'm9: the imposed cap applies');
select is((select string_agg(author, ' ' order by audit_nr) from farthing.audit
  where table_name = 'spend_caps' and row_key = (select jsonb_build_object('account_id', account_id)
    from farthing.accounts where owner_id = tests.person('pia'))),
  'key:default owner owner owner key:default ' || :'olga' || ' owner',
  'the audit records the author of each change');


-- A dry run returns the caps as they would be after the change, and writes only to the log of reads.
select is(spend_caps_preview(tests.person('pia'), '30', p_author => :'olga', p_now => tests.after())
  - 'resets_at', jsonb_build_object('user_id', tests.person('pia'), 'daily', '30', 'own_daily', null,
  'imposed_daily', '30', 'spent_today', '0', 'dry_run', true), 'a dry run has the caps after the change');
select is(spend_caps_read(tests.person('pia'), tests.after()) ->> 'daily', '50', 'a dry run sets no cap');
select is((select count(*)::int from farthing.customer_reads where author = :'olga'
  and route = 'POST /credits/spend-cap'), 1, 'a dry run is a read of the customer');
select is(spend_caps_set(tests.person('pia'), '30', 'spends too fast', p_author => :'olga',
  p_now => tests.after()) #>> '{data,imposed_daily}', '30', 'an operator imposes a cap');
select is((select author || ': ' || reason from farthing.audit where table_name = 'spend_caps'
  order by audit_nr desc limit 1), :'olga' || ': spends too fast', 'the audit has the operator''s reason');
update auth.users set raw_app_meta_data = '{}' where id = tests.person('olga');
select tests.fails_with(format('select %s(tests.person(''pia''), null, p_author => %L)', name, :'olga'),
  'forbidden', null, 'an operator who lost the role cannot lift a cap: ' || name)
from unnest(array['spend_caps_set', 'spend_caps_preview']) name;

select isnt(tests.person('zoe'), null, 'zoe has no account yet');
select is(spend_caps_read(tests.person('zoe'), tests.after()) ->> 'daily', null,
  'a user without an account has no cap');
select is(tests.outcome('select spend_caps_read(gen_random_uuid())') ->> 'code', 'not_found',
  'an unknown user is not found');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
