-- The incremental proof: what was proved and sealed is not read again.
-- Why: the whole proof reads every entry. Of what is sealed and was proved once, this remembers where it
-- ended: per account the last number, balance and hash, per lot what its entries came to, and the sums by
-- kind. It checks what came since against that, and rows that are no entries as the whole proof does. An old
-- entry that is changed while its seals are left alone is seen by the whole proof only (each week, and by
-- hand); one that is sealed anew differs from the mark and from the head.

create table farthing.proved (
  account_id bigint primary key,
  seq bigint not null,
  balance numeric(38, 18) not null,
  created_at timestamptz not null,
  hash bytea not null
);
comment on table farthing.proved is
  'Up to which sealed entry each account was proved, and how it ended there.';
create table farthing.proved_lots (
  account_id bigint not null,
  lot_id uuid not null,
  net numeric(38, 18) not null,
  primary key (account_id, lot_id)
);
comment on table farthing.proved_lots is 'What the proved entries of a lot come to. Credits.';
create table farthing.proved_sums (
  counterparty farthing.system_account not null,
  direction farthing.direction not null,
  kind farthing.entry_kind not null,
  entries bigint not null,
  amount numeric(60, 18) not null,
  primary key (counterparty, direction, kind)
);
comment on table farthing.proved_sums is 'All proved entries, summed by kind. Credits.';
alter table farthing.proved enable row level security;
alter table farthing.proved_lots enable row level security;
alter table farthing.proved_sums enable row level security;
create policy proved_none on farthing.proved for select to authenticated using (false);
create policy proved_lots_none on farthing.proved_lots for select to authenticated using (false);
create policy proved_sums_none on farthing.proved_sums for select to authenticated using (false);

create function farthing.new_entries()
returns setof farthing.entries
language sql stable
set search_path = ''
as $$
  select e.* from farthing.accounts a
  left join farthing.proved p on p.account_id = a.account_id
  cross join lateral (select n.* from farthing.entries n
    where n.account_id = a.account_id and n.seq > coalesce(p.seq, 0)) e
  where a.last_seq > coalesce(p.seq, 0)
$$;
comment on function farthing.new_entries() is 'Entries that are not proved yet.';

create function farthing.provable()
returns table (account_id bigint, seq bigint, hash bytea)
language sql stable
set search_path = ''
as $$
  -- Not in the middle of a transaction: its parts are proved together.
  select a.account_id, s.seq, s.hash from farthing.accounts a
  left join farthing.proved p on p.account_id = a.account_id
  cross join lateral (select t.seq, t.hash from farthing.entry_seals t
    where t.account_id = a.account_id order by t.seq desc limit 1) s
  where s.seq > coalesce(p.seq, 0) and not exists (select from farthing.entries e
    join farthing.entries n on n.account_id = e.account_id and n.seq = e.seq + 1
      and n.transaction_id = e.transaction_id
    where e.account_id = a.account_id and e.seq = s.seq)
$$;
comment on function farthing.provable() is 'Up to where accounts are sealed, beyond what is proved.';

