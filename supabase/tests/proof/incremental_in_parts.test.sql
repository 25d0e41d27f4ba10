-- The incremental proof reads a large ledger in parts, so that even its first run ends.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/alerts.psql
select no_plan();
\ir ../helpers/corruption.psql

-- Proves one part of about p_limit entries. Returns the violated rules, whether entries remain, and the
-- number of proved entries.
create function pg_temp.part(p_limit int) returns text language sql as $$
  select concat_ws(' ', o_rules::text, case when o_is_done then 'done' else 'goes on' end,
    (select sum(seq) from farthing.proved))
  from farthing.prove_in_parts(p_limit, '0')
$$;
create function pg_temp.entries() returns int language sql as $$
  select count(*)::int from farthing.entries
$$;

-- A part ends between transactions, and the next part continues there.
select is(array(select (select sum(coalesce(r.upto_seq, a.last_seq) - r.after_seq)::int
    from unnest(farthing.unproved(n)) r join farthing.accounts a using (account_id))
  between n and n + 2 from generate_series(1, pg_temp.entries() - 3) n),
  array_fill(true, array[pg_temp.entries() - 3]),
  'a part has as many entries as requested, or at most two more');
select is_empty($$ select from generate_series(1, pg_temp.entries()) n, unnest(farthing.unproved(n)) r
  join farthing.entries e on e.account_id = r.account_id and e.seq = r.upto_seq
  join farthing.entries f on f.account_id = e.account_id and f.seq = e.seq + 1
  where f.transaction_id = e.transaction_id $$, 'a part ends between transactions');
select is_empty('select from unnest(farthing.unproved(1000)) where upto_seq is not null',
  'a large limit includes each account up to its last entry');
create temporary table parts as select n, pg_temp.part(4) as result from generate_series(1, 30) n;
select is((select count(*) > 2 and bool_and(result like '{} goes on%') from parts
  where n < (select min(n) from parts where result like '%done%')), true,
  'each part continues after the last one');
select is((select result from parts order by n desc limit 1), '{} done ' || pg_temp.entries(),
  'the last part has proved all entries');
select set_eq('select * from farthing.proved_sums', 'select * from farthing.entry_sums',
  'the marked sums equal the sums of all entries');
select is_empty($$ select from farthing.proved_lots k full join (select account_id, lot_id, sum(case direction
    when 'in' then amount else -amount end) as net from farthing.entries where lot_id is not null
    group by account_id, lot_id) e using (account_id, lot_id) where k.net is distinct from e.net $$,
  'the marked lots equal the sums of their entries');

-- Makes a corruption, runs the proof twice, and undoes everything. Returns what each run found, and
-- the accounts that the two runs proved.
create function pg_temp.broken(p_sql text) returns text language plpgsql as $$
declare
  v_first record;
  v_again record;
  v_proved text;
begin
  delete from farthing.proved where true;
  delete from farthing.proved_lots where true;
  delete from farthing.proved_sums where true;
  alter table farthing.entries disable trigger user;
  execute p_sql;
  alter table farthing.entries enable always trigger entries_are_append_only;
  alter table farthing.entries enable always trigger entries_are_not_truncated;
  select * into v_first from farthing.prove_in_parts(3, '1 hour');
  select * into v_again from farthing.prove_in_parts(3, '1 hour');
  select string_agg(w.name, ' ' order by w.name) into v_proved from who w
  join farthing.proved p using (account_id) join farthing.accounts a using (account_id)
  where p.seq = a.last_seq;
  raise exception using errcode = 'UNDO1', message = format('%s %s, again %s %s; %s', v_first.o_rules,
    v_first.o_is_done, v_again.o_rules, v_again.o_is_done, v_proved);
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.broken('select'), '{} t, again {} t; ann bob cyn dan',
  'all accounts of an intact ledger are proved');
select is(pg_temp.broken(pg_temp.filled($$update farthing.entries set metadata = '{"a": 1}'
  where account_id = $ann and seq = 2$$)), '{14} t, again {14} t; bob cyn dan',
  'a broken account is found by each run, and the others are proved');
select is(pg_temp.broken(pg_temp.filled($$update farthing.entries set author = 'owner'
  where account_id = $dan and seq = 1$$)), '{18,14} t, again {18,14} t; ann bob cyn',
  'a grant to oneself is found');
select is(pg_temp.broken(pg_temp.filled($$update farthing.entries set author = 'nobody'
  where account_id = $dan and seq = 2$$)), '{18,14} t, again {18,14} t; ann bob cyn',
  'an invalid author is found');

