-- Balances, now and at any past moment, and pages of entries.

begin;
\ir ../helpers/all_tests.psql
select plan(51);

-- Ann's entries: +100 at 1 h, −30 at 2 h, +5 at 3 h (expires at 5 h), −0.000000000000000001 at 4 h.
select is(tests.balance('ann'), 'balance 0, held 0, available 0, debt 0',
  'ann begins with a balance of 0');
select is(credits_entries(tests.person('ann')), '{"entries": [], "next_before": null}',
  'ann begins without entries');
select is(credits_balance(tests.person('ann'), tests.after()) ->> 'balance', '0',
  'ann had no balance before');
select isnt(tests.give('ann', '100', p_passed => '1 h'), null, 'ann is granted 100 at 1 h');
select isnt(credits_debit(tests.person('ann'), '30', 'x', p_now => tests.after('2 h')), null,
  'ann spends 30 at 2 h');
select isnt(tests.give('ann', '5', '5 h', '3 h', 200), null, 'ann is granted 5 until 5 h at 3 h');
select isnt(credits_debit(tests.person('ann'), '0.000000000000000001', 'x', p_now => tests.after('4 h')),
  null, 'ann spends 10^-18 at 4 h');

select is(credits_balance(tests.person('ann'), p_now => tests.after('4 h')) #- '{lots,0,id}' #- '{lots,1,id}',
  jsonb_build_object('balance', '74.999999999999999999', 'held', '0', 'available', '74.999999999999999999',
  'debt', '0',
    'lots', jsonb_build_array(
      '{"source": "promotional", "remaining": "69.999999999999999999", "expires_at": null, "frozen": false}'
      ::jsonb, jsonb_build_object('source', 'promotional', 'remaining', '5', 'expires_at', tests.after('5 h'),
      'frozen', false)),
    'as_of', tests.after('4 h')), 'the balance has all amounts, to the last decimal');

-- The balance of any past moment can be read.
select is(credits_balance(tests.person('ann'), tests.after(passed)),
  jsonb_build_object('balance', balance, 'as_of', tests.after(passed)), format('the balance at %s was %s',
  passed, balance))
from (values (interval '0', '0'), ('1 h' - interval '1 us', '0'), ('1 h', '100'), ('90 min', '100'), ('2 h',
  '70'),
  ('3 h', '75'), ('4 h', '74.999999999999999999'), ('1 year', '74.999999999999999999')) p (passed, balance);

-- Entries are listed page by page, newest first.
create function pg_temp.page(p_kind text default null, p_from interval default null,
  p_to interval default null,
  p_before bigint default null, p_limit int default 20) returns text language sql as $$
  select concat_ws(' ', (select string_agg(e ->> 'seq', ' ' order by nr)
    from jsonb_array_elements(p -> 'entries') with ordinality x (e, nr)), 'next ' || (p ->> 'next_before'))
  from credits_entries(tests.person('ann'), p_kind, tests.after(p_from), tests.after(p_to), p_before,
  p_limit) p
$$;
select is(pg_temp.page(), '4 3 2 1', 'entries are listed newest first');
select is(pg_temp.page(p_limit => 2), '4 3 next 3', 'a page returns where the next page begins');
select is(pg_temp.page(p_limit => 2, p_before => 3), '2 1', 'the last page has no next page');
select is(pg_temp.page(p_limit => 4), '4 3 2 1', 'a page that is exactly full is the last page');
select is(pg_temp.page(p_before => 1), '', 'a page before the first entry is empty');
select is(pg_temp.page('debit'), '4 2', 'entries are filtered by kind');
select is(pg_temp.page('debit', p_limit => 1), '4 next 4', 'entries are filtered by kind and page');
select is(pg_temp.page('debit', p_limit => 1, p_before => 4), '2', 'the next page of that kind is listed');
select is(pg_temp.page('no-such-kind'), '', 'an unknown kind gives an empty list');
select is(pg_temp.page(p_from => '2 h'), '4 3 2', 'entries are filtered from a moment on');
select is(pg_temp.page(p_from => '2 h' + interval '1 us'), '4 3', 'the lower moment is included');
select is(pg_temp.page(p_to => '2 h'), '2 1', 'entries are filtered up to a moment');
select is(pg_temp.page(p_to => '2 h' - interval '1 us'), '1', 'the upper moment is included');
select is(pg_temp.page(p_from => '2 h', p_to => '3 h'), '3 2', 'entries are filtered between moments');
select is(pg_temp.page('promotion', '2 h', '4 h', 4, 1), '3', 'all filters work together');
select is(pg_temp.page(p_from => '1 year'), '', 'a filter in the future gives an empty list');
select is(pg_temp.page(p_to => '0'), '', 'a filter before the first entry gives an empty list');
select is((select array_agg(e ->> 'amount') from jsonb_array_elements(credits_entries(tests.person('ann')) ->
  'entries') e), '{-0.000000000000000001,5,-30,100}', 'debits are negative');

-- Users do not see the entries of other users.
select is(tests.balance('bob'), 'balance 0, held 0, available 0, debt 0', 'bob has no credits');
select is(credits_entries(tests.person('bob')) -> 'entries', '[]', 'bob does not see ann''s entries');
select tests.fails_with('select ' || call, 'not_found', 'user_id', split_part(call, '(',
  1) || ' of an unknown user is not found')
from unnest(array['credits_balance(gen_random_uuid())', 'credits_balance(gen_random_uuid(), now())',
  'credits_entries(gen_random_uuid())', 'credits_balance(null)']) call;
-- The field runs_tasks is left out, because it depends on when the scheduled tasks last ran.
select is(health_database() - 'at' - 'runs_tasks', '{"ok": true, "migrated": true}',
  'the database reports its health');
select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then 'ok' else '42501'
  end, format('T13: %s by %s', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role,
  unnest(array['credits_balance(tests.person(''ann''))',
  'credits_entries(tests.person(''ann''))', 'health_database()']) call;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
