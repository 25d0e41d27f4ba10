-- The entries of purchases, with the evidence (Stripe's event, the lot) that each order lacked when
-- its purchase was sealed. These entries are stored in a table of their own, because no index of
-- the entries finds them.

create function farthing.add_order_entries(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  insert into farthing.order_entries (order_id, account_id, seq, begun_on, paid_on, credits, missing)
  select o.order_id, e.account_id, e.seq,
    case o.kind when 'package' then (o.created_at at time zone 'UTC')::date end,
    (o.paid_at at time zone 'UTC')::date, o.credits, farthing.missing_evidence(e.account_id, o.order_id)
  from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
  join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
  join farthing.orders o on o.account_id = e.account_id and o.order_id = e.reference_id::uuid
  where e.kind = 'purchase'
  on conflict (order_id) do nothing
$$;
comment on function farthing.add_order_entries(bigint[], bigint[], bigint[]) is
  'Stores the purchases among each account''s entries after p_after, up to p_upto. Each row has '
  'the days and credits of its order, and the evidence that is missing. seal_entries() calls it.';

create function farthing.prove_order_entries()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 14, n.account_id, format('order %s is noted with entry %s, which is not its sealed purchase',
    n.order_id, n.seq)
  from farthing.order_entries n
  left join farthing.entries e on e.account_id = n.account_id and e.seq = n.seq and e.kind = 'purchase'
    and e.reference_id = n.order_id::text
    and exists (select from farthing.entry_seals s where s.account_id = e.account_id and s.seq = e.seq)
  where e.seq is null
  union all
  select 14, e.account_id, format('seq %s is the purchase of order %s and is not noted', e.seq,
    e.reference_id)
  from farthing.entries e
  join farthing.entry_seals s on s.account_id = e.account_id and s.seq = e.seq
  where e.kind = 'purchase' and not exists (select from farthing.order_entries n
    where n.account_id = e.account_id and n.seq = e.seq)
  union all
  select 14, n.account_id, format('order %s is noted with other days or credits than its own', n.order_id)
  from farthing.order_entries n
  left join farthing.orders o on o.account_id = n.account_id and o.order_id = n.order_id
  where (n.begun_on, n.paid_on, n.credits) is distinct from (case o.kind when 'package'
      then (o.created_at at time zone 'UTC')::date end, (o.paid_at at time zone 'UTC')::date, o.credits)
  union all
  select 14, n.account_id, format('order %s is noted with all evidence and has no %s', n.order_id, m.missing)
  from farthing.order_entries n
  cross join lateral (select farthing.missing_evidence(n.account_id, n.order_id) as missing) m
  where n.missing is null and m.missing is not null;
end
$$;
comment on function farthing.prove_order_entries() is
  'Rule 14: order_entries has exactly the sealed purchases, with the days and credits of their '
  'orders. If a row of order_entries says that no evidence is missing, the order has its Stripe '
  'event and its lot.';
