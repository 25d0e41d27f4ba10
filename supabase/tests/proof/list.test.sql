-- The list of the proof's runs, and the violations that a run found.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(19);
delete from farthing.proof_runs where true;

create function pg_temp.runs(p_page jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', r ->> 'outcome', r ->> 'scope', r ->> 'violations'), ', ' order by nr)
  from jsonb_array_elements(p_page -> 'proofs') with ordinality e (r, nr)
$$;

select is(proofs_list(), '{"proofs": [], "next_before": null}', 'before the first run the list is empty');
select isnt(tests.give('ann', '10'), null, 'ann has 10 credits');
select is(farthing.prove_if_due(tests.after('1 h')), true, 'the first proof runs');
select tests.unguarded('accounts', 'update farthing.accounts set balance = balance + 1
  where owner_id = tests.person(''ann'')') as broken \gset
select is(farthing.prove_if_due(tests.after('3 h')), true, 'after a change by hand the next proof runs');
select tests.unguarded('accounts', 'update farthing.accounts set balance = balance - 1
  where owner_id = tests.person(''ann'')') as mended \gset
select is(farthing.prove_if_due(tests.after('5 h')), true, 'after a correction the whole proof runs');
insert into farthing.proof_runs (started_at, finished_at, violations, detail)
values (tests.after('6 h'), tests.after('6 h 2 s'), null, 'the proof failed with 57014');

set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.runs(proofs_list()), format('failed whole, proved whole 0, violated incremental %s, '
  'proved whole 0', violations), 'the runs are listed newest first')
from farthing.proof_runs where violations > 0;
select is(pg_temp.runs(proofs_list(outcome)), runs, format('with outcome %s: %s', outcome, runs))
from (values ('failed', 'failed whole'), ('proved', 'proved whole 0, proved whole 0')) o (outcome, runs);
select is(proofs_list() #>> '{proofs,0,duration_ms}', '2000', 'a run has its duration');
select is(pg_temp.runs(proofs_list(p_before => proofs_list(p_limit => 1) ->> 'next_before', p_limit => 1)),
  'proved whole 0', 'a page begins after its cursor');
create temporary table broken as select proofs_read(run_nr) as run from farthing.proof_runs where
  violations > 0;
select cmp_ok(jsonb_array_length(run -> 'found'), '=', (run ->> 'violations')::int,
  'a run has all its violations') from broken;
select is(run #>> '{found,0,user_id}', tests.person('ann')::text, 'a violation names the user') from broken;
select matches(run #>> '{found,0,rule}', '^[0-9]+$', 'a violation names the rule') from broken;
select isnt(run #>> '{found,0,detail}', '', 'a violation has its detail') from broken;
select is(proofs_read(run_nr) -> 'found', '[]', 'a run without violations has none')
from farthing.proof_runs where violations = 0 order by run_nr limit 1;
select tests.fails_with('select proofs_read(0)', 'not_found', 'id', 'an unknown run is not found');
select is(tests.code_for(role, 'ann', 'select proofs_list()'), '42501', role || ' must not list proofs')
from unnest(array['anon', 'authenticated']) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