create function farthing.verify_new()
returns table (account_id bigint, seq bigint, problem text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_row record;
  v_part record;
  v_hash bytea;
begin
  for v_row in
    select a.account_id, p.seq, p.hash, s.hash as sealed from farthing.accounts a
    left join farthing.proved p on p.account_id = a.account_id
    left join farthing.entry_seals s on s.account_id = p.account_id and s.seq = p.seq
    where a.last_seq > coalesce(p.seq, 0) or s.hash is distinct from p.hash
  loop
    if v_row.sealed is distinct from v_row.hash then
      return query select v_row.account_id, v_row.seq, 'the seal is not the one that was proved';
      continue;
    end if;
    v_hash := coalesce(v_row.hash, '');
    for v_part in
      select e as entry, t.seq, t.hash from farthing.entry_seals t
      left join farthing.entries e on e.account_id = t.account_id and e.seq = t.seq
      where t.account_id = v_row.account_id and t.seq > coalesce(v_row.seq, 0) order by t.seq
    loop
      v_hash := farthing.entry_hash(v_hash || coalesce(farthing.entry_terms(v_part.entry), ''), v_part.entry);
      if v_hash is distinct from v_part.hash then
        return query select v_row.account_id, v_part.seq, 'the entry is not the one that was sealed';
        exit;
      end if;
    end loop;
  end loop;
end
$$;
comment on function farthing.verify_new() is
  'As verify(), from where each account was proved; and that its seal there is still the one.';

create function farthing.prove_new_entries()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with fresh as materialized (select * from farthing.new_entries()), ordered as (
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
  select 1, o.account_id, format('seq %s: balance_after %s is not %s %s', o.seq, o.balance_after,
    o.balance_before, o.signed)
  from ordered o where o.balance_after <> o.balance_before + o.signed
  union all
  select 13, o.account_id, format('seq %s was created before seq %s', o.seq, o.seq_before)
  from ordered o where o.created_at < o.created_before
  union all
  select 1, a.account_id, format('seq %s and balance %s, entries end at %s with %s', a.last_seq, a.balance,
    coalesce(e.seq, p.seq, 0), coalesce(e.balance_after, p.balance, 0))
  from farthing.accounts a
  left join ends e on e.account_id = a.account_id left join farthing.proved p on p.account_id = a.account_id
  where (a.last_seq, a.balance) <> (coalesce(e.seq, p.seq, 0), coalesce(e.balance_after, p.balance, 0))
  union all
  select 1, l.account_id, format('lot %s: remaining %s, its entries %s, paid to debt %s', l.lot_id,
    l.remaining, coalesce(k.net, 0) + coalesce(n.net, 0), coalesce(d.paid, 0))
  from farthing.lots l
  left join farthing.proved_lots k on k.account_id = l.account_id and k.lot_id = l.lot_id
  left join (select f.account_id, f.lot_id, sum(case f.direction when 'in' then f.amount else -f.amount end)
    as net from fresh f where f.lot_id is not null group by f.account_id, f.lot_id) n
    on n.account_id = l.account_id and n.lot_id = l.lot_id
  left join (select b.account_id, b.lot_id, sum(b.amount) as paid from farthing.debt_payments b
    group by b.account_id, b.lot_id) d on d.account_id = l.account_id and d.lot_id = l.lot_id
  where l.remaining <> coalesce(k.net, 0) + coalesce(n.net, 0) - coalesce(d.paid, 0)
$$;
comment on function farthing.prove_new_entries() is
  'Rules 1, 3 and 13 of entries that are not proved yet, from where each account was proved.';

create function farthing.prove_new_origins()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with fresh as materialized (select * from farthing.new_entries()), charged as (
    select f.account_id, min(f.seq) as seq, sum(f.amount) as credits,
      (array_agg(f.metadata order by f.seq))[1] as usage
    from fresh f where f.reference_type = 'usage' and f.metadata ? 'rate_version'
    group by f.account_id, f.transaction_id
  )
  select 12, c.account_id, format('seq %s: %s credits for %s at version %s, which cost %s', c.seq, c.credits,
    c.usage ->> 'model', c.usage ->> 'rate_version', p.credits)
  from charged c
  left join farthing.rates r
    on r.model = c.usage ->> 'model' and r.version = (c.usage ->> 'rate_version')::int
  cross join lateral farthing.price_of(c.usage, r) p (credits)
  where p.credits is distinct from c.credits
  union all
  select 9, f.account_id, format('seq %s: usage event %s is not on record', f.seq, f.reference_id)
  from fresh f where f.reference_type = 'usage' and f.reference_id is not null and not exists (
    select from farthing.usage_events u where u.account_id = f.account_id and u.event_id = f.reference_id
      and f.seq between u.first_seq and u.last_seq)
  union all
  select 9, f.account_id, format('seq %s: %s without a paid order of this account', f.seq, f.kind)
  from fresh f where f.kind in ('purchase', 'bonus') and not exists (select from farthing.orders o
    where o.account_id = f.account_id and o.order_id::text = f.reference_id and o.payment_ref is not null
      and f.amount = case f.kind when 'bonus' then o.bonus_credits else o.credits end)
  union all
  select 14, null, format('%s %s %s: %s of %s are summed up', s.counterparty, s.direction, s.kind, s.entries,
    s.amount)
  from farthing.entry_sums s
  left join (
    select t.counterparty, t.direction, t.kind, sum(t.entries) as entries, sum(t.amount) as amount from (
      select q.counterparty, q.direction, q.kind, q.entries, q.amount from farthing.proved_sums q
      union all
      select f.counterparty, f.direction, f.kind, 1, f.amount from fresh f
      where exists (select from farthing.entry_seals x where x.account_id = f.account_id and x.seq = f.seq)) t
    group by t.counterparty, t.direction, t.kind) w using (counterparty, direction, kind)
  where (s.entries, s.amount) is distinct from (w.entries::bigint, w.amount)
$$;
comment on function farthing.prove_new_origins() is
  'Rules 9, 12 and 14 of entries that are not proved yet: what they are for, what they cost, their sums.';

create function farthing.prove_new()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_new_entries()
  union all select * from farthing.prove_new_origins()
  union all select 14, v.account_id, format('seq %s: %s', v.seq, v.problem) from farthing.verify_new() v
  -- What follows reads no entries, or those of a few.
  union all select * from farthing.prove_guards()
  union all select * from farthing.prove_audit()
  union all select * from farthing.prove_marks()
  union all select * from farthing.prove_heads()
  union all select * from farthing.prove_debt()
  union all select * from farthing.prove_caps()
  union all select * from farthing.prove_reserved()
  union all select * from farthing.prove_payments()
  union all select * from farthing.prove_events()
  union all select * from farthing.prove_owners()
  union all select * from farthing.prove_chats()
  union all select 7, a.account_id, format('held %s, open holds %s', a.held, h.held)
    from farthing.accounts a cross join lateral (select coalesce(sum(o.amount), 0) as held
      from farthing.holds o where o.account_id = a.account_id and o.status = 'open') h
    where a.held <> h.held
$$;
comment on function farthing.prove_new() is
  'The proof of what is new: entries that are not proved yet, and all that is not an entry. No rows: nothing '
  'is violated.';

create function farthing.prove_and_mark()
returns table (rule int, account_id bigint, detail text)
language sql
set search_path = ''
as $$
  -- One statement, and so one snapshot: what is marked is what was proved.
  with found as materialized (select * from farthing.prove_new()),
  upto as materialized (select * from farthing.provable() where not exists (select from found)),
  fresh as materialized (select e.* from farthing.new_entries() e
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
comment on function farthing.prove_and_mark() is
  'prove_new(), and where it finds nothing it marks what is sealed as proved. One caller at a time.';
