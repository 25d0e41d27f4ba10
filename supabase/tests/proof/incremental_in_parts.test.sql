-- The proof of what is new goes through a ledger in parts: a first run on a large one ends by itself.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
\ir ../helpers/alerts.psql
select no_plan();
\ir ../helpers/corruption.psql

-- One part of about so many entries: what it finds, whether more is left, and how many entries are proved.
create function pg_temp.part(p_limit int) returns text language sql as $$
  select concat_ws(' ', o_rules::text, case when o_is_done then 'done' else 'goes on' end,
    (select sum(seq) from farthing.proved))
  from farthing.prove_in_parts(p_limit, '0')
$$;
create function pg_temp.entries() returns int language sql as $$
  select count(*)::int from farthing.entries
$$;

-- The parts.
select is(array(select (select sum(coalesce(r.upto_seq, a.last_seq) - r.after_seq)::int
    from unnest(farthing.unproved(n)) r join farthing.accounts a using (account_id))
  between n and n + 2 from generate_series(1, pg_temp.entries() - 3) n),
  array_fill(true, array[pg_temp.entries() - 3]), 'a part has as many entries as asked for, or few more');
select is_empty($$ select from generate_series(1, pg_temp.entries()) n, unnest(farthing.unproved(n)) r
  join farthing.entries e on e.account_id = r.account_id and e.seq = r.upto_seq
  join farthing.entries f on f.account_id = e.account_id and f.seq = e.seq + 1
  where f.transaction_id = e.transaction_id $$, 'and ends between transactions');
select is_empty('select from unnest(farthing.unproved(1000)) where upto_seq is not null',
  'where there is time for all, each account is looked at to its end');
create temporary table parts as select n, pg_temp.part(4) as told from generate_series(1, 30) n;
select is((select count(*) > 2 and bool_and(told like '{} goes on%') from parts
  where n < (select min(n) from parts where told like '%done%')), true, 'each part goes on where one ended');
select is((select told from parts order by n desc limit 1), '{} done ' || pg_temp.entries(),
  'and the last one has proved all');
select set_eq('select * from farthing.proved_sums', 'select * from farthing.entry_sums',
  'the sum of the parts is the sum of all');
select is_empty($$ select from farthing.proved_lots k full join (select account_id, lot_id, sum(case direction
    when 'in' then amount else -amount end) as net from farthing.entries where lot_id is not null
    group by account_id, lot_id) e using (account_id, lot_id) where k.net is distinct from e.net $$,
  'and so it is of each lot');

-- A broken account stays named, and the others are proved. The corruption is undone at the end.
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
select is(pg_temp.broken('select'), '{} t, again {} t; ann bob cyn dan', 'without a mistake all are proved');
select is(pg_temp.broken(pg_temp.filled($$update farthing.entries set metadata = '{"a": 1}'
  where account_id = $ann and seq = 2$$)), '{14} t, again {14} t; bob cyn dan',
  'a broken account is named by each run, and the others are proved');
select is(pg_temp.broken(pg_temp.filled($$update farthing.entries set author = 'owner'
  where account_id = $dan and seq = 1$$)), '{18,14} t, again {18,14} t; ann bob cyn',
  'a grant to oneself is named as one');
select is(pg_temp.broken(pg_temp.filled($$update farthing.entries set author = 'nobody'
  where account_id = $dan and seq = 2$$)), '{18,14} t, again {18,14} t; ann bob cyn',
  'and an author who can''t be');

-- Entries without a seal are checked, and are marked when they have one.
select is(tests.spends('dan', '1', '2 days'), '5', 'dan spends');
select is(pg_temp.part(1000), '{} goes on ' || pg_temp.entries() - 1, 'unsealed entries are not marked');
select is((select o_is_done from farthing.prove_in_parts(1000, '1 hour')), true,
  'and is looked at once in a run');
select is(farthing.seal(), 1, 'it is sealed');
select is((select o_is_done from farthing.prove_in_parts(1000, '1 hour')), true, 'and then');
select is(farthing.unproved(), '{}', 'it is marked');

-- The schedule.
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
select is(pg_temp.runs('3 days 59 min'), 'f 1 of 1', 'the next is due after an hour');
select is(pg_temp.runs('3 days 61 min'), 't 1 of 2', 'and of what is new');
update farthing.proof_runs set is_done = false where not is_whole;
select is(pg_temp.runs('3 days 71 min'), 't 1 of 3', 'after one that left something the task goes on');
select is(pg_temp.runs('3 days 81 min'), 'f 1 of 3', 'until nothing is left');
select is(tests.alerts('3 days 81 min'), 'nothing', 'all is well');
update farthing.proof_runs set is_done = false where not is_whole;
select is(tests.alerts('5 days 1 min'), 'prove_violation open', 'two days without an end are not');
select matches(summary, 'had no time for all new entries', 'it is said')
from farthing.incidents where state <> 'resolved';

-- A finding counts until a whole proof is clean: the incremental one does not check there again.
select is(pg_temp.runs('11 days'), 't 2 of 4', 'a week later it is whole');
select is(tests.alerts('11 days'), 'nothing', 'and clean');
create temporary table kept as select e.account_id, e.metadata from farthing.entries e
join who using (account_id) where who.name = 'ann' and e.seq = 2;
select lives_ok(pg_temp.filled($$select tests.unguarded('entries', 'update farthing.entries
  set metadata = ''{"a": 1}'' where account_id = $ann and seq = 2')$$), 'an old entry is changed');
select is(pg_temp.runs('11 days 61 min'), 't 2 of 5', 'the hourly proof');
select is(tests.alerts('11 days 61 min'), 'nothing', 'does not see it');
select is(pg_temp.runs('18 days 1 min'), 't 3 of 6', 'the weekly one');
select is(tests.alerts('18 days 1 min'), 'prove_violation open', 'does');
select is(pg_temp.runs('18 days 62 min'), 't 4 of 7', 'after a finding the next one is whole, too');
select is(tests.alerts('18 days 62 min'), 'prove_violation open', 'an uncorrected finding stays open');
update farthing.proof_runs set is_whole = false, violations = 0, detail = '' where run_nr = (
  select max(run_nr) from farthing.proof_runs);
select is(tests.alerts('18 days 63 min'), 'prove_violation open',
  'T41: even where an hourly one found nothing');
update farthing.proof_runs set is_whole = true, violations = 1 where run_nr = (
  select max(run_nr) from farthing.proof_runs);
select lives_ok($$select tests.unguarded('entries', 'update farthing.entries e set metadata = k.metadata
  from kept k where e.account_id = k.account_id and e.seq = 2')$$, 'it is mended');
select is(pg_temp.runs('18 days 123 min'), 't 5 of 8', 'a whole proof finds nothing');
select is(tests.alerts('18 days 123 min'), 'nothing', 'and ends the alert');
select is(pg_temp.runs('18 days 184 min'), 't 5 of 9', 'from then on it is of what is new');
select is(pg_temp.runs('108 days 185 min'), 't 1 of 1',
  'a finding that counts no more is stored for 90 days');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
