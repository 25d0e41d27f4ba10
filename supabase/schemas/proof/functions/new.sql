-- The incremental proof: proved and sealed entries are not read again. Why: the whole proof reads every
-- entry. The marks hold the result for sealed and proved entries (marks.sql). This checks later entries
-- against them, and rows other than entries as the whole proof does. Only the whole proof (each week, and
-- by hand) notices an old entry that was changed without its seals; one that was sealed again differs from
-- the mark and from the head.

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
  'All checks of new entries, except sums over all accounts. Each violation names its account.';

create function farthing.prove_idle()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with idle as materialized (
    select a.account_id, a.last_seq, a.balance, p.seq, p.balance as balance_proved, p.hash
    from farthing.accounts a left join farthing.proved p on p.account_id = a.account_id
    where a.last_seq <= coalesce(p.seq, 0)
  )
  select 1, i.account_id, format('seq %s and balance %s, entries were proved up to %s with %s', i.last_seq,
    i.balance, coalesce(i.seq, 0), coalesce(i.balance_proved, 0))
  from idle i where (i.last_seq, i.balance) <> (coalesce(i.seq, 0), coalesce(i.balance_proved, 0))
  union all
  select 3, i.account_id, format('seq %s is beyond the account''s last', i.last_seq + 1)
  from idle i join farthing.entries e on e.account_id = i.account_id and e.seq = i.last_seq + 1
  union all
  select 14, i.account_id, format('seq %s: the seal is not the one that was proved', i.seq)
  from idle i left join farthing.entry_seals s on s.account_id = i.account_id and s.seq = i.seq
  where s.hash is distinct from i.hash
  union all
  select 1, l.account_id, format('lot %s: remaining %s, its entries %s, paid to debt %s', l.lot_id,
    l.remaining, k.net, d.paid)
  from idle i join farthing.lots l on l.account_id = i.account_id
  left join farthing.proved_lots k on k.account_id = l.account_id and k.lot_id = l.lot_id
  left join (select b.account_id, b.lot_id, sum(b.amount) as paid from farthing.debt_payments b
    group by b.account_id, b.lot_id) d on d.account_id = l.account_id and d.lot_id = l.lot_id
  where l.remaining <> coalesce(k.net, 0) - coalesce(d.paid, 0)
$$;
comment on function farthing.prove_idle() is
  'Rules 1, 3 and 14 of accounts without new entries: they are as they were proved.';

create function farthing.prove_rows()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_accounts()
  union all select * from farthing.prove_lot_states()
  union all select * from farthing.prove_lot_terms()
  union all select * from farthing.prove_reserved()
  union all select * from farthing.prove_debt()
  union all select * from farthing.prove_caps()
  union all select * from farthing.prove_payments()
  union all select * from farthing.prove_events()
  union all select * from farthing.prove_reversals()
  union all select * from farthing.prove_bookings()
  union all select * from farthing.prove_transfers()
  union all select * from farthing.prove_top_ups()
  union all select * from farthing.prove_chats()
  union all select * from farthing.prove_jobs()
  union all select * from farthing.prove_ceilings()
  union all select * from farthing.prove_owners()
  union all select * from farthing.prove_guards()
  union all select * from farthing.prove_audit()
  union all select * from farthing.prove_marks()
  union all select * from farthing.prove_heads()
$$;
comment on function farthing.prove_rows() is
  'The checks of every proof, whole or incremental, since they read no entries or few.';

create function farthing.prove_state()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_idle() union all select * from farthing.prove_rows()
$$;
comment on function farthing.prove_state() is
  'The checks of every run: accounts without new entries, and rows other than entries.';

create function farthing.prove_new()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with ranges as materialized (select farthing.unproved() as ranges)
  select p.* from ranges r cross join lateral farthing.prove_ranges(r.ranges) p
  union all select s.* from ranges r cross join lateral farthing.prove_new_sums(r.ranges) s
  union all select * from farthing.prove_state()
$$;
comment on function farthing.prove_new() is
  'The incremental proof: entries not proved yet, and all rows other than entries. No rows: nothing is '
  'violated.';

create function farthing.prove_and_mark(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql
set search_path = ''
as $$
  -- One statement, and so one snapshot: exactly the proved entries are marked.
  with found as materialized (select * from farthing.prove_ranges(p_ranges)),
  upto as materialized (
    select s.account_id, s.seq, s.hash from unnest(p_ranges) r
    cross join lateral (select t.* from farthing.entry_seals t where t.account_id = r.account_id
      and t.seq > r.after_seq and (r.upto_seq is null or t.seq <= r.upto_seq) order by t.seq desc limit 1) s
    where not exists (select from found f where f.account_id = r.account_id)
      -- Not in the middle of a transaction.
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
  'Runs prove_ranges(), and marks sealed entries as proved, for each account that no violation names. One '
  'caller at a time.';

create function farthing.prove_in_parts(p_limit int default 20000, p_time interval default '20 seconds',
  out o_rules int[], out o_is_done boolean)
language plpgsql
set search_path = ''
as $$
declare
  v_until timestamptz := clock_timestamp() + p_time;
  v_ranges farthing.entry_range[];
  v_seen bigint[] := '{}'::bigint[];
begin
  o_rules := '{}'::int[];
  loop
    v_ranges := farthing.unproved(p_limit, v_seen);
    o_is_done := v_ranges = '{}';
    exit when o_is_done;
    o_rules := o_rules || array(select m.rule from farthing.prove_and_mark(v_ranges) m);
    -- An account without that mark is broken, or not sealed up to there: another run checks it again.
    v_seen := v_seen || array(select a.account_id from unnest(v_ranges) r
      join farthing.accounts a on a.account_id = r.account_id
      left join farthing.proved p on p.account_id = r.account_id
      where coalesce(p.seq, 0) < coalesce(r.upto_seq, a.last_seq));
    exit when clock_timestamp() > v_until;
  end loop;
  o_rules := o_rules || array(select s.rule from farthing.prove_state() s);
  if o_is_done then
    o_rules := o_rules || array(select s.rule from farthing.prove_new_sums(farthing.unproved()) s);
  end if;
end
$$;
comment on function farthing.prove_in_parts(int, interval) is
  'The incremental proof, about p_limit entries at a time, for about p_time; the rest is left to the next '
  'run, with o_is_done false. o_rules: one for each violation.';
