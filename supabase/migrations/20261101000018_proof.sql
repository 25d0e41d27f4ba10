-- The proof: the ledger's rules checked over the whole database, from the rows alone and by none of the
-- functions that wrote them. No rows: nothing is violated.

create function farthing.prove_sums()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with sums as (
    select a.account_id, a.balance, a.debt, a.held, a.last_seq,
      coalesce((select sum(l.remaining) from farthing.lots l where l.account_id = a.account_id), 0) as lots,
      coalesce((select sum(l.reserved) from farthing.lots l where l.account_id = a.account_id), 0)
        as reserved,
      coalesce((select sum(h.amount) from farthing.holds h where h.account_id = a.account_id
        and h.status = 'open'), 0) as holds,
      coalesce((select sum(p.amount) from farthing.debt_payments p where p.account_id = a.account_id), 0)
        as debt_paid,
      e.*
    from farthing.accounts a
    cross join lateral (
      select coalesce(sum(case n.direction when 'in' then n.amount else -n.amount end), 0) as entries,
        coalesce(sum(case n.direction when 'in' then -n.amount
          else n.amount end) filter (where n.lot_id is null), 0) as owed
      from farthing.entries n where n.account_id = a.account_id) e
  )
  select 1, s.account_id, format('balance %s, entries %s, lots %s, debt %s', s.balance, s.entries, s.lots,
    s.debt)
  from sums s where s.balance <> s.entries or s.balance <> s.lots - s.debt
  union all
  select 1, s.account_id, format('debt %s, owed %s, paid %s', s.debt, s.owed, s.debt_paid)
  from sums s where s.debt <> s.owed - s.debt_paid
  union all
  select 1, s.account_id, format('held %s, open holds %s, reserved %s', s.held, s.holds, s.reserved)
  from sums s where s.held <> s.holds or s.held <> s.reserved
$$;
comment on function farthing.prove_sums() is
  'Rule 1: balance = Σ lots − debt = Σ entries; debt = owed − paid; held = Σ open holds = Σ reserved.';

create function farthing.prove_lots()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 1, l.account_id, format('lot %s: remaining %s, its entries %s, paid to debt %s', l.lot_id,
    l.remaining,
    e.net, p.paid)
  from farthing.lots l
  left join (select n.account_id, n.lot_id, sum(case n.direction when 'in' then n.amount else -n.amount end)
    as net
    from farthing.entries n where n.lot_id is not null group by n.account_id, n.lot_id) e
    on e.account_id = l.account_id and e.lot_id = l.lot_id
  left join (select d.account_id, d.lot_id, sum(d.amount)
    as paid from farthing.debt_payments d group by d.account_id, d.lot_id) p
    on p.account_id = l.account_id and p.lot_id = l.lot_id
  where l.remaining <> coalesce(e.net, 0) - coalesce(p.paid, 0)
  union all
  select 1, l.account_id, format('lot %s is closed with %s left', l.lot_id, l.remaining)
  from farthing.lots l where l.closed_at is not null and l.remaining > 0
  union all
  select 1, l.account_id, format('lot %s is closed with %s left', l.lot_id, l.remaining)
  from farthing.lots l where l.closed_at is not null and l.remaining <> 0
  union all
  select 7, l.account_id, format('lot %s: reserved %s, kept by open holds %s', l.lot_id, l.reserved, k.kept)
  from farthing.lots l
  left join (select h.account_id, h.lot_id, sum(h.amount) as kept from farthing.hold_lots h
    join farthing.holds o on o.account_id = h.account_id and o.hold_id = h.hold_id
    where o.status = 'open' group by h.account_id, h.lot_id) k on k.account_id = l.account_id
      and k.lot_id = l.lot_id
  where l.reserved <> coalesce(k.kept, 0)
$$;
comment on function farthing.prove_lots() is
  'Rules 1 and 7 by lot: remaining is what its entries left, reserved is what open holds keep.';

