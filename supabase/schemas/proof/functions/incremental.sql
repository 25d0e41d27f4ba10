-- The incremental proof skips sealed entries that were proved before. It exists because the whole
-- proof reads every entry and is too slow to run each hour. The incremental proof proves the new
-- entries of each account, marks them as proved, and checks all other rows as the whole proof does.
-- If somebody changes an old entry and not its seal, only the whole proof finds the change; the
-- whole proof runs each week. If they also seal that entry and all later entries again, the
-- incremental proof finds the change: the new seal of the account's last proved entry differs from
-- the hash stored in `proved`. The heads do not match the new seals, either.

create function farthing.unproved(p_limit bigint default null, p_except bigint[] default '{}')
returns farthing.entry_range[]
language sql stable
set search_path = ''
as $$
  with waiting as (
    -- The accounts whose last proved entry is oldest come first, so that a busy account cannot
    -- delay the other accounts for ever.
    select a.account_id, coalesce(p.seq, 0) as after_seq, a.last_seq, sum(a.last_seq - coalesce(p.seq, 0))
      over (order by p.created_at nulls first, a.account_id) - (a.last_seq - coalesce(p.seq, 0)) as before
    from farthing.accounts a left join farthing.proved p on p.account_id = a.account_id
    where a.last_seq > coalesce(p.seq, 0) and a.account_id <> all (p_except)
  )
  select coalesce(array_agg(row(w.account_id, w.after_seq, t.seq)::farthing.entry_range order by w.before,
    w.account_id), '{}')
  from waiting w
  -- A range must not end in the middle of a transaction, because the entries of a transaction are
  -- proved together.
  left join lateral (select e.seq from farthing.entries e
    where e.account_id = w.account_id and e.seq >= w.after_seq + p_limit - w.before and e.seq < w.last_seq
      and not exists (select from farthing.entries n where n.account_id = e.account_id
        and n.seq = e.seq + 1 and n.transaction_id = e.transaction_id)
    order by e.seq limit 1) t on w.before + w.last_seq - w.after_seq > p_limit
  where (w.before < p_limit) is not false
$$;
comment on function farthing.unproved(bigint, bigint[]) is
  'Returns the ranges of entries that are not proved yet, except those of the accounts in '
  'p_except: about p_limit entries, or all if p_limit is null.';

create function farthing.entries_of(p_ranges farthing.entry_range[])
returns setof farthing.entries
language sql stable
set search_path = ''
as $$
  select e.* from unnest(p_ranges) r
  cross join lateral (select n.* from farthing.entries n where n.account_id = r.account_id
    and n.seq > r.after_seq and (r.upto_seq is null or n.seq <= r.upto_seq)) e
$$;
comment on function farthing.entries_of(farthing.entry_range[]) is
  'Returns the entries in the given ranges.';

