-- The account codes of the journal have versions. A version begins on a certain day, which is never in a
-- closed month.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(29);

create function pg_temp.put(p_codes jsonb, p_passed interval default '0', p_dry_run boolean default false,
  p_version text default null, p_reason text default 'our chart')
returns jsonb language sql as $$
  select settings_journal_codes_set(p_codes, p_version, p_reason, p_dry_run, 'key:olga',
    p_now => tests.after(p_passed)) -> 'data'
$$;
create function pg_temp.journal(p_to date) returns text[] language sql as $$
  select array_agg(format('%s %s %s', r ->> 'day', r ->> 'account_code', r ->> 'debit') order by nr)
  from jsonb_array_elements(report_journal('2027-01-01', p_to) -> 'rows') with ordinality l (r, nr)
  where r ->> 'account' = 'stripe_balance'
$$;

select is((select jsonb_object_agg(c ->> 'account', c ->> 'code')
    from jsonb_array_elements(settings_journal_codes() -> 'codes') c),
  '{"stripe_balance": "1010", "unapplied_payments": "2010", "deferred_revenue": "2020",
  "provider_payable": "2030", "credit_revenue": "4010", "breakage_revenue": "4020",
  "application_fees": "4030", "refunds": "4910", "disputes": "4920", "stripe_fees": "6010",
  "tax_payable": "2040", "discounts": "4930"}',
  'the installed codes are read');
select is(settings_journal_codes() -> 'open_from', 'null', 'no month is closed yet');

-- A payment in January and one in February.
select is(tests.buys(name), name, name || ' opens a checkout') from unnest(array['ann', 'bob']) name;
select is(tests.pays('ann', '1 d'), '{"received": true}', 'ann pays in January');
select is(tests.pays('bob', '40 d'), '{"received": true}', 'bob pays in February');

create temporary table before as select settings_journal_codes() ->> 'version' as version,
  (select jsonb_agg(to_jsonb(j) order by j.account) from farthing.journal_accounts j) as rows,
  (select count(*) from farthing.audit) as audits;
create temporary table list as select '[{"account": "stripe_balance", "code": "1-200",
    "effective_from": "2027-02-01"},
  {"account": "refunds", "code": "4910"}]'::jsonb as codes;
create temporary table dry as select pg_temp.put(codes, '40 d', true, version, null) as data
from list, before;
select is(data, jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 1, 'changes', '[
  {"name": "stripe_balance", "change": "changed", "version": 2, "fields": [
    {"field": "code", "from": "1010", "to": "1-200"},
    {"field": "effective_from", "from": null, "to": "2027-02-01"}]}]'::jsonb),
  'a dry run returns the changes') from dry, before;
select is((select jsonb_agg(to_jsonb(j) order by j.account) from farthing.journal_accounts j), rows,
  'a dry run adds no version') from before;
select is((select count(*) from farthing.audit), audits, 'and no audit row') from before;
select is(pg_temp.put(codes, '40 d', false, version) -> 'changes', data -> 'changes',
  'the change is what its dry run has shown') from list, before, dry;
select is(pg_temp.journal('2027-02-28'), '{2027-01-02 1010 999,2027-02-10 1-200 999}',
  'each day has the code that applied on it');
select is((select array_agg((c ->> 'difference')::numeric) from jsonb_array_elements(
    report_journal('2027-01-01', '2027-02-28') -> 'controls') c where c ->> 'name' like 'stripe_balance%'),
  '{0}', 'the control adds both codes of the account');
select is((settings_journal_codes() #> '{history,0}') - '{version,changed_at,fields}'::text[],
  '{"author": "key:olga", "reason": "our chart", "name": "stripe_balance"}',
  'the history shows who and why');
select is(pg_temp.put(codes, '41 d') - 'version', '{"dry_run": false, "changes": [], "unchanged": 2}',
  'the same list changes nothing') from list;
select is(pg_temp.put('[{"account": "stripe_balance", "code": "1-300",
  "effective_from": "2027-02-01"}]', '41 d') #>> '{changes,0,version}', '3',
  'a version that begins on the same day replaces the one before');
select is(pg_temp.journal('2027-02-28'), '{2027-01-02 1010 999,2027-02-10 1-300 999}', 'in the journal, too');

-- February closes, and its journal does not change.
create temporary table february as select report_journal('2027-01-01', '2027-02-28') - 'as_of' as journal;
select is(farthing.close_months(tests.after('70 d')), 1, 'January and February close in one run');
select is(settings_journal_codes() ->> 'open_from', '2027-03-01', 'the oldest open month is shown');
select tests.fails_with(format('select pg_temp.put(%L, %L)', codes, '71 d'), 'invalid_request', field,
  format('%s is refused', codes))
from (values ('[]'::jsonb, 'codes'), ('[{"account": "cash", "code": "1"}]', 'codes[0].account'),
  ('[{"account": "refunds", "code": "1"}, {"account": "refunds", "code": "2"}]', 'codes[0].account'),
  ('[{"account": "refunds", "code": "=1+1"}]', 'codes[0].code'),
  ('[{"account": "refunds", "code": 4910}]', 'codes[0].code'),
  ('[{"account": "refunds", "code": "1", "effective_from": "2027-03-01T00:00:00Z"}]',
    'codes[0].effective_from'),
  ('[{"account": "refunds", "code": "1", "effective_from": "2027-02-30"}]', 'codes[0].effective_from'),
  ('[{"account": "refunds", "code": "1", "effective_from": "2027-02-28"}]', 'codes[0].effective_from'))
  c (codes, field);
select is(pg_temp.put('[{"account": "stripe_balance", "code": "9"}]', '71 d')
  #>> '{changes,0,fields,1,to}', '2027-03-13', 'a code begins today by default');
select is(report_journal('2027-01-01', '2027-02-28') - 'as_of', journal, 'the closed months keep their codes')
from february;

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
