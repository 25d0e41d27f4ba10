-- Random histories. The incremental proof runs once in the middle of the history. At the end one
-- entry is corrupted. If that entry is newer than the incremental proof, the next incremental proof
-- must find the corruption. The whole proof must find every corruption. The name of each test has
-- its seed, and PGOPTIONS='-c farthing.seed=…' repeats the test.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(14);

create function pg_temp.amount(p_most int) returns text language sql as $$
  select (1 + floor(random() * p_most * 100) / 100)::text
$$;

-- Makes a random movement: a grant, a debit, usage, a hold or a purchase. It is refused if there are not
-- enough credits.
create function pg_temp.moves(p_nr int) returns void language plpgsql as $$
declare
  v_name text := (array['ann', 'bob', 'cyn', 'dan'])[1 + floor(random() * 4)];
  v_at interval := p_nr * interval '1 s';
  v_hold uuid;
begin
  case floor(random() * 6)::int
  when 0 then perform tests.give(v_name, pg_temp.amount(500), '1 year', v_at);
  when 1 then perform tests.spends(v_name, pg_temp.amount(50), v_at);
  when 2 then perform usage_charge(tests.person(v_name), jsonb_build_object('event_id', 'event ' || p_nr,
    'model', 'gpt-4o', 'input_tokens', floor(random() * 1000)::int), p_now => tests.after(v_at));
  when 3 then
    v_hold := tests.hold(v_name, pg_temp.amount(50), 600, v_at);
    perform holds_settle(v_hold, pg_temp.amount(60), p_now => tests.after(v_at));
  when 4 then
    v_hold := tests.hold(v_name, pg_temp.amount(50), 600, v_at);
    perform holds_release(v_hold, p_now => tests.after(v_at));
  else
    perform tests.buys('buyer' || p_nr, v_at);
    perform tests.pays('buyer' || p_nr, v_at);
  end case;
exception when sqlstate 'PGRST' then
  null;
end
$$;

-- Corruptions of an entry, its seal or its account. %1$s is the account, and %2$s is the number of the
-- entry.
create temporary table corruptions as
select row_number() over (order by sql) as nr, sql from (
  select format('update farthing.entries set %s where account_id = %%1$s and seq = %%2$s', change) as sql
  from unnest(array['amount = amount + 1', 'balance_after = balance_after + 1', 'author = ''key:forged''',
    'metadata = coalesce(metadata, ''{}'') || ''{"forged": true}''', 'reference_id = ''forged''',
    'correlation_id = ''forged''', 'event_at = event_at - interval ''1 s''', 'created_at = created_at
      + interval ''1 us''', 'entry_id = gen_random_uuid()', 'transaction_id = gen_random_uuid()',
    'lot_id = gen_random_uuid()', 'kind = case kind when ''debit'' then ''settle'' else ''debit''
      end::farthing.entry_kind']) change
  union all values ('delete from farthing.entries where account_id = %1$s and seq = %2$s'),
    ('delete from farthing.entry_seals where account_id = %1$s and seq = %2$s'),
    ('update farthing.entry_seals set hash = sha256(hash) where account_id = %1$s and seq = %2$s'),
    ('update farthing.accounts set balance = balance + 1 where account_id = %1$s'),
    ('update farthing.accounts set held = held + 1 where account_id = %1$s'),
    ('update farthing.accounts set last_seq = last_seq + 1 where account_id = %1$s')) c;

-- Makes some movements, runs the incremental proof, and makes more movements and one corruption. Returns
-- which proofs find the corruption, and undoes everything.
create function pg_temp.history(p_seed float, p_is_after boolean, out result text) language plpgsql as $$
declare
  v_nr int := 0;
  v_entry record;
  v_corruption record;
  v_clean boolean;
begin
  perform setseed(p_seed);
  for v_part in 1 .. 2 loop
    for i in 1 .. 4 + floor(random() * 8)::int loop
      v_nr := v_nr + 1;
      perform pg_temp.moves(v_nr);
    end loop;
    v_nr := v_nr + 1;
    perform tests.give('ann', '1', '1 year', v_nr * interval '1 s');
    perform farthing.seal();
    if v_part = 1 then
      v_clean := (select o_rules = '{}' and o_is_done
        from farthing.prove_in_parts(1 + floor(random() * 9)::int, '1 hour'));
    end if;
  end loop;
  select e.account_id, e.seq into strict v_entry from farthing.entries e
  left join farthing.proved p using (account_id)
  where (e.seq > coalesce(p.seq, 0)) = p_is_after order by random() limit 1;
  select * into strict v_corruption from corruptions order by random() limit 1;
  v_clean := v_clean and not exists (select from farthing.prove_new()) and not exists (
    select from farthing.prove());
  set local session_replication_role = replica;
  alter table farthing.entries disable trigger user;
  alter table farthing.entry_seals disable trigger user;
  execute format(v_corruption.sql, v_entry.account_id, v_entry.seq);
  set local session_replication_role = origin;
  perform farthing.seal();
  select string_agg(distinct f.by, ' and ' order by f.by) into result from (
    select 'whole' as by from farthing.prove() where rule <> 2
    union all select 'new' from farthing.prove_new() where rule <> 2) f;
  raise exception using errcode = 'UNDO1', message = format('%s, %s: %s', case when v_clean then 'clean'
    else 'broken before' end, format(v_corruption.sql, v_entry.account_id, v_entry.seq), result);
exception when sqlstate 'UNDO1' then
  result := sqlerrm;
end
$$;

create temporary table seeds as select n, coalesce(nullif(current_setting('farthing.seed', true), '')::float,
  round(random()::numeric, 6)::float) as seed from generate_series(1, 12) n;
create temporary table histories as select s.n, s.seed, n % 2 = 0 as is_after,
  pg_temp.history(s.seed, n % 2 = 0) as result from seeds s;
select matches(result,
  case when is_after then '^clean, .*: new and whole$' else '^clean, .*: (new and )?whole$'
  end, format('seed %s: a corruption %s the mark is found', seed,
    case when is_after then 'after' else 'before' end))
from histories order by n;
select is((select count(*)::int from histories where is_after), 6,
  'half of the corruptions are after the mark');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
