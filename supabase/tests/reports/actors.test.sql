-- The report of authors: the moved credits by day, author and kind of entry.

begin;
\ir ../helpers/all_tests.psql
select plan(23);

create function pg_temp.grants(p_amount text, p_author text, p_passed interval, p_source text
  default 'adjustment') returns text language sql as $$
  select credits_grant(tests.person('ann'), p_amount, p_source, p_author => p_author,
    p_now => tests.after(p_passed)) ->> 'status'
$$;
-- Returns the rows of the report as text, for days of January 2027.
create function pg_temp.report(p_from int, p_to int, p_after text default null, p_limit int default 1000)
returns jsonb language sql as $$
  select report_actors(make_date(2027, 1, p_from), make_date(2027, 1, p_to), p_after, p_limit)
$$;
create function pg_temp.lines(p_rows jsonb) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'day', r ->> 'author', r ->> 'kind', r ->> 'count',
    r ->> 'credits', r ->> 'amount', r ->> 'currency') order by nr), '{}')
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;

select is(pg_temp.report(1, 31) - 'as_of', '{"from": "2027-01-01", "to": "2027-01-31", "time_zone": "UTC",
  "rows": [], "totals": [], "controls": [], "formulas": {}, "policies": [], "next_cursor": null}',
  'a report without entries has no rows');

select is(pg_temp.grants('2000', 'key:default', '1 h'), '201', 'a key grants credits');
select is(pg_temp.grants('0.5', 'sql:postgres', '2 h', 'promotional'), '201', 'an SQL prompt grants credits');
select is(pg_temp.grants('1.5', 'key:default', '25 h'), '201', 'the key grants on the next day');
select is(pg_temp.report(1, 31) -> 'rows', '[]', 'entries that are not sealed are not in the report');
select is(farthing.seal(), 3, 'the entries are sealed');

select is(pg_temp.lines(pg_temp.report(1, 31) -> 'rows'), array['2027-01-01 key:default adjustment 1 2000',
  '2027-01-01 sql:postgres promotion 1 0.5', '2027-01-02 key:default adjustment 1 1.5'],
  'the report has a row for each day, author and kind of entry');
select is(pg_temp.lines(pg_temp.report(1, 31) -> 'totals'), array['adjustment 2 2001.5', 'promotion 1 0.5'],
  'the totals are sums by kind of entry');
select is(pg_temp.lines(pg_temp.report(2, 2) -> 'rows'), array['2027-01-02 key:default adjustment 1 1.5'],
  'the first and the last day are in the report, and no other day is');
select is(array(select jsonb_array_elements(pg_temp.report(1, 1) -> 'controls') ->> 'difference'),
  array['0', '0', '0', '0'], 'the sums of authors equal the sums of the sealed entries and of the lots');

select is(pg_temp.report(1, 31, null, 2) ->> 'next_cursor', '2027-01-01 sql:postgres promotion',
  'a page that is not the last one has a cursor');
select is(pg_temp.lines(pg_temp.report(1, 31, pg_temp.report(1, 31, null, 2) ->> 'next_cursor', 2) -> 'rows'),
  array['2027-01-02 key:default adjustment 1 1.5'], 'the cursor gives the next page');
select is(report_actors(p_now => tests.after('9 d')) ->> 'from', '2027-01-01',
  'without days a report begins on the first day of the month');
select tests.fails_with($$select report_actors('2027-01-02', '2027-01-01')$$, 'invalid_request', 'from',
  'a report must not end before it begins');
select tests.fails_with($$select report_actors('2026-01-01', '2027-12-31')$$, 'invalid_request', 'from',
  'a report has at most 400 days');

-- Entries that are sealed later are added to the rows of their day: both the number and the amount
-- grow.
create function pg_temp.debits(p_amount text, p_passed interval) returns text language sql as $$
  select credits_debit(tests.person('ann'), p_amount, 'x', p_author => 'key:default',
    p_now => tests.after(p_passed)) ->> 'status'
$$;
select is(pg_temp.debits('0.5', '26 h'), '201', 'the key debits ann on the second day');
select is(farthing.seal(), 1, 'the debit is sealed');
select is(pg_temp.grants('500', 'key:default', '27 h'), '201', 'the key grants again on the second day');
select is(pg_temp.debits('20', '28 h'), '201', 'the key debits ann again on the second day');
select is(farthing.seal(), 2, 'the later entries are sealed');
select is(pg_temp.lines(pg_temp.report(2, 2) -> 'rows'), array['2027-01-02 key:default adjustment 2 501.5',
  '2027-01-02 key:default debit 2 20.5'], 'the rows of the second day have the sums of all its entries');

select is(tests.code_for('authenticated', 'ann', 'select report_actors()'), '42501',
  'a user must not read a report');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
