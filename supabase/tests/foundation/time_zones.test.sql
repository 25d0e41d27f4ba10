-- Days and months are UTC's, whatever time zone a session has.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select plan(11);

set local timezone = 'Asia/Tokyo'; -- nine hours ahead: its day ends at 15:00 UTC
select is(current_setting('timezone'), 'Asia/Tokyo', 'the session is in Tokyo');

select isnt(tests.give('ann', '1000'), null, 'ann has 1,000');
select is(spend_caps_set(tests.person('ann'), '100', p_now => tests.after('1 h')) ->> 'status', '200',
  'and a cap of 100 a day');
create function pg_temp.spends(p_amount text, p_passed interval) returns text language sql as $$
  select tests.outcome(format('select credits_debit(tests.person(''ann''), %L, ''x'', p_now => '
    'tests.after(%L))', p_amount, p_passed)) ->> 'code'
$$;
select is(pg_temp.spends('60', '20 h'), 'ok', 'ann spends 60, in Tokyo on the second of January');
select is(pg_temp.spends('60', '23 h'), 'spend_cap_reached', 'the evening is the same day');
select is(pg_temp.spends('60', '24 h'), 'ok', 'at midnight UTC the next one begins');

select is(tests.tops_up('bob'), 'card_missing, processed', 'bob opts in');
select is(tests.claims('1 h'), 'bob charge 500', 'bob is charged on the first of the month');
select is(top_ups_read(tests.person('bob'), tests.after(passed)) ->> 'charged_this_month', charged,
  format('after %s, %s is charged this month', passed, charged))
from (values (interval '31 days' - interval '1 s', '500'), ('31 days', '0')) m (passed, charged);

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