create function farthing.prove_entries()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with ordered as (
    select e.account_id, e.seq, e.created_at, e.balance_after,
      case e.direction when 'in' then e.amount else -e.amount end as signed,
      lag(e.seq, 1, 0::bigint) over w as seq_before, lag(e.balance_after, 1, 0::numeric) over w
        as balance_before,
      lag(e.created_at) over w as created_before
    from farthing.entries e window w as (partition by e.account_id order by e.seq)
  )
  select 3, o.account_id, format('seq %s follows %s', o.seq, o.seq_before) from ordered o
    where o.seq <> o.seq_before + 1
  union all
  select 3, a.account_id, format('last_seq %s, entries end at %s', a.last_seq, coalesce(m.seq, 0))
  from farthing.accounts a
  left join (select e.account_id, max(e.seq)
    as seq from farthing.entries e group by e.account_id) m using (account_id)
  where a.last_seq <> coalesce(m.seq, 0)
  union all
  select 3, e.account_id, 'entries without an account' from farthing.entries e
  where not exists (select from farthing.accounts a where a.account_id = e.account_id) group by e.account_id
  union all
  select 1, o.account_id, format('seq %s: balance_after %s is not %s %s', o.seq, o.balance_after,
    o.balance_before, o.signed)
  from ordered o where o.balance_after <> o.balance_before + o.signed
  union all
  select 13, o.account_id, format('seq %s was created before seq %s', o.seq, o.seq_before)
  from ordered o where o.created_at < o.created_before
$$;
comment on function farthing.prove_entries() is
  'Rules 1, 3 and 13 by entry: seq without a gap, running balance, time that never falls.';

create function farthing.prove_grants()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with granted as (
    select o.account_id, o.order_id, o.payment_ref, o.credits, o.bonus_credits,
      coalesce(sum(e.amount) filter (where e.kind = 'purchase'), 0) as purchased,
      coalesce(sum(e.amount) filter (where e.kind = 'bonus'), 0) as bonus
    from farthing.orders o
    left join farthing.entries e on e.account_id = o.account_id and e.reference_type = 'order'
      and e.reference_id = o.order_id::text and e.direction = 'in'
    group by o.account_id, o.order_id
  )
  select 9, g.account_id, format('order %s: sold %s + %s, granted %s + %s', g.order_id, g.credits,
    g.bonus_credits,
    g.purchased, g.bonus)
  from granted g
  where (g.payment_ref is not null and (g.purchased <> g.credits or g.bonus <> g.bonus_credits))
    or (g.payment_ref is null and g.purchased + g.bonus <> 0)
  union all
  select 9, u.account_id, format('usage event %s: entries %s to %s are not its own', u.event_id, u.first_seq,
    u.last_seq)
  from farthing.usage_events u
  left join farthing.entries e on e.account_id = u.account_id and e.seq between u.first_seq and u.last_seq
    and e.reference_type = 'usage' and e.reference_id = u.event_id
  group by u.account_id, u.event_id having count(e.seq) <> u.last_seq - u.first_seq + 1
  union all
  select 9, e.account_id, format('usage event %s was charged %s times', e.reference_id,
    count(distinct e.transaction_id))
  from farthing.entries e where e.reference_type = 'usage' and e.reference_id is not null
  group by e.account_id, e.reference_id having count(distinct e.transaction_id) > 1
$$;
comment on function farthing.prove_grants() is
  'Rule 9: one payment, one grant of what was sold; one usage event, one charge.';

create function farthing.prove_clawbacks()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 10, o.account_id, format('order %s granted %s, %s were taken back', o.order_id,
    o.credits + o.bonus_credits, sum(
    case e.direction when 'out' then e.amount else -e.amount end))
  from farthing.orders o
  join farthing.entries e on e.account_id = o.account_id and e.counterparty = 'clawback'
    and e.reference_type = 'order' and e.reference_id = o.order_id::text
  group by o.account_id, o.order_id
  having sum(case e.direction when 'out' then e.amount else -e.amount end) not between 0
    and o.credits + o.bonus_credits
$$;
comment on function farthing.prove_clawbacks() is 'Rule 10: never more is taken back than the order granted.';

create function farthing.prove()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_sums()
  union all select * from farthing.prove_lots()
  union all select * from farthing.prove_entries()
  union all select * from farthing.prove_grants()
  union all select * from farthing.prove_clawbacks()
  union all select 14, v.account_id, format('seq %s: %s', v.seq, v.problem) from farthing.verify() v
$$;
comment on function farthing.prove() is
  'Rules 1, 3, 7, 9, 10, 13 and 14 over the whole database; returns the violations, so no rows is the '
  'proof.';
