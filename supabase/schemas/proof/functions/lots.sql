-- The proof of lots: amounts, states, and the source, order and cost of each lot.

create function farthing.prove_lots()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 1, l.account_id, format('lot %s: remaining %s, its entries %s, paid to debt %s', l.lot_id,
    l.remaining, e.net, p.paid)
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
  select 1, l.account_id, format('lot %s has %s credits, its entries granted %s', l.lot_id, l.amount, e.came)
  from farthing.lots l
  left join (select n.account_id, n.lot_id, sum(n.amount) as came from farthing.entries n
    where n.direction = 'in' and n.kind <> 'reinstatement' group by n.account_id, n.lot_id) e
    on e.account_id = l.account_id and e.lot_id = l.lot_id
  where l.amount is distinct from e.came;
end
$$;
comment on function farthing.prove_lots() is
  'Rule 1 for lots: the remaining credits are the sum of the lot''s entries less its payments of '
  'debt, and the amount is the sum of the entries that created the lot.';

create function farthing.prove_lot_states()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 1, l.account_id, format('lot %s is closed with %s left', l.lot_id, l.remaining)
  from farthing.lots l where l.closed_at is not null and l.remaining > 0
  union all
  select 16, l.account_id, format('lot %s is open in the account of a deleted user', l.lot_id)
  from farthing.lots l
  join farthing.accounts a on a.account_id = l.account_id
  where a.left_at is not null and l.closed_at is null
  union all
  select 7, l.account_id, format('lot %s: reserved %s, open holds need %s', l.lot_id, l.reserved, k.kept)
  from farthing.lots l
  left join (select h.account_id, h.lot_id, sum(h.amount) as kept from farthing.hold_lots h
    join farthing.holds o on o.account_id = h.account_id and o.hold_id = h.hold_id
    where o.status = 'open' group by h.account_id, h.lot_id) k on k.account_id = l.account_id
      and k.lot_id = l.lot_id
  where l.reserved <> coalesce(k.kept, 0);
end
$$;
comment on function farthing.prove_lot_states() is
  'Rules 1, 16 and 7 for lots: a closed lot is empty, every lot of a deleted user is closed, and '
  'the reserved part of a lot is the sum that open holds reserve in it.';

create function farthing.prove_origins()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 19, l.account_id, format('lot %s is %s of order %s, its entry is %s of %s %s', l.lot_id, l.source,
    l.order_id, e.kind, e.reference_type, e.reference_id)
  from farthing.lots l
  join farthing.entries e on e.account_id = l.account_id and e.lot_id = l.lot_id and e.direction = 'in'
    and e.kind <> 'reinstatement'
  where (l.source::text, e.kind::text) not in (('paid', 'purchase'), ('bonus', 'bonus'),
      ('promotional', 'promotion'), ('adjustment', 'adjustment'))
    or l.order_id::text is distinct from case when e.kind in ('purchase', 'bonus') then e.reference_id end
    or l.created_at > e.created_at;
end
$$;
comment on function farthing.prove_origins() is
  'Rule 19: a lot has the source and the order of the entry that created it.';

create function farthing.prove_lot_terms()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 19, l.account_id, format('lot %s has the price %s, its order brought %s with version %s of the '
    'allocation', l.lot_id, l.price, o.net, o.allocation_version)
  from farthing.lots l
  left join (select n.*, n.amount_total - n.amount_tax as net from farthing.orders n) o
    on o.account_id = l.account_id and o.order_id = l.order_id
  left join farthing.accounting_policies p on p.name = 'bonus_allocation' and p.version = o.allocation_version
  -- The bonus lot gets its rounded share of the order's price; the paid lot gets the rest.
  cross join lateral (select case p.value when 'zero' then 0 when 'pro_rata' then
    div(2 * o.net * o.bonus_credits + o.credits + o.bonus_credits, 2 * (o.credits + o.bonus_credits))
    end as price) b
  where l.price is distinct from case when l.order_id is null then 0 when l.source = 'bonus' then b.price
    else o.net - b.price end
  union all
  select 10, o.account_id, format('order %s: %s clawed back, of its lots %s', o.order_id,
    o.credits_clawed_back, sum(l.clawed_back))
  from farthing.orders o join farthing.lots l on l.account_id = o.account_id and l.order_id = o.order_id
  group by o.account_id, o.order_id having sum(l.clawed_back) > o.credits_clawed_back
  union all
  select 10, l.account_id, format('lot %s is frozen and has no order', l.lot_id)
  from farthing.lots l where l.frozen and l.order_id is null;
end
$$;
comment on function farthing.prove_lot_terms() is
  'Rules 19 and 10: a lot''s price is its part of what the order cost without tax; no more credits '
  'are clawed back from an order''s lots than from the order; only lots of orders are frozen.';
