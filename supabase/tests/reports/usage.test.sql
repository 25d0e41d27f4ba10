-- The usage report. gpt-4o costs the shop 5 USD per million input tokens and 15 USD per million output
-- tokens, and its markup is 4. So 1,000 input tokens and 500 output tokens cost the user 50 credits, worth
-- 0.05 USD, and cost the shop 0.0125 USD.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/chats.psql
select plan(46);

create function pg_temp.report(p_from int, p_to int, p_groups text default 'day,model',
  p_name text default null, p_after text default null, p_limit int default 1000)
returns jsonb language sql as $$
  select report_usage(make_date(2027, 1, p_from), make_date(2027, 1, p_to), p_after, p_limit, p_groups,
    tests.person(p_name))
$$;
-- Returns rows as text: the groups, charges, tokens, credits, cost, margin and share.
create function pg_temp.lines(p_rows jsonb) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'day', r ->> 'model', r ->> 'origin', r ->> 'feature',
    '|', r ->> 'charges', r ->> 'input_tokens', r ->> 'output_tokens', '|', r ->> 'credits',
    r ->> 'corrected_credits', '|', r ->> 'provider_cost_usd', r ->> 'margin_usd', r ->> 'share')
    order by nr), '{}')
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;
create function pg_temp.differences(p_report jsonb) returns text[] language sql as $$
  select array_agg(distinct c ->> 'difference') from jsonb_array_elements(p_report -> 'controls') c
$$;
create function pg_temp.charge(p_name text, p_event text, p_feature jsonb, p_passed interval) returns text
language sql as $$
  select usage_charge(tests.person(p_name), jsonb_build_object('event_id', p_event, 'model', 'gpt-4o',
    'input_tokens', 1000, 'output_tokens', 500, 'metadata', jsonb_build_object('feature', p_feature)),
    p_now => tests.after(p_passed)) #>> '{data,credits}'
$$;

select is(pg_temp.report(1, 31) - 'as_of' - 'formulas' - 'controls', '{"from": "2027-01-01",
  "to": "2027-01-31", "time_zone": "UTC", "rows": [], "totals": [], "policies": [], "next_cursor": null}',
  'a report without usage has no rows');
select is(pg_temp.differences(pg_temp.report(1, 31)), '{0}', 'the controls of an empty report agree');
select isnt(tests.person('ann'), null, 'ann signs up');
select is(pg_temp.lines(pg_temp.report(1, 31, 'day', 'ann') -> 'rows'), '{}',
  'a user without an account has no usage');

-- A charge that takes from two lots makes two entries and is counted once, even if the entries are sealed
-- in two parts.
select isnt(tests.give('ann', '60', '1 hour'), null, 'ann has 60 for an hour');
select isnt(tests.give('ann', '1000'), null, 'ann has 1,000 for ever');
select is(pg_temp.charge('ann', event, feature, '1 min'), '50', format('ann is charged for %s', event))
from (values ('e1', '"search"'::jsonb), ('e2', '7')) e (event, feature);
select is(farthing.seal_entries(4), 4, 'seals end in the middle of a charge');
select is(farthing.seal_entries(4), 1, 'the rest is sealed');
select is(pg_temp.charge('ann', 'e1', '"search"', '2 min'), '50', 'ann''s first event is repeated');
select is(farthing.seal(), 0, 'a repeat writes no entry');
select is(pg_temp.lines(pg_temp.report(1, 1) -> 'rows'),
  array['2027-01-01 gpt-4o | 2 2000 1000 | 100 0 | 0.025 0.075 1'],
  'each charge and its tokens are counted once');
select is(pg_temp.lines(pg_temp.report(1, 1, 'feature') -> 'rows'),
  array['search | 1 1000 500 | 50 0 | 0.0125 0.0375 0.5', '| 1 1000 500 | 50 0 | 0.0125 0.0375 0.5'],
  'a feature is a text of the caller''s metadata');

-- The next day: a debit, a hold that is settled with an amount, a chat, and usage that leaves debt.
select is(credits_debit(tests.person('ann'), '5', 'x', p_now => tests.after('24 h')) ->> 'status', '201',
  'ann is debited 5');