-- Entries without a seal are checked. They are marked as proved only after they are sealed.
select is(tests.spends('dan', '1', '2 days'), '5', 'dan spends');
select is(pg_temp.part(1000), '{} goes on ' || pg_temp.entries() - 1, 'unsealed entries are not marked');
select is((select o_is_done from farthing.prove_in_parts(1000, '1 hour')), true,
  'an unsealed account is checked once per run');
select is(farthing.seal(), 1, 'the entry is sealed');
select is((select o_is_done from farthing.prove_in_parts(1000, '1 hour')), true, 'the next run finishes');
select is(farthing.unproved(), '{}', 'no entry is unproved after the run');

-- If a run leaves entries unproved, the next run continues with them.
create function pg_temp.runs(p_passed interval) returns text language plpgsql as $$
declare
  v_did boolean := farthing.prove_if_due(tests.after(p_passed));
begin
  return concat_ws(' ', v_did, (select count(*) filter (where is_whole) || ' of ' || count(*)
    from farthing.proof_runs));
end
$$;
delete from farthing.proof_runs where true;
update farthing.alert_rules set enabled = rule = 'prove_violation';
select is(pg_temp.runs('3 days'), 't 1 of 1', 'the first scheduled proof is whole');
select is(pg_temp.runs('3 days 59 min'), 'f 1 of 1', 'no proof is due within an hour');
select is(pg_temp.runs('3 days 61 min'), 't 1 of 2', 'the next proof is incremental');
update farthing.proof_runs set is_done = false where not is_whole;
select is(pg_temp.runs('3 days 71 min'), 't 1 of 3', 'a proof that left entries continues in the next run');
select is(pg_temp.runs('3 days 81 min'), 'f 1 of 3', 'a finished proof is not due within the hour');
select is(tests.alerts('3 days 81 min'), 'nothing', 'a finished proof raises no alert');
update farthing.proof_runs set is_done = false where not is_whole;
select is(tests.alerts('5 days 1 min'), 'prove_violation open',
  'two days without a finished proof raise an alert');
select matches(summary, 'had no time for all new entries', 'the alert says that entries remained')
from farthing.incidents where state <> 'resolved';

-- A violation stays open until a whole proof finds none, because the incremental proof does not check old
-- entries again.
select is(pg_temp.runs('11 days'), 't 2 of 4', 'a week later the proof is whole');
select is(tests.alerts('11 days'), 'nothing', 'a whole proof without a violation resolves the alert');
create temporary table kept as select e.account_id, e.metadata from farthing.entries e
join who using (account_id) where who.name = 'ann' and e.seq = 2;
select lives_ok(pg_temp.filled($$select tests.unguarded('entries', 'update farthing.entries
  set metadata = ''{"a": 1}'' where account_id = $ann and seq = 2')$$), 'an old entry is changed');
select is(pg_temp.runs('11 days 61 min'), 't 2 of 5', 'the hourly proof runs');
select is(tests.alerts('11 days 61 min'), 'nothing', 'the hourly proof does not find the changed entry');
select is(pg_temp.runs('18 days 1 min'), 't 3 of 6', 'the weekly proof runs');
select is(tests.alerts('18 days 1 min'), 'prove_violation open', 'the weekly proof finds the changed entry');
select is(pg_temp.runs('18 days 62 min'), 't 4 of 7', 'the proof after a violation is whole');
select is(tests.alerts('18 days 62 min'), 'prove_violation open',
  'the alert of an uncorrected violation stays open');
update farthing.proof_runs set is_whole = false, violations = 0, detail = '' where run_nr = (
  select max(run_nr) from farthing.proof_runs);
select is(tests.alerts('18 days 63 min'), 'prove_violation open',
  'T41: an incremental proof without a violation does not resolve the alert');
update farthing.proof_runs set is_whole = true, violations = 1 where run_nr = (
  select max(run_nr) from farthing.proof_runs);
select lives_ok($$select tests.unguarded('entries', 'update farthing.entries e set metadata = k.metadata
  from kept k where e.account_id = k.account_id and e.seq = 2')$$, 'the entry is corrected');
select is(pg_temp.runs('18 days 123 min'), 't 5 of 8', 'a whole proof runs after the correction');
select is(tests.alerts('18 days 123 min'), 'nothing',
  'a whole proof without a violation resolves the alert again');
select is(pg_temp.runs('18 days 184 min'), 't 5 of 9', 'the next proof is incremental again');
select is(pg_temp.runs('108 days 185 min'), 't 1 of 1',
  'a corrected violation is deleted after 90 days');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
