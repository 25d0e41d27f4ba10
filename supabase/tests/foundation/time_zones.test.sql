-- Days and months are in UTC, whatever the time zone of the session is.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(11);

set local timezone = 'Asia/Tokyo'; -- Tokyo is nine hours ahead of UTC: its day ends at 15:00 UTC.
select is(current_setting('timezone'), 'Asia/Tokyo', 'the session has the time zone of Tokyo');

select isnt(tests.give('ann', '1000'), null, 'ann has 1,000 credits');
select is(spend_caps_set(tests.person('ann'), '100', p_now => tests.after('1 h')) ->> 'status', '200',
  'ann has a cap of 100 credits a day');
create function pg_temp.spends(p_amount text, p_passed interval) returns text language sql as $$
  select tests.outcome(format('select credits_debit(tests.person(''ann''), %L, ''x'', p_now => '
    'tests.after(%L))', p_amount, p_passed)) ->> 'code'
$$;
select is(pg_temp.spends('60', '20 h'), 'ok', 'ann spends 60 credits on the second of January in Tokyo');
select is(pg_temp.spends('60', '23 h'), 'spend_cap_reached',
  'a charge in the evening belongs to the same day');
select is(pg_temp.spends('60', '24 h'), 'ok', 'a new day begins at midnight UTC');

select is(tests.tops_up('bob'), 'card_missing, processed', 'bob turns on top-ups');
select is(tests.claims('1 h'), 'bob charge 500', 'bob is charged on the first of the month');
select is(top_ups_read(tests.person('bob'), tests.after(passed)) ->> 'charged_this_month', charged,
  format('after %s the credits charged this month are %s', passed, charged))
from (values (interval '31 days' - interval '1 s', '500'), ('31 days', '0')) m (passed, charged);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