select is(holds_settle(tests.hold('ann', '10', p_passed => '24 h'), '7', p_now => tests.after('24 h'))
  #>> '{data,settled}', '7', 'a hold is settled with an amount');
select isnt(tests.give('bob', '60'), null, 'bob has 60');
select is(tests.begin_chat('bob', p_passed => '24 h') ->> 'step', 'call', 'bob begins a chat');
select is(tests.settle_chat(tests.chat_id('bob'), '24 h 1 s', 1000, 1000) #>> '{data,credits}', '80',
  'bob''s answer is longer than his credits, and he owes 20');
select is(farthing.seal(), 5, 'the entries are sealed');
select is(pg_temp.lines(pg_temp.report(2, 2, 'day,model,origin') -> 'rows'),
  array['2027-01-02 gpt-4o chat | 1 1000 1000 | 80 0 | 0.02 0.06 0.869565',
    '2027-01-02 debit | 1 0 0 | 5 0 | 0.054348', '2027-01-02 hold | 1 0 0 | 7 0 | 0.076087'],
  'debt counts as usage, and charges without a rate have no cost');
select is(pg_temp.lines(pg_temp.report(1, 31) -> 'totals'),
  array['| 5 3000 2000 | 192 0 | 0.045 0.135'], 'the totals are sums over all rows');
select is(pg_temp.report(1, 31) #>> '{totals,0,priced_credits}', '180',
  'charges with a rate are 180 credits');
select is(pg_temp.differences(pg_temp.report(1, 31)), '{0}', 'the controls agree');

-- The request of a chat ended without settling it. The chat is charged the most that it can cost, and the
-- charge is corrected when the usage is known.
select is(tests.begin_chat('ann', p_passed => '48 h') ->> 'step', 'call', 'ann begins a chat');
select is(tests.record(tests.chat_id('ann'), 10, '48 h 1 s'), 'open', 'ten tokens arrive');
select is(farthing.close_abandoned_chats(tests.after('48 h 2 min')), 1, 'the task closes the chat');
select is(farthing.seal(), 1, 'the charge is sealed');
select is(pg_temp.lines(pg_temp.report(3, 3) -> 'rows'),
  array['2027-01-03 gpt-4o | 1 1000 266 | 35.96 0 | 0.00899 0.02697 1'],
  'the chat costs the most that it can have used: 10 tokens, and 256 on the way');
select is(tests.settle_chat(tests.chat_id('ann'), '73 h', 1000, 100) #>> '{data,credits}', '26',
  'the true usage is known a day later');
select is(farthing.seal(), 1, 'the correction is sealed');
select is(pg_temp.lines(pg_temp.report(3, 4) -> 'rows'), array[
  '2027-01-03 gpt-4o | 1 1000 266 | 35.96 0 | 0.00899 0.02697 1.383077',
  '2027-01-04 gpt-4o | 0 0 -166 | 0 9.96 | -0.00249 -0.00747 -0.383077'],
  'a correction belongs to the day on which it was made');
select is(pg_temp.lines(pg_temp.report(3, 4) -> 'totals'), array['| 1 1000 100 | 35.96 9.96 | 0.0065 0.0195'],
  'charge and correction together are the true usage');

-- The report about a single user is computed from entries.
select is(pg_temp.lines(pg_temp.report(1, 31, 'model', 'ann') -> 'totals'),
  array['| 5 3000 1100 | 147.96 9.96 | 0.0315 0.0945'], 'the usage of one user is read from their entries');
select is(pg_temp.lines(pg_temp.report(2, 2, 'day', 'ann') -> 'rows'), array['2027-01-02 | 2 0 0 | 12 0 | 1'],
  'the usage of one user is only that of the range');
select is(pg_temp.differences(pg_temp.report(d, 31, 'day', 'ann')), '{0}',
  format('the controls of one user agree from day %s', d)) from generate_series(1, 2) d;

select is(pg_temp.report(1, 31, p_limit => 2) ->> 'next_cursor', '["2027-01-02", "gpt-4o", null, null]',
  'a page that is not the last one has a cursor');
select is(pg_temp.lines(pg_temp.report(1, 31, p_after => '["2027-01-03", "gpt-4o", null, null]') -> 'rows'),
  array['2027-01-04 gpt-4o | 0 0 -166 | 0 9.96 | -0.00249 -0.00747 -0.045688'],
  'the cursor gives the next page');

select is(report_usage('2027-01-01', '2027-01-31', p_user_id => tests.person('bob'),
    p_author => 'operator:x') #>> '{totals,0,credits}', '80', 'an operator reads bob''s usage');
select results_eq('select author, route from farthing.customer_reads where author like ''operator:%''',
  $$values ('operator:x', 'GET /reports/usage')$$, 'the read is logged');

select tests.fails_with(format('select report_usage(p_group_by => %L)', g), 'invalid_request', 'group_by',
  format('%L is no list of columns', g)) from unnest(array['', 'day,price']) g;
select tests.fails_with($$select report_usage(p_user_id => gen_random_uuid())$$, 'not_found', 'user_id',
  'the user must exist');
select is(tests.code_for('authenticated', 'ann', format('select * from farthing.%s', t)), '42501',
  format('a user must not read %s', t)) from unnest(array['usage_days']) t;
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
