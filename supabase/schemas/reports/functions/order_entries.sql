-- The entries of purchases, which entries' indexes do not find.

create function farthing.add_order_entries(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  insert into farthing.order_entries (order_id, account_id, seq)
  select e.reference_id::uuid, e.account_id, e.seq
  from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
  join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
  where e.kind = 'purchase'
  on conflict (order_id) do nothing
$$;
comment on function farthing.add_order_entries(bigint[], bigint[], bigint[]) is
  'Stores which entries are purchases: for each account, of the entries after p_after and up to p_upto. '
  'seal_entries() calls it.';

create function farthing.order_evidence(p_range farthing.day_range)
returns table (order_id uuid, missing text)
language sql stable
set search_path = ''
as $$
  with paid as (
    -- The purchase of an order that was paid after the last seal is not in order_entries yet.
    select o.account_id, o.order_id from farthing.orders o, farthing.sealed_until u
    where o.paid_at >= p_range.first_day::timestamp at time zone 'UTC'
      and o.paid_at < (p_range.last_day + 1)::timestamp at time zone 'UTC' and o.paid_at < u.at
  ), events as (
    select distinct i.facts ->> 'order_id' as order_id from farthing.inbox i
    where i.state = 'processed' and i.facts ->> 'payment_status' = 'paid'
  )
  select p.order_id, nullif(concat_ws(' ', case when v.order_id is null then 'stripe_event' end,
    case when l.order_id is null then 'lot' end, case when e.seq is null then 'entry' end), '')
  from paid p
  left join events v on v.order_id = p.order_id::text
  left join farthing.lots l on l.account_id = p.account_id and l.order_id = p.order_id and l.source = 'paid'
  left join farthing.order_entries n on n.order_id = p.order_id
  left join farthing.entries e on e.account_id = n.account_id and e.seq = n.seq
    and e.reference_id = p.order_id::text
$$;
comment on function farthing.order_evidence(farthing.day_range) is
  'Returns the sealed orders that were paid in a range of days, each with the missing evidence: '
  'stripe_event (an applied event that says paid), lot, entry; null if all three are there.';
