-- The checks of the incremental proof: the new entries after each account's mark, and the accounts
-- without new entries. The mark of an account (its row in `proved`) is its last entry that was
-- sealed and proved.

create function farthing.prove_new_entries(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with fresh as materialized (select * from farthing.entries_of(p_ranges)), ordered as (
    select f.account_id, f.seq, f.balance_after, f.created_at, case f.direction when 'in' then f.amount
        else -f.amount end as signed,
      lag(f.seq, 1, coalesce(p.seq, 0)) over w as seq_before,
      lag(f.balance_after, 1, coalesce(p.balance, 0)) over w as balance_before,
      lag(f.created_at, 1, coalesce(p.created_at, '-infinity')) over w as created_before
    from fresh f left join farthing.proved p on p.account_id = f.account_id
    window w as (partition by f.account_id order by f.seq)
  ), ends as (
    select distinct on (o.account_id) o.account_id, o.seq, o.balance_after from ordered o
    order by o.account_id, o.seq desc
  )
  select 3, o.account_id, format('seq %s follows %s', o.seq, o.seq_before) from ordered o
  where o.seq <> o.seq_before + 1
  union all
  select 1, o.account_id, format('seq %s: balance_after %s is not the sum of %s and %s', o.seq,
    o.balance_after, o.balance_before, o.signed)
  from ordered o where o.balance_after <> o.balance_before + o.signed
  union all
  select 13, o.account_id, format('seq %s was created before seq %s', o.seq, o.seq_before)
  from ordered o where o.created_at < o.created_before
  union all
  select 1, a.account_id, format('seq %s and balance %s, entries end at %s with %s', a.last_seq, a.balance,
    coalesce(e.seq, p.seq, 0), coalesce(e.balance_after, p.balance, 0))
  from unnest(p_ranges) r join farthing.accounts a on a.account_id = r.account_id and r.upto_seq is null
  left join ends e on e.account_id = a.account_id left join farthing.proved p on p.account_id = a.account_id
  where (a.last_seq, a.balance) <> (coalesce(e.seq, p.seq, 0), coalesce(e.balance_after, p.balance, 0))
  union all
  select 1, l.account_id, format('lot %s: remaining %s, its entries %s, paid to debt %s', l.lot_id,
    l.remaining, coalesce(k.net, 0) + coalesce(n.net, 0), coalesce(d.paid, 0))
  from unnest(p_ranges) r join farthing.lots l on l.account_id = r.account_id and r.upto_seq is null
  left join farthing.proved_lots k on k.account_id = l.account_id and k.lot_id = l.lot_id
  left join (select f.account_id, f.lot_id, sum(case f.direction when 'in' then f.amount else -f.amount end)
    as net from fresh f where f.lot_id is not null group by f.account_id, f.lot_id) n
    on n.account_id = l.account_id and n.lot_id = l.lot_id
  left join lateral (select sum(b.amount) as paid from farthing.debt_payments b
    where b.account_id = l.account_id and b.lot_id = l.lot_id) d on true
  where l.remaining <> coalesce(k.net, 0) + coalesce(n.net, 0) - coalesce(d.paid, 0)
$$;
comment on function farthing.prove_new_entries(farthing.entry_range[]) is
  'Rules 1, 3 and 13 for the new entries after each account''s mark (its last proved entry). Also '
  'rule 1 for an account and its lots, if the range reaches the account''s last entry.';

create function farthing.prove_new_origins(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with fresh as materialized (select * from farthing.entries_of(p_ranges))
  select 12, p.account_id, format('seq %s: %s credits for %s tokens at version %s, which cost %s', min(p.seq),
    sum(p.amount), p.model, p.rate_version, p.credits)
  from fresh f join farthing.usage_prices p on p.account_id = f.account_id and p.seq = f.seq
  group by p.account_id, p.transaction_id, p.model, p.rate_version, p.credits
  having p.credits is distinct from sum(p.amount)
  union all
  select 9, f.account_id, format('seq %s: usage event %s (%s) is not on record', f.seq, f.reference_id,
    f.reference_type)
  from fresh f where f.reference_id is not null
    and (f.reference_type in ('usage', 'chat', 'job')
      or f.reference_type = 'hold' and f.metadata ? 'rate_version')
    and not exists (select from farthing.usage_events u where u.account_id = f.account_id
      and u.origin::text = case f.reference_type when 'usage' then 'caller' else f.reference_type end
      and u.event_id = f.reference_id and f.seq between u.first_seq and u.last_seq)
  union all
  select 9, f.account_id, format('seq %s: %s without a paid order of this account', f.seq, f.kind)
  from fresh f where f.kind in ('purchase', 'bonus') and not exists (select from farthing.orders o
    where o.account_id = f.account_id and o.order_id::text = f.reference_id and o.payment_ref is not null
      and f.amount = case f.kind when 'bonus' then o.bonus_credits else o.credits end)
$$;
comment on function farthing.prove_new_origins(farthing.entry_range[]) is
  'Rules 9 and 12 for new entries: each usage charge has its usage event and the right price, and '
  'each purchase has its paid order.';

create function farthing.prove_new_authors(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 18, p.account_id, p.detail
  from unnest(p_ranges) r join farthing.author_problems p on p.account_id = r.account_id
    and p.seq > r.after_seq and (r.upto_seq is null or p.seq <= r.upto_seq)
  union all
  select 18, f.account_id, format('grant %s of %s by %s: its entry says %s by %s', g.grant_id,
    trim_scale(g.amount), g.author, trim_scale(f.amount), f.author)
  from farthing.entries_of(p_ranges) f
  join farthing.grants g on g.account_id = f.account_id and g.lot_id = f.lot_id
  where f.direction = 'in' and f.kind = farthing.grant_kind(g.source)
    and (f.amount, f.author::text, 'granted') is distinct from (g.amount, g.author::text, g.status)
  union all
  select 9, u.account_id, format('%s %s: entries %s to %s are not its own', u.movement, u.reference_id,
    u.first_seq, u.last_seq)
  from unnest(p_ranges) r join farthing.used_references u on u.account_id = r.account_id
    and u.last_seq > r.after_seq and (r.upto_seq is null or u.last_seq <= r.upto_seq)
  left join farthing.entries e on e.account_id = u.account_id and e.seq between u.first_seq and u.last_seq
    and e.reference_id = u.reference_id
    and (e.kind = 'debit') = (u.movement = 'debit') and e.kind in ('debit', 'promotion', 'adjustment')
  group by u.account_id, u.movement, u.reference_id
  having count(e.seq) <> u.last_seq - u.first_seq + 1 or count(distinct e.transaction_id) <> 1
$$;
comment on function farthing.prove_new_authors(farthing.entry_range[]) is
  'Rules 18 and 9 for new entries: the checks of prove_authors(), for the given ranges.';

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
  'Verifies the hash chain of each account as verify() does, but only after the account''s mark '
  '(its last proved entry). The seal at the mark must still be the seal that was proved.';

create function farthing.prove_new_sums(p_ranges farthing.entry_range[])
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 14, null::bigint, format('%s %s %s: %s of %s are summed up', s.counterparty, s.direction, s.kind,
    s.entries, s.amount)
  from farthing.entry_sums s
  left join (
    select t.counterparty, t.direction, t.kind, sum(t.entries) as entries, sum(t.amount) as amount from (
      select q.counterparty, q.direction, q.kind, q.entries, q.amount from farthing.proved_sums q
      union all
      select f.counterparty, f.direction, f.kind, 1, f.amount from farthing.entries_of(p_ranges) f
      where exists (select from farthing.entry_seals x where x.account_id = f.account_id and x.seq = f.seq)) t
    group by t.counterparty, t.direction, t.kind) w using (counterparty, direction, kind)
  where (s.entries, s.amount) is distinct from (w.entries::bigint, w.amount)
$$;
comment on function farthing.prove_new_sums(farthing.entry_range[]) is
  'Rule 14: the sums of sealed entries equal the sums of the proved entries plus the sums of the '
  'sealed entries in the given ranges.';

create function farthing.prove_idle()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
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
  where l.remaining <> coalesce(k.net, 0) - coalesce(d.paid, 0);
end
$$;
comment on function farthing.prove_idle() is
  'Rules 1, 3 and 14 for accounts without new entries: balance, lots, last entry and last seal are '
  'the same as when they were proved.';
