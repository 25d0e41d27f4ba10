-- Marks: the entry up to which each account was proved and sealed, so that the incremental proof reads only
-- later entries, and the first one of a large ledger runs in parts.

create function farthing.unproved(p_limit bigint default null, p_except bigint[] default '{}')
returns farthing.entry_range[]
language sql stable
set search_path = ''
as $$
  with waiting as (
    -- The longest unproved accounts first, so that none waits for ever behind busy ones.
    select a.account_id, coalesce(p.seq, 0) as after_seq, a.last_seq, sum(a.last_seq - coalesce(p.seq, 0))
      over (order by p.created_at nulls first, a.account_id) - (a.last_seq - coalesce(p.seq, 0)) as before
    from farthing.accounts a left join farthing.proved p on p.account_id = a.account_id
    where a.last_seq > coalesce(p.seq, 0) and a.account_id <> all (p_except)
  )
  select coalesce(array_agg(row(w.account_id, w.after_seq, t.seq)::farthing.entry_range order by w.before,
    w.account_id), '{}')
  from waiting w
  -- Not in the middle of a transaction: its entries are proved together.
  left join lateral (select e.seq from farthing.entries e
    where e.account_id = w.account_id and e.seq >= w.after_seq + p_limit - w.before and e.seq < w.last_seq
      and not exists (select from farthing.entries n where n.account_id = e.account_id
        and n.seq = e.seq + 1 and n.transaction_id = e.transaction_id)
    order by e.seq limit 1) t on w.before + w.last_seq - w.after_seq > p_limit
  where (w.before < p_limit) is not false
$$;
comment on function farthing.unproved(bigint, bigint[]) is
  'The entries that are not proved yet: about p_limit of them, or all; without the accounts of p_except.';

create function farthing.entries_of(p_ranges farthing.entry_range[])
returns setof farthing.entries
language sql stable
set search_path = ''
as $$
  select e.* from unnest(p_ranges) r
  cross join lateral (select n.* from farthing.entries n where n.account_id = r.account_id
    and n.seq > r.after_seq and (r.upto_seq is null or n.seq <= r.upto_seq)) e
$$;
comment on function farthing.entries_of(farthing.entry_range[]) is 'The entries of these ranges.';

create function farthing.verify_new(p_ranges farthing.entry_range[])
returns table (account_id bigint, seq bigint, problem text)
language sql stable
set search_path = ''
as $$
  select p.account_id, p.seq, 'the seal is not the one that was proved'
  from unnest(p_ranges) r join farthing.proved p on p.account_id = r.account_id
  left join farthing.entry_seals s on s.account_id = p.account_id and s.seq = p.seq
  where s.hash is distinct from p.hash
  union all
  (select distinct on (s.account_id) s.account_id, s.seq, 'the entry is not the one that was sealed'
  from (select t.account_id, t.seq, t.hash, lag(t.hash, 1, coalesce(p.hash, ''))
      over (partition by t.account_id order by t.seq) as hash_before
    from unnest(p_ranges) r left join farthing.proved p on p.account_id = r.account_id
    cross join lateral (select n.* from farthing.entry_seals n where n.account_id = r.account_id
      and n.seq > r.after_seq and (r.upto_seq is null or n.seq <= r.upto_seq)) t) s
  left join farthing.entry_contents c on c.account_id = s.account_id and c.seq = s.seq
  where s.hash is distinct from sha256(s.hash_before || c.contents)
  order by s.account_id, s.seq)
$$;
comment on function farthing.verify_new(farthing.entry_range[]) is
  'As verify(), from the mark of each account on; and the seal at the mark must be unchanged.';