create function farthing.prove_ranges(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_new_entries(p_ranges)
  union all select * from farthing.prove_new_origins(p_ranges)
  union all select * from farthing.prove_new_authors(p_ranges)
  union all select 14, v.account_id, format('seq %s: %s', v.seq, v.problem)
    from farthing.verify_new(p_ranges) v
$$;
comment on function farthing.prove_ranges(farthing.entry_range[]) is
  'Returns the violations in new entries; does not check the sums over all accounts. Each violation '
  'names its account.';

create function farthing.prove_state()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from farthing.prove_idle() union all select * from farthing.prove_rows();
end
$$;
comment on function farthing.prove_state() is
  'Returns the violations in accounts without new entries, and in rows other than entries. Every '
  'incremental run makes these checks in full.';

create function farthing.prove_new()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with ranges as materialized (select farthing.unproved() as ranges)
  select p.* from ranges r cross join lateral farthing.prove_ranges(r.ranges) p
  union all select s.* from ranges r cross join lateral farthing.prove_new_sums(r.ranges) s
  union all select * from farthing.prove_state();
end
$$;
comment on function farthing.prove_new() is
  'Returns the violations in entries that are not proved yet and in all rows other than entries.';

create function farthing.prove_and_mark(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql
set search_path = ''
as $$
  -- This is one statement, which sees one snapshot, so exactly the entries that were proved are
  -- marked.
  with found as materialized (select * from farthing.prove_ranges(p_ranges)),
  upto as materialized (
    select s.account_id, s.seq, s.hash from unnest(p_ranges) r
    cross join lateral (select t.* from farthing.entry_seals t where t.account_id = r.account_id
      and t.seq > r.after_seq and (r.upto_seq is null or t.seq <= r.upto_seq) order by t.seq desc limit 1) s
    where not exists (select from found f where f.account_id = r.account_id)
      -- The last entry that is marked as proved must not be in the middle of a transaction.
      and not exists (select from farthing.entries e join farthing.entries n
        on n.account_id = e.account_id and n.seq = e.seq + 1 and n.transaction_id = e.transaction_id
        where e.account_id = s.account_id and e.seq = s.seq)),
  fresh as materialized (select e.* from farthing.entries_of(p_ranges) e
    join upto u on u.account_id = e.account_id and e.seq <= u.seq),
  lots as (
    insert into farthing.proved_lots as k (account_id, lot_id, net)
    select f.account_id, f.lot_id, sum(case f.direction when 'in' then f.amount else -f.amount end)
    from fresh f where f.lot_id is not null group by f.account_id, f.lot_id
    on conflict on constraint proved_lots_pkey do update set net = k.net + excluded.net),
  sums as (
    insert into farthing.proved_sums as s (counterparty, direction, kind, entries, amount)
    select f.counterparty, f.direction, f.kind, count(*), sum(f.amount) from fresh f
    group by f.counterparty, f.direction, f.kind
    on conflict on constraint proved_sums_pkey do update
    set entries = s.entries + excluded.entries, amount = s.amount + excluded.amount),
  marks as (
    insert into farthing.proved (account_id, seq, balance, created_at, hash)
    select u.account_id, u.seq, f.balance_after, f.created_at, u.hash from upto u
    join fresh f on f.account_id = u.account_id and f.seq = u.seq
    on conflict on constraint proved_pkey do update set seq = excluded.seq, balance = excluded.balance,
      created_at = excluded.created_at, hash = excluded.hash)
  select * from found
$$;
comment on function farthing.prove_and_mark(farthing.entry_range[]) is
  'Returns the violations of prove_ranges(). If an account has no violation, marks its sealed '
  'entries as proved. Must not run in two sessions at once.';

create function farthing.prove_in_parts(p_limit int default 20000, p_time interval default '20 seconds',
  out o_rules int[], out o_is_done boolean, out o_found farthing.violation[])
language plpgsql
set search_path = ''
as $$
declare
  v_until timestamptz := clock_timestamp() + p_time;
  v_ranges farthing.entry_range[];
  v_seen bigint[] := '{}'::bigint[];
begin
  o_found := '{}'::farthing.violation[];
  loop
    v_ranges := farthing.unproved(p_limit, v_seen);
    o_is_done := v_ranges = '{}';
    exit when o_is_done;
    o_found := o_found || array(select m::farthing.violation from farthing.prove_and_mark(v_ranges) m);
    -- If an account's mark (its last proved entry) is not at the end of its range, the account has
    -- a violation or unsealed entries. The next run checks the account again.
    v_seen := v_seen || array(select a.account_id from unnest(v_ranges) r
      join farthing.accounts a on a.account_id = r.account_id
      left join farthing.proved p on p.account_id = r.account_id
      where coalesce(p.seq, 0) < coalesce(r.upto_seq, a.last_seq));
    exit when clock_timestamp() > v_until;
  end loop;
  o_found := o_found || array(select s::farthing.violation from farthing.prove_state() s);
  if o_is_done then
    o_found := o_found
      || array(select s::farthing.violation from farthing.prove_new_sums(farthing.unproved()) s);
  end if;
  o_rules := array(select f.rule from unnest(o_found) f);
end
$$;
comment on function farthing.prove_in_parts(int, interval) is
  'Runs the incremental proof, about p_limit entries at a time, until about p_time has passed. o_found: '
  'the violations; o_rules: the rules that they break; o_is_done: false if unproved entries remain for '
  'the next run.';
